"""A note that was renamed and edited at once keeps its history, or a person is asked."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from app.commands.sync import summary
from app.library import identity
from app.library.history import trash
from app.library.moving import ambiguous
from app.library.syncing import likeness, sync
from app.settings import Settings

Write = Callable[..., Path]
Synced = Callable[[], sync.Report]


def text(start: int, end: int, title: str = "A title") -> str:
    """Some words of a long text, each of them once in it."""
    words = " ".join(f"word{number}" for number in range(start, end))
    return f"---\ntitle: {title}\n---\n{words}\n"


@pytest.mark.parametrize("rebuild", [False, True])
def test_a_file_renamed_and_edited_within_one_sync_is_asked_about_and_keeps_its_history(
    rebuild: bool, write: Write, synced: Synced, settings: Settings, connection: sqlite3.Connection
) -> None:
    path = write("ideas/old.md", text(0, 200))
    write("other.md", text(500, 700))
    synced()
    before = identity.uid_of(connection, "ideas/old") or 0
    path.unlink()
    write("papers/new.md", text(30, 220, "Another title"))
    write("papers/unlike.md", text(900, 1100))
    report = sync.sync(settings, connection, rebuild=rebuild)
    assert rebuild or (report.moved, report.added, report.removed) == (0, 2, 1)
    (question,) = ambiguous.questions(connection)
    assert (question.missing.uid, question.candidates) == (before, ("papers/new",))
    assert "1 missing: each may be a new note" in summary(report, 1)
    ambiguous.is_it(settings, connection, before, "papers/new")
    assert identity.uid_of(connection, "papers/new") == before
    assert identity.of_former(connection, "ideas/old") == "papers/new"
    assert trash.every(connection) == []
    assert synced().unchanged == 3


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("wörter", "wo\u0308rter"),  # as a Mac writes a file
        ("\ufeff---\r\ntitle: T\r\n---\r\n", ""),
        ("हिन्दी", "हिन्दी"),
    ],
)
def test_words_are_the_same_however_they_are_written(old: str, new: str) -> None:
    words = " ".join(f"{old if not old.startswith(chr(0xFEFF)) else ''}{n}" for n in range(99))
    top = old if old.startswith("\ufeff") else ""
    again = words.replace(old, new) if not top else words
    assert likeness.share(likeness.sketch(top + words), likeness.sketch(again)) == 1.0


def test_what_is_put_back_is_the_note_that_it_was(
    write: Write, synced: Synced, connection: sqlite3.Connection
) -> None:
    """Nothing was joined meanwhile, however alike: a form says of nobody who it is."""
    path = write("interviews/anna.md", text(0, 200) + "Anna said this.\n")
    kept = path.read_bytes()
    synced()
    before = identity.uid_of(connection, "interviews/anna")
    path.unlink()
    write("interviews/bob.md", text(0, 200) + "Bob said that.\n")
    assert synced().moved == 0
    path.write_bytes(kept)
    synced()
    assert identity.uid_of(connection, "interviews/anna") == before
    assert ambiguous.questions(connection) == []


@pytest.mark.parametrize(
    "come",
    [
        {"new": (120, 400)},  # too little is left
        {"new": (0, 150), "newer": (10, 160)},  # two may be it
    ],
)
def test_what_is_not_clear_is_asked(
    come: dict[str, tuple[int, int]],
    write: Write,
    synced: Synced,
    settings: Settings,
    connection: sqlite3.Connection,
) -> None:
    path = write("old.md", text(0, 200))
    synced()
    before = identity.uid_of(connection, "old") or 0
    path.unlink()
    for name, words in come.items():
        write(f"{name}.md", text(*words))
    assert synced().moved == 0
    (question,) = ambiguous.questions(connection)
    assert (question.missing.uid, question.candidates) == (before, tuple(sorted(come)))
    ambiguous.is_it(settings, connection, before, "new")
    assert identity.uid_of(connection, "new") == before
    assert ambiguous.questions(connection) == []
    assert connection.execute("SELECT count(*) FROM trash_alike").fetchone()[0] == 0


def test_what_shares_few_words_is_another_note(
    write: Write, synced: Synced, connection: sqlite3.Connection
) -> None:
    path, template = write("old.md", text(0, 200)), write("short.md", text(300, 320))
    synced()
    path.unlink()
    template.unlink()
    write("new.md", text(170, 400))
    write("filled.md", text(300, 320) + "And some more.\n")
    assert (report := synced()).moved == 0, report
    assert ambiguous.questions(connection) == []


def test_many_that_went_and_came_are_each_compared_with_what_they_share(
    tmp_path: Path, connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder that was renamed while all its files were rewritten: no pair for pair."""
    old = {f"old/{n}.md": text(n * 60, n * 60 + 55) + text(0, 40) for n in range(1, 200)}
    compared, share = [], likeness.share
    monkeypatch.setattr(likeness, "sources", lambda *_: old.items())
    monkeypatch.setattr(
        likeness, "share", lambda *given: compared.append(found := share(*given)) or found
    )
    for n in range(1, 200):
        (tmp_path / f"{n}.md").write_text(text(n * 60, n * 60 + 54) + text(0, 40))
    found = likeness.of_files(connection, tmp_path, old, [f"{n}.md" for n in range(1, 200)])
    assert found == {f"old/{n}.md": [f"{n}.md"] for n in range(1, 200)}
    assert len(compared) < 3 * 200  # the words that all share lead to none
