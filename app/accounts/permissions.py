"""Who may do what: one pure function, asked everywhere.

    >>> may(PUBLIC, Action.READ, Thing("unlisted")), may(PUBLIC, Action.LIST, Thing("unlisted"))
    (True, False)

Everybody who is signed in reads every note; the role says what they may do to it. The public
reads public notes, and unlisted ones by their address. A private annotation is its writer's.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """Each role may all that the ones before it may."""

    PUBLIC = "public"
    READER = "reader"
    ANNOTATOR = "annotator"
    EDITOR = "editor"
    OWNER = "owner"

    @property
    def rank(self) -> int:
        return RANKS[self]


RANKS = {role: rank for rank, role in enumerate(Role)}


class Action(StrEnum):
    VISIT = "visit"  # a page that is the same for everybody: sign in, health, our own files
    READ = "read"  # a thing at its address
    LIST = "list"  # to meet it in a feed, a search, a count
    HISTORY = "history"  # who changed a note, when, and what it said before
    ANNOTATE = "annotate"
    RUN = "run"  # start and cancel analyses
    INSPECT = "inspect"  # see what was not understood of the files
    WRITE = "write"  # make, change and delete notes; nobody, where the library is read-only
    DECIDE = "decide"  # what becomes of a correction; to accept it takes WRITE, too
    MODERATE = "moderate"  # change what another person wrote in the margin
    MANAGE = "manage"  # people and tokens


LEAST = {
    Action.VISIT: Role.PUBLIC,
    Action.READ: Role.PUBLIC,
    Action.LIST: Role.PUBLIC,
    Action.HISTORY: Role.READER,
    Action.ANNOTATE: Role.ANNOTATOR,
    Action.RUN: Role.EDITOR,
    Action.INSPECT: Role.EDITOR,
    Action.WRITE: Role.EDITOR,
    Action.DECIDE: Role.EDITOR,
    Action.MODERATE: Role.OWNER,
    Action.MANAGE: Role.OWNER,
}


@dataclass(frozen=True)
class Person:
    id: int | None
    name: str
    role: Role


PUBLIC = Person(None, "", Role.PUBLIC)


@dataclass(frozen=True)
class Thing:
    """What is asked about: a note, or an annotation (`person_id` is who wrote it)."""

    visibility: str = "public"
    person_id: int | None = None


def may(person: Person, action: Action, thing: Thing | None = None) -> bool:
    """Whether `person` may do `action`, to `thing` or (None) to anything at all."""
    if person.role.rank < LEAST[action].rank:
        return False
    if thing is None:
        return True
    if thing.person_id is not None:
        return may_with_annotation(person, action, thing)
    return thing.visibility in visibilities(person, action)


def may_with_annotation(person: Person, action: Action, thing: Thing) -> bool:
    own = person.id == thing.person_id
    if thing.visibility == "private":
        return own
    return own or action in (Action.READ, Action.LIST, Action.MODERATE)


def visibilities(person: Person, action: Action = Action.LIST) -> tuple[str, ...]:
    """The visibilities of the notes that `person` may read or list; for `IN (…)` in SQL."""
    if person.role != Role.PUBLIC:
        return ("public", "unlisted", "private")
    return ("public",) if action == Action.LIST else ("public", "unlisted")
