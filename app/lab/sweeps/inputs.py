"""What the points of a sweep compute with, followed by whoever has them computed.

A crew takes no point once anything of it has changed. What is written to while points run, and
perhaps put back, makes the sweep stale: nobody knows which of them read what.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field

from app.errors import GlossError
from app.lab import analyses
from app.lab.analyses import Analysis
from app.lab.fingerprint import ending, files
from app.lab.sweeps import around
from app.lab.sweeps.executor import Outcome
from app.lab.sweeps.store import Sweep
from app.settings import Settings


@dataclass
class Inputs:
    """`touched`: when each known file was last changed. `compiled` are those that the sandbox
    reads once, before its first point; from then on nothing that happens to them matters.

    `fresh` and `altered` are not written down yet: what points opened, with the second when the
    first of them began (and, `later`, when it was last changed), and what was written to meanwhile.
    """

    settings: Settings
    sweep_id: int
    analysis: Analysis
    touched: dict[str, int]
    compiled: frozenset[str]
    fresh: dict[str, float] = field(default_factory=dict)
    later: dict[str, int] = field(default_factory=dict)
    altered: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, settings: Settings, sweep: Sweep) -> Inputs | None:
        """None where its analysis is no more."""
        try:
            analysis = analyses.get(settings, sweep.script)
        except GlossError:
            return None
        touched = ending.touched(settings.analysis, analysis, sweep.parts)
        seen = {*sweep.parts.get("seen", ())}
        compiled = {analysis.path.name, *sweep.parts.get("modules", ())} - seen
        return cls(settings, sweep.id, analysis, touched, frozenset(compiled))

    def hold(self, connection: sqlite3.Connection) -> bool:
        """Whether all is as it was when the sweep began."""
        try:
            analysis = analyses.get(self.settings, self.analysis.name)
        except GlossError:
            return False
        return around.holds(self.settings, analysis, around.of(connection, self.sweep_id))

    @property
    def is_torn(self) -> bool:
        """Whether the sandbox may have compiled other code than the sweep began with."""
        return not self.compiled.isdisjoint(ending.altered(self.settings.analysis, self.touched))

    def look(self, outcomes: Iterable[Outcome]) -> None:
        """These points have ended: what have they opened, and did anything change?"""
        self.altered |= {*ending.altered(self.settings.analysis, self.touched)}
        well = [outcome for outcome in outcomes if outcome.status == "succeeded"]
        for name in self.compiled if well else ():
            self.touched.pop(name, None)
        for outcome in well:
            for path in {*outcome.opened} - self.touched.keys() - self.compiled:
                if len(self.touched) + len(self.fresh) > 2 * around.MOST_SEEN:
                    return
                if path not in self.fresh:
                    self.later[path] = files.touched(self.settings.analysis, path)
                self.fresh[path] = min(self.fresh.get(path, outcome.began), outcome.began)

    def write(self, connection: sqlite3.Connection) -> None:
        """Within a transaction: keep it with the sweep."""
        if self.fresh or self.altered:
            given = self.fresh, self.altered
            around.add(self.settings, connection, self.sweep_id, self.analysis, *given)

    def settle(self) -> None:
        """Once that is written: from now on these files are known."""
        for name in self.altered:
            self.touched.pop(name, None)
        self.touched |= self.later
        self.fresh, self.later, self.altered = {}, {}, set()
