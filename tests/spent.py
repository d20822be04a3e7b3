"""Processor time of a block, for the tests that say how long something may take.

The machine is shared and the tests run side by side, so a clock on the wall says little. Nor is a
full collection the block's own: it walks everything that thousands of tests have left behind, took
0.2 s of a transaction of 0.02 s, and comes when it likes.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass
class Spent:
    """What this thread has spent on the block, in seconds; known when the block has ended."""

    seconds: float = 0.0


@contextmanager
def spent() -> Iterator[Spent]:
    """Measure the block; no garbage is collected in it."""
    found, collects = Spent(), gc.isenabled()
    gc.disable()
    began = time.thread_time()
    try:
        yield found
    finally:
        found.seconds = time.thread_time() - began
        if collects:
            gc.enable()


def least(work: Callable[[], object], times: int = 3) -> float:
    """The least that so many calls have spent, in seconds."""
    taken = []
    for _ in range(times):
        with spent() as found:
            work()
        taken.append(found.seconds)
    return min(taken)
