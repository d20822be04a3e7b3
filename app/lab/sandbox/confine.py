"""What an analysis may touch: a folder of its own, the libraries to read, and nothing else.

The host decides how much of that can be enforced, so it is tried out once (`probe`) and every
run records in words what held (`Plan.words`).

    >>> Plan(namespaces=0, own_proc=False, landlock=7, uid=None).words
    'partly sandboxed: no namespaces, no read-only files, no filter of system calls'

Landlock knows no rights to modes, times and attributes of files, and none to sockets in folders:
hence the read-only mounts and the filter. Measured: all of it takes about three milliseconds.
"""

from __future__ import annotations

import math
import os
import resource
import shutil
import sys
import sysconfig
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from app.lab.sandbox import folders, kernel
from app.settings import PROJECT, Settings

NOBODY = 65534
ESSENTIAL = kernel.NEW_USER | kernel.NEW_PIDS | kernel.NEW_NETWORK
WHOLE = ESSENTIAL | kernel.NEW_MOUNTS | kernel.NEW_IPC | kernel.NEW_UTS
NAMES = {
    kernel.NEW_USER: "user namespace",
    kernel.NEW_PIDS: "process namespace",
    kernel.NEW_NETWORK: "network namespace",
}
# The best that a host may offer comes first.
CHOICES = (WHOLE, ESSENTIAL, kernel.NEW_USER | kernel.NEW_NETWORK, 0)

LIMITS: Mapping[str, float] = {
    "wall_seconds": 300,
    "cpu_seconds": 600,
    "memory_mb": 4096,
    "processes": 64,
    "output_mb": 200,
    "file_mb": 100,
}
SPARE_PROCESSES = 40  # so that the runner sees the limit broken, and can say so
MEGABYTE = 1_000_000
SHARED_MEMORY = "size=268435456,mode=1777"  # for multiprocessing's locks
# The least that a kernel takes: it keeps 300 for itself.
PIDS = 400

SYSTEM = (
    *("/lib", "/lib32", "/lib64", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libexec"),
    *("/usr/local/lib", "/bin", "/usr/bin", "/usr/share", "/usr/local/share", "/opt/lib"),
    *("/etc/ld.so.cache", "/etc/localtime", "/etc/timezone", "/etc/fonts", "/etc/locale.alias"),
    *("/sys/devices/system/cpu", "/sys/devices/system/node", "/proc"),
    *("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random", "/dev/full"),
)
SHARED = "/dev/shm"  # noqa: S108 - the kernel's own place, mounted anew for each run
DEVICES = ("/dev/null", "/dev/zero", "/dev/full")
PARTS = ("bin", "lib", "lib64", "include", "share", "pyvenv.cfg")


@dataclass(frozen=True)
class Plan:
    """What this host offers. `uid` is whom a run of root becomes; None is the user we are."""

    namespaces: int
    own_proc: bool
    landlock: int
    uid: int | None
    read_only: bool = False
    filtered: bool = False
    as_root: bool = False  # the kernel counts no processes of root's, in no namespace

    @property
    def keepers(self) -> int:
        """The processes between guard and analysis: the namespace's first, where there is one."""
        return 1 if self.namespaces & kernel.NEW_PIDS else 0

    @property
    def keeps_apart(self) -> bool:
        """Whether a run is kept from the open files of what started it: by either of the two."""
        return bool(self.namespaces & kernel.NEW_USER or self.landlock)

    @property
    def words(self) -> str:
        missing = [name for flag, name in NAMES.items() if not self.namespaces & flag]
        if len(missing) == len(NAMES):
            missing = ["namespaces"]
        missing += [] if self.landlock else ["Landlock"]
        missing += [] if self.read_only else ["read-only files"]
        missing += [] if self.filtered else ["filter of system calls"]
        missing += [] if self.keeps_apart else ["wall between processes"]
        if not missing:
            level = "sandboxed as root" if self.as_root else "sandboxed"
            return level if self.landlock >= 3 else f"{level}: an old Landlock"
        some = self.namespaces or self.landlock or self.filtered
        start = "partly sandboxed" if some else "not sandboxed"
        return f"{start}: {', '.join(f'no {name}' for name in missing)}"


def probe(settings: Settings) -> Plan:
    """Try out, each time in a child of its own, what this host lets us do."""
    uid = NOBODY if os.geteuid() == 0 and works(lambda: visit(settings)) else None
    flags = next(choice for choice in CHOICES if works(partial(become, uid, choice)))
    readable(settings)  # once for all children
    proc = bool(flags & kernel.NEW_MOUNTS) and works(lambda: mounted(uid, flags, own_proc))
    sealed = proc and works(lambda: mounted(uid, flags, lambda: seal(settings.outputs)))
    landlock = kernel.landlock_version() if works(lambda: see_only(settings, [])) else 0
    as_root = uid is None and os.geteuid() == 0
    return Plan(flags, proc, landlock, uid, sealed, works(kernel.filter_calls), as_root)


def works(attempt: Callable[[], object]) -> bool:
    child = os.fork()
    if child == 0:
        try:
            attempt()
            os._exit(0)
        except BaseException:
            os._exit(1)
    return os.waitpid(child, 0)[1] == 0


def visit(settings: Settings) -> None:
    """As nobody, go to every place that a run needs: root's home, say, is closed to nobody."""
    become(NOBODY, 0)
    for place in (sys.prefix, sys.base_prefix, settings.analysis, PROJECT / "app"):
        any(Path(place).iterdir())
    settings.outputs.stat()
    for found in settings.analysis.glob("*.py"):
        found.open("rb").close()


def mounted(uid: int | None, flags: int, attempt: Callable[[], None]) -> None:
    """A /proc of one's own can only be mounted by a child: it shows the new namespace."""
    become(uid, flags)
    if not works(attempt):
        raise OSError


def become(uid: int | None, flags: int) -> None:
    """Enter namespaces, as `uid`. The process namespace begins with the next fork."""
    if uid is not None:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
        kernel.prctl(kernel.SET_DUMPABLE, 1)  # or /proc/self belongs to root
    user, group = os.geteuid(), os.getegid()
    if flags:
        kernel.unshare(flags)
    if flags & kernel.NEW_USER:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")


def own_proc() -> None:
    """Within a new mount namespace: only our own processes, few of them, and shared memory."""
    kernel.mount("none", "/", "", kernel.MS_REC | kernel.MS_PRIVATE)
    safe = kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC
    kernel.mount("proc", "/proc", "proc", safe)
    with suppress(OSError):
        Path("/proc/sys/kernel/pid_max").write_text(str(PIDS))
    with suppress(OSError):
        kernel.mount("tmpfs", SHARED, "tmpfs", safe, SHARED_MEMORY)


def seal(folder: Path) -> None:
    """Make all files read-only but those in `folder`, their modes, times and attributes too."""
    places = [str(place) for place in (folder, Path(SHARED)) if place.exists()]
    for place in places:
        kernel.mount(place, place, "", kernel.MS_BIND)
    kernel.read_only("/", yes=True)
    for place in places:
        kernel.read_only(place, yes=False)


def restrict(plan: Plan, settings: Settings, folder: Path, *, above: bool = False) -> None:
    """The last step: only the files it needs, no socket of others, no new privilege.

    `above` is for who will start what is not to reach it (inner.py).
    """
    if plan.read_only:
        seal(folder)
    if plan.landlock:
        see_only(settings, [folder, Path(SHARED)] if plan.own_proc else [folder])
    if plan.namespaces & kernel.NEW_USER:
        kernel.drop_capabilities(kernel.MARK if above else 0)
    if plan.filtered:
        kernel.filter_calls()


def see_only(settings: Settings, writable: list[Path]) -> None:
    kernel.landlock(readable(settings), [*writable, *map(Path, DEVICES)])


@cache
def readable(settings: Settings) -> tuple[Path, ...]:
    """What matplotlib and its kin read, and the analyses; never a folder that holds our data."""
    prefixes = {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}
    places = [Path(prefix) / part for prefix in sorted(prefixes) for part in PARTS]
    places += [Path(sysconfig.get_path(name)) for name in ("stdlib", "purelib", "platlib")]
    places += [*map(Path, SYSTEM), PROJECT / "app", settings.analysis]
    private = [place.resolve() for place in (settings.data, settings.notes)]
    kept = (place for place in places if not any(holds(place, ours) for ours in private))
    return tuple(place for place in dict.fromkeys(kept) if place.exists())


def holds(place: Path, ours: Path) -> bool:
    return ours.is_relative_to(place.resolve())


def limit(plan: Plan, limits: Mapping[str, float], reserve: int) -> None:
    """The kernel's own limits, per process. The runner watches the sums over a run's processes.

    `reserve` bytes more can be had once memory was refused, to say so.
    """
    memory = int(limits["memory_mb"] * MEGABYTE)
    for name, used in zip((resource.RLIMIT_AS, resource.RLIMIT_DATA), in_use(), strict=True):
        bound(name, memory + used, memory + used + reserve)
    spent = math.ceil(time.process_time())  # before it had its order; the runner watches closer
    seconds = max(1, int(limits["cpu_seconds"])) + spent
    bound(resource.RLIMIT_CPU, seconds, seconds + 1)
    bound(resource.RLIMIT_FSIZE, int(limits["file_mb"] * MEGABYTE))
    bound(resource.RLIMIT_CORE, 0)
    bound(resource.RLIMIT_NOFILE, 512)
    # Counted in each user namespace (Linux 5.14); elsewhere the user's other processes count.
    if plan.namespaces & kernel.NEW_USER and os.getuid() != 0:
        bound(resource.RLIMIT_NPROC, int(limits["processes"]) + SPARE_PROCESSES)


def in_use() -> tuple[int, int]:
    """The address space and the data that the warm parent has given along, in bytes."""
    statm = Path("/proc/self/statm")
    pages = statm.read_text().split() if statm.exists() else ["0"] * 6
    return int(pages[0]) * resource.getpagesize(), int(pages[5]) * resource.getpagesize()


def bound(name: int, value: int, hard: int | None = None) -> None:
    """Lower a limit: it may already be lower, and cannot be raised."""
    ceiling = resource.getrlimit(name)[1]
    wanted = value if hard is None else hard
    if ceiling != resource.RLIM_INFINITY:
        value, wanted = min(value, ceiling), min(wanted, ceiling)
    resource.setrlimit(name, (value, wanted))


def make_folder(plan: Plan, folder: Path, given: Iterable[Path] = ()) -> Path:
    """An empty folder of the run, its own to write, with a home that has copies of `given`."""
    folders.remove(folder)
    home = folder / "home"
    home.mkdir(parents=True)
    copies = [Path(shutil.copyfile(file, home / file.name)) for file in given]
    if plan.uid is not None:
        for place in (folder, home, *copies):
            os.chown(place, plan.uid, plan.uid)
    return folder
