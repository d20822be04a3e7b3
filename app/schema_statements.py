"""What the longer migrations of `app.schema` say to SQLite."""

from __future__ import annotations

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

UNFINISHED_MOVES = (
    # A move that has begun: both files with their SHA-256, and the names beside them that the old
    # one gets, and the new one has first. What a sync finds here was killed.
    """CREATE TABLE unfinished_move (
        id INTEGER PRIMARY KEY,
        note_uid INTEGER NOT NULL REFERENCES note(uid) ON DELETE CASCADE,
        file TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        new_file TEXT NOT NULL,
        new_sha256 TEXT NOT NULL,
        aside TEXT NOT NULL,
        temporary TEXT NOT NULL,
        person_id INTEGER REFERENCES person(id) ON DELETE SET NULL
    ) STRICT""",
)

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

SOURCES = (
    # The code of a script or a module as it was when a run began, under the SHA-256 of its bytes.
    # text: zstandard.
    "CREATE TABLE source (digest TEXT PRIMARY KEY, text BLOB NOT NULL) STRICT",
    # kept: somebody wants to keep this run, whatever else goes.
    "ALTER TABLE run ADD COLUMN kept INTEGER NOT NULL DEFAULT 0",
)

SWEEPS = (
    # An analysis over many parameters; a point is a run. params: those that are the same at every
    # point, and axes: JSON [[name, [values]]] of the others. around: a digest of what else decides
    # what comes out: code, inputs, packages.
    """CREATE TABLE sweep (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        script TEXT NOT NULL,
        params TEXT NOT NULL,
        axes TEXT NOT NULL,
        around TEXT NOT NULL,
        person_id INTEGER REFERENCES person(id) ON DELETE SET NULL,
        created TEXT NOT NULL,
        UNIQUE (script, params, axes, around)
    ) STRICT""",
    "ALTER TABLE run ADD COLUMN sweep_id INTEGER REFERENCES sweep(id) ON DELETE CASCADE",
    "CREATE INDEX run_by_sweep ON run(sweep_id, status, id) WHERE sweep_id IS NOT NULL",
)

WHOLE_RUNS = (
    "CREATE INDEX run_whole_by_status ON run(status, id) WHERE sweep_id IS NULL",
    "CREATE INDEX run_whole_by_script ON run(script, params, status, id) WHERE sweep_id IS NULL",
)

MARGIN = (
    # reply_to: the annotation that it answers; thread: the one that its thread began with, empty
    # where it began one itself. colour: of its mark, empty for that of its motivation.
    "ALTER TABLE annotation ADD COLUMN reply_to TEXT",
    "ALTER TABLE annotation ADD COLUMN thread TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE annotation ADD COLUMN colour TEXT NOT NULL DEFAULT ''",
    "CREATE INDEX annotation_by_created ON annotation(created DESC) WHERE deleted IS NULL",
    "CREATE INDEX annotation_by_thread ON annotation(thread)",
    # What a change or a deletion took the place of, and who made it when: it can be undone.
    """CREATE TABLE annotation_former (
        id INTEGER PRIMARY KEY,
        annotation_id TEXT NOT NULL REFERENCES annotation(id) ON DELETE CASCADE,
        at TEXT NOT NULL,
        person_id INTEGER REFERENCES person(id) ON DELETE SET NULL,
        stored TEXT NOT NULL,
        visibility TEXT NOT NULL CHECK (visibility IN ('shared', 'private')),
        deleted INTEGER NOT NULL DEFAULT 0
    ) STRICT""",
    "CREATE INDEX annotation_former_by_annotation ON annotation_former(annotation_id, id)",
    # The text in which the anchors of a note were found. file_sha256: of the file that it was made
    # of, made_by: the stamp of the code that made it. text: zstandard.
    """CREATE TABLE anchored_text (
        note_uid INTEGER PRIMARY KEY REFERENCES note(uid) ON DELETE CASCADE,
        file_sha256 TEXT NOT NULL,
        made_by INTEGER NOT NULL,
        text BLOB NOT NULL
    ) STRICT""",
    # Where an annotation stands in that text; NULL: it is about the whole note, or an orphan.
    # target: which of its targets, from 0. said: the words it is about. before, after: those
    # around them, as they last stood.
    """CREATE TABLE anchor (
        annotation_id TEXT NOT NULL REFERENCES annotation(id) ON DELETE CASCADE,
        target INTEGER NOT NULL,
        note_uid INTEGER NOT NULL REFERENCES note(uid) ON DELETE CASCADE,
        start INTEGER,
        "end" INTEGER,
        grade TEXT NOT NULL CHECK (grade IN ('exact', 'moved', 'changed', 'orphan')),
        said TEXT NOT NULL DEFAULT '',
        before TEXT NOT NULL DEFAULT '',
        after TEXT NOT NULL DEFAULT '',
        PRIMARY KEY (annotation_id, target)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX anchor_by_note ON anchor(note_uid, start)",
    # What became of a proposed correction. revision_id: the version that an accepted one made.
    """CREATE TABLE erratum (
        annotation_id TEXT PRIMARY KEY REFERENCES annotation(id) ON DELETE CASCADE,
        status TEXT NOT NULL CHECK (status IN ('open', 'accepted', 'declined')),
        at TEXT NOT NULL,
        person_id INTEGER REFERENCES person(id) ON DELETE SET NULL,
        reason TEXT NOT NULL DEFAULT '',
        revision_id INTEGER
    ) STRICT, WITHOUT ROWID""",
    # Who proposed what a version changed, and in which annotation.
    "ALTER TABLE revision ADD COLUMN proposer_id INTEGER REFERENCES person(id) ON DELETE SET NULL",
    "ALTER TABLE revision ADD COLUMN annotation_id TEXT",
)

# New files that share much of the words of a missing note: a person says whether one of them is it.
ALIKE = (
    """CREATE TABLE trash_alike (
        note_uid INTEGER NOT NULL REFERENCES trash(note_uid) ON DELETE CASCADE,
        path TEXT NOT NULL,
        PRIMARY KEY (note_uid, path)
    ) STRICT, WITHOUT ROWID""",
)

# A query takes one of these only where it says the grade itself, not by a value to bind.
LOST = tuple(
    f"CREATE INDEX anchor_{grade} ON anchor(annotation_id) WHERE grade = '{grade}'"
    for grade in ("orphan", "changed")
)

# Which note an annotation named beside its own, when it did: another one may take the name later.
# note_uid: null where there was none.
FURTHER_NOTES = (
    """CREATE TABLE annotation_further (
        annotation_id TEXT NOT NULL REFERENCES annotation(id) ON DELETE CASCADE,
        name TEXT NOT NULL,
        note_uid INTEGER,
        PRIMARY KEY (annotation_id, name)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX annotation_further_by_note ON annotation_further(note_uid)",
)
