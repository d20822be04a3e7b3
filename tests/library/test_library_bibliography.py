"""The works of a library: where they come from, which definition counts, who sees it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

from app.accounts.permissions import Action, Person, Role, visibilities
from app.library import documents
from app.library.citations import bibliography
from app.library.links import EVERY
from app.library.syncing.sync import Report
from app.settings import Settings

PUBLIC = visibilities(Person(None, "", Role.PUBLIC))
BY_ADDRESS = visibilities(Person(None, "", Role.PUBLIC), Action.READ)
Write = Callable[[str, str], Path]
Synced = Callable[[], Report]


def note(body: str, visibility: str = "public", **front: str) -> str:
    lines = "".join(f"{name}: {value}\n" for name, value in front.items())
    return f"---\nvisibility: {visibility}\n{lines}---\n\n{body}\n"


def keys(connection: sqlite3.Connection, seen: tuple[str, ...]) -> list[str]:
    return [work.key for work in bibliography.page(connection, seen).works]


def title(connection: sqlite3.Connection, key: str, seen: tuple[str, ...]) -> str | None:
    work = bibliography.of_keys(connection, [key], seen).get(key.lower())
    return str(work.item["title"]) if work else None


def test_works_of_notes_and_files(
    write: Write, synced: Synced, connection: sqlite3.Connection
) -> None:
    write("refs/all.bib", "@misc{b, title={In a file}, author={Bee, B}}")
    write("c.md", note("See [@B], [@c] and [@d].\n\n```bibtex\n@misc{c, title={In a fence}}\n```"))
    write(
        "papers/d.md",
        note(
            "Text.",
            bibtex="|\n  @article{d, title={In front}, author={Dee, D}, year=1999,\n"
            "    journal={J}, doi={10.1000/d}, url={https://example.org/d}}",
        ),
    )
    write("papers/e.md", note("# Of fields\n", citekey="e", authors="Ee Eff", year="1988"))
    assert not synced().failed
    assert keys(connection, EVERY) == ["b", "d", "e", "c"]
    page = bibliography.page(connection, EVERY)
    cited = {work.key: [note.path for note in work.cited_by] for work in page.works}
    assert cited == {"b": ["c"], "c": ["c"], "d": ["c"], "e": []}
    about = {work.key: work.about.path for work in page.works if work.about}
    assert about == {"d": "papers/d", "e": "papers/e"}
    document = documents.get(connection, "papers/d")
    assert document
    assert (document.title, document.authors, document.year) == ("In front", ["D Dee"], 1999)
    assert document.front["doi"] == "10.1000/d"
    assert document.front["url"] == "https://example.org/d"
    assert document.venue == "J"


def test_the_front_matter_comes_before_its_bibtex(
    write: Write, synced: Synced, connection: sqlite3.Connection
) -> None:
    bibtex = "'@misc{d, title={In BibTeX}, author={Dee, D}, year=1999}'"
    write("d.md", note("# In the text", year="2001", bibtex=bibtex))
    write("e.md", note("Text", title="In front", authors="Somebody Else", bibtex=bibtex))
    synced()
    first, second = documents.get(connection, "d"), documents.get(connection, "e")
    assert first
    assert second
    assert (first.title, first.year, first.authors) == ("In the text", 2001, ["D Dee"])
    assert (second.title, second.authors) == ("In front", ["Somebody Else"])


def test_only_what_changed_is_read(
    settings: Settings, write: Write, synced: Synced, connection: sqlite3.Connection
) -> None:
    file = write("a.bib", "@misc{a, title={One}}")
    write("b.bib", "@misc{b, title={Two}}")
    synced()
    rows = {row["file"]: row["id"] for row in connection.execute("SELECT file, id FROM work")}
    file.write_text("@misc{a, title={One more}}")
    synced()
    assert title(connection, "a", EVERY) == "One more"
    again = {row["file"]: row["id"] for row in connection.execute("SELECT file, id FROM work")}
    assert again["b.bib"] == rows["b.bib"]
    file.unlink()
    synced()
    assert keys(connection, EVERY) == ["b"]
    version = connection.execute("SELECT value FROM state WHERE name = 'version'").fetchone()[0]
    synced()
    same = connection.execute("SELECT value FROM state WHERE name = 'version'").fetchone()[0]
    assert same == version


def test_what_is_wrong_is_named_with_file_and_line(
    write: Write, synced: Synced, connection: sqlite3.Connection
) -> None:
    write("a.bib", "@misc{a, title={One}}\n@misc{open, title={\n")
    write("n.md", note("[@a] [@gone] @maybe", bibtex="|\n  @misc{n, title={N}}\n  @misc{broken\n"))
    found = {(problem.path, problem.line): problem.failed for problem in synced().remarks}
    assert found == {("a.bib", 2): False, ("n.md", 5): False}
    assert synced().remarks  # they stay until the file changes
    missing = [(each.path, each.line, each.reason) for each in bibliography.missing(connection)]
    assert missing == [("n.md", 9, "[@gone]: no work has this key.")]
    write("a.bib", "@misc{a, title={One}}\n@misc{gone, title={Here}}\n")
    assert [problem.path for problem in synced().remarks] == ["n.md"]
    assert bibliography.missing(connection) == []


def test_the_first_definition_counts(
    write: Write, synced: Synced, connection: sqlite3.Connection
) -> None:
    write("b.bib", "@misc{K, title={B}}")
    write("a.bib", "@misc{k, title={A}}\n@misc{same, title={S}}")
    write("c.bib", "\n@misc{same, title={S}}")
    write("n.md", note("[@k]"))
    synced()
    assert title(connection, "k", EVERY) == "A"
    doubles = [(each.path, each.line, each.reason) for each in bibliography.doubles(connection)]
    assert doubles == [("b.bib", 1, "K is defined in a.bib:1, which counts.")]
    write("o.md", note("Text", bibtex="'@misc{k, title={O}}'"))
    synced()
    assert title(connection, "k", EVERY) == "O"


def test_a_private_note_shows_nothing_of_its_works(
    write: Write, synced: Synced, connection: sqlite3.Connection
) -> None:
    write("hidden.md", note("[@filed]", "private", bibtex="'@misc{secret, title={Sesame}}'"))
    write("refs.bib", "@misc{filed, title={F}}\n@misc{secret, title={Other}}\n@misc{by, title={B}}")
    write("open.md", note("[@secret]"))
    write("by.md", note("[@by]", "unlisted"))
    synced()
    assert keys(connection, EVERY) == ["by", "filed", "secret"]
    assert keys(connection, PUBLIC) == ["secret"]
    assert title(connection, "secret", EVERY) == "Sesame"
    assert title(connection, "secret", PUBLIC) == "Other"
    assert title(connection, "by", BY_ADDRESS) == "B"
    page = bibliography.page(connection, PUBLIC)
    assert [work.about for work in page.works] == [None]
    assert [[note.path for note in work.cited_by] for work in page.works] == [["open"]]


def test_a_file_in_an_old_encoding_and_one_too_large(
    settings: Settings, write: Write, synced: Synced, connection: sqlite3.Connection
) -> None:
    (settings.notes / "old.bib").write_bytes("@misc{a, title={Über}}".encode("latin-1"))
    write("large.bib", "@misc{large, title={x}}" + "%" * settings.max_note_bytes)
    remarks = synced().remarks
    assert title(connection, "a", EVERY) == "Über"
    assert [problem.path for problem in remarks] == ["large.bib"]
    assert "max_note_bytes" in remarks[0].reason


def test_a_rebuild_gives_the_same(
    settings: Settings, write: Write, synced: Synced, connection: sqlite3.Connection
) -> None:
    from app.library.syncing.sync import sync

    write("a.bib", "@misc{a, title={A}}")
    write("n.md", note("[@a] [@b]\n\n```bibtex\n@misc{b, title={B}}\n```"))
    synced()
    before = bibliography.page(connection, EVERY)
    sync(settings, connection, rebuild=True)
    assert bibliography.page(connection, EVERY) == before
