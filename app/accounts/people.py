"""People, and the three ways to be recognised as one: a link, a session, a token.

Only the SHA-256 of a secret is stored; 32 random bytes need no salt.
"""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
from datetime import timedelta

from app import clock, database
from app.accounts.permissions import Person, Role
from app.errors import BadInput, Conflict, NotFound

LINK_HOURS = 24
MAX_NAME = 80


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def later(**length: float) -> str:
    return (clock.now() + timedelta(**length)).strftime("%Y-%m-%dT%H:%M:%SZ")


def checked_role(role: str) -> Role:
    """The role of that name; the public is nobody's role."""
    named = {member.value: member for member in Role if member is not Role.PUBLIC}
    if role not in named:
        raise BadInput(f"{role!r} is no role: {', '.join(named)}.", field="role")
    return named[role]


def create(connection: sqlite3.Connection, name: str, role: str) -> Person:
    """A new person; Conflict if the name is taken (case does not count)."""
    name = " ".join(name.split())
    if not name or len(name) > MAX_NAME:
        raise BadInput(f"A name has 1 to {MAX_NAME} characters.", field="name")
    kept = checked_role(role)
    with database.transaction(connection):
        if by_name(connection, name):
            raise Conflict(f"There is already a person named {name}.")
        cursor = connection.execute(
            "INSERT INTO person (name, role, created) VALUES (?, ?, ?)",
            [name, kept, clock.stamp()],
        )
    return Person(cursor.lastrowid, name, kept)


def everybody(connection: sqlite3.Connection) -> list[Person]:
    rows = connection.execute("SELECT id, name, role FROM person ORDER BY id")
    return [as_person(row) for row in rows]


def by_name(connection: sqlite3.Connection, name: str) -> Person | None:
    row = connection.execute("SELECT id, name, role FROM person WHERE name = ?", [name]).fetchone()
    return as_person(row) if row else None


def named(connection: sqlite3.Connection, name: str) -> Person:
    person = by_name(connection, name)
    if person is None:
        raise NotFound(f"There is no person named {name}.", hint="See: python -m app user list.")
    return person


def owner(connection: sqlite3.Connection) -> Person:
    """The first owner; made, with the name «owner», in a new library."""
    row = connection.execute(
        "SELECT id, name, role FROM person WHERE role = 'owner' ORDER BY id LIMIT 1"
    ).fetchone()
    return as_person(row) if row else create(connection, "owner", Role.OWNER)


def as_person(row: sqlite3.Row) -> Person:
    return Person(row["id"], row["name"], Role(row["role"]))


def create_link(connection: sqlite3.Connection, person: Person) -> str:
    """A secret that signs `person` in once, within a day."""
    secret = secrets.token_urlsafe(32)
    with database.transaction(connection, shows=False):
        connection.execute("DELETE FROM sign_in_link WHERE expires < ?", [clock.stamp()])
        connection.execute(
            "INSERT INTO sign_in_link VALUES (?, ?, ?, ?)",
            [digest(secret), person.id, clock.stamp(), later(hours=LINK_HOURS)],
        )
    return secret


def link_is_good(connection: sqlite3.Connection, secret: str) -> bool:
    """Whether the link would sign somebody in; asking does not use it up."""
    return bool(
        connection.execute(
            "SELECT 1 FROM sign_in_link WHERE hash = ? AND expires >= ?",
            [digest(secret), clock.stamp()],
        ).fetchone()
    )


def sign_in(connection: sqlite3.Connection, link: str, days: int) -> str | None:
    """Use a link up and start a session; its secret, or None if the link is used or too old."""
    secret = secrets.token_urlsafe(32)
    with database.transaction(connection, shows=False):
        row = connection.execute(
            "DELETE FROM sign_in_link WHERE hash = ? RETURNING person_id, expires", [digest(link)]
        ).fetchone()
        if row is None or row["expires"] < clock.stamp():
            return None
        connection.execute("DELETE FROM session WHERE expires < ?", [clock.stamp()])
        connection.execute(
            "INSERT INTO session VALUES (?, ?, ?, ?)",
            [digest(secret), row["person_id"], clock.stamp(), later(days=days)],
        )
    return secret


def sign_out(connection: sqlite3.Connection, session: str) -> None:
    with database.transaction(connection, shows=False):
        connection.execute("DELETE FROM session WHERE hash = ?", [digest(session)])


def of_session(connection: sqlite3.Connection, session: str) -> Person | None:
    row = connection.execute(
        "SELECT person.id, person.name, person.role FROM session"
        " JOIN person ON person.id = session.person_id WHERE hash = ? AND expires >= ?",
        [digest(session), clock.stamp()],
    ).fetchone()
    return as_person(row) if row else None


def create_token(connection: sqlite3.Connection, person: Person, name: str, role: str) -> str:
    """A token for a program that acts for `person`, with `role` or the person's, if lower."""
    name = " ".join(name.split())
    if not name or len(name) > MAX_NAME:
        raise BadInput(f"A token's name has 1 to {MAX_NAME} characters.", field="name")
    secret = f"gloss_{secrets.token_urlsafe(32)}"
    with database.transaction(connection, shows=False):
        connection.execute(
            "INSERT INTO token (hash, person_id, name, role, created) VALUES (?, ?, ?, ?, ?)",
            [digest(secret), person.id, name, checked_role(role), clock.stamp()],
        )
    return secret


def of_token(connection: sqlite3.Connection, token: str) -> Person | None:
    row = connection.execute(
        "SELECT person.id, person.name, person.role, token.role AS lent FROM token"
        " JOIN person ON person.id = token.person_id WHERE hash = ?",
        [digest(token)],
    ).fetchone()
    if row is None:
        return None
    role = min(Role(row["role"]), Role(row["lent"]), key=lambda role: role.rank)
    return Person(row["id"], row["name"], role)


def tokens(connection: sqlite3.Connection) -> list[dict[str, str]]:
    """Every token by name, role and person; the tokens themselves are not kept."""
    rows = connection.execute(
        "SELECT token.name, token.role, person.name AS person, token.created FROM token"
        " JOIN person ON person.id = token.person_id ORDER BY token.id"
    )
    return [dict(row) for row in rows]


def revoke_tokens(connection: sqlite3.Connection, name: str) -> int:
    """Forget every token of that name; how many there were."""
    with database.transaction(connection, shows=False):
        return connection.execute("DELETE FROM token WHERE name = ?", [name]).rowcount
