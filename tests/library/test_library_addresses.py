"""New notes whose address is all but taken, and titles that are none: refused by the field."""

from __future__ import annotations

import sqlite3
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from app.errors import BadInput, Conflict
from app.library import documents
from app.library.syncing import sync
from app.library.writing import save
from app.settings import Settings

Write = Callable[[str, str], Path]
ENE = unicodedata.normalize("NFD", "Español")


@pytest.mark.parametrize(
    ("there", "id"),
    [
        ("idea.md", "Idea"),
        ("idea.MD", "idea"),
        ("Straße.md", "STRASSE"),
        ("\ufb01eld.md", "field"),
        ("field.md", "\ufb01eld"),
        ("R².md", "R2"),
        ("ｗide.md", "wide"),
        (f"{ENE}.md", "español"),
        ("papers/a.md", "Papers/a"),
        ("papers/a.md", "Papers/b"),
        ("papers/a.md", "ｐapers/b"),
        ("a/papers/a.md", "a/PAPERS/deep/b"),
        ("papers", "papers/b"),
        ("Papers", "papers/b"),
    ],
)
def test_an_address_that_is_all_but_taken(
    write: Write,
    synced: Callable[[], sync.Report],
    settings: Settings,
    connection: sqlite3.Connection,
    there: str,
    id: str,
) -> None:
    """Also before the index knows of it."""
    write(there, "Theirs.\n")
    for _ in range(2):
        before = sorted(settings.notes.rglob("*"))
        with pytest.raises(Conflict) as caught:
            save.create(settings, connection, id, "Mine.\n")
        assert (caught.value.field, bool(caught.value.hint)) == ("id", True)
        assert sorted(settings.notes.rglob("*")) == before
        synced()


def test_a_folder_is_used_as_it_is_spelled(
    write: Write, settings: Settings, connection: sqlite3.Connection
) -> None:
    """A Mac's NFD folder holds the new note too, not a second folder of the same look."""
    write(f"{ENE}/a.md", "A.\n")
    save.create(settings, connection, "Español/b", "B.\n")
    assert [path.name for path in settings.notes.iterdir()] == [ENE]
    assert (settings.notes / ENE / "b.md").read_text() == "B.\n"
    document = documents.get(connection, "Español/b")
    assert document is not None
    base = save.update(settings, connection, "Español/b", "C.\n", document.sha256).sha256
    assert save.read(settings, "Español/b") == ("C.\n", base)


def test_a_title_of_ten_thousand_characters(
    write: Write, settings: Settings, connection: sqlite3.Connection
) -> None:
    """Refused by its field where it is written here; a file that has one is indexed."""
    long = f"---\ntitle: {'x' * 10_000}\n---\nText.\n"
    with pytest.raises(BadInput, match="10,000 characters") as caught:
        save.create(settings, connection, "a", long)
    assert caught.value.field == "title"
    assert list(settings.notes.iterdir()) == []
    write("b.md", long)
    assert sync.sync(settings, connection).added == 1
    document = save.create(settings, connection, "c", f"# {'é' * 500}\n")
    assert len(document.note.title) == 500
