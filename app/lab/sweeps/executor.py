"""What computes the points of a sweep: local.py does here, a cluster's engine may elsewhere.

Points and outcomes are plain data. Who executes them knows neither the database nor the pages; how
a point is confined and when it is ended is its own affair, and part of the outcome.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from app.lab.runs import Output


@dataclass(frozen=True)
class Point:
    """`params` are bound, as JSON has them."""

    run_id: int
    script: str
    params: Mapping[str, Any]
    fingerprint: str


@dataclass(frozen=True)
class Outcome:
    """How a point ended; `status` is a run's."""

    run_id: int
    status: str
    outputs: Sequence[Output] = ()
    message: str = ""
    seconds: float | None = None
    log: str = field(default="")
    opened: Sequence[str] = ()  # below the folder of analyses, as it says itself
    began: float = 0.0  # the second, as the clock on the wall has it


class Executor(Protocol):
    def submit(self, points: Sequence[Point]) -> None:
        """Compute these, in this order."""

    def cancel(self, ids: Collection[int]) -> None:
        """End these, whether they wait here or run; each has an outcome all the same."""

    def poll(self) -> list[Outcome]:
        """The outcomes since it was last asked."""

    def room(self) -> int:
        """How many more points it would take now."""
