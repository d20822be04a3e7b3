"""The report on a folder of notes: each reason once, with how often and where first."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

from app.library import lost, report, report_words, unresolved
from app.library.report import Place
from app.library.syncing import sync

Write = Callable[[str, str], Path]


def taken(synced: Callable[[], sync.Report], connection: sqlite3.Connection) -> report.Report:
    synced()
    return report.take(connection)


def test_an_empty_folder(synced: Callable[[], sync.Report], connection: sqlite3.Connection) -> None:
    found = taken(synced, connection)
    assert (set(found.counts.values()), found.sections) == ({0}, [])
    assert report_words.short(found) == ["0 notes"]


def test_every_kind_of_what_is_not_understood(
    write: Write, synced: Callable[[], sync.Report], connection: sqlite3.Connection
) -> None:
    write(
        "a.md",
        "[[nowhere]] [[b]] [[b#x]] ![[lost.png]] ![[here.png]] ![[plan.odd]] $\\unheard$ #one"
        " [@doe99]\n",
    )
    write("b.md", "[[nowhere]] $\\unheard$ $\\unheard[1]$ $a^b^c$ #one/two\n")
    write("here.png", "bytes")
    write("plan.odd", "{}")
    write("papers/c.md", "---\ntitle: [x\n---\nBroken.\n")
    write("papers/d.md", "---\ndate: someday\n---\n[[nobody]]\n")
    found = taken(synced, connection)
    sections = {section.kind: section for section in found.sections}
    elsewhere = ("value", "moved")  # the lab knows the one, the trash the other
    assert list(sections) == [kind for kind in report.WORDS if kind not in elsewhere]
    assert found.counts["notes"] == 3
    assert dict(found.kinds) == {"note": 2, "paper": 1}
    assert dict(found.tags) == {"one": 2, "one/two": 1}
    nowhere, nobody = sections["link"].groups
    assert (nowhere.reason, nowhere.count) == ("[[nowhere]]", 2)
    assert nowhere.places == (Place("a", 0, True), Place("b", 0, True))
    assert nobody.reason == "[[nobody]]"
    assert [group.reason for group in sections["media"].groups] == ["lost.png"]
    assert [group.reason for group in sections["file"].groups] == ["[[plan.odd]]"]
    assert [group.reason for group in sections["place"].groups] == ["[[b#x]]"]
    (macro,) = sections["macro"].groups
    assert (macro.reason, macro.places[0]) == ("\\unheard", Place("a", 1, True))
    assert [place.path for place in sections["formula"].groups[0].places] == ["b"]
    assert sections["failed"].groups[0].places[0].path == "papers/c"
    assert sections["citation"].groups[0].reason == "[@doe99]"
    assert sections["remark"].groups[0].places[0].path == "papers/d"
    words = "\n".join(report_words.short(found))
    assert "3 notes (2 notes, 1 paper)" in words
    assert "2 of 6 links lead to a note" in words
    assert "1 of 2 files shown are there" in words
    assert "[[nowhere]] (2)" in words


def test_a_short_report_stays_short(
    write: Write, synced: Callable[[], sync.Report], connection: sqlite3.Connection
) -> None:
    write("a.md", "".join(f"[[lost {n} {'x' * 100}]]\n" for n in range(50)))
    first, second = report_words.short(taken(synced, connection))
    assert first == "1 note (1 note); 0 of 50 links lead to a note"
    assert "and 46 more" in second
    assert len(second) < 400


def test_the_number_of_queries_does_not_grow(
    write: Write, synced: Callable[[], sync.Report], connection: sqlite3.Connection
) -> None:
    def queries() -> int:
        asked: list[str] = []
        connection.set_trace_callback(asked.append)
        report.take(connection)
        connection.set_trace_callback(None)
        return len(asked)

    write("a.md", "[[x]] ![[y.png]] $\\unheard$ [@z] [[a#x]] [[a#^x]]\n")
    synced()
    few = queries()
    for number in range(60):
        write(
            f"{number}.md",
            f"[[x{number}]] ![[y{number}.png]] $\\unheard$ [@z{number}] [[0#x{number}]]\n",
        )
    synced()
    assert queries() == few < 27


def test_a_link_that_goes_up_depends_on_its_folder(
    write: Write, synced: Callable[[], sync.Report], connection: sqlite3.Connection
) -> None:
    write("one/deep/a.md", "[up](../b.md)\n")
    write("two/deep/a.md", "[up](../b.md)\n")
    write("one/b.md", "B.\n")
    synced()
    assert [missed.path for missed in unresolved.every(connection)] == ["two/deep/a"]


def test_links_to_places_that_a_note_does_not_have(
    write: Write, synced: Callable[[], sync.Report], connection: sqlite3.Connection
) -> None:
    write("b.md", "# The title\n\n## A walk\n\nWords. ^one\n\n## Again\n\n### First *step*\n")
    there = "[[b#A walk]] [[b#^One]] [[b#Again#First step]] [[b#The title]] [x](b.md#a-walk)"
    write("a.md", f"{there} [[b]] [[nowhere#x]] [[pic.png#x]]\n\n![[b#A walk]]\n")
    write("c.md", "[[b#A run]] [[b#^two]] [[b#Again#Second]] [x](b.md#a-run)\n\n![[b#Lost]]\n")
    synced()
    assert [(each.path, each.words) for each in lost.every(connection)] == [
        ("c", "[[b#a-run]]"),
        ("c", "[[b#^two]]"),
        ("c", "[[b#second]]"),
        ("c", "[[./b#a-run]]"),
        ("c", "[[b#lost]]"),
    ]
    found = {section.kind: section.count for section in report.take(connection).sections}
    assert found["place"] == 5
