"""Further in: how what a process of the sandbox starts is kept from the process that started it.

Processes of one user open each other's files in /proc/PID/fd, and pipes for writing too, which
their owner only reads. The kernel refuses that to who has fewer capabilities than the other, and
to who is in an inner domain of Landlock: either is enough (Plan.keeps_apart). With Landlock from
version 6 on, signals are refused as well. It takes a tenth of a millisecond.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.lab.sandbox import kernel
from app.lab.sandbox.confine import Plan


@dataclass(frozen=True)
class Inner:
    domain: int  # an open file; -1 where there is no Landlock
    has_less: bool

    @classmethod
    def of(cls, plan: Plan) -> Inner:
        """For what we start, once we are restricted as the one `above`."""
        domain = kernel.inner_domain() if plan.landlock else -1
        return cls(domain, bool(plan.namespaces & kernel.NEW_USER))

    def enter(self) -> None:
        """From here on this process cannot reach the one that began, and there is no way back."""
        if self.domain >= 0:
            kernel.enter(self.domain)
        if self.has_less:
            kernel.drop_capabilities()
