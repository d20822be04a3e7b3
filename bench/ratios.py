"""A promise as a ratio of two things measured by turns.

>>> Ratio("fast", 2.5, 2.0, "at least", "").kept, Ratio("small", 2.5, 2.0, "at most", "").kept
(True, False)
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Ratio:
    name: str
    value: float
    limit: float
    bound: Literal["at least", "at most"]
    detail: str

    @property
    def kept(self) -> bool:
        """Whether the promise is kept."""
        return self.value >= self.limit if self.bound == "at least" else self.value <= self.limit


def by_turns(rounds: int, *sides: Callable[[], float]) -> list[list[float]]:
    """What each side measured in each round: A B, B A, A B, … so that none always goes first."""
    measured: list[list[float]] = [[] for _ in sides]
    for number in range(rounds):
        order = list(enumerate(sides))
        for index, side in order if number % 2 == 0 else reversed(order):
            measured[index].append(side())
    return measured


def ratio(measured: list[float], baseline: list[float]) -> float:
    """The median of the rounds' ratios: a slow spell of the machine hits both sides of a round.

    >>> ratio([1, 2, 30], [2, 4, 10])
    0.5
    """
    return statistics.median(a / b for a, b in zip(measured, baseline, strict=True))


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
