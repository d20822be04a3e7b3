"""Which note a link means, and which notes link to one.

As in Obsidian: a target is a path from notes/, or the end of one (a name alone is the shortest
such end), or an alias, or either of a path that a note had before it moved; the first that fits.
Of several ends, those in the linking note's folder come first, then those below it, then the
shortest. Neither case nor normalisation count. One that starts with a slash is a path from notes/
and nothing else; with `../`, a path from the linking note's folder; with `./` (a Markdown link's
address) that first of all.
"""

from __future__ import annotations

import json
import posixpath
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
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
    """A note under one of its names: its path, an alias, or (`was`) a path that it had before."""

    linked: Linked
    path_key: str
    alias: str | None
    was: str | None = None


EVERY = ("public", "unlisted", "private")
ALIAS = 5  # ranks after every path
FORMER = 6  # and after that, a path that is one no more


def resolve(
    connection: sqlite3.Connection,
    targets: Iterable[str],
    from_path: str,
    visibilities: Sequence[str] = EVERY,
) -> dict[str, Linked]:
    """The notes that these targets of one note mean, without those that mean none; one query.

    A note of another visibility is as good as none: it does not even hide one of its name. So is
    a path that a note had only while it had another visibility.
    """
    wanted = list(dict.fromkeys(targets))
    found = candidates(connection, wanted, visibilities)
    chosen = {target: choose(found, target, from_path) for target in wanted}
    return {target: linked for target, linked in chosen.items() if linked}


def resolve_many(
    connection: sqlite3.Connection,
    wanted: Mapping[str, Iterable[str]],
    visibilities: Sequence[str] = EVERY,
) -> dict[str, dict[str, Linked]]:
    """The same for the targets of several notes, by the notes' paths; at most one query."""
    targets = {path: list(dict.fromkeys(given)) for path, given in wanted.items()}
    found = candidates(connection, {one for each in targets.values() for one in each}, visibilities)
    return {
        path: {one: linked for one in each if (linked := choose(found, one, path))}
        for path, each in targets.items()
    }


Candidates = dict[str, list[Candidate]]  # by the last part of a path, and by alias

MEANT = """SELECT * FROM (
    SELECT uid, path, title, visibility, path_key, name_key AS found, NULL AS alias, NULL AS was
        FROM document WHERE name_key IN (SELECT value FROM json_each(:names))
    UNION ALL
    SELECT uid, path, title, visibility, path_key, key AS found, key AS alias, NULL AS was
        FROM document_alias JOIN document USING (uid)
        WHERE key IN (SELECT value FROM json_each(:aliases))
    UNION ALL
    SELECT uid, document.path, title, document.visibility, path_key,
            former_path.name_key AS found, NULL AS alias, former_path.path AS was
        FROM former_path JOIN document ON uid = note_uid
        WHERE former_path.name_key IN (SELECT value FROM json_each(:names))
            AND former_path.visibility IN (SELECT value FROM json_each(:visibilities))
) WHERE visibility IN (SELECT value FROM json_each(:visibilities))"""


def candidates(
    connection: sqlite3.Connection, targets: Iterable[str], visibilities: Sequence[str] = EVERY
) -> Candidates:
    """Every note that one of the targets could mean."""
    wanted = list(targets)
    if not wanted:
        return {}
    rows = connection.execute(
        MEANT,
        {
            "names": json.dumps(sorted({key(last(target)) for target in wanted})),
            "aliases": json.dumps(sorted({bare(target) for target in wanted})),
            "visibilities": json.dumps(list(visibilities)),
        },
    )
    found: Candidates = {}
    for row in rows:
        linked = Linked(row["uid"], row["path"], row["title"], row["visibility"])
        was = row["was"]
        path_key = row["path_key"] if was is None else key(was)
        candidate = Candidate(linked, path_key, row["alias"], was)
        found.setdefault(row["found"], []).append(candidate)
    return found


def bare(target: str) -> str:
    """A target as it is compared, without what says that it begins here."""
    return key(id_of(target)).removeprefix("./")


def choose(found: Candidates, target: str, from_path: str) -> Linked | None:
    """The best of the candidates for one target."""
    given = key(id_of(target))
    here = posixpath.dirname(key(from_path))
    ranked = [
        (rank, shortness(candidate.was or candidate.linked.path), candidate.linked)
        for candidate in [*found.get(key(last(target)), ()), *found.get(bare(target), ())]
        if (rank := rank_of(candidate, given, here)) is not None
    ]
    return min(ranked, key=lambda item: item[:2])[2] if ranked else None


def shortness(path: str) -> tuple[int, int, str]:
    return path.count("/"), len(path), path


def rank_of(candidate: Candidate, given: str, here: str) -> int | None:
    """How well a note fits a target that is written in the folder `here`: None not at all."""
    if candidate.alias is not None:
        return ALIAS if candidate.alias == given.removeprefix("./") else None
    rank = rank_of_path(candidate.path_key, given, here)
    return rank if rank is None or candidate.was is None else FORMER + rank


def rank_of_path(path: str, given: str, here: str) -> int | None:
    """The same for a path, as it is compared."""
    beside = posixpath.normpath(posixpath.join(here, given))
    if given.startswith("/"):
        return 0 if path == posixpath.normpath(given.lstrip("/")) else None
    if given.startswith(("./", "../")) and path == beside:
        return 0
    name = posixpath.normpath(given.removeprefix("./"))
    if path == name:
        return 1
    if not path.endswith(f"/{name}"):
        return None
    return 2 if path == beside else 3 if path.startswith(f"{here}/") and here else 4


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
    """Links of other notes that may mean this one, by the end of a path or of an alias."""
    names = connection.execute(
        "SELECT name FROM document WHERE uid = :uid"
        " UNION SELECT alias FROM document_alias WHERE uid = :uid"
        " UNION SELECT path FROM former_path WHERE note_uid = :uid",
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
