"""The rows of notes in the derived tables. Each function writes within the caller's transaction.

Child rows go by executemany, many notes at once: single statements take seven times as long.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass

from app import clock
from app.library import headings
from app.library.citations import bibtex
from app.library.citations.bibtex import Work
from app.library.front.fields import unique
from app.library.front.front_matter import Remark
from app.library.names import key, last
from app.library.note import Note
from app.library.syncing.scan import Stat
from app.search import index

# A file changed this shortly before it was read may change again within the same tick of the
# file system's clock: its time is stored as UNSURE, and the next sync compares its bytes.
TICK_NS = 50_000_000
UNSURE = -1

Seen = tuple[str, Stat, int | None]  # a file, what stat said of it, the note it is (or none)


@dataclass(frozen=True)
class Row:
    """A row of `document`, in the order of its columns."""

    uid: int
    path: str
    file: str
    folder: str
    name: str
    sha256: str
    title: str
    kind: str
    date: str
    updated: str
    year: int | None
    visibility: str
    front: str
    source: str
    html: str
    summary: str
    text: str
    headings: str
    path_key: str
    name_key: str
    lines: str


def put(connection: sqlite3.Connection, notes: Sequence[Note]) -> dict[str, int]:
    """Index these notes, in place of what was known of them; their uids by path."""
    uids = uids_of(connection, [note.id for note in notes])
    pairs = [(uids[note.id], note) for note in notes]
    drop_documents(connection, uids.values())
    rows = [tuple(vars(row(uid, note)).values()) for uid, note in pairs]
    insert(connection, "INSERT INTO document", rows)
    for table, below in children(pairs).items():
        # A key met twice, which markup has reported, keeps its first row.
        insert(connection, f"INSERT OR IGNORE INTO {table}", below)
    for uid, note in pairs:
        put_search(connection, uid, note)
    remember(connection, [(note.file, note.contents.stat, uid) for uid, note in pairs])
    report(connection, [(n.file, remark, False) for _, n in pairs for remark in n.remarks])
    return uids


def uids_of(connection: sqlite3.Connection, paths: list[str]) -> dict[str, int]:
    """The identity of each path, given now to those that never had one."""
    connection.executemany(
        "INSERT INTO note (path, created) VALUES (?, ?) ON CONFLICT (path) DO NOTHING",
        [(path, clock.stamp()) for path in paths],
    )
    rows = connection.execute(
        "SELECT path, uid FROM note WHERE path IN (SELECT value FROM json_each(?))",
        [json.dumps(paths)],
    )
    return dict(rows)


def insert(connection: sqlite3.Connection, into: str, rows: Sequence[Sequence[object]]) -> None:
    """Insert rows of all columns."""
    if rows:
        connection.executemany(f"{into} VALUES ({', '.join('?' * len(rows[0]))})", rows)


def row(uid: int, note: Note) -> Row:
    front, rendered = note.front, note.rendered
    folder, _, name = note.id.rpartition("/")
    return Row(
        uid=uid,
        path=note.id,
        file=note.file,
        folder=folder,
        name=name,
        sha256=note.contents.sha256,
        title=note.title,
        kind=front.kind,
        date=note.date,
        updated=front.updated,
        year=note.year,
        visibility=front.visibility,
        front=note.fields,
        source=note.source,
        html=rendered.html,
        summary=rendered.summary,
        text=rendered.text,
        headings=json.dumps([vars(heading) for heading in rendered.headings], ensure_ascii=False),
        path_key=key(note.id),
        name_key=key(name),
        lines=json.dumps(rendered.lines, separators=(",", ":")),
    )


def children(pairs: Iterable[tuple[int, Note]]) -> dict[str, list[tuple[object, ...]]]:
    """The rows of the tables that belong to `document`, by table."""
    rows: dict[str, list[tuple[object, ...]]] = {name: [] for name in CHILDREN}
    for uid, note in pairs:
        front, rendered = note.front, note.rendered
        rows["document_tag"] += [(tag, uid) for tag in with_parents(note.tags)]
        rows["document_author"] += [(author, uid) for author in front.authors]
        rows["document_alias"] += [(alias, uid, key(alias)) for alias in front.aliases]
        rows["document_media"] += [(path, uid) for path in rendered.media]
        rows["document_link"] += [
            (uid, n, link.target, link.sentence, key(last(link.target)), link.fragment)
            for n, link in enumerate(note.links)
        ]
        rows["document_block"] += [
            (uid, block.name, block.script, as_json(block.params), as_json(block.show), block.line)
            for block in rendered.blocks
        ]
        rows["document_about"] += [(name, uid) for name in sorted(note.about)]
        rows["document_citation"] += [
            (uid, n, cite.key, key(cite.key), cite.line, cite.bare)
            for n, cite in enumerate(rendered.cites)
        ]
        rows["work"] += [work_row(uid, note.file, each.rank, each.work) for each in note.works]
        rows["document_claim"] += [(uid, *astuple(claim)) for claim in rendered.claims]
    return rows


CHILDREN = (
    "document_tag",
    "document_author",
    "document_alias",
    "document_media",
    "document_link",
    "document_block",
    "document_claim",
    "document_citation",
    "document_about",
    "work",
)


def with_parents(tags: Iterable[str]) -> tuple[str, ...]:
    """`maths/algebra` counts for `maths`, too.

    >>> with_parents(["maths/algebra/rings", "Maths"])
    ('maths/algebra/rings', 'maths/algebra', 'maths')
    """
    found = []
    for tag in tags:
        parts = tag.split("/")
        found += ["/".join(parts[:depth]) for depth in range(len(parts), 0, -1)]
    return unique(found)


def work_row(uid: int | None, file: str, rank: int, work: Work) -> tuple[object, ...]:
    """A row of `work`, in the order of its columns."""
    csl = as_json(work.csl)
    name, sort = key(work.key), bibtex.sort_key(work.csl)
    return (None, uid, file, work.line, rank, work.key, name, sort, csl, work.bibtex)


def as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def put_search(connection: sqlite3.Connection, uid: int, note: Note) -> None:
    """Authors, aliases and the rest that names a note are found as its tags are."""
    front = note.front
    named = (*note.tags, *front.aliases, *front.authors, front.venue, front.citekey)
    index.put(
        connection,
        "note",
        str(uid),
        uid=uid,
        date=note.date,
        title=note.title,
        headings="\n".join(headings.plain(h.html) for h in note.rendered.headings),
        tags=" ".join(word for word in named if word),
        body=note.rendered.text,
        code=note.rendered.code,
    )


def drop_documents(connection: sqlite3.Connection, uids: Iterable[int]) -> None:
    """Forget documents with all their child rows; the owned note stays."""
    connection.executemany("DELETE FROM document WHERE uid = ?", [(uid,) for uid in uids])


def remember(connection: sqlite3.Connection, files: Sequence[Seen]) -> None:
    """Keep what stat said of these files, and nothing that was wrong with them."""
    touch(connection, files)
    connection.executemany("DELETE FROM problem WHERE path = ?", [(path,) for path, _, _ in files])


def touch(connection: sqlite3.Connection, files: Sequence[Seen]) -> None:
    """Keep what stat said of these files, so that the next sync need not read them."""
    now = time.time_ns()
    connection.executemany(
        "INSERT OR REPLACE INTO file (path, size, mtime_ns, uid) VALUES (?, ?, ?, ?)",
        [
            (path, size, UNSURE if abs(now - mtime) < TICK_NS else mtime, uid)
            for path, (size, mtime), uid in files
        ],
    )


def report(connection: sqlite3.Connection, problems: Iterable[tuple[str, Remark, bool]]) -> None:
    connection.executemany(
        "INSERT OR IGNORE INTO problem (path, line, reason, failed) VALUES (?, ?, ?, ?)",
        [(path, remark.line, remark.reason, failed) for path, remark, failed in problems],
    )


def forget(connection: sqlite3.Connection, files: Iterable[str]) -> int:
    """Take files out of the index, with their search entries; how many notes that were."""
    notes = 0
    for file in files:
        gone = connection.execute("DELETE FROM document WHERE file = ? RETURNING uid", [file])
        for (uid,) in gone.fetchall():
            index.remove(connection, "note", str(uid))
            notes += 1
        connection.execute("DELETE FROM file WHERE path = ?", [file])
        connection.execute("DELETE FROM problem WHERE path = ?", [file])
    return notes
