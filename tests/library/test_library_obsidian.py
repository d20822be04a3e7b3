"""What a vault of Obsidian's brings to a library: tags in the text, media by name, properties."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from app.lab.shown import audit
from app.library import documents, media
from app.library.front import front_matter
from app.library.syncing import sync
from app.settings import Settings

Write = Callable[..., Path]
Synced = Callable[[], sync.Report]
ALL = ("public", "unlisted", "private")
SHOWN = "---\nvisibility: public\n{}---\n"


def test_tags_of_the_text_are_those_of_the_note(
    write: Write, synced: Synced, connection: sqlite3.Connection
) -> None:
    write("a.md", SHOWN.format("tags: [Walks]\n") + "On #walks, #maths/algebra and `#code`.")
    write("b.md", SHOWN.format("") + "Rings: #Maths/Algebra/Rings #maths/algebra. %%#secret%%")
    write("c.md", "#maths in private")
    assert synced().failed == []
    first = documents.get(connection, "a")
    assert first is not None
    assert first.tags == ["Walks", "maths/algebra"]
    counted = {tag.lower(): number for tag, number in documents.tags(connection, ("public",))}
    assert counted == {"maths": 2, "maths/algebra": 2, "maths/algebra/rings": 1, "walks": 1}
    listed = documents.page(connection, ("public",), tag="maths")
    assert sorted(entry.path for entry in listed.documents) == ["a", "b"]
    assert documents.page(connection, ALL, tag="maths").total == 3


def test_a_comment_is_nowhere_in_the_index(
    write: Write, synced: Synced, connection: sqlite3.Connection
) -> None:
    write("a.md", "Seen. %%unseen [[elsewhere]] #hidden%%\n\n%%\nunseen\n\n## unseen\n%%\n")
    synced()
    document = documents.get(connection, "a")
    assert document is not None
    shown = (document.html, document.text, document.summary, document.tags, document.headings)
    assert "unseen" not in repr(shown)
    assert "hidden" not in repr(shown)
    assert documents.targets(connection, document.uid) == []
    rows = connection.execute("SELECT * FROM search_text").fetchall()
    assert "unseen" not in repr([tuple(row) for row in rows])


def test_links_in_properties_are_links(
    write: Write, synced: Synced, connection: sqlite3.Connection
) -> None:
    properties = 'up: "[[top]]"\nrelated:\n  - "[[Top|that]] and [[deep/top.md#Part]]"\n  - plain\n'
    write("a.md", SHOWN.format(properties))
    write("top.md", SHOWN.format(""))
    assert synced().failed == []
    top, note = documents.get(connection, "top"), documents.get(connection, "a")
    assert top is not None
    assert note is not None
    assert documents.targets(connection, note.uid) == ["top", "Top", "deep/top"]
    assert [(link.path, link.sentence) for link in documents.backlinks(connection, top, ALL)] == [
        ("a", "up: top")
    ]
    assert note.front["extra"]["up"] == "[[top]]"


@pytest.mark.parametrize(
    ("header", "linked"),
    [
        ('up: "[[a]]"', (("up", "a"),)),
        ('up: ["[[a#b|c]]", "![[d/e.md]]"]', (("up", "a"), ("up", "d/e"))),
        ("authors: ['[[Ada L]]']", (("authors", "Ada L"),)),
        ("x: {y: {z: '[[deep]]'}}", (("x", "deep"),)),
        ("title: 'On [[a]]'", ()),
        ("up: '[[ ]]'", ()),
        ("up: '[[a]'", ()),
    ],
)
def test_what_is_a_link_in_a_property(header: str, linked: tuple[tuple[str, str], ...]) -> None:
    assert front_matter.parse(f"---\n{header}\n---\n", "n").linked == linked


def test_media_are_found_by_path_then_by_name(
    write: Write, synced: Synced, connection: sqlite3.Connection
) -> None:
    for path in ("a.png", "papers/a.png", "deep/img/b.PNG", "x/deep/img/b.png", "y/é.pdf"):
        write(path, b"x")
    write("note.md")
    synced()

    def found(path: str) -> str | None:
        return media.resolve(connection, path)

    assert found("papers/a.png") == "papers/a.png"
    assert found("other/a.png") == "a.png"
    assert found("papers/img/b.png") == "deep/img/b.PNG"
    assert found("papers/deep/img/B.png") == "deep/img/b.PNG"
    assert found("e\u0301.pdf".upper()) == "y/é.pdf"
    assert found("note.md") is None
    assert found("nothing.png") is None


def test_the_table_of_media_follows_the_files(
    write: Write, synced: Synced, settings: Settings, connection: sqlite3.Connection
) -> None:
    write("one/a.png", b"x")
    write(".hidden/b.png", b"x")
    synced()
    assert paths(connection) == {"one/a.png"}
    (settings.notes / "one" / "a.png").rename(settings.notes / "c.png")
    synced()
    assert paths(connection) == {"c.png"}
    sync.sync(settings, connection, rebuild=True)
    assert paths(connection) == {"c.png"}


def paths(connection: sqlite3.Connection) -> set[str]:
    return {path for (path,) in connection.execute("SELECT path FROM media_file")}


def test_a_missing_file_is_a_broken_link(
    write: Write, synced: Synced, settings: Settings, connection: sqlite3.Connection
) -> None:
    write("img/here.png", b"x")
    write("papers/a.md", "![[here.png]] ![x](gone.png) [[gone.pdf]] [[no note]]")
    synced()
    found = [finding.message for finding in audit.broken_links(connection)]
    assert found == [
        "[[no note]] leads to no note.",
        "papers/gone.pdf: there is no such file.",
        "papers/gone.png: there is no such file.",
    ]
