"""Whom and when a client named as the maker of what it sent, where that is not who sent it here.

It is kept and answered as it came, as the model wants it; a person is told that it was only sent.
"""

from __future__ import annotations

from typing import NamedTuple

from app.annotations.reading import Reading


class Sent(NamedTuple):
    """`creator`: a name, or an address; `created`: a time. Empty where they are as Gloss knows."""

    creator: str = ""
    created: str = ""


def sent(reading: Reading, person_id: int | None, who: str, created: str) -> Sent:
    """
    >>> said = Reading((), "", "", "", None, None, (), (), "", creator="Mallory", created="1999")
    >>> sent(said, 3, "ann", "2026-11-22T17:00:00Z")
    Sent(creator='Mallory', created='1999')
    >>> sent(said, 3, "Mallory", "1999-01-01T00:00:00Z"), sent(said, None, "", "1999")
    (Sent(creator='', created=''), Sent(creator='', created=''))
    """
    is_known = reading.creator == who or person_id is None  # who left is not named by this either
    is_then = created.startswith(reading.created[:10])
    return Sent("" if is_known else reading.creator, "" if is_then else reading.created)
