"""Connections, transactions and migrations, on real files."""

from __future__ import annotations

import multiprocessing
import sqlite3
from pathlib import Path

import pytest
from sqlite_utils import Database

from app import database, schema
from app.errors import DatabaseError, DatabaseTooNew, DatabaseUnwritable


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "gloss.db"


def shape(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql <> '' ORDER BY name")
    return [(row["name"], row["sql"]) for row in rows]


def test_a_new_file_has_every_table_and_a_second_time_nothing_changes(path: Path) -> None:
    with database.opened(path) as connection:
        first = shape(connection)
        assert database.migrate(connection, path) == []
        assert shape(connection) == first
        names = {name for name, _ in first}
        assert {*schema.OWNED, "document", "search_text"} <= names
        assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        assert connection.execute("PRAGMA foreign_keys").fetchone()[0] == 1
        assert connection.execute("PRAGMA page_size").fetchone()[0] == 8192


def test_a_rebuild_keeps_owned_rows_and_empties_derived_ones(path: Path) -> None:
    with database.opened(path) as connection, database.transaction(connection):
        connection.execute("INSERT INTO note (path, created) VALUES ('a', '2026-11-21')")
        connection.execute("INSERT INTO problem (path, line, reason) VALUES ('b.md', 1, 'x')")
    with database.opened(path) as connection:
        before = shape(connection)
        database.rebuild(connection)
        assert shape(connection) == before
        assert connection.execute("SELECT path FROM note").fetchone()["path"] == "a"
        assert connection.execute("SELECT count(*) FROM problem").fetchone()[0] == 0


def test_other_code_than_that_which_filled_it_is_noticed(path: Path) -> None:
    with database.opened(path) as connection:
        assert not database.is_outdated(connection)
        connection.execute("UPDATE state SET value = 1 WHERE name = 'derived'")
        assert database.is_outdated(connection)


def test_no_owned_table_refers_to_a_derived_one(path: Path) -> None:
    with database.opened(path) as connection:
        for table in schema.OWNED:
            for row in connection.execute(f"PRAGMA foreign_key_list({table})"):
                assert row["table"] in schema.OWNED


def test_a_file_of_a_later_version_is_refused_and_left_as_it_is(path: Path) -> None:
    with database.opened(path) as connection:
        Database(connection)["_sqlite_migrations"].insert(
            {"migration_set": "gloss", "name": "0999_wings", "applied_at": "2030-01-01"}
        )
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = path.read_bytes()
    with pytest.raises(DatabaseTooNew, match="0999_wings"), database.opened(path):
        pass
    assert path.read_bytes() == before


def test_an_older_file_is_migrated_and_a_copy_is_kept(path: Path) -> None:
    with database.opened(path) as connection:
        connection.execute(
            "INSERT INTO person (name, role, created) VALUES ('Ada', 'owner', '2026-11-21')"
        )
        connection.execute("DELETE FROM _sqlite_migrations")  # as before numbers were kept

    later = schema.Migrations("gloss")
    later._migrations = [schema.Migrations._Migration("0002_wings", add_wings)]
    known, schema.owned = schema.owned, later
    try:
        with database.opened(path) as connection:
            assert connection.execute("SELECT wings FROM person").fetchone()["wings"] == 2
            assert database.migrate(connection, path) == []
    finally:
        schema.owned = known
    copy = path.with_name("gloss.db.before-0002_wings")
    kept = sqlite3.connect(copy)
    assert kept.execute("SELECT name FROM person").fetchone() == ("Ada",)
    kept.close()


def add_wings(db: Database) -> None:
    db.execute("ALTER TABLE person ADD COLUMN wings INTEGER NOT NULL DEFAULT 2")


def test_what_was_run_and_said_before_there_were_sweeps_and_threads_is_kept(path: Path) -> None:
    """A file of before 0009: its rows stay as they are, and are no points, no replies, not kept."""
    earlier = schema.Migrations("gloss")
    earlier._migrations = schema.owned._migrations[:8]
    later, schema.owned = schema.owned, earlier
    try:
        with database.opened(path) as connection:
            assert database.applied(connection)[-1] == "0008_inodes_of_moves"
            for statement in EARLIER:
                connection.execute(statement)
            before = rows_of(connection)
    finally:
        schema.owned = later
    with database.opened(path) as connection:
        assert database.applied(connection)[8:11] == ["0009_sources", "0010_sweeps", "0011_margin"]
        new = {"run": (0, None), "revision": (None, None), "annotation": (None, "", "")}
        assert rows_of(connection) == {table: before[table] + new[table] for table in new}
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


EARLIER = (
    "INSERT INTO note (path, created) VALUES ('a', '')",
    "INSERT INTO run (script, params, fingerprint, parts, status, queued)"
    " VALUES ('count', '{}', 'f', '{}', 'succeeded', 'now')",
    "INSERT INTO revision (note_uid, at, kind, sha256, size, data)"
    " VALUES (1, 'now', 'saved', 'x', 3, x'616263')",
    "INSERT INTO annotation (id, note_uid, stored, created, modified)"
    " VALUES ('x', 1, '{}', 'now', 'now')",
)


def rows_of(connection: sqlite3.Connection) -> dict[str, tuple[object, ...]]:
    tables = ("run", "revision", "annotation")
    return {
        table: tuple(connection.execute(f"SELECT * FROM {table}").fetchone()) for table in tables
    }


def test_what_hangs_on_a_note_or_a_sweep_goes_with_it(path: Path) -> None:
    with database.opened(path) as connection:
        for statement in (*EARLIER, *HANGING):
            connection.execute(statement)
        connection.execute("UPDATE annotation SET note_uid = NULL")
        connection.execute("DELETE FROM note")
        connection.execute("DELETE FROM sweep")
        for table in ("anchor", "anchored_text"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == 0
        assert connection.execute("SELECT sweep_id FROM run").fetchone()[0] is None


HANGING = (
    "INSERT INTO anchored_text VALUES (1, 'x', 1, x'616263')",
    "INSERT INTO anchor (annotation_id, target, note_uid, grade) VALUES ('x', 0, 1, 'orphan')",
    "INSERT INTO sweep (script, params, axes, around, created) VALUES ('c', '{}', '[]', '', '')",
    "INSERT INTO run (script, params, fingerprint, parts, status, queued, sweep_id)"
    " VALUES ('count', '{}', 'f', '{}', 'queued', 'now', 1)",
)


def test_a_derived_table_may_begin_with_the_name_of_an_owned_one(path: Path) -> None:
    with database.opened(path) as connection:
        connection.execute("INSERT INTO annotation_shown VALUES ('x', '<p>')")
        for statement in EARLIER:
            connection.execute(statement)
        before = rows_of(connection)
        database.rebuild(connection)
        assert connection.execute("SELECT count(*) FROM annotation_shown").fetchone()[0] == 0
        assert rows_of(connection) == before


def test_what_is_no_database_and_what_cannot_be_written_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "notes.db").write_text("once upon a time, " * 100)
    with pytest.raises(DatabaseError, match="not a database of Gloss"):
        database.connect(tmp_path / "notes.db")
    (tmp_path / "file").write_text("")
    with pytest.raises(DatabaseUnwritable, match="--data"):
        database.connect(tmp_path / "file" / "gloss.db")


def test_a_transaction_is_all_or_nothing_and_raises_the_version_once(path: Path) -> None:
    with database.opened(path) as connection:
        version = database.version(connection)
        with database.transaction(connection), database.transaction(connection):
            connection.execute("INSERT INTO note (path, created) VALUES ('a', '')")
        assert database.version(connection) == version + 1
        with pytest.raises(sqlite3.IntegrityError):
            write_twice(connection)
        assert connection.execute("SELECT count(*) FROM note").fetchone()[0] == 1
        with database.transaction(connection, shows=False):
            connection.execute("INSERT INTO note (path, created) VALUES ('c', '')")
        assert database.version(connection) == version + 1


def write_twice(connection: sqlite3.Connection) -> None:
    with database.transaction(connection):
        connection.execute("INSERT INTO note (path, created) VALUES ('b', '')")
        connection.execute("INSERT INTO note (path, created) VALUES ('b', '')")


def test_eight_writers_wait_for_each_other_and_lose_nothing(path: Path) -> None:
    with database.opened(path) as connection:
        connection.execute("INSERT INTO note (path, created) VALUES ('n', '0')")
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=count_up, args=(path, 25)) for _ in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0] * 8
    with database.opened(path) as connection:
        assert connection.execute("SELECT created FROM note").fetchone()["created"] == "200"


def count_up(path: Path, times: int) -> None:
    """Read, then write what was read plus one: lost updates would show."""
    connection = database.connect(path)
    for _ in range(times):
        with database.transaction(connection):
            row = connection.execute("SELECT created FROM note").fetchone()
            connection.execute("UPDATE note SET created = ?", [str(int(row["created"]) + 1)])
    connection.close()
