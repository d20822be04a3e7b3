"""One SQLite file: connect to it, write in a transaction, bring its schema up to date.

Every write is `BEGIN IMMEDIATE`: with eight writers, read-then-write under a plain BEGIN failed
692 times in 800, under IMMEDIATE never. Each transaction that changes what a page may show
raises `version`, by which pages are cached.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database

from app import derived, schema
from app.errors import DatabaseError, DatabaseTooNew, DatabaseUnwritable

BUSY_SECONDS = 30
# Most of a note's row is its page, some 25 kB: on pages of 8 kB it is written a fifth faster than
# on those of 4 kB. A file that exists keeps the size that it was made with. A save writes some 20
# pages, mostly the same ones: with a log of 32 MB before they go to their places, instead of 8, a
# thousand saves took 3.7 s instead of 5.9. What is mapped, 2 GB at most, is read where it is: with
# 256 MB, two common words of a million annotations (870 MB) took 77 ms instead of 51 at first.
PRAGMAS = """
PRAGMA page_size = 8192;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA foreign_keys = ON;
PRAGMA temp_store = MEMORY;
PRAGMA cache_size = -16000;
PRAGMA mmap_size = 2147418112;
PRAGMA wal_autocheckpoint = 4000;
"""

_local = threading.local()


def connect(path: Path) -> sqlite3.Connection:
    """A new connection in autocommit mode; raises DatabaseError in words for a person."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(
            path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        connection.row_factory = sqlite3.Row
        connection.executescript(PRAGMAS)
    except (OSError, sqlite3.OperationalError) as error:
        raise DatabaseUnwritable(
            f"Cannot write the database {path}: {error}.",
            hint="Give this user the right to write there, or choose another folder with --data.",
        ) from error
    except sqlite3.DatabaseError as error:
        raise DatabaseError(
            f"{path} is not a database of Gloss: {error}.",
            hint="Move it away, or restore a backup: python -m app restore FILE.",
        ) from error
    return connection


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection to a database whose schema is up to date; closed at the end."""
    connection = connect(path)
    try:
        migrate(connection, path)
        yield connection
    finally:
        connection.close()


def of_this_thread(path: Path) -> sqlite3.Connection:
    """This thread's own connection, kept open: opening one costs more than a page's queries."""
    connections: dict[Path, sqlite3.Connection] = _local.__dict__.setdefault("connections", {})
    if path not in connections:
        connections[path] = connect(path)
    return connections[path]


def close_this_thread() -> None:
    """Close what `of_this_thread` opened; a test's last step."""
    for connection in _local.__dict__.pop("connections", {}).values():
        connection.close()


@contextmanager
def transaction(
    connection: sqlite3.Connection, *, shows: bool = True
) -> Iterator[sqlite3.Connection]:
    """Write everything or nothing. `shows=False` for what no page shows (a run's progress).

    Within another transaction this joins it.
    """
    if connection.in_transaction:
        yield connection
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        if shows:
            connection.execute("UPDATE state SET value = value + 1 WHERE name = 'version'")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def in_haste(connection: sqlite3.Connection, seconds: float) -> Iterator[None]:
    """Wait only so long for others who write: OperationalError, after that."""
    connection.execute(f"PRAGMA busy_timeout = {int(1000 * seconds)}")
    try:
        yield
    finally:
        connection.execute(f"PRAGMA busy_timeout = {1000 * BUSY_SECONDS}")


def version(connection: sqlite3.Connection) -> int:
    """Counts the transactions that changed what a page may show."""
    return int(connection.execute("SELECT value FROM state WHERE name = 'version'").fetchone()[0])


def migrate(connection: sqlite3.Connection, path: Path | None = None) -> list[str]:
    """Bring the schema up to date and say what was done, a line a step.

    Owned tables go through their numbered migrations, after a copy of an older file is put
    beside it. Derived tables are made where there are none; whether they are those of today's
    code is the next sync's question. A file of a later Gloss raises DatabaseTooNew and is left
    as it is.
    """
    database = Database(connection)
    refuse_newer(database)
    done = [f"{step.name}" for step in schema.owned.pending(database)]
    if done and path and database["person"].exists():
        copy = path.with_name(f"{path.name}.before-{done[0]}")
        copy.unlink(missing_ok=True)
        connection.execute("VACUUM INTO ?", [str(copy)])
        done.append(f"kept the older file as {copy.name}")
    schema.owned.apply(database)
    if not derived_version(connection):
        rebuild(connection)
    return done


def applied(connection: sqlite3.Connection) -> list[str]:
    """The names of the migrations that the file has been through."""
    return [step.name for step in schema.owned.applied(Database(connection))]


def refuse_newer(database: Database) -> None:
    known = {step.name for step in schema.owned._migrations}
    unknown = [step.name for step in schema.owned.applied(database) if step.name not in known]
    if unknown:
        raise DatabaseTooNew(
            f"The database was made by a later Gloss (it has {', '.join(unknown)}).",
            hint="Update Gloss, or choose another folder with --data. Nothing was changed.",
        )


def is_outdated(connection: sqlite3.Connection) -> bool:
    """Whether the derived tables were filled by other code than today's."""
    return derived_version(connection) != derived.stamp()


def derived_version(connection: sqlite3.Connection) -> int:
    row = connection.execute("SELECT value FROM state WHERE name = 'derived'").fetchone()
    return int(row[0])


def rebuild(connection: sqlite3.Connection) -> None:
    """Drop and make every derived table, empty."""
    with transaction(connection):
        for kind, name in derived_tables(connection):
            connection.execute(f'DROP {kind} IF EXISTS "{name}"')
        for statement in derived.TABLES:
            connection.execute(statement)
        connection.execute("UPDATE state SET value = ? WHERE name = 'derived'", [derived.stamp()])


def derived_tables(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """The derived tables and views that the file has, virtual ones first: dropping one drops its
    shadows."""
    rows = connection.execute(
        "SELECT type, name FROM sqlite_master WHERE type IN ('table', 'view')"
        " ORDER BY sql LIKE 'CREATE VIRTUAL%' DESC"
    )
    own = ("sqlite_", "_sqlite_")
    kept = [row for row in rows if not row["name"].startswith(own)]
    return [tuple(row) for row in kept if row["name"] not in schema.OWNED]
