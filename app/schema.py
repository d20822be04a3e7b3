"""Every table. Owned ones exist nowhere else and are migrated; derived ones come back by sync.

No foreign key goes from an owned table to a derived one. Derived tables carry the stamp of the
code that fills them: when it changes, the next sync makes them anew.
"""

from __future__ import annotations

import zlib
from pathlib import Path

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

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


HISTORY = (
    # A version of a note's file. kind: how it came about; outside: not by Gloss. data: zstandard,
    # whole where base is null, else with the bytes of the revision `base` as its dictionary.
    """CREATE TABLE revision (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        note_uid INTEGER NOT NULL REFERENCES note(uid) ON DELETE CASCADE,
        person_id INTEGER REFERENCES person(id) ON DELETE SET NULL,
        at TEXT NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('before', 'saved', 'merged', 'restored', 'outside')),
        sha256 TEXT NOT NULL,
        size INTEGER NOT NULL,
        base INTEGER REFERENCES revision(id) ON DELETE CASCADE,
        data BLOB NOT NULL
    ) STRICT""",
    "CREATE INDEX revision_by_note ON revision(note_uid, id)",
    "CREATE INDEX revision_by_person ON revision(person_id)",
    "CREATE INDEX revision_by_base ON revision(base)",
    # Where a note used to be: its old addresses lead to it.
    """CREATE TABLE former_path (
        path TEXT PRIMARY KEY,
        note_uid INTEGER NOT NULL REFERENCES note(uid) ON DELETE CASCADE
    ) STRICT""",
    "CREATE INDEX former_path_by_note ON former_path(note_uid)",
    # A note whose file is gone: deleted here, or seen to be missing (outside = 1). Its newest
    # revision holds its bytes.
    """CREATE TABLE trash (
        note_uid INTEGER PRIMARY KEY REFERENCES note(uid) ON DELETE CASCADE,
        path TEXT NOT NULL,
        file TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        at TEXT NOT NULL,
        person_id INTEGER REFERENCES person(id) ON DELETE SET NULL,
        outside INTEGER NOT NULL DEFAULT 0
    ) STRICT""",
    "CREATE INDEX trash_by_sha256 ON trash(sha256)",
    # What a person typed and has not saved. address: the note's id, or that of the form for a
    # new one. base: the SHA-256 of the version it began from. fields: JSON of the form.
    """CREATE TABLE draft (
        person_id INTEGER NOT NULL REFERENCES person(id) ON DELETE CASCADE,
        address TEXT NOT NULL,
        base TEXT NOT NULL,
        fields TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (person_id, address)
    ) STRICT, WITHOUT ROWID""",
)

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
    "draft",
)

FILLING = ("markup", "library", "search")  # the rooms whose code decides what is stored


def derived_stamp() -> int:
    """A checksum of the derived tables and of the code that fills them."""
    stamp = zlib.crc32("".join(DERIVED).encode())
    for room in FILLING:
        files = (Path(__file__).parent / room).iterdir()
        for file in sorted(file for file in files if file.suffix in (".py", ".js")):
            stamp = zlib.crc32(file.read_bytes(), stamp)
    return stamp


DERIVED = (
    # A note's file as it was last read and rendered. path is its id: without .md, in NFC.
    # lines: JSON [[start, end, first, last]], which part of text stands on which lines of the file.
    # path_key, name_key: as compared, where neither case nor normalisation count (names.key).
    """CREATE TABLE document (
        uid INTEGER PRIMARY KEY,
        path TEXT NOT NULL UNIQUE,
        file TEXT NOT NULL UNIQUE,
        folder TEXT NOT NULL,
        name TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        title TEXT NOT NULL,
        kind TEXT NOT NULL,
        date TEXT NOT NULL,
        updated TEXT NOT NULL,
        year INTEGER,
        visibility TEXT NOT NULL CHECK (visibility IN ('public', 'unlisted', 'private')),
        front TEXT NOT NULL,
        source TEXT NOT NULL,
        html TEXT NOT NULL,
        summary TEXT NOT NULL,
        text TEXT NOT NULL,
        headings TEXT NOT NULL,
        path_key TEXT NOT NULL DEFAULT '',
        name_key TEXT NOT NULL DEFAULT '',
        lines TEXT NOT NULL DEFAULT '[]'
    ) STRICT""",
    # With visibility and folder at their end they answer feeds and counts without the rows.
    "CREATE INDEX document_by_date ON document(date DESC, path, visibility, folder)",
    "CREATE INDEX document_by_kind ON document(kind, date DESC, path, visibility)",
    "CREATE INDEX document_by_folder ON document(folder, visibility)",
    "CREATE INDEX document_by_year ON document(year, date DESC, path, visibility)",
    "CREATE INDEX document_by_path_key ON document(path_key)",
    "CREATE INDEX document_by_name_key ON document(name_key)",
    # What stat said of each file below notes/ when it was last read, failed ones included.
    """CREATE TABLE file (
        path TEXT PRIMARY KEY,
        size INTEGER NOT NULL,
        mtime_ns INTEGER NOT NULL,
        uid INTEGER
    ) STRICT, WITHOUT ROWID""",
    # What is wrong with a file: failed = 1 if it is therefore not in the index.
    """CREATE TABLE problem (
        path TEXT NOT NULL,
        line INTEGER NOT NULL,
        reason TEXT NOT NULL,
        failed INTEGER NOT NULL DEFAULT 1,
        PRIMARY KEY (path, line, reason)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE document_tag (
        tag TEXT NOT NULL COLLATE NOCASE,
        uid INTEGER NOT NULL REFERENCES document(uid) ON DELETE CASCADE,
        PRIMARY KEY (tag, uid)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX document_tag_by_uid ON document_tag(uid)",
    """CREATE TABLE document_author (
        author TEXT NOT NULL COLLATE NOCASE,
        uid INTEGER NOT NULL REFERENCES document(uid) ON DELETE CASCADE,
        PRIMARY KEY (author, uid)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX document_author_by_uid ON document_author(uid)",
    # A link from a note; target as written: a path, a name or an alias, without .md.
    # name_key: its last part, as compared; by it the links that may mean a note are found.
    """CREATE TABLE document_link (
        uid INTEGER NOT NULL REFERENCES document(uid) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        target TEXT NOT NULL COLLATE NOCASE,
        sentence TEXT NOT NULL,
        name_key TEXT NOT NULL DEFAULT '',
        PRIMARY KEY (uid, position)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX document_link_by_name_key ON document_link(name_key)",
    """CREATE TABLE document_alias (
        alias TEXT NOT NULL COLLATE NOCASE,
        uid INTEGER NOT NULL REFERENCES document(uid) ON DELETE CASCADE,
        key TEXT NOT NULL DEFAULT '',
        PRIMARY KEY (alias, uid)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX document_alias_by_key ON document_alias(key)",
    "CREATE INDEX document_alias_by_uid ON document_alias(uid)",
    # A file below notes/ that a note shows or links; path as below notes/.
    """CREATE TABLE document_media (
        path TEXT NOT NULL,
        uid INTEGER NOT NULL REFERENCES document(uid) ON DELETE CASCADE,
        PRIMARY KEY (path, uid)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX document_media_by_uid ON document_media(uid)",
    # Every file below notes/ that is no note. name_key: the last part of its path, as compared.
    "CREATE TABLE media_file (path TEXT PRIMARY KEY, name_key TEXT NOT NULL) STRICT, WITHOUT ROWID",
    "CREATE INDEX media_file_by_name_key ON media_file(name_key)",
    # A work that a note cites. name: its key, as compared; bare: without brackets, where it is a
    # citation only if the key is known.
    """CREATE TABLE document_citation (
        uid INTEGER NOT NULL REFERENCES document(uid) ON DELETE CASCADE,
        position INTEGER NOT NULL, key TEXT NOT NULL, name TEXT NOT NULL,
        line INTEGER NOT NULL, bare INTEGER NOT NULL, PRIMARY KEY (uid, position)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX document_citation_by_name ON document_citation(name)",
    # The work that a note is about.
    """CREATE TABLE document_about (
        name TEXT NOT NULL, uid INTEGER NOT NULL REFERENCES document(uid) ON DELETE CASCADE,
        PRIMARY KEY (name, uid)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX document_about_by_uid ON document_about(uid)",
    # A definition of a work: in a note (uid), or in a .bib file. Of several for one name, the first
    # counts by rank (see library/citing.py), file and line. sort: by author and year.
    """CREATE TABLE work (
        id INTEGER PRIMARY KEY,
        uid INTEGER REFERENCES document(uid) ON DELETE CASCADE,
        file TEXT NOT NULL, line INTEGER NOT NULL, rank INTEGER NOT NULL,
        key TEXT NOT NULL, name TEXT NOT NULL, sort TEXT NOT NULL,
        csl TEXT NOT NULL, bibtex TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX work_by_name ON work(name, rank, file, line)",
    "CREATE INDEX work_by_uid ON work(uid)",
    "CREATE INDEX work_by_file ON work(file)",
    # What stat said of each .bib file below notes/ when it was last read.
    """CREATE TABLE bibliography (
        path TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
    # An analysis block; params and show as JSON, as the note has them.
    """CREATE TABLE document_block (
        uid INTEGER NOT NULL REFERENCES document(uid) ON DELETE CASCADE,
        name TEXT NOT NULL,
        script TEXT NOT NULL,
        params TEXT NOT NULL,
        show TEXT NOT NULL,
        line INTEGER NOT NULL,
        PRIMARY KEY (uid, name)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX document_block_by_script ON document_block(script)",
    """CREATE TABLE document_claim (
        uid INTEGER NOT NULL REFERENCES document(uid) ON DELETE CASCADE,
        id TEXT NOT NULL,
        html TEXT NOT NULL,
        "check" TEXT NOT NULL,
        expect TEXT NOT NULL,
        line INTEGER NOT NULL,
        PRIMARY KEY (uid, id)
    ) STRICT, WITHOUT ROWID""",
    # What can be searched. type: note | code | annotation. key: the uid, the script, the id.
    # uid: the note it belongs to, by which its visibility is decided; null for code.
    """CREATE TABLE search_entry (
        id INTEGER PRIMARY KEY,
        type TEXT NOT NULL,
        key TEXT NOT NULL,
        uid INTEGER,
        date TEXT NOT NULL,
        UNIQUE (type, key)
    ) STRICT""",
    "CREATE INDEX search_entry_by_uid ON search_entry(uid)",
    """CREATE VIRTUAL TABLE search_text USING fts5(
        title, headings, tags, body, code,
        tokenize = "porter unicode61 remove_diacritics 2"
    )""",
)
