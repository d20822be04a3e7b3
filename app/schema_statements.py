"""What the longer migrations of `app.schema` say to SQLite."""

from __future__ import annotations

DRAFTS_BY_TOKEN = (
    # What a person typed and has not saved, by the token of the form. note_uid: NULL for a new
    # note, and for one that has no identity yet; path: the address at which it was begun, empty
    # for a new note. base: the SHA-256 of the version that it began from. times: how often it was
    # kept. size: bytes of fields, the form as JSON. title and opening: what a list shows of it.
    # says: the SHA-256 of the file that a save would make; empty where nobody knows.
    """CREATE TABLE draft (
        person_id INTEGER NOT NULL REFERENCES person(id) ON DELETE CASCADE,
        token TEXT NOT NULL,
        note_uid INTEGER REFERENCES note(uid) ON DELETE SET NULL,
        path TEXT NOT NULL,
        base TEXT NOT NULL,
        began TEXT NOT NULL,
        at TEXT NOT NULL,
        times INTEGER NOT NULL DEFAULT 1,
        size INTEGER NOT NULL,
        title TEXT NOT NULL,
        opening TEXT NOT NULL,
        says TEXT NOT NULL DEFAULT '',
        fields TEXT NOT NULL,
        PRIMARY KEY (person_id, token)
    ) STRICT""",
    "CREATE INDEX draft_by_note ON draft(note_uid)",
)
CARRY_OVER = """INSERT INTO draft
    (person_id, token, note_uid, path, base, began, at, size, fields, title, opening)
    VALUES (?1, ?2, coalesce((SELECT uid FROM note WHERE path = ?3),
        (SELECT note_uid FROM former_path WHERE path = ?3)), ?3, ?4, ?5, ?5, ?6, ?7, ?8, ?9)"""

ADDRESSES = (
    "DROP TABLE IF EXISTS note_anew",
    """CREATE TABLE note_anew (
        uid INTEGER PRIMARY KEY AUTOINCREMENT,
        path TEXT UNIQUE,
        created TEXT NOT NULL,
        most_open TEXT NOT NULL DEFAULT 'private'
    ) STRICT""",
    """INSERT INTO note_anew SELECT uid,
        CASE WHEN path LIKE '/%' OR uid IN (SELECT note_uid FROM trash) THEN NULL ELSE path END,
        created, most_open FROM note""",
    "DELETE FROM sqlite_sequence WHERE name = 'note_anew'",
    "INSERT INTO sqlite_sequence SELECT 'note_anew', seq FROM sqlite_sequence WHERE name = 'note'",
    "DROP TABLE note",
    "ALTER TABLE note_anew RENAME TO note",
)
