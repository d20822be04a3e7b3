"""The owned tables: what exists nowhere else. They are migrated, never dropped.

No foreign key goes from them to a derived table (app/derived.py).
"""

from __future__ import annotations

import json
import re
import secrets
import unicodedata

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from app.schema_statements import (
    ADDRESSES,
    ALIKE,
    CARRY_OVER,
    DRAFTS_BY_TOKEN,
    FURTHER_NOTES,
    HISTORY,
    LOST,
    MARGIN,
    SOURCES,
    SWEEPS,
    UNFINISHED_MOVES,
    WHOLE_RUNS,
)
from app.schema_versions import versions_visible

owned = Migrations("gloss")


@owned(name="0001_first")
def first(db: Database) -> None:
    for statement in FIRST:
        db.execute(statement)


FIRST = (
    # version: see database.transaction; derived: the schema version of the derived tables
    "CREATE TABLE state (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT",
    "INSERT INTO state VALUES ('version', 0), ('derived', 0)",
    """CREATE TABLE person (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE COLLATE NOCASE,
        role TEXT NOT NULL CHECK (role IN ('owner', 'editor', 'annotator', 'reader')),
        created TEXT NOT NULL
    ) STRICT""",
    # Only hashes are kept of tokens, sessions and links.
    """CREATE TABLE token (
        id INTEGER PRIMARY KEY,
        hash TEXT NOT NULL UNIQUE,
        person_id INTEGER NOT NULL REFERENCES person(id) ON DELETE CASCADE,
        name TEXT NOT NULL,
        role TEXT NOT NULL CHECK (role IN ('owner', 'editor', 'annotator', 'reader')),
        created TEXT NOT NULL
    ) STRICT""",
    """CREATE TABLE session (
        hash TEXT PRIMARY KEY,
        person_id INTEGER NOT NULL REFERENCES person(id) ON DELETE CASCADE,
        created TEXT NOT NULL,
        expires TEXT NOT NULL
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE sign_in_link (
        hash TEXT PRIMARY KEY,
        person_id INTEGER NOT NULL REFERENCES person(id) ON DELETE CASCADE,
        created TEXT NOT NULL,
        expires TEXT NOT NULL
    ) STRICT, WITHOUT ROWID""",
    # A note's identity: what is said of it (runs, annotations) refers to uid, never to path.
    """CREATE TABLE note (
        uid INTEGER PRIMARY KEY AUTOINCREMENT,
        path TEXT NOT NULL UNIQUE,
        created TEXT NOT NULL
    ) STRICT""",
    """CREATE TABLE run (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        script TEXT NOT NULL,
        params TEXT NOT NULL,
        fingerprint TEXT NOT NULL,
        parts TEXT NOT NULL,
        status TEXT NOT NULL CHECK (status IN ('queued', 'running', 'succeeded', 'excepted',
            'errored', 'timed_out', 'cancelled', 'interrupted')),
        person_id INTEGER REFERENCES person(id) ON DELETE SET NULL,
        queued TEXT NOT NULL,
        started TEXT,
        ended TEXT,
        seconds REAL,
        progress TEXT NOT NULL DEFAULT '',
        cancel INTEGER NOT NULL DEFAULT 0,
        sandbox TEXT NOT NULL DEFAULT '',
        message TEXT NOT NULL DEFAULT '',
        log TEXT NOT NULL DEFAULT ''
    ) STRICT""",
    "CREATE INDEX run_by_script ON run(script, params, status, id)",
    "CREATE INDEX run_by_status ON run(status, id)",
    # kind: figure | value | text | table. value: JSON of a value; files: JSON {format: file name}
    """CREATE TABLE output (
        run_id INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        name TEXT NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('figure', 'value', 'text', 'table')),
        value TEXT NOT NULL DEFAULT 'null',
        files TEXT NOT NULL DEFAULT '{}',
        PRIMARY KEY (run_id, position)
    ) STRICT, WITHOUT ROWID""",
    # stored: the JSON as the client sent it. target: the note, where it is one of ours.
    """CREATE TABLE annotation (
        id TEXT PRIMARY KEY,
        note_uid INTEGER REFERENCES note(uid),
        person_id INTEGER REFERENCES person(id) ON DELETE SET NULL,
        stored TEXT NOT NULL,
        motivation TEXT NOT NULL DEFAULT '',
        quote TEXT NOT NULL DEFAULT '',
        body TEXT NOT NULL DEFAULT '',
        visibility TEXT NOT NULL DEFAULT 'shared' CHECK (visibility IN ('shared', 'private')),
        created TEXT NOT NULL,
        modified TEXT NOT NULL,
        deleted TEXT
    ) STRICT""",
    "CREATE INDEX annotation_by_note ON annotation(note_uid, created)",
)


@owned(name="0002_history")
def history(db: Database) -> None:
    for statement in HISTORY:
        db.execute(statement)


@owned(name="0003_unfinished_moves")
def unfinished_moves(db: Database) -> None:
    for statement in UNFINISHED_MOVES:
        db.execute(statement)


@owned(name="0004_former_names")
def former_names(db: Database) -> None:
    """The last part of each former path as names are compared: links that say it lead there."""
    db.execute("ALTER TABLE former_path ADD COLUMN name_key TEXT NOT NULL DEFAULT ''")
    rows = [(name_key(path), path) for (path,) in db.execute("SELECT path FROM former_path")]
    for row in rows:
        db.execute("UPDATE former_path SET name_key = ? WHERE path = ?", row)
    db.execute("CREATE INDEX former_path_by_name_key ON former_path(name_key)")


def name_key(path: str) -> str:
    """As `library.names.key` was when this migration was written."""
    name = unicodedata.normalize("NFD", path.rpartition("/")[2])
    return unicodedata.normalize("NFC", name.casefold())


@owned(name="0005_drafts_by_token")
def drafts_by_token(db: Database) -> None:
    """Each draft knows its note, whatever address that has; the newest of a token keeps it."""
    kept = db.execute("SELECT person_id, address, base, fields, at FROM draft ORDER BY at DESC")
    rows, taken = kept.fetchall(), set()
    db.execute("DROP TABLE draft")
    for statement in DRAFTS_BY_TOKEN:
        db.execute(statement)
    for person, address, base, fields, at in rows:
        path, _, token = address.rpartition("?")
        if (person, token) in taken or not re.fullmatch("[0-9a-f]{16}", token):
            token = secrets.token_hex(8)
        taken.add((person, token))
        said = json.loads(fields)
        values = [person, token, path, base, at, len(fields.encode()), fields]
        shown = [said.get("title", "")[:200], said.get("markdown", "")[:2000]]
        db.execute(CARRY_OVER, [*values, *shown])


@owned(name="0006_former_visibility")
def former_visibility(db: Database) -> None:
    """Who could see a note at its address (`most_open`), and at each one that it had before.

    What nobody recorded is as public as the least public of all its versions that are kept.
    """
    columns = (("note", "most_open"), ("former_path", "visibility"))
    for table, column in columns:
        db.execute(f"ALTER TABLE {table} ADD COLUMN {column} TEXT NOT NULL DEFAULT 'private'")
    now = {}
    if db["document"].exists():
        now = dict(db.execute("SELECT uid, visibility FROM document").fetchall())
    for uid, visibility in now.items():
        db.execute("UPDATE note SET most_open = ? WHERE uid = ?", [visibility, uid])
    for (uid,) in db.execute("SELECT DISTINCT note_uid FROM former_path").fetchall():
        found = {*versions_visible(db, uid), *([now[uid]] if uid in now else [])}
        worst = next((each for each in ("private", "unlisted", "public") if each in found), None)
        values = [worst or "private", uid]
        db.execute("UPDATE former_path SET visibility = ? WHERE note_uid = ?", values)


@owned(name="0007_addresses", transactional=False)
def addresses(db: Database) -> None:
    """A note in the trash has no path, so that another one can have it.

    A table that others refer to is made anew only while references do not count.
    """
    db.execute("PRAGMA foreign_keys = OFF")
    with db.atomic():
        for statement in ADDRESSES:
            db.execute(statement)
    db.execute("PRAGMA foreign_keys = ON")


@owned(name="0008_inodes_of_moves")
def inodes_of_moves(db: Database) -> None:
    """By which inode a killed move knows its copy."""
    db.execute("ALTER TABLE unfinished_move ADD COLUMN inode INTEGER NOT NULL DEFAULT 0")


@owned(name="0009_sources")
def sources(db: Database) -> None:
    """The code of runs as it was; runs that somebody wants to keep."""
    for statement in SOURCES:
        db.execute(statement)


@owned(name="0010_sweeps")
def sweeps(db: Database) -> None:
    """Runs that are points of a sweep."""
    for statement in SWEEPS:
        db.execute(statement)


@owned(name="0011_margin")
def margin(db: Database) -> None:
    """Threads and colours, where annotations stand, what they were before, errata."""
    for statement in MARGIN:
        db.execute(statement)


@owned(name="0012_whole_runs")
def whole_runs(db: Database) -> None:
    """However many points sweeps have, the runs that are none are found as before."""
    for statement in WHOLE_RUNS:
        db.execute(statement)


@owned(name="0013_alike")
def alike(db: Database) -> None:
    """What a missing note may have become that was edited as it was renamed."""
    for statement in ALIKE:
        db.execute(statement)


@owned(name="0014_lost")
def lost(db: Database) -> None:
    """The few annotations that lost their passage are found without a look at all the others."""
    for statement in LOST:
        db.execute(statement)


@owned(name="0015_further_notes")
def further_notes(db: Database) -> None:
    """Which notes annotations named beside their own."""
    for statement in FURTHER_NOTES:
        db.execute(statement)


OWNED = (
    "state",
    "person",
    "token",
    "session",
    "sign_in_link",
    "note",
    "run",
    "output",
    "annotation",
    "revision",
    "former_path",
    "trash",
    "trash_alike",
    "draft",
    "unfinished_move",
    "source",
    "sweep",
    "annotation_former",
    "anchored_text",
    "anchor",
    "erratum",
    "annotation_further",
)
