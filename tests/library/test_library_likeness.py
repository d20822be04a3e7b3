"""A note that was renamed and edited at once keeps its history, or a person is asked."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from app.commands.sync import summary
from app.library import identity
from app.library.history import revisions, trash
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
def test_a_file_renamed_and_edited_within_one_sync_is_the_same_note(
    rebuild: bool, write: Write, synced: Synced, settings: Settings, connection: sqlite3.Connection
) -> None:
    path = write("ideas/old.md", text(0, 200))
    write("other.md", text(500, 700))
    synced()
    before = identity.uid_of(connection, "ideas/old")
    path.unlink()
    write("papers/new.md", text(30, 220, "Another title"))
    write("papers/unlike.md", text(900, 1100))
    report = sync.sync(settings, connection, rebuild=rebuild)
    assert rebuild or (report.moved, report.added, report.removed) == (1, 1, 0)
    assert identity.uid_of(connection, "papers/new") == before
    assert identity.of_former(connection, "ideas/old") == "papers/new"
    assert trash.every(connection) == []
    assert [one.kind for one in revisions.of_note(connection, before or 0)] == ["outside", "before"]
    assert synced().unchanged == 3


def test_what_cannot_be_read_under_its_new_name_is_asked_about_once_it_can_be(
    write: Write, synced: Synced, settings: Settings, connection: sqlite3.Connection
) -> None:
    path = write("old.md", text(0, 200))
    synced()
    before = identity.uid_of(connection, "old")
    path.unlink()
    write("new.md", text(0, 200).replace("title: A title", "title: ["))
    report = synced()
    assert (report.removed, len(report.failed)) == (1, 1)
    assert [kept.uid for kept in trash.every(connection)] == [before]
    write("new.md", text(0, 201))
    synced()
    (question,) = ambiguous.questions(connection)
    assert question.candidates == ("new",)
    assert "1 missing: each may be a new note" in summary(report, 1)


def test_what_the_notes_beside_say_too_is_a_template(
    write: Write, synced: Synced, connection: sqlite3.Connection
) -> None:
    """A day's note that was deleted is not the next day's, however much is the same in all."""
    for day in (1, 2):
        write(f"days/{day}.md", text(0, 200) + text(day * 1000, day * 1000 + 50))
    synced()
    (Path(write("days/3.md", text(0, 200) + text(3000, 3050))).parent / "2.md").unlink()
    assert synced().moved == 0
    (question,) = ambiguous.questions(connection)
    assert question.candidates == ("days/3",)


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
    looked_at = []
    count = likeness.shared
    monkeypatch.setattr(likeness, "sources", lambda *_: list(old.items()))
    monkeypatch.setattr(
        likeness, "shared", lambda *given: looked_at.append(found := count(*given)) or found
    )
    for n in range(1, 200):
        (tmp_path / f"{n}.md").write_text(text(n * 60, n * 60 + 54) + text(0, 40))
    found = likeness.of_files(connection, tmp_path, old, [f"{n}.md" for n in range(1, 200)])
    assert found.certain == {f"{n}.md": f"old/{n}.md" for n in range(1, 200)}
    assert sum(map(len, looked_at)) < 3 * 200  # the words that all share lead to none
