"""The rows of notes in the derived tables. Each function writes within the caller's transaction.

Child rows go by executemany, many notes at once: single statements take seven times as long.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence

from app import clock
from app.library import rows
from app.library.front.front_matter import Remark
from app.library.note import Note
from app.library.rows import Children, Row, Values
from app.library.syncing.scan import Stat
from app.search import index
from app.search.index import Entry
from app.search.numbers import audience

# A file changed this shortly before it was read may change again within the same tick of the
# file system's clock: its time is stored as UNSURE, and the next sync compares its bytes.
TICK_NS = 50_000_000
UNSURE = -1

Seen = tuple[str, Stat, int | None]  # a file, what stat said of it, the note it is (or none)


def put(connection: sqlite3.Connection, notes: Sequence[Note]) -> dict[str, int]:
    """Index these notes, in place of what was known of them; their uids by path."""
    uids = uids_of(connection, [note.id for note in notes])
    children = {uids[note.id]: rows.children(uids[note.id], note) for note in notes}
    whole = [
        rows.row(uids[note.id], note, rows.checksum(children[uids[note.id]])) for note in notes
    ]
    for row in whole:
        index.withdraw(connection, "note", str(row.uid))
    known = in_place(connection, whole)
    put_anew(connection, [row for row in whole if row.uid not in known])
    insert_children(connection, [children[row.uid] for row in whole if row.uid not in known])
    seen_by_others = []
    for row, note in zip(whole, notes, strict=True):
        if known.get(row.uid, row.parts) != row.parts:
            change_children(connection, row.uid, children[row.uid])
        if put_search(connection, row.uid, note):
            seen_by_others.append(row.uid)
        say(connection, note.file, note.remarks)
    index.follow_notes(connection, seen_by_others)
    touch(connection, [(note.file, note.contents.stat, uids[note.id]) for note in notes])
    opened(connection, [(uids[note.id], note.front.visibility) for note in notes])
    return uids


def opened(connection: sqlite3.Connection, seen: Sequence[tuple[int, str]]) -> None:
    """Remember who could see a note at its address; when it moves, they are still led on."""
    for visibility, less in (("unlisted", "'private'"), ("public", "'private', 'unlisted'")):
        connection.executemany(
            f"UPDATE note SET most_open = ? WHERE uid = ? AND most_open IN ({less})",
            [(visibility, uid) for uid, now in seen if now == visibility],
        )


def in_place(connection: sqlite3.Connection, whole: Sequence[Row]) -> dict[int, str]:
    """Change the rows that are found as before, so that their indexes stay untouched; of each the
    checksum of its child rows until now.

    A save writes 22 pages so; with its rows deleted and inserted it wrote 40.
    """
    stored = connection.execute(
        f"SELECT uid, {', '.join(rows.INDEXED)}, parts FROM document"
        " WHERE uid IN (SELECT value FROM json_each(?))",
        [json.dumps([row.uid for row in whole])],
    )
    known = {tuple(found): parts for *found, parts in stored}
    same = [row for row in whole if row.indexed in known]
    connection.executemany(
        f"UPDATE document SET {', '.join(f'{name} = :{name}' for name in rows.OTHERS)}"
        " WHERE uid = :uid",
        [vars(row) for row in same],
    )
    return {row.uid: known[row.indexed] for row in same}


def put_anew(connection: sqlite3.Connection, whole: Sequence[Row]) -> None:
    """Insert documents; what was known of them goes, with all their child rows."""
    connection.executemany("DELETE FROM document WHERE uid = ?", [(row.uid,) for row in whole])
    insert(connection, "INSERT INTO document", [row.values for row in whole])


def insert_children(connection: sqlite3.Connection, every: Sequence[Children]) -> None:
    """Many notes' at once."""
    for table in every[0] if every else ():
        # A key met twice, which markup has reported, keeps its first row.
        below = [row for children in every for row in children[table]]
        insert(connection, f"INSERT OR IGNORE INTO {table}", below)


def change_children(connection: sqlite3.Connection, uid: int, children: Children) -> None:
    """Write the tables in which something is another than before."""
    for table, below in children.items():
        stored = connection.execute(f"SELECT * FROM {table} WHERE uid = ?", [uid])
        if {without_id(table, row) for row in stored} != {without_id(table, row) for row in below}:
            connection.execute(f"DELETE FROM {table} WHERE uid = ?", [uid])
            insert(connection, f"INSERT OR IGNORE INTO {table}", below)


def without_id(table: str, row: Iterable[object]) -> Values:
    return tuple(row)[1:] if table == "work" else tuple(row)


def uids_of(connection: sqlite3.Connection, paths: list[str]) -> dict[str, int]:
    """The identity of each path, given now to those that never had one."""
    known = known_uids(connection, paths)
    new = [(path, clock.stamp()) for path in paths if path not in known]
    if new:
        connection.executemany("INSERT OR IGNORE INTO note (path, created) VALUES (?, ?)", new)
        known = known_uids(connection, paths)
    return known


def known_uids(connection: sqlite3.Connection, paths: list[str]) -> dict[str, int]:
    found = connection.execute(
        "SELECT path, uid FROM note WHERE path IN (SELECT value FROM json_each(?))",
        [json.dumps(paths)],
    )
    return dict(found)


def insert(connection: sqlite3.Connection, into: str, values: Sequence[Values]) -> None:
    """Insert rows of all columns."""
    if values:
        connection.executemany(f"{into} VALUES ({', '.join('?' * len(values[0]))})", values)


def put_search(connection: sqlite3.Connection, uid: int, note: Note) -> bool:
    """Whether others may meet it now, as far as is known."""
    entry = Entry(
        "note",
        str(uid),
        uid,
        note.date,
        title=note.title,
        headings="\n".join(heading.text for heading in note.rendered.headings),
        tags=" ".join(filter(None, names_of(note))),
        body=note.rendered.text,
        code=note.rendered.code,
        audience=audience(note.front.visibility),
        is_note=True,
    )
    return index.put(connection, entry)


def names_of(note: Note) -> Iterator[str]:
    """What a note is called besides its title: found as its tags are, and its own name before
    what others say of it."""
    front = note.front
    yield from (*note.tags, *front.aliases, *note.authors)
    yield from (front.venue, front.citekey, front.arxiv, front.doi)
    yield str(front.year or "")
    yield note.id
    if "/" in note.id:
        yield note.id.rpartition("/")[2]


def remember(connection: sqlite3.Connection, files: Sequence[Seen]) -> None:
    """Keep what stat said of these files, and nothing that was wrong with them."""
    touch(connection, files)
    connection.executemany("DELETE FROM problem WHERE path = ?", [(path,) for path, _, _ in files])


def say(connection: sqlite3.Connection, file: str, remarks: Sequence[Remark]) -> None:
    """Keep what is odd about an indexed note, in place of what was."""
    stored = connection.execute(
        "SELECT line, reason, failed FROM problem WHERE path = ?", [file]
    ).fetchall()
    if {tuple(row) for row in stored} != {(each.line, each.reason, 0) for each in remarks}:
        connection.execute("DELETE FROM problem WHERE path = ?", [file])
        report(connection, [(file, remark, False) for remark in remarks])


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
        known = connection.execute("SELECT uid FROM document WHERE file = ?", [file])
        for (uid,) in known.fetchall():
            index.remove(connection, "note", str(uid))
            connection.execute("DELETE FROM document WHERE uid = ?", [uid])
            notes += 1
        connection.execute("DELETE FROM file WHERE path = ?", [file])
        connection.execute("DELETE FROM problem WHERE path = ?", [file])
    return notes
