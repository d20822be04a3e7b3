"""Which note a link means, and which notes link to one.

A target is a path from the linking note's folder, or from notes/, or the end of a path (a name
alone is the shortest such end), or an alias; the first that fits, and neither case nor
normalisation count. One that starts with a slash is a path from notes/ and nothing else.
"""

from __future__ import annotations

import json
import posixpath
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.library.names import id_of, key, last


@dataclass(frozen=True)
class Linked:
    """What a link leads to."""

    uid: int
    path: str
    title: str
    visibility: str

    @property
    def id(self) -> str:
        return self.path


@dataclass(frozen=True)
class Backlink:
    """A note that links to another, and the sentence of its link."""

    path: str
    title: str
    date: str
    visibility: str
    sentence: str

    @property
    def id(self) -> str:
        return self.path


@dataclass(frozen=True)
class Candidate:
    linked: Linked
    path_key: str
    alias: str | None


EVERY = ("public", "unlisted", "private")


def resolve(
    connection: sqlite3.Connection,
    targets: Iterable[str],
    from_path: str,
    visibilities: Sequence[str] = EVERY,
) -> dict[str, Linked]:
    """The notes that these targets of one note mean; one query. What means none is left out.

    A note of another visibility is as good as none: it does not even hide one of its name.
    """
    wanted = list(dict.fromkeys(targets))
    found = candidates(connection, wanted, visibilities)
    chosen = {target: choose(found, target, from_path) for target in wanted}
    return {target: linked for target, linked in chosen.items() if linked}


Candidates = dict[str, list[Candidate]]  # by the last part of a path, and by alias


def candidates(
    connection: sqlite3.Connection, targets: Iterable[str], visibilities: Sequence[str] = EVERY
) -> Candidates:
    """Every note that one of the targets could mean."""
    wanted = list(targets)
    if not wanted:
        return {}
    rows = connection.execute(
        """SELECT * FROM (
            SELECT uid, path, title, visibility, path_key, name_key AS found, NULL AS alias
                FROM document WHERE name_key IN (SELECT value FROM json_each(?))
            UNION ALL
            SELECT uid, path, title, visibility, path_key, key AS found, key AS alias
                FROM document_alias JOIN document USING (uid)
                WHERE key IN (SELECT value FROM json_each(?))
        ) WHERE visibility IN (SELECT value FROM json_each(?))""",
        [
            json.dumps(sorted({key(last(target)) for target in wanted})),
            json.dumps(sorted({key(id_of(target)) for target in wanted})),
            json.dumps(list(visibilities)),
        ],
    )
    found: Candidates = {}
    for row in rows:
        linked = Linked(row["uid"], row["path"], row["title"], row["visibility"])
        candidate = Candidate(linked, row["path_key"], row["alias"])
        found.setdefault(row["found"], []).append(candidate)
    return found


def choose(found: Candidates, target: str, from_path: str) -> Linked | None:
    """The best of the candidates for one target."""
    name = key(id_of(target))
    from_root = posixpath.normpath(name.lstrip("/"))
    beside = posixpath.normpath(posixpath.join(posixpath.dirname(key(from_path)), name))
    ranked = [
        (rank, shortness(candidate.linked.path), candidate.linked)
        for candidate in [*found.get(key(last(target)), ()), *found.get(name, ())]
        if (rank := rank_of(candidate, name, from_root, beside)) is not None
    ]
    return min(ranked, key=lambda item: item[:2])[2] if ranked else None


def shortness(path: str) -> tuple[int, int, str]:
    return path.count("/"), len(path), path


def rank_of(candidate: Candidate, name: str, from_root: str, beside: str) -> int | None:
    """How well a note fits a target: 0 best, None not at all."""
    if candidate.alias is not None:
        return 3 if candidate.alias == name else None
    path = candidate.path_key
    if name.startswith("/"):
        return 0 if path == from_root else None
    if path == beside:
        return 0
    if path == from_root:
        return 1
    return 2 if path.endswith(f"/{from_root}") else None


def backlinks(
    connection: sqlite3.Connection, uid: int, visibilities: Sequence[str]
) -> list[Backlink]:
    """The notes that link to this one, newest first, each once; three queries."""
    rows = linking(connection, uid, visibilities)
    found = candidates(connection, {row["target"] for row in rows}, visibilities)
    kept: dict[str, Backlink] = {}
    for row in rows:
        linked = choose(found, row["target"], row["path"])
        if linked and linked.uid == uid:
            values = (row["path"], row["title"], row["date"], row["visibility"], row["sentence"])
            kept.setdefault(row["path"], Backlink(*values))
    return list(kept.values())


def linking(
    connection: sqlite3.Connection, uid: int, visibilities: Sequence[str]
) -> list[sqlite3.Row]:
    """Links of other notes that may mean this one, by the end of its path or of an alias."""
    names = connection.execute(
        "SELECT name FROM document WHERE uid = :uid"
        " UNION SELECT alias FROM document_alias WHERE uid = :uid",
        {"uid": uid},
    )
    return connection.execute(
        """SELECT target, sentence, path, title, date, visibility
        FROM document_link JOIN document USING (uid)
        WHERE document_link.name_key IN (SELECT value FROM json_each(?))
            AND uid <> ? AND visibility IN (SELECT value FROM json_each(?))
        ORDER BY date DESC, path, position""",
        [
            json.dumps(sorted({key(last(name)) for (name,) in names})),
            uid,
            json.dumps(list(visibilities)),
        ],
    ).fetchall()
