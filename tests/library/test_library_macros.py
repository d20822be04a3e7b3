"""The macros of a library and of a note: where they are written, and that a change is noticed."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from app.library import macros
from app.library.front import front_matter
from app.library.syncing import sync
from app.library.writing import save
from app.settings import Settings

Write = Callable[[str, str], Path]
Synced = Callable[[], sync.Report]
NOTE = "---\ntitle: A\n{}---\n$\\size{{x}}$\n"


def page_of(connection: sqlite3.Connection, path: str) -> str:
    return str(connection.execute("SELECT html FROM document WHERE path = ?", [path]).fetchone()[0])


@pytest.mark.parametrize(
    "written",
    [
        "size: '\\|#1\\|'",
        "\\size: \\|#1\\|",
        'size: "\\\\|#1\\\\|"',
        "size: ['\\|#1\\|', 1]",
        "- \\newcommand{\\size}[1]{\\|#1\\|}",
        "- size: '\\|#1\\|'\n- \\newcommand{\\other}{y}",
        "|\n  \\def\\size#1{\\|#1\\|}\n  \\newcommand{\\other}{y}",
    ],
)
def test_every_way_to_write_the_macros(
    written: str, write: Write, synced: Synced, connection: sqlite3.Connection
) -> None:
    write("macros.yaml", written)
    write("a.md", NOTE.format(""))
    assert synced().failed == []
    assert "∥" in page_of(connection, "a")
    assert 'class="problem"' not in page_of(connection, "a")


def test_a_default_argument() -> None:
    source = "---\nmacros:\n  n: ['\\|#2\\|_{#1}', 2, 'p']\n---\n"
    assert front_matter.parse(source, "a.md").macros == {
        "\\n": "\\newcommand{\\n}[2][p]{\\|#2\\|_{#1}}"
    }


def test_a_note_has_macros_of_its_own(
    write: Write, synced: Synced, connection: sqlite3.Connection
) -> None:
    write("macros.yaml", "size: '\\|#1\\|'")
    write("a.md", NOTE.format("macros:\n  size: '\\langle #1 \\rangle'\n"))
    write("b.md", NOTE.format(""))
    synced()
    assert "⟩" in page_of(connection, "a")
    assert "∥" in page_of(connection, "b")


def test_a_change_renders_every_note_anew(
    write: Write, synced: Synced, connection: sqlite3.Connection
) -> None:
    write("a.md", NOTE.format(""))
    write("b.md", "Nothing.\n")
    assert synced().added == 2
    assert "\\size is not defined" in page_of(connection, "a")
    write("macros.yaml", "size: '\\|#1\\|'")
    assert synced().changed == 2
    assert "∥" in page_of(connection, "a")
    assert synced().changed == 0
    write("macros.yaml", "size: '\\lvert #1\\rvert'")
    assert synced().changed == 2
    assert "∥" not in page_of(connection, "a")
    (macros_file := write("macros.yaml", "")).unlink()
    assert not macros_file.exists()
    assert synced().changed == 2
    assert "\\size is not defined" in page_of(connection, "a")


def test_a_saved_note_uses_the_macros_of_the_library(
    settings: Settings, write: Write, synced: Synced, connection: sqlite3.Connection
) -> None:
    write("macros.yaml", "size: '\\|#1\\|'")
    synced()
    save.create(settings, connection, "c", "$\\size{x}$\n")
    assert "∥" in page_of(connection, "c")


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("a: [", "no YAML"),
        ("a b: x", "no name of a macro"),
        ("a: [x, many]", "number from 0 to 9"),
        ("a: {b: c}", "a text, or a list"),
        ("- \\frac{1}{2}", "only definitions"),
        ("- \\newcommand{\\x", "Unexpected end"),
        ("a: " + "[" * 600, "nested too deeply"),
    ],
)
def test_a_broken_file_is_a_problem_and_the_notes_are_there(
    written: str,
    reason: str,
    write: Write,
    synced: Synced,
    connection: sqlite3.Connection,
) -> None:
    write("macros.yaml", written)
    write("a.md", "Fine.\n")
    report = synced()
    assert [(failure.path, reason in failure.reason) for failure in report.failed] == [
        (macros.FILE, True)
    ]
    assert "Fine." in page_of(connection, "a")
    write("macros.yaml", "a: x")
    assert synced().failed == []


def test_macros_of_a_note_that_are_none_are_a_remark() -> None:
    front = front_matter.parse("---\nmacros:\n  a b: x\n---\n", "a.md")
    assert [(remark.line, "no name" in remark.reason) for remark in front.remarks] == [(2, True)]
    assert front.macros == {}
    assert front.extra == {"macros": {"a b": "x"}}


def test_the_preamble_of_a_vault_counts(
    write: Write, synced: Synced, connection: sqlite3.Connection
) -> None:
    write("a.md", NOTE.format(""))
    write("preamble.sty", "% ours\n\\newcommand{\\size}[1]{\\|#1\\|}\n")
    assert synced().failed == []
    assert "∥" in page_of(connection, "a")
    write("macros.yaml", "size: '\\lfloor #1 \\rfloor'")
    assert synced().changed == 1
    assert "⌊" in page_of(connection, "a")


def test_of_a_preamble_for_another_program_the_definitions_are_taken(
    write: Write, synced: Synced, connection: sqlite3.Connection
) -> None:
    lines = ["\\usepackage{fontspec}", "\\newcommand{\\size}[1]{\\|#1\\|}", "\\setmainfont{Own}"]
    write("preamble.sty", "\n".join(lines))
    write("a.md", NOTE.format(""))
    assert synced().failed == []
    assert "∥" in page_of(connection, "a")
