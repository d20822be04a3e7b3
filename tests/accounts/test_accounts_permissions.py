"""`may`: every role, action and visibility, against a table written by hand."""

from __future__ import annotations

import itertools

import pytest

from app.accounts.permissions import PUBLIC, Action, Person, Role, Thing, may, visibilities

A = Action
RIGHTS = {
    Role.PUBLIC: {A.VISIT, A.READ, A.LIST},
    Role.READER: {A.VISIT, A.READ, A.LIST, A.HISTORY},
    Role.ANNOTATOR: {A.VISIT, A.READ, A.LIST, A.HISTORY, A.ANNOTATE},
    Role.EDITOR: {*Action} - {A.MODERATE, A.MANAGE},
    Role.OWNER: set(Action),
}


def person(role: Role, number: int = 7) -> Person:
    return PUBLIC if role is Role.PUBLIC else Person(number, role, role)


@pytest.mark.parametrize(("role", "action"), [*itertools.product(Role, Action)])
def test_what_a_role_may_do_at_all(role: Role, action: Action) -> None:
    assert may(person(role), action) == (action in RIGHTS[role])


@pytest.mark.parametrize(
    ("role", "visibility"), [*itertools.product(Role, ("public", "unlisted", "private"))]
)
def test_who_reads_and_who_meets_a_note(role: Role, visibility: str) -> None:
    member = role is not Role.PUBLIC
    assert may(person(role), A.READ, Thing(visibility)) == (member or visibility != "private")
    assert may(person(role), A.LIST, Thing(visibility)) == (member or visibility == "public")
    for action in (A.READ, A.LIST):
        assert (visibility in visibilities(person(role), action)) == may(
            person(role), action, Thing(visibility)
        )


def test_a_visibility_that_nobody_knows_is_seen_by_nobody() -> None:
    assert not may(PUBLIC, A.READ, Thing("secret"))


@pytest.mark.parametrize("role", Role)
def test_an_annotation_is_changed_by_its_writer_or_the_owner(role: Role) -> None:
    theirs, own = Thing("shared", 3), Thing("shared", 7)
    assert may(person(role), A.READ, theirs)
    assert may(person(role), A.ANNOTATE, own) == (A.ANNOTATE in RIGHTS[role])
    assert not may(person(role), A.ANNOTATE, theirs)
    assert may(person(role), A.MODERATE, theirs) == (role is Role.OWNER)


@pytest.mark.parametrize(("role", "action"), [*itertools.product(Role, Action)])
def test_a_private_annotation_is_its_writers_alone(role: Role, action: Action) -> None:
    assert not may(person(role), action, Thing("private", 3))
    if role is not Role.PUBLIC and action in RIGHTS[role]:
        assert may(person(role), action, Thing("private", 7))
