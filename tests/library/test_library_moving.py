"""Moves in Gloss: everything goes along, and links go on meaning what they meant."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from app import database
from app.errors import BadInput, Conflict, GlossError, NotFound
from app.library import documents, identity, links
from app.library.history import revisions
from app.library.moving import moving
from app.library.syncing import sync
from app.library.writing import exchange, save, temporaries
from app.settings import Settings

Write = Callable[..., Path]
Synced = Callable[[], sync.Report]
Rows = Callable[[sqlite3.Connection], dict[str, list[tuple[object, ...]]]]


def source(connection: sqlite3.Connection, id: str) -> str:
    found = documents.get(connection, id)
    assert found is not None
    return found.source


def test_everything_goes_along(
    settings: Settings, connection: sqlite3.Connection, synced: Synced, rows: Rows
) -> None:
    made = save.create(settings, connection, "ideas/a", "---\ntitle: A\n---\nText.\n")
    (settings.notes / "ideas/a.md").chmod(0o640)
    stat = (settings.notes / "ideas/a.md").stat()
    found = moving.move(settings, connection, "ideas/a", "papers/deep/b")
    assert found == moving.Moved("papers/deep/b")
    path = settings.notes / "papers/deep/b.md"
    assert not (settings.notes / "ideas/a.md").exists()
    assert path.read_text() == "---\ntitle: A\n---\nText.\n"
    assert (path.stat().st_mode, path.stat().st_mtime_ns) == (stat.st_mode, stat.st_mtime_ns)
    document = documents.get(connection, "papers/deep/b")
    assert document is not None
    assert (document.uid, document.kind) == (made.uid, "paper")
    assert identity.of_former(connection, "ideas/a") == "papers/deep/b"
    assert [one.kind for one in revisions.of_note(connection, made.uid)] == ["saved"]
    grown = rows(connection)
    assert synced().unchanged == 1
    sync.sync(settings, connection, rebuild=True)
    assert rows(connection) == grown
    assert all(temporaries.origin(path.name) for path in settings.notes.rglob(".gloss-*"))


def test_a_move_there_and_back(settings: Settings, connection: sqlite3.Connection) -> None:
    save.create(settings, connection, "a", "Text")
    moving.move(settings, connection, "a", "b")
    moving.move(settings, connection, "b", "a")
    assert identity.of_former(connection, "b") == "a"
    assert identity.of_former(connection, "a") is None
    other = save.create(settings, connection, "b", "Another")
    assert other.uid != identity.uid_of(connection, "a")


@pytest.mark.parametrize("new", ["taken", "Taken", "../a", "con", "a", "", "broken"])
def test_a_move_that_cannot_be_changes_nothing(
    new: str, settings: Settings, connection: sqlite3.Connection, write: Write
) -> None:
    write("broken.md", "---\n[\n---\n")
    save.create(settings, connection, "a", "Text")
    save.create(settings, connection, "taken", "Theirs")
    with pytest.raises((BadInput, Conflict)):
        moving.move(settings, connection, "a", new)
    files = {path.name: path.read_text() for path in settings.notes.iterdir()}
    assert files == {"a.md": "Text", "taken.md": "Theirs", "broken.md": "---\n[\n---\n"}
    assert documents.get(connection, "a") is not None
    with pytest.raises(NotFound):
        moving.move(settings, connection, "none", "b")


def test_another_spelling_of_the_same_name(
    settings: Settings, connection: sqlite3.Connection
) -> None:
    made = save.create(settings, connection, "Idea", "Text")
    moving.move(settings, connection, "Idea", "idea")
    found = documents.get(connection, "idea")
    assert found is not None
    assert found.uid == made.uid
    assert [path.name for path in settings.notes.glob("[!.]*")] == ["idea.md"]


def test_folders_keep_their_spelling(
    settings: Settings, connection: sqlite3.Connection, write: Write, synced: Synced
) -> None:
    write("cafe\u0301/other.md")
    save.create(settings, connection, "a", "Text")
    moving.move(settings, connection, "a", "caf\u00e9/a")
    assert (settings.notes / "cafe\u0301/a.md").read_text() == "Text"
    assert synced().moved == 0
    assert documents.get(connection, "caf\u00e9/a") is not None
    with pytest.raises(Conflict, match="already caf"):
        moving.move(settings, connection, "caf\u00e9/a", "Cafe\u0301/a")


def test_a_note_that_cannot_be_read_is_moved_as_it_is(
    settings: Settings, connection: sqlite3.Connection, write: Write, synced: Synced
) -> None:
    write("a.md", b"---\ntitle: [\n---\n\xff")
    synced()
    moving.move(settings, connection, "a", "b")
    assert (settings.notes / "b.md").read_bytes() == b"---\ntitle: [\n---\n\xff"
    assert [failure.path for failure in synced().failed] == ["b.md"]


def test_a_move_that_cannot_be_recorded_leaves_the_file(
    settings: Settings, connection: sqlite3.Connection
) -> None:
    save.create(settings, connection, "a", "Text")
    connection.execute(
        "CREATE TEMP TRIGGER late AFTER UPDATE ON state"
        " BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
    )
    with pytest.raises(GlossError, match="disk is full"):
        moving.move(settings, connection, "a", "b")
    assert [path.name for path in settings.notes.iterdir()] == ["a.md"]


def test_a_save_by_an_editor_during_the_move_goes_along(
    settings: Settings, connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    save.create(settings, connection, "a", "Text")
    real, looks = exchange.digest, 0

    def digest_then_edit(file: Path) -> str:
        nonlocal looks
        looks += 1
        found = real(file)
        if looks == 1:
            file.write_text("Edited.")
        return found

    monkeypatch.setattr(exchange, "digest", digest_then_edit)
    moving.move(settings, connection, "a", "b")
    assert [path.name for path in settings.notes.glob("[!.]*")] == ["b.md"]
    assert source(connection, "b") == "Edited."


OWN = """---
up: "[[other]]"
---
[other](other.md), [o](./other), [up](../root.md#top "title"), ![](img/p%201.png),
![one](<img/p 1.png>), [[other|as it is]], [[root]], [web](https://example.org/a.md), [here](#top),
[no](nowhere.md), `[other](other.md)`, $[x](other.md)$ and [by ref][r], <img src="img/p 1.png">.

```
[other](other.md)
```

[r]: other.md
"""
OWN_AFTER = """---
up: "[[other]]"
---
[other](../../x/other.md), [o](../../x/other), [up](../../root.md#top "title"), \
![](../../x/img/p%201.png),
![one](<../../x/img/p 1.png>), [[other|as it is]], [[root]], [web](https://example.org/a.md), \
[here](#top),
[no](nowhere.md), `[other](other.md)`, $[x](other.md)$ and [by ref][r], \
<img src="../../x/img/p%201.png">.

```
[other](other.md)
```

[r]: ../../x/other.md
"""


def test_links_in_the_note_lead_where_they_led(
    settings: Settings, connection: sqlite3.Connection, write: Write, synced: Synced
) -> None:
    write("x/other.md", "# Top")
    write("root.md", "# Top")
    write("x/img/p 1.png", b"png")
    write("x/a.md", OWN)
    synced()
    found = moving.move(settings, connection, "x/a", "y/z/b", person_id=None)
    assert found.left == ()
    assert (settings.notes / "y/z/b.md").read_text().splitlines() == OWN_AFTER.splitlines()
    document = documents.get(connection, "y/z/b")
    assert document is not None
    assert [one.kind for one in revisions.of_note(connection, document.uid)] == ["saved", "before"]
    found = moving.move(settings, connection, "y/z/b", "x/a")
    assert (settings.notes / "x/a.md").read_text().count("../") == 1


OTHERS = {
    "root": "[[old]], [[old|words]], [[x/old#Part|words]], ![[old]],"
    " [a](x/old.md#part), [[Alias]].",
    "x/beside": "[a](old.md), [b](./old), [[old]] and `[[old]]`, $[[old]]$; price $5 or $6.",
    "y/far": 'See\n\n> - [a](../x/old.md "t")\n\n[r]: <../x/old.md>\n\n[by][r] [[X/OLD.md]]',
    "z/property": '---\nup: "[[old]]"  # a comment\nother: 1\n---\n[[old ]]\n',
    "w/else": "Nothing of it: [[other]].",
}
OTHERS_AFTER = {
    "root": "[[new name]], [[new name|words]], [[v/new name#Part|words]], ![[new name]],"
    " [a](v/new%20name.md#part), [[Alias]].",
    "x/beside": "[a](../v/new%20name.md), [b](../v/new%20name), [[new name]] and `[[old]]`,"
    " $[[old]]$; price $5 or $6.",
    "y/far": 'See\n\n> - [a](../v/new%20name.md "t")\n\n[r]: <../v/new name.md>\n\n'
    "[by][r] [[v/new name.md]]",
    "z/property": '---\nup: "[[new name]]"  # a comment\nother: 1\n---\n[[new name ]]\n',
    "w/else": "Nothing of it: [[other]].",
}


def test_links_in_other_notes_are_written_anew_in_their_shape(
    settings: Settings, connection: sqlite3.Connection, write: Write, synced: Synced
) -> None:
    write("x/old.md", "---\naliases: [Alias]\n---\n# Part\n\nMyself: [[old#Part]].\n")
    write("other.md")
    for name, text in OTHERS.items():
        write(f"{name}.md", text)
    synced()
    uid = identity.uid_of(connection, "x/old")
    found = moving.move(settings, connection, "x/old", "v/new name", rewrite_links=True)
    assert found.left == ()
    assert set(found.rewritten) == {"root", "x/beside", "y/far", "z/property"}
    assert {name: source(connection, name) for name in OTHERS} == OTHERS_AFTER
    assert "[[new name#Part]]" in source(connection, "v/new name")
    document = documents.get(connection, "v/new name")
    assert document is not None
    assert document.uid == uid
    assert len(documents.backlinks(connection, document, links.EVERY)) == 4
    assert synced().unchanged == 7


def test_without_the_wish_other_notes_stay(
    settings: Settings, connection: sqlite3.Connection
) -> None:
    save.create(settings, connection, "old", "Text")
    save.create(settings, connection, "other", "[[old]]")
    assert moving.move(settings, connection, "old", "new").rewritten == ()
    assert source(connection, "other") == "[[old]]"


def test_a_name_that_is_taken_elsewhere_is_written_with_its_folder(
    settings: Settings, connection: sqlite3.Connection
) -> None:
    save.create(settings, connection, "new", "Another of that name")
    save.create(settings, connection, "old", "Text")
    save.create(settings, connection, "other", "[[old]] but [[new]]")
    moving.move(settings, connection, "old", "x/new", rewrite_links=True)
    assert source(connection, "other") == "[[x/new]] but [[new]]"


def test_a_link_that_cannot_be_found_in_the_text_is_left_and_named(
    settings: Settings, connection: sqlite3.Connection
) -> None:
    save.create(settings, connection, "old", "Text")
    odd = "[a](o\\ld.md) [a](&#111;ld.md)"
    save.create(settings, connection, "other", odd)
    linked = documents.get(connection, "old")
    assert linked is not None
    found = moving.move(settings, connection, "old", "new", rewrite_links=True)
    assert found.left == ("other",)
    backlinks = documents.backlinks(connection, linked, links.EVERY)
    assert [back.path for back in backlinks] == ["other"]  # by its former name
    assert source(connection, "other") == odd
    database.close_this_thread()
