"""A link to where a note was before it moved leads to it, and gives way to everything else."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlite_utils import Database

from app import database, schema
from app.library import documents, identity, links, lost, report, unresolved
from app.library.history import restoring, trash
from app.library.moving import moving
from app.library.names import key
from app.library.syncing import sync
from app.library.writing import save
from app.settings import Settings

Write = Callable[..., Path]
Synced = Callable[[], sync.Report]
PUBLIC = ("public",)
SHOWN = "---\nvisibility: public\n---\n"


@pytest.fixture
def library(settings: Settings, connection: sqlite3.Connection, write: Write) -> sqlite3.Connection:
    """x/Old is y/new now, hidden/was is hidden/secret, and other notes have taken some names."""
    write("x/Old.md", SHOWN + "# Part\n")
    write("hidden/was.md", "# Private\n")
    write("x/took.md", SHOWN)
    write("x/named.md", SHOWN)
    sync.sync(settings, connection)
    moving.move(settings, connection, "x/Old", "y/new")
    moving.move(settings, connection, "hidden/was", "hidden/secret")
    moving.move(settings, connection, "x/took", "y/gone")
    moving.move(settings, connection, "x/named", "y/known")
    save.create(settings, connection, "z/took", SHOWN + "Another.\n")
    save.create(settings, connection, "z/other", "---\naliases: [named]\n---\n")
    return connection


@pytest.mark.parametrize(
    ("target", "origin", "path"),
    [
        ("Old", "a", "y/new"),
        ("old", "x/a", "y/new"),
        ("OLD.md", "a", "y/new"),
        ("x/old", "a", "y/new"),
        ("./x/old", "a", "y/new"),
        ("./old", "x/a", "y/new"),
        ("../x/Old", "z/a", "y/new"),
        ("/x/Old", "z/a", "y/new"),
        ("/Old", "a", None),
        ("../old", "z/a", None),
        ("w/old", "a", None),
        ("took", "a", "z/took"),
        ("x/took", "a", "y/gone"),
        ("named", "a", "z/other"),
        ("x/named", "a", "y/known"),
        ("was", "a", "hidden/secret"),
    ],
)
def test_a_former_path_means(
    library: sqlite3.Connection, target: str, origin: str, path: str | None
) -> None:
    found = documents.resolve(library, [target], origin)
    assert (found[target].path if target in found else None) == path


def test_who_may_not_see_the_note_knows_no_former_name_of_it(library: sqlite3.Connection) -> None:
    targets = ["was", "hidden/was", "took", "named"]
    found = documents.resolve(library, targets, "a", PUBLIC)
    # A hidden note does not even hide another: its alias gives way to the former name.
    assert {name: one.path for name, one in found.items()} == {
        "took": "z/took",
        "named": "y/known",
    }


def test_backlinks_count_and_the_report_does_not(
    library: sqlite3.Connection, settings: Settings
) -> None:
    save.create(settings, library, "a", SHOWN + "On [[Old]], as it was.\n")
    save.create(settings, library, "b", "By [its path](x/Old.md#part), and [[Old#none]].\n")
    save.create(settings, library, "c", SHOWN + "On [[was]] and [[nothing]].\n")
    new, secret = documents.get(library, "y/new"), documents.get(library, "hidden/secret")
    assert new is not None
    assert secret is not None
    assert [back.path for back in documents.backlinks(library, new, PUBLIC)] == ["a"]
    assert [back.path for back in documents.backlinks(library, new, links.EVERY)] == ["a", "b"]
    assert [back.path for back in documents.backlinks(library, secret, links.EVERY)] == ["c"]
    assert unresolved.every(library) == [unresolved.Unresolved("c", "nothing")]
    assert [one.words for one in lost.every(library)] == ["[[Old#none]]"]
    assert report.take(library).found("link") == 1


def test_a_new_note_takes_the_name_and_gives_it_back(
    library: sqlite3.Connection, settings: Settings
) -> None:
    save.create(settings, library, "x/Old", "Another.\n")
    assert documents.resolve(library, ["Old"], "a")["Old"].path == "x/Old"
    save.delete(settings, library, "x/Old", None)
    assert documents.resolve(library, ["Old"], "a")["Old"].path == "y/new"
    save.delete(settings, library, "y/new", None)
    assert documents.resolve(library, ["Old"], "a") == {}


def test_of_several_the_nearest_counts(settings: Settings, connection: sqlite3.Connection) -> None:
    for name in ("old", "x/old", "y/deep/old"):
        save.create(settings, connection, name, f"{name}\n")
    for name in ("y/deep/old", "x/old", "old"):
        moving.move(settings, connection, name, name.replace("old", "new").replace("/", "-"))
    found = {
        (target, origin): documents.resolve(connection, [target], origin)[target].path
        for target, origin in (("old", "a"), ("./old", "x/a"), ("deep/old", "a"))
    }
    assert list(found.values()) == ["new", "x-new", "y-deep-new"]


def test_on_request_links_to_any_former_name_are_written_anew(
    settings: Settings, connection: sqlite3.Connection
) -> None:
    save.create(settings, connection, "x/one", "Myself: [[one]].\n")
    save.create(settings, connection, "other", "Moved, too.\n")
    save.create(settings, connection, "a", "[[one]], [p](x/one.md#top), [[two]]; [[other]].\n")
    moving.move(settings, connection, "other", "another")
    moving.move(settings, connection, "x/one", "x/two")
    found = documents.get(connection, "a")
    assert found is not None
    assert "[[one]], [p](x/one.md#top), [[two]]; [[other]]" in found.source
    assert moving.move(settings, connection, "x/two", "y/three", rewrite_links=True) == (
        moving.Moved("y/three", ("a",), ())
    )
    found, own = documents.get(connection, "a"), documents.get(connection, "y/three")
    assert found is not None
    assert own is not None
    assert found.source == "[[three]], [p](y/three.md#top), [[three]]; [[other]].\n"
    assert own.source == "Myself: [[three]].\n"


def test_it_is_one_query_by_indexes(library: sqlite3.Connection) -> None:
    queries: list[str] = []
    library.set_trace_callback(queries.append)
    found = documents.resolve(library, ["Old", "took", "nothing"] * 50, "a")
    library.set_trace_callback(None)
    assert (found.keys(), len(queries)) == ({"Old", "took"}, 1)
    plan = [row[3] for row in library.execute(f"EXPLAIN QUERY PLAN {queries[0]}")]
    scanned = {step.split()[1] for step in plan if step.startswith("SCAN")}
    assert scanned - {"json_each"} == {step for step in scanned if step.startswith("(subquery")}
    assert any("former_path_by_name_key" in step for step in plan)


def test_former_paths_of_an_older_library_get_their_keys(tmp_path: Path) -> None:
    paths = ["a", "x/Old Name", "y/E\u0301te\u0301", "z/STRASSE", "z/Stra\u00dfe"]
    with database.opened(tmp_path / "gloss.db") as connection:
        connection.execute("INSERT INTO note (path, created) VALUES ('n', '')")
        connection.execute("DROP INDEX former_path_by_name_key")
        for column in ("name_key", "visibility"):
            connection.execute(f"ALTER TABLE former_path DROP COLUMN {column}")
        connection.executemany("INSERT INTO former_path VALUES (?, 1)", [(path,) for path in paths])
        schema.former_names(Database(connection))
        rows = connection.execute("SELECT path, name_key FROM former_path")
        assert dict(rows.fetchall()) == {path: key(path.rpartition("/")[2]) for path in paths}


def test_a_note_that_moved_outside_is_found_by_its_former_name(
    settings: Settings, connection: sqlite3.Connection, write: Write, synced: Synced
) -> None:
    write("old.md", "Some words of its own.\n")
    write("a.md", "[[old]]\n")
    synced()
    (settings.notes / "old.md").rename(settings.notes / "new.md")
    assert synced().moved == 1
    assert identity.of_former(connection, "old") == "new"
    assert documents.resolve(connection, ["old"], "a")["old"].path == "new"
    assert unresolved.every(connection) == []


def visible(connection: sqlite3.Connection, settings: Settings, path: str, as_: str) -> None:
    """Save the note with this visibility."""
    source = f"---\nvisibility: {as_}\n---\nWords, {as_}.\n"
    save.update(settings, connection, path, source, save.read(settings, path)[1])


def led(connection: sqlite3.Connection, path: str) -> tuple[bool, bool]:
    """Whether the public is led from a former address, and by a link that says it."""
    return (
        identity.of_former(connection, path, PUBLIC) is not None,
        path in documents.resolve(connection, [path], "a", PUBLIC),
    )


def test_the_public_knows_an_address_only_of_the_time_when_the_note_was_public(
    settings: Settings, connection: sqlite3.Connection
) -> None:
    save.create(settings, connection, "layoffs", "---\nvisibility: private\n---\nWords.\n")
    moving.move(settings, connection, "layoffs", "plans")
    visible(connection, settings, "plans", "public")
    moving.move(settings, connection, "plans", "open")
    visible(connection, settings, "open", "private")
    moving.move(settings, connection, "open", "hidden")
    visible(connection, settings, "hidden", "unlisted")
    moving.move(settings, connection, "hidden", "last")
    visible(connection, settings, "last", "public")
    known = {"layoffs": False, "plans": True, "open": True, "hidden": False}
    for path, is_known in known.items():
        assert led(connection, path) == (is_known, is_known), path
        assert identity.of_former(connection, path) == "last"
        assert documents.resolve(connection, [path], "a")[path].path == "last"
    by_address = ("public", "unlisted")
    assert identity.of_former(connection, "hidden", by_address) == "last"
    assert identity.of_former(connection, "layoffs", by_address) is None


def test_a_move_outside_and_a_way_through_the_trash_remember_it_too(
    settings: Settings, connection: sqlite3.Connection, write: Write, synced: Synced
) -> None:
    for name, words in (("seen", SHOWN), ("unseen", "")):
        write(f"{name}.md", f"{words}Words of the {name} one.\n")
    synced()
    for name in ("seen", "unseen"):
        (settings.notes / f"{name}.md").rename(settings.notes / f"{name}-now.md")
    assert synced().moved == 2
    for name in ("seen", "unseen"):
        save.delete(settings, connection, f"{name}-now", None)
        uid = trash.every(connection)[0].uid
        restoring.restore(settings, connection, uid, to=f"{name}-back")
    visible(connection, settings, "unseen-back", "public")
    assert [led(connection, path)[0] for path in ("seen", "seen-now")] == [True, True]
    assert [led(connection, path)[0] for path in ("unseen", "unseen-now")] == [False, False]


def test_a_rebuild_forgets_nothing_of_it(
    settings: Settings, connection: sqlite3.Connection, synced: Synced
) -> None:
    save.create(settings, connection, "a", f"{SHOWN}Words.\n")
    visible(connection, settings, "a", "private")
    database.rebuild(connection)
    synced()
    moving.move(settings, connection, "a", "b")
    visible(connection, settings, "b", "public")
    assert led(connection, "a") == (True, True)


def test_of_an_older_library_is_public_what_was_never_anything_else(
    settings: Settings, connection: sqlite3.Connection, write: Write, synced: Synced
) -> None:
    """A note may have moved before it was made public: only what all versions say is certain."""
    write("untouched.md", f"{SHOWN}Never changed.\n")
    write("private.md", "Never shown.\n")
    synced()
    for name, every in {
        "always": ["public"] * 70,
        "once-hidden": ["public", "private", "public"],
        "unlisted": ["unlisted", "public"],
        "damaged": ["public", "public"],
    }.items():
        save.create(settings, connection, name, f"---\nvisibility: {every[0]}\n---\n1\n")
        for number, each in enumerate(every):
            source = f"---\nvisibility: {each}\n---\n{number} of {name}\n"
            save.update(settings, connection, name, source, save.read(settings, name)[1])
    save.create(settings, connection, "gone", f"{SHOWN}In the trash.\n")
    names = ("untouched", "private", "always", "once-hidden", "unlisted", "damaged", "gone")
    for name in names:
        moving.move(settings, connection, name, f"now-{name}")
    save.delete(settings, connection, "now-gone", None)
    uid = identity.uid_of(connection, "now-damaged")
    connection.execute("UPDATE revision SET data = x'00' WHERE note_uid = ?", [uid])
    connection.execute("ALTER TABLE former_path DROP COLUMN visibility")
    connection.execute("ALTER TABLE note DROP COLUMN most_open")
    schema.former_visibility(Database(connection))
    rows = connection.execute("SELECT path, visibility FROM former_path")
    assert dict(rows.fetchall()) == {
        "untouched": "public",
        "private": "private",
        "always": "public",
        "once-hidden": "private",
        "unlisted": "unlisted",
        "damaged": "private",
        "gone": "public",
    }
    rows = connection.execute("SELECT path, most_open FROM note WHERE path LIKE 'now-%'")
    assert dict(rows.fetchall()) == {
        "now-untouched": "public",
        "now-private": "private",
        "now-always": "public",
        "now-once-hidden": "public",
        "now-unlisted": "public",
        "now-damaged": "public",
    }
