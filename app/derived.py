"""The derived tables: all that is in them comes back from the files by a sync.

They carry the stamp of the code that fills them: when it changes, the next sync makes them anew.
"""

from __future__ import annotations

import zlib
from pathlib import Path

FILLING = ("markup", "library", "search")  # the rooms whose code decides what is stored
# And what annotations say, to whom.
ALSO = ("annotations/shown.py", "annotations/reading.py", "annotations/bounds.py", "unseen.py")
ENTRIES = ("annotations/entries.py", "lab/runs/entries.py")  # and what of others is searched


def stamp() -> int:
    """A checksum of the derived tables and of the code that fills them."""
    checksum = zlib.crc32("".join(TABLES).encode())
    here = Path(__file__).parent
    for room in FILLING:
        files = (here / room).rglob("*")
        for file in sorted(file for file in files if file.suffix in (".py", ".js")):
            checksum = zlib.crc32(file.read_bytes(), checksum)
    for name in (*ALSO, *ENTRIES):
        checksum = zlib.crc32((here / name).read_bytes(), checksum)
    return checksum


TABLES = (
    # A note's file as it was last read and rendered. path is its id: without .md, in NFC.
    # lines: JSON [[start, end, first, last]], which part of text stands on which lines of the file.
    # path_key, name_key: as compared, where neither case nor normalisation count (names.key).
    # parts: a checksum of the note's rows in the tables below this one.
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
        lines TEXT NOT NULL DEFAULT '[]',
        parts TEXT NOT NULL DEFAULT ''
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
    # fragment: the anchors of the headings, or of the block, that it names in the note.
    """CREATE TABLE document_link (
        uid INTEGER NOT NULL REFERENCES document(uid) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        target TEXT NOT NULL COLLATE NOCASE,
        sentence TEXT NOT NULL,
        name_key TEXT NOT NULL DEFAULT '',
        fragment TEXT NOT NULL DEFAULT '',
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
    # mtime_ns: what stat said when it was first seen.
    """CREATE TABLE media_file (
        path TEXT PRIMARY KEY, name_key TEXT NOT NULL, mtime_ns INTEGER NOT NULL DEFAULT 0
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX media_file_by_name_key ON media_file(name_key)",
    "CREATE INDEX media_file_by_time ON media_file(mtime_ns DESC, path, name_key)",
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
    # An analysis block; params, show and sweep as JSON, as the note has them.
    """CREATE TABLE document_block (
        uid INTEGER NOT NULL REFERENCES document(uid) ON DELETE CASCADE,
        name TEXT NOT NULL,
        script TEXT NOT NULL,
        params TEXT NOT NULL,
        show TEXT NOT NULL,
        line INTEGER NOT NULL,
        sweep TEXT NOT NULL DEFAULT 'null',
        plot TEXT NOT NULL DEFAULT '',
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
    # What a note has, by what a search may ask for: todo (an open task), math, figure,
    # value (one that an analysis computed).
    """CREATE TABLE document_has (
        what TEXT NOT NULL, uid INTEGER NOT NULL REFERENCES document(uid) ON DELETE CASCADE,
        PRIMARY KEY (what, uid)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX document_has_by_uid ON document_has(uid)",
    # A tag of an annotation.
    """CREATE TABLE annotation_tag (
        tag TEXT NOT NULL COLLATE NOCASE, id TEXT NOT NULL, PRIMARY KEY (tag, id)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX annotation_tag_by_id ON annotation_tag(id)",
    # What else must be readable for who may read an annotation (annotations/bounds.py): a note; or
    # (note_uid is 0) what only this person may read: 0 for nobody, -1: not known yet.
    """CREATE TABLE annotation_bound (
        id TEXT NOT NULL, note_uid INTEGER NOT NULL, person_id INTEGER NOT NULL,
        PRIMARY KEY (id, note_uid, person_id)
    ) STRICT, WITHOUT ROWID""",
    """INSERT INTO annotation_bound SELECT id, 0, -1 FROM annotation
        WHERE stored LIKE '%"/annotations/%' OR stored LIKE '%"/notes/%"/notes/%'""",
    # One row: the last annotation that was put into the search in its turn (waiting.py).
    "CREATE TABLE annotation_put (place INTEGER NOT NULL) STRICT",
    "INSERT INTO annotation_put SELECT ifnull(max(rowid), 0) FROM annotation",
    # What an annotation says, as HTML that is safe to show.
    "CREATE TABLE annotation_shown (id TEXT PRIMARY KEY, html TEXT NOT NULL) STRICT",
    # The entries of the search that are of type output, by their keys. what: block, run or log.
    # Of a block: the note, and the block as it was; as long as it is that, the entry is found.
    """CREATE TABLE search_output (
        key TEXT PRIMARY KEY,
        run_id INTEGER NOT NULL,
        what TEXT NOT NULL,
        uid INTEGER,
        name TEXT NOT NULL DEFAULT '',
        script TEXT NOT NULL,
        params TEXT NOT NULL DEFAULT '',
        show TEXT NOT NULL DEFAULT 'null'
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX search_output_by_script ON search_output(script)",
    # What can be searched. type: note | code | annotation | output. key: the uid, the script,
    # the id, that of search_output.
    # uid: the note it belongs to. id: says who may meet it (search/numbers.py).
    # body: null where it is the text of the note. signs: words that stand inside of others, see
    # search/signs.py and identifiers.py. folded: JSON of the columns that are indexed otherwise.
    """CREATE TABLE search_entry (
        id INTEGER PRIMARY KEY,
        type TEXT NOT NULL,
        key TEXT NOT NULL,
        uid INTEGER,
        date TEXT NOT NULL,
        title TEXT NOT NULL,
        headings TEXT NOT NULL,
        tags TEXT NOT NULL,
        body TEXT,
        code TEXT NOT NULL,
        signs TEXT NOT NULL,
        folded TEXT,
        UNIQUE (type, key)
    ) STRICT""",
    "CREATE INDEX search_entry_by_uid ON search_entry(uid)",
    # What is asked of an annotation but its words, by its entry's id (search/kept_remarks.py).
    # motivation: commenting where none was given; colour: as it is shown; at: when it was made, in
    # seconds since 1970. It refers to nothing: a foreign key makes putting an entry slow.
    """CREATE TABLE search_remark (
        id INTEGER PRIMARY KEY, person_id INTEGER, motivation TEXT NOT NULL,
        colour TEXT NOT NULL, at INTEGER NOT NULL
    ) STRICT""",
    # Two of them are answered by one index alone.
    "CREATE INDEX search_remark_by_person ON search_remark(person_id, at, id, motivation, colour)",
    "CREATE INDEX search_remark_by_motivation ON search_remark(motivation, at, id, colour)",
    "CREATE INDEX search_remark_by_colour ON search_remark(colour, at)",
    # What the words of the index stand in; the index itself keeps no text.
    """CREATE VIEW search_source AS
        SELECT entry.id, coalesce(folded ->> 'title', entry.title) AS title,
            coalesce(folded ->> 'headings', entry.headings) AS headings,
            coalesce(folded ->> 'tags', entry.tags) AS tags,
            coalesce(folded ->> 'body', entry.body, document.text) AS body,
            coalesce(folded ->> 'code', entry.code) AS code, entry.signs
        FROM search_entry AS entry LEFT JOIN document ON document.uid = entry.uid""",
    """CREATE VIRTUAL TABLE search_text USING fts5(
        title, headings, tags, body, code, signs,
        content = "search_source", content_rowid = "id",
        tokenize = "porter unicode61 remove_diacritics 2"
    )""",
    # The words of the index, stemmed, and how many entries have each; made after a sync.
    """CREATE TABLE search_word (
        term TEXT PRIMARY KEY, entries INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
    # The best entries of what very many have: of a word, or of a beginning (with a * behind it).
    """CREATE TABLE search_best (
        term TEXT NOT NULL, place INTEGER NOT NULL, id INTEGER NOT NULL, score REAL NOT NULL,
        PRIMARY KEY (term, place)
    ) STRICT, WITHOUT ROWID""",
    # The same of annotations: a list for each band of theirs (search/numbers.py), which begins at
    # low. ids: 8 bytes each, the best first; scores: of each 4 bytes.
    """CREATE TABLE search_list (
        term TEXT NOT NULL, low INTEGER NOT NULL, ids BLOB NOT NULL, scores BLOB NOT NULL,
        UNIQUE (term, low)
    ) STRICT""",
    # What was put since those lists were made, where there are any: entries of the first band, and
    # of each other one all after the newest.
    "CREATE TABLE search_fresh (id INTEGER PRIMARY KEY) STRICT",
    "CREATE TABLE search_mark (low INTEGER PRIMARY KEY, newest INTEGER NOT NULL) STRICT",
)
