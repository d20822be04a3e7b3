"""Errata: what is proposed in place of a passage, and what became of it.

Who may change the note accepts one, which changes the note where that is beyond doubt and credits
who proposed it; or declines it, and says why. A proposal is open until then.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, replace

from app import clock, database
from app.accounts.permissions import Person
from app.annotations import store
from app.annotations.addresses import note_of
from app.annotations.kept import Annotation
from app.annotations.reading import EDITING, Reading, read
from app.errors import BadInput, Conflict, NotFound
from app.library.history.revisions import Credit

MAX_REASON = 1_000
CLAIM = "#claim-"
DECIDED = """SELECT erratum.*, coalesce(person.name, 'somebody who left') AS who FROM erratum
    LEFT JOIN person ON person.id = erratum.person_id
    WHERE annotation_id IN (SELECT value FROM json_each(?))"""
CLOSE = """INSERT INTO erratum (annotation_id, status, at, person_id, reason, revision_id)
    VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (annotation_id) DO UPDATE SET status = excluded.status,
        at = excluded.at, person_id = excluded.person_id, reason = excluded.reason,
        revision_id = excluded.revision_id
    WHERE erratum.status <> 'accepted'"""
NOW = "SELECT quote, stored FROM annotation WHERE id = ? AND deleted IS NULL"
ACCEPTED = "SELECT 1 FROM erratum WHERE annotation_id = ? AND status = 'accepted'"


@dataclass(frozen=True)
class Evidence:
    """A claim of a note of ours."""

    path: str
    claim: str


@dataclass(frozen=True)
class Erratum:
    """`status`: open | accepted | declined; `who` and `at`: by whom and when, unless it is open.

    `replacement` is Markdown, as it was proposed; empty, where it is only said what is wrong, and
    where the words are to go: `takes_out`.
    """

    id: str
    quote: str
    replacement: str
    evidence: tuple[Evidence, ...]
    status: str = "open"
    at: str = ""
    who: str = ""
    reason: str = ""
    takes_out: bool = False

    @property
    def is_open(self) -> bool:
        return self.status == "open"

    @property
    def seen(self) -> str:
        """What is proposed, in short: who decides says which proposal it was about."""
        words = json.dumps([self.quote, self.replacement, self.takes_out])
        return hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()[:16]


def of_rows(connection: sqlite3.Connection, rows: Iterable[sqlite3.Row]) -> dict[str, Erratum]:
    """Those among the annotations, by their ids; rows have id, motivation, quote and stored."""
    found = [row for row in rows if row["motivation"] == EDITING]
    if not found:
        return {}
    ids = json.dumps([row["id"] for row in found])
    decided = {row["annotation_id"]: row for row in connection.execute(DECIDED, [ids])}
    return {
        row["id"]: erratum(row["id"], row["quote"], row["stored"], decided.get(row["id"]))
        for row in found
    }


def erratum(id: str, quote: str, stored: str, decided: sqlite3.Row | None) -> Erratum:
    reading = read(json.loads(stored))
    cited = [address.partition(CLAIM) for address in reading.links if CLAIM in address]
    evidence = [Evidence(note_of(note) or "", claim) for note, _, claim in cited]
    known = {name: decided[name] for name in ("status", "at", "who", "reason")} if decided else {}
    return Erratum(
        id, quote, reading.proposal or "", tuple(one for one in evidence if one.path),
        takes_out=reading.proposal == "", **known,
    )  # fmt: skip


def without_evidence(reading: Reading) -> Reading:
    """What it says but for the claims that it cites, where those are shown with their verdicts."""
    return replace(reading, links=tuple(each for each in reading.links if CLAIM not in each))


def get(connection: sqlite3.Connection, person: Person, id: str) -> tuple[Annotation, Erratum]:
    """An erratum that `person` may read, with its annotation; NotFound for any other."""
    kept = store.get(connection, id, person)
    row = connection.execute(
        "SELECT id, motivation, quote, stored FROM annotation WHERE id = ?", [id]
    ).fetchone()
    found = of_rows(connection, [row]).get(id) if row else None
    if found is None:
        raise NotFound("This annotation proposes no correction.")
    return kept, found


def decline(
    connection: sqlite3.Connection, person: Person, id: str, reason: str, seen: str
) -> Annotation:
    """Close it without a change; the reason is shown below it."""
    words = " ".join(reason.replace("\0", "").split())
    if not words:
        raise BadInput("Say why it is declined.", field="reason")
    if len(words) > MAX_REASON:
        raise BadInput(f"A reason has at most {MAX_REASON:,} characters.", field="reason")
    with database.transaction(connection):
        kept, found = get(connection, person, id)
        check_seen(found, seen)
        if not found.is_open:
            raise Conflict(f"This erratum was {found.status} by {found.who} already.")
        close(connection, person, id, "declined", reason=words)
    return kept


def check_seen(found: Erratum, seen: str) -> None:
    if seen != found.seen:
        raise Conflict(
            "What is proposed was changed in between.", hint="Look at it again, then decide."
        )


def credit(person: Person, kept: Annotation, found: Erratum) -> Credit:
    """The version that `person` makes of what is `found` accepts it, in one transaction.

    So nothing is accepted or credited that was proposed meanwhile.
    """

    def check(connection: sqlite3.Connection) -> None:
        row = connection.execute(NOW, [kept.id]).fetchone()
        now = erratum(kept.id, row["quote"], row["stored"], None).seen if row else ""
        check_seen(found, now)

    def made(connection: sqlite3.Connection, revision: int) -> None:
        close(connection, person, kept.id, "accepted", revision=revision)

    return Credit(kept.person_id, kept.id, check, made)


def is_accepted(connection: sqlite3.Connection, id: str) -> bool:
    return connection.execute(ACCEPTED, [id]).fetchone() is not None


def close(
    connection: sqlite3.Connection,
    person: Person,
    id: str,
    status: str,
    reason: str = "",
    revision: int | None = None,
) -> None:
    connection.execute(CLOSE, [id, status, clock.stamp(), person.id, reason, revision])
