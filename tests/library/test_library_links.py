"""Which note a link means, and which notes link to one."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from app.library import documents
from app.library.syncing import sync

Write = Callable[..., Path]
Synced = Callable[[], sync.Report]
ALL = ("public", "unlisted", "private")
PUBLIC = ("public",)


@pytest.fixture
def library(write: Write, synced: Synced, connection: sqlite3.Connection) -> sqlite3.Connection:
    shown = "---\nvisibility: public\n---\n"
    write("idea.md", shown)
    write("papers/idea.md", shown)
    write("papers/deep/idea.md", shown)
    write("papers/deep/only.md", shown)
    write("papers/Shannon 1948.md", "---\nvisibility: public\naliases: [Théorie, a/b]\n---\n")
    write("notes/théorie.md", shown)
    write("papers/deep/near.md", shown)
    write("notes/near.md", shown)
    write("hidden/secret.md", "")
    write("very/deep/secret.md", shown)
    assert synced().failed == []
    return connection


@pytest.mark.parametrize(
    ("target", "origin", "path"),
    [
        ("idea", "x", "idea"),
        # As in Obsidian: a whole path first, wherever the link stands.
        ("idea", "papers/x", "idea"),
        ("idea", "papers/deep/x", "idea"),
        ("./idea", "papers/x", "papers/idea"),
        ("./idea", "hidden/x", "idea"),
        ("./only", "x", "papers/deep/only"),
        ("./deep/idea", "papers/x", "papers/deep/idea"),
        ("./a/b", "x", "papers/Shannon 1948"),
        ("near", "papers/deep/x", "papers/deep/near"),
        ("near", "papers/x", "papers/deep/near"),
        ("near", "other/x", "notes/near"),
        ("near", "x", "notes/near"),
        ("../idea", "papers/deep/x", "papers/idea"),
        ("/idea", "papers/deep/x", "idea"),
        ("papers/idea", "papers/deep/x", "papers/idea"),
        ("deep/idea", "x", "papers/deep/idea"),
        ("deep/idea", "papers/x", "papers/deep/idea"),
        ("only", "x", "papers/deep/only"),
        ("ONLY.md", "x", "papers/deep/only"),
        ("shannon 1948", "x", "papers/Shannon 1948"),
        ("THE\u0301ORIE", "x", "notes/théorie"),
        ("a/b", "x", "papers/Shannon 1948"),
        ("nothing", "x", None),
        ("ly", "x", None),
        ("", "x", None),
        ("..", "papers/x", None),
        (".", "papers/x", None),
        ("./", "papers/x", None),
        ("../only", "papers/deep/x", None),
        ("/only", "x", None),
    ],
)
def test_a_target_means(
    library: sqlite3.Connection, target: str, origin: str, path: str | None
) -> None:
    found = documents.resolve(library, [target], origin)
    assert (found[target].path if target in found else None) == path


def test_any_number_of_targets_is_one_query(library: sqlite3.Connection) -> None:
    queries: list[str] = []
    library.set_trace_callback(queries.append)
    found = documents.resolve(
        library, ["idea", "only", "nothing"] * 50 + [str(n) for n in range(500)], "x"
    )
    library.set_trace_callback(None)
    assert found.keys() == {"idea", "only"}
    assert len(queries) == 1


def test_the_links_of_several_notes_are_one_query(library: sqlite3.Connection) -> None:
    queries: list[str] = []
    library.set_trace_callback(queries.append)
    found = documents.resolve_many(
        library, {"papers/x": ["./idea", "only"], "y": ["./idea", "nothing"], "z": []}
    )
    library.set_trace_callback(None)
    assert {
        path: {target: linked.path for target, linked in links.items()}
        for path, links in found.items()
    } == {
        "papers/x": {"./idea": "papers/idea", "only": "papers/deep/only"},
        "y": {"./idea": "idea"},
        "z": {},
    }
    assert len(queries) == 1


def test_a_hidden_note_neither_shows_nor_hides_another(library: sqlite3.Connection) -> None:
    assert documents.resolve(library, ["secret"], "x", ALL)["secret"].path == "hidden/secret"
    assert documents.resolve(library, ["secret"], "x", PUBLIC)["secret"].path == "very/deep/secret"


def test_backlinks_with_their_sentence(
    library: sqlite3.Connection, write: Write, synced: Synced
) -> None:
    shown = "---\nvisibility: public\ndate: 2020-01-0{}\n---\n"
    write("one.md", shown.format(1) + "Before. This rests on [[idea]], as we saw. After [[idea]].")
    write("two.md", shown.format(2) + "See [the idea](idea.md).")
    write("papers/three.md", shown.format(3) + "This is [[./idea|the one beside]].")
    write("four.md", "A private note on [[idea]].")
    write("five.md", shown.format(5) + "By its alias: [[théorie]]; [[a/b]].")
    assert synced().failed == []
    idea = documents.get(library, "idea")
    shannon = documents.get(library, "papers/Shannon 1948")
    assert idea is not None
    assert shannon is not None
    found = documents.backlinks(library, idea, PUBLIC)
    assert [link.path for link in found] == ["two", "one"]
    assert found[1].sentence == "This rests on idea, as we saw."
    assert {link.path for link in documents.backlinks(library, idea, ALL)} == {"one", "two", "four"}
    assert [link.path for link in documents.backlinks(library, shannon, PUBLIC)] == ["five"]
