"""Further notes that an annotation names, under the addresses that they have now."""

from __future__ import annotations

import json
import sqlite3

import pytest

from app.accounts.permissions import PUBLIC, Person
from app.annotations import export, listing, renames, store
from app.annotations.anchored import Text
from app.annotations.kept import as_json
from app.annotations.model import CONTEXT
from app.library import identity

BASE = "http://localhost"
SENT = {
    "@context": CONTEXT,
    "type": "Annotation",
    "body": {"type": "SpecificResource", "source": "/notes/own#claim-a", "purpose": "linking"},
    "target": ["/notes/open", {"source": "/notes/hidden#part"}, "http://example.org/notes/hidden"],
}


def rename(library: sqlite3.Connection, old: str, new: str, visibility: str) -> None:
    uid = identity.uid_of(library, old)
    assert uid
    identity.place(library, uid, new)
    identity.lead_on(library, old, uid, visibility)
    library.execute("UPDATE document SET path = ? WHERE uid = ?", [new, uid])


@pytest.fixture
def kept(library: sqlite3.Connection, everybody: dict[str, Person]) -> store.Annotation:
    created = store.create(library, everybody["owner"], SENT)
    for old, visibility in (("open", "public"), ("hidden", "unlisted"), ("own", "private")):
        rename(library, old, f"moved/{old} 2", visibility)
    return store.get(library, created.id, everybody["owner"])


def test_further_targets_and_bodies_follow_renames(
    library: sqlite3.Connection, everybody: dict[str, Person], kept: store.Annotation
) -> None:
    (followed,) = renames.followed(library, everybody["owner"], [kept])
    answered = as_json(followed, BASE)
    assert answered["body"]["source"] == f"{BASE}/notes/moved/own%202#claim-a"
    assert answered["target"] == [
        f"{BASE}/notes/moved/open%202",
        {"source": f"{BASE}/notes/moved/hidden%202#part"},
        "http://example.org/notes/hidden",
    ]
    assert followed.version != kept.version
    assert json.loads(library.execute("SELECT stored FROM annotation").fetchone()["stored"]) == {
        key: value for key, value in SENT.items() if key != "id"
    }


def test_nobody_learns_where_a_note_is_that_they_may_not_read(
    library: sqlite3.Connection, everybody: dict[str, Person], kept: store.Annotation
) -> None:
    (followed,) = renames.followed(library, PUBLIC, [kept])
    assert set(followed.moved) <= {"hidden"}
    (listed,) = listing.page(library, everybody["owner"], limit=9).annotations
    assert set(listed.moved) == {"hidden", "own"}


def test_another_note_at_the_old_place_is_not_the_one_that_is_told_of(
    library: sqlite3.Connection, everybody: dict[str, Person], kept: store.Annotation
) -> None:
    identity.place(library, identity.given(library, "x"), "hidden")
    (followed,) = renames.followed(library, everybody["owner"], [kept])
    assert set(followed.moved) == {"hidden", "own"}
    assert "hidden" not in renames.followed(library, PUBLIC, [kept])[0].moved  # it is unlisted
    row = library.execute("SELECT uid, text, sha256 FROM document WHERE path = 'moved/open 2'")
    (exported,) = export.of_note(library, Text(**row.fetchone()), everybody["owner"])
    assert exported.kept.moved == followed.moved
