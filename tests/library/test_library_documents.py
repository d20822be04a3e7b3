"""What the index says of notes: pages of lists, counts, neighbours; and how it looks it up."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.library import documents
from app.library.syncing import sync

Write = Callable[..., Path]
Synced = Callable[[], sync.Report]
ALL = ("public", "unlisted", "private")
PUBLIC = ("public",)


def note(day: str, **fields: object) -> str:
    lines = "".join(f"{name}: {value}\n" for name, value in fields.items())
    return f"---\ndate: {day}\nvisibility: public\n{lines}---\nText.\n"


@pytest.fixture
def library(write: Write, synced: Synced, connection: sqlite3.Connection) -> sqlite3.Connection:
    write("a.md", note("2020-01-01", tags="[x, y]", authors="[Ada L, Bob M]"))
    write("papers/b.md", note("2021-01-01", tags="[X]", year=1948, authors="[ada l]"))
    write("papers/old/c.md", note("2022-01-01", tags="[z]"))
    write("papers2/d.md", note("2023-01-01"))
    hidden = note("2024-01-01", tags="[x, hidden]", authors="[Eve]")
    write("secret/e.md", hidden.replace("public", "private"))
    write("secret/f.md", hidden.replace("public", "unlisted"))
    for day in ("01", "02", "04"):
        write(f"journal/2026-11-{day}.md", note(f"2026-11-{day}"))
    write("journal/2026-11-03.md", note("2026-11-03").replace("public", "private"))
    assert synced().failed == []
    return connection


def paths(page: documents.Page) -> list[str]:
    return [entry.path for entry in page.documents]


def test_the_newest_come_first_page_by_page(library: sqlite3.Connection) -> None:
    whole = documents.page(library, PUBLIC)
    assert whole.total == len(whole.documents) == 7
    assert paths(whole)[0] == "journal/2026-11-04"
    assert paths(whole)[-1] == "a"
    parts = [documents.page(library, PUBLIC, limit=3, offset=start) for start in (0, 3, 6, 9)]
    assert [path for part in parts for path in paths(part)] == paths(whole)
    assert {part.total for part in parts} == {7}


@pytest.mark.parametrize(
    ("choice", "found"),
    [
        ({"folder": "papers"}, ["papers/old/c", "papers/b"]),
        ({"folder": "papers/old"}, ["papers/old/c"]),
        ({"folder": ""}, ["a"]),
        ({"folder": "pap"}, []),
        ({"tag": "x"}, ["papers/b", "a"]),
        ({"tag": "hidden"}, []),
        ({"author": "ADA L"}, ["papers/b", "a"]),
        ({"year": 1948}, ["papers/b"]),
        ({"year": 2021}, []),
        ({"kind": "paper"}, ["papers/old/c", "papers/b"]),
        ({"kind": "paper", "tag": "z", "folder": "papers", "year": 2022}, ["papers/old/c"]),
    ],
)
def test_lists(library: sqlite3.Connection, choice: dict[str, object], found: list[str]) -> None:
    page = documents.page(library, PUBLIC, **choice)  # type: ignore[arg-type]  # a table of cases
    assert (paths(page), page.total) == (found, len(found))


def test_counts_are_of_what_may_be_met(library: sqlite3.Connection) -> None:
    folders = {"journal": 3, "papers": 2, "papers/old": 1, "papers2": 1}
    assert dict(documents.folders(library, PUBLIC)) == folders
    assert documents.tags(library, PUBLIC) == [("X", 2), ("y", 1), ("z", 1)]
    assert documents.authors(library, PUBLIC) == [("Ada L", 2), ("Bob M", 1)]
    assert documents.years(library, PUBLIC)[0] == (2026, 3)
    assert documents.years(library, PUBLIC)[-1] == (1948, 1)
    assert ("hidden", 2) in documents.tags(library, ALL)
    for kind, counts in (("folder", documents.folders), ("tag", documents.tags)):
        for name, number in counts(library, ALL):
            page = documents.page(library, ALL, **{kind: name})  # type: ignore[arg-type]  # by name
            assert page.total == number


def test_neighbours_skip_what_may_not_be_met(library: sqlite3.Connection) -> None:
    second = documents.get(library, "journal/2026-11-02")
    assert second is not None
    found = documents.neighbours(library, second, PUBLIC)
    assert found.previous is not None
    assert found.next is not None
    assert (found.previous.date, found.next.date) == ("2026-11-01", "2026-11-04")
    last = documents.neighbours(library, found.next, ALL)
    assert last.previous is not None
    assert (last.previous.date, last.next) == ("2026-11-03", None)


def test_a_day_of_the_journal(library: sqlite3.Connection) -> None:
    found = documents.of_day(library, "2026-11-01", PUBLIC)
    assert found is not None
    assert found.source.endswith("Text.\n")
    assert documents.of_day(library, "2026-11-03", PUBLIC) is None


def test_a_document_has_its_fields(library: sqlite3.Connection) -> None:
    found = documents.get(library, "papers/b")
    assert found is not None
    assert (found.id, found.title, found.kind, found.year) == ("papers/b", "b", "paper", 1948)
    assert (found.folder, found.name, found.file) == ("papers", "b", "papers/b.md")
    assert (found.tags, found.authors) == (["X"], ["ada l"])
    assert documents.get(library, "papers/none") is None


def test_media_are_visible_through_the_notes_that_use_them(
    write: Write, synced: Synced, connection: sqlite3.Connection
) -> None:
    write("papers/a.md", "![](../figures/plot.png)")
    write("papers/b.md", "---\nvisibility: unlisted\n---\n![](../figures/other.png)")
    synced()
    assert not documents.shows_media(connection, "figures/plot.png", PUBLIC)
    assert documents.shows_media(connection, "figures/plot.png", ALL)
    assert documents.shows_media(connection, "figures/other.png", ("public", "unlisted"))


def test_blocks_and_claims(write: Write, synced: Synced, connection: sqlite3.Connection) -> None:
    block = "```analysis\nscript: walk\nparams: {steps: 10}\nshow: [fit]\nas: wide\n```\n"
    claim = "```claim\nid: c\ntext: It is $x$.\ncheck: wide.x < 2\n```\n"
    write("a.md", f"---\nvisibility: public\n---\n{block}\n{claim}")
    synced()
    found = documents.get(connection, "a")
    assert found is not None
    (kept,) = documents.blocks(connection, found.uid)
    assert (kept.name, kept.script, kept.params, kept.show) == (
        "wide",
        "walk",
        {"steps": 10},
        ["fit"],
    )
    (said,) = documents.claims(connection, found.uid)
    assert (said.id, said.check, said.expect) == ("c", "wide.x < 2", "holds")
    assert [entry.path for entry in documents.showing(connection, "walk", PUBLIC)] == ["a"]
    assert documents.showing(connection, "other", ALL) == []


@contextmanager
def counted(connection: sqlite3.Connection) -> Iterator[list[str]]:
    queries: list[str] = []
    connection.set_trace_callback(queries.append)
    yield queries
    connection.set_trace_callback(None)


@pytest.mark.parametrize("choice", [{}, {"kind": "journal"}, {"year": 2026}])
def test_a_feed_is_read_from_an_index_without_sorting(
    library: sqlite3.Connection, choice: dict[str, object]
) -> None:
    with counted(library) as queries:
        documents.page(library, PUBLIC, **choice)  # type: ignore[arg-type]  # a table of cases
    assert len(queries) == 2
    for query in queries:
        plan = [row[3] for row in library.execute(f"EXPLAIN QUERY PLAN {query}")]
        read = [step for step in plan if "document" in step and "rowid=?" not in step.lower()]
        assert any("COVERING INDEX document_by_" in step for step in read), plan
    inner = plan[plan.index(next(step for step in plan if "COVERING" in step)) :]
    assert "SCAN document" not in plan
    assert len([step for step in inner if "TEMP B-TREE" in step]) <= 1, plan


def test_queries_do_not_grow_with_the_rows(library: sqlite3.Connection) -> None:
    numbers = []
    for limit in (1, 7):
        with counted(library) as queries:
            for entry in documents.page(library, PUBLIC, limit=limit).documents:
                assert isinstance(entry.tags, list)
        numbers.append(len(queries))
    assert numbers == [2, 2]
