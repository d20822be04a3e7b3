"""What stands in a note besides its text: analysis blocks, claims, links, media."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from app.markup import Block, Claim


def blocks(connection: sqlite3.Connection, uid: int) -> list[Block]:
    """The analysis blocks of a note, in their order."""
    rows = connection.execute(
        f"SELECT {BLOCK} FROM document_block WHERE uid = ? ORDER BY line, name", [uid]
    )
    return [block_of(*row) for row in rows]


BLOCK = "name, script, params, show, line, sweep, plot"


def block_of(
    name: str, script: str, params: str, show: str, line: int, sweep: str, plot: str
) -> Block:
    """An analysis block from the columns of BLOCK."""
    given, over = json.loads(params), json.loads(sweep)
    return Block(name, script, given, json.loads(show), line, sweep=over, plot=plot)


def claims(connection: sqlite3.Connection, uid: int) -> list[Claim]:
    """The claims of a note, in their order."""
    rows = connection.execute(
        'SELECT id, html, "check", expect, line FROM document_claim WHERE uid = ?'
        " ORDER BY line, id",
        [uid],
    )
    return [Claim(*row) for row in rows]


def scripts(connection: sqlite3.Connection, visibilities: Sequence[str]) -> frozenset[str]:
    """The analyses that notes of these visibilities show; one query."""
    marks = ", ".join("?" * len(visibilities))
    rows = connection.execute(
        "SELECT DISTINCT script FROM document_block"
        f" WHERE uid IN (SELECT uid FROM document WHERE visibility IN ({marks}))",
        list(visibilities),
    )
    return frozenset(script for (script,) in rows)


def targets(connection: sqlite3.Connection, uid: int) -> list[str]:
    """What a note links to, as it is written there; each once."""
    rows = connection.execute(
        "SELECT target FROM document_link WHERE uid = ? ORDER BY position", [uid]
    )
    return list(dict.fromkeys(target for (target,) in rows))


def shows_media(connection: sqlite3.Connection, path: str, visibilities: Sequence[str]) -> bool:
    """Whether a note of these visibilities uses the file at `path`, below notes/."""
    marks = ", ".join("?" * len(visibilities))
    row = connection.execute(
        "SELECT 1 FROM document_media JOIN document USING (uid)"
        f" WHERE document_media.path = ? AND visibility IN ({marks}) LIMIT 1",
        [path, *visibilities],
    ).fetchone()
    return row is not None


@dataclass(frozen=True)
class Embedded:
    """What a note needs to be shown inside another."""

    uid: int
    path: str
    title: str
    html: str
    targets: list[str]
    blocks: list[Block]
    claims: list[Claim]


def embedded(connection: sqlite3.Connection, uids: Sequence[int]) -> list[Embedded]:
    """These notes; four queries for all of them. Who may see them is the caller's question."""
    chosen = "WHERE uid IN (SELECT value FROM json_each(?))"
    bound = [json.dumps(list(uids))]
    found = {
        uid: Embedded(uid, path, title, html, [], [], [])
        for uid, path, title, html in connection.execute(
            f"SELECT uid, path, title, html FROM document {chosen}", bound
        )
    }
    for uid, target in connection.execute(
        f"SELECT uid, target FROM document_link {chosen} ORDER BY position", bound
    ):
        found[uid].targets.append(target)
    for uid, *row in connection.execute(
        f"SELECT uid, {BLOCK} FROM document_block {chosen} ORDER BY line",
        bound,
    ):
        found[uid].blocks.append(block_of(*row))
    for uid, *claim in connection.execute(
        f'SELECT uid, id, html, "check", expect, line FROM document_claim {chosen} ORDER BY line',
        bound,
    ):
        found[uid].claims.append(Claim(*claim))
    return list(found.values())


@dataclass(frozen=True)
class Parts:
    """A note with its analysis blocks and its claims."""

    path: str
    title: str
    blocks: list[Block]
    claims: list[Claim]


def with_claims(connection: sqlite3.Connection, visibilities: Sequence[str]) -> list[Parts]:
    """Every note of these visibilities that makes a claim; three queries for all of them."""
    return with_any(connection, visibilities, "uid IN (SELECT uid FROM document_claim)")


def with_blocks(connection: sqlite3.Connection, visibilities: Sequence[str]) -> list[Parts]:
    """Every note of these visibilities that shows an analysis; three queries for all of them."""
    return with_any(connection, visibilities, "uid IN (SELECT uid FROM document_block)")


def with_any(
    connection: sqlite3.Connection, visibilities: Sequence[str], condition: str
) -> list[Parts]:
    marks = ", ".join("?" * len(visibilities))
    chosen = (
        f"uid IN (SELECT uid FROM document WHERE visibility IN ({marks}) AND {condition})"
        " ORDER BY uid"
    )
    found = {
        row["uid"]: Parts(row["path"], row["title"], [], [])
        for row in connection.execute(
            f"SELECT uid, path, title FROM document WHERE {chosen}", visibilities
        )
    }
    for uid, *row in connection.execute(
        f"SELECT uid, {BLOCK} FROM document_block WHERE {chosen}, line",
        visibilities,
    ):
        found[uid].blocks.append(block_of(*row))
    for uid, *claim in connection.execute(
        f'SELECT uid, id, html, "check", expect, line FROM document_claim WHERE {chosen}, line',
        visibilities,
    ):
        found[uid].claims.append(Claim(*claim))
    return sorted(found.values(), key=lambda note: note.path)
