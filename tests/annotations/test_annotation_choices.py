"""Who wrote and which tags there are: what is offered in the filters of the list."""

from __future__ import annotations

import sqlite3

from app.accounts.permissions import Person
from app.annotations import choices, store
from app.annotations.choices import LOOKED_AT, Choices
from app.annotations.model import CONTEXT

REMARK = {
    "@context": CONTEXT,
    "type": "Annotation",
    "body": {"type": "TextualBody", "value": "later", "purpose": "tagging"},
    "target": "/notes/open",
}
PRIVATE = """INSERT INTO annotation (id, note_uid, person_id, stored, visibility, created, modified)
    SELECT 'p' || ?1, note_uid, ?2, stored, 'private', '2999', '2999' FROM annotation LIMIT 1"""


def test_what_somebody_keeps_private_takes_no_room_of_what_others_are_offered(
    library: sqlite3.Connection, everybody: dict[str, Person]
) -> None:
    store.create(library, everybody["annotator"], REMARK)
    offered = choices.choices(library, everybody["public"])
    assert offered == Choices([everybody["annotator"].name], ["later"])
    other = everybody["other"].id
    library.executemany(PRIVATE, [(number, other) for number in range(LOOKED_AT + 1)])
    assert choices.choices(library, everybody["public"]) == offered
    assert choices.choices(library, everybody["other"]).people == [everybody["other"].name]
