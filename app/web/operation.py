"""One operation of the JSON addresses, as the table of them has it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Operation:
    """One method at one address. `answers`: the schema of each answer ("" has no body).

    `media`: the media type of what is taken and answered.
    """

    method: str
    path: str
    summary: str
    answers: dict[int, str]
    query: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    takes: str = ""
    problems: tuple[int, ...] = field(default=())
    media: str = "application/json"


PAGED = ("limit", "offset")
WRITES = (400, 401, 403, 415)
