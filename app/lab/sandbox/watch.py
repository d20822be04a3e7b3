"""What the processes of a run use together: the kernel's own limits hold for each alone.

Everything is from /proc, so there are moments between two looks. In 50 ms, the time between
them once a run has half of its memory, two cores fill some 200 MB more than a run may have.
A process that lives shorter than that, and that nobody waits for, has processor time that is in
nobody's account: the limit on time that passes bounds it, with the number of cores.
"""

from __future__ import annotations

import os
import resource
import stat
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from app.lab.sandbox import folders, memory, processes

PAGE = resource.getpagesize()
TICKS = os.sysconf("SC_CLK_TCK")
SELDOM, OFTEN, LONGEST = 0.2, 0.05, 2.0  # seconds between two looks
STOPPED, ENDED = "T", "Z"


@dataclass(frozen=True)
class Usage:
    processes: int
    memory: int  # bytes
    cpu: float  # seconds
    unlinked: int  # bytes of files that have no name any more, and are open
    frozen: float = 0.0  # seconds for which all of it has been stopped: nobody in it can go on
    unknown: float = 0.0  # seconds for which nobody could tell its memory, and it may be too much


@dataclass(frozen=True)
class Life:
    """One process as it is now, by the name that no later one has."""

    key: tuple[int, int]
    own: float  # seconds of processor time
    waited: float  # seconds of those that it waited for
    resident: int  # bytes
    state: str = "R"  # as the kernel has it: T is stopped, Z has ended


@dataclass
class Watch:
    """Of all that descend from `guard`; what they have used so far counts for nobody."""

    guard: int
    device: int  # where the run's folder is
    seen: dict[tuple[int, int], float] = field(default_factory=dict)
    spent: float = 0.0  # of all that were ever seen
    before: float = 0.0
    pause: float = SELDOM  # until the next look
    keepers: int = 1  # of the processes: the first ones, which are ours and wait for the others
    froze: float | None = None  # when it was first seen to be stopped
    unsure: float | None = None  # from when on its memory could not be told

    @classmethod
    def begin(cls, guard: int, folder: Path, keepers: int = 1) -> Watch:
        found = cls(guard, folder.stat().st_dev, keepers=keepers)
        found.before = found.cpu(found.alive(10_000))
        return found

    def look(self, memory_limit: int, most: int) -> Usage:
        """Shared pages are told apart only where it matters: that takes a hundred times longer.

        Where that cannot be known now, it is as if the limit just held, for some seconds.
        """
        started = time.monotonic()
        living = self.alive(most)
        if len(living) > most:  # it ends: what it holds is not asked, which waits for each fork
            return Usage(len(living), 0, 0.0, 0)
        pids = [life.key[0] for life in living]
        used = self.memory(living, memory_limit)
        cpu, loose = self.cpu(living) - self.before, unlinked(pids, self.device)
        pause = OFTEN if used > memory_limit / 2 else SELDOM
        self.pause = min(LONGEST, max(pause, 4 * (time.monotonic() - started)))
        return Usage(len(living), used, cpu, loose, self.frozen(living), self.unknown)

    def memory(self, living: list[Life], most: int) -> int:
        """In three steps, each slower and nearer to the truth, as far as it is needed."""
        pids = [life.key[0] for life in living]
        shared = memory.shared_memory(self.guard)
        used = sum(life.resident for life in living) + shared
        if used > most:
            used = memory.at_most(pids) + shared
        if used <= most:
            self.unsure = None
            return used
        exact = memory.told_apart(pids, shared)
        self.unsure = (self.unsure or time.monotonic()) if exact is None else None
        return most if exact is None else exact

    @property
    def unknown(self) -> float:
        return time.monotonic() - self.unsure if self.unsure else 0.0

    def frozen(self, living: list[Life]) -> float:
        """For how long every process of it has been stopped: only one of them could go on."""
        stopped = any(life.state == STOPPED for life in living)
        others = any(life.state not in (STOPPED, ENDED) for life in living[self.keepers :])
        if not stopped or others:
            self.froze = None
            return 0.0
        self.froze = self.froze or time.monotonic()
        return time.monotonic() - self.froze

    def alive(self, most: int) -> list[Life]:
        found = map(life, processes.descendants(self.guard, most))
        return [each for each in found if each]

    def cpu(self, living: list[Life]) -> float:
        """Of those that live, and of those that they waited for or that were seen to live."""
        for each in living:
            self.spent += each.own - self.seen.get(each.key, 0.0)
            self.seen[each.key] = each.own
        return max(self.spent, sum(each.own + each.waited for each in living))


def life(pid: int) -> Life | None:
    """None when it is gone."""
    with suppress(OSError, IndexError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        user, system, users, systems = (int(ticks) / TICKS for ticks in fields[11:15])
        resident = int(fields[21]) * PAGE
        return Life((pid, int(fields[19])), user + system, users + systems, resident, fields[0])
    return None


def resident_memory(pid: int) -> int:
    found = life(pid)
    return found.resident if found else 0


def unlinked(pids: list[int], device: int) -> int:
    """The bytes of the disk that belong to no file of a folder, as long as somebody has it open."""
    sizes: dict[int, int] = {}
    for pid in pids:
        with suppress(OSError):
            for opened in os.scandir(f"/proc/{pid}/fd"):
                with suppress(OSError):
                    found = opened.stat()
                    plain = found.st_dev == device and stat.S_ISREG(found.st_mode)
                    if plain and found.st_nlink == 0:
                        sizes[found.st_ino] = folders.of_file(found)
    return sum(sizes.values())
