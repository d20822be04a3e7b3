"""The Linux calls behind the sandbox that Python 3.11 does not have, through ctypes.

Each raises OSError where the kernel refuses; `landlock_version` answers 0 where there is none.
Elsewhere than on Linux everything here raises OSError (ENOSYS).
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import socket
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

NEW_MOUNTS, NEW_UTS, NEW_IPC = 0x00020000, 0x04000000, 0x08000000
NEW_USER, NEW_PIDS, NEW_NETWORK = 0x10000000, 0x20000000, 0x40000000

NEW_ANY = 0x7E020000  # every namespace that clone can make

PDEATHSIG, SET_DUMPABLE, SET_SECCOMP, CHILD_SUBREAPER, NO_NEW_PRIVS = 1, 4, 22, 36, 38

MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_BIND = 2, 4, 8, 0x1000
MS_REC, MS_PRIVATE = 0x4000, 0x40000

# The same numbers on every architecture: calls added since 2019 share one table.
LANDLOCK_CREATE, LANDLOCK_ADD, LANDLOCK_RESTRICT = 444, 445, 446
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1, 2, 4, 8
MAKE_DEVICE, MOVE, TRUNCATE, IOCTL_DEVICE = 1 << 11, 1 << 13, 1 << 14, 1 << 15
OF_A_FILE = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEVICE
TO_READ = EXECUTE | READ_FILE | READ_DIR
# How many file rights each version of Landlock knows, by its number.
RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}
NEWEST_RIGHTS = 16
MOUNT_SETATTR, HERE, RECURSIVE, READ_ONLY = 442, -100, 0x8000, 1

# By machine: its name in a filter; socket, socketpair, clone, prctl, memfd_create and prlimit64;
# and what is refused outright: unshare, setns, mount, umount2, pivot_root, add_key, request_key,
# keyctl, ptrace, process_vm_readv and _writev, bpf, userfaultfd, perf_event_open, shmget, msgget,
# semget, mq_open, ioprio_set (which reaches other processes, and is handed on to later ones).
MACHINES = {
    "x86_64": (
        *(0xC000003E, (41, 53, 56, 157, 319, 302)),
        (
            272,
            308,
            165,
            166,
            155,
            248,
            249,
            250,
            101,
            310,
            311,
            321,
            323,
            298,
            29,
            68,
            64,
            240,
            251,
        ),
    ),
    "aarch64": (
        *(0xC00000B7, (198, 199, 220, 167, 279, 261)),
        (97, 268, 40, 39, 41, 217, 218, 219, 117, 270, 271, 280, 282, 241, 194, 186, 190, 180, 30),
    ),
}
# io_uring (it opens sockets past a filter), the newer calls to mount, and pidfd_getfd.
REFUSED = (425, 426, 427, 428, 429, 430, 431, 432, 433, 438, MOUNT_SETATTR)
CLONE3, MEMFD_SECRET = 435, 447
X32 = 0x40000000  # from here on: the numbers of x86_64's other table
LOAD, IF_EQUAL, IF_AT_LEAST, IF_ANY_BIT, MASK, RETURN = 0x20, 0x15, 0x35, 0x45, 0x54, 0x06
NUMBER, MACHINE, FIRST, SECOND = 0, 4, 16, 24  # where a filter finds a call's parts
ALLOW, REFUSE, UNKNOWN = 0x7FFF0000, 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS
Step = tuple[int, int, int, int]  # the operation, how many steps to skip if so, if not, a number

# A capability that allows nothing within a namespace (CAP_BLOCK_SUSPEND). But the kernel lets
# nobody reach into a process that has more of them than he.
MARK = 36
# Made once: a fork that makes types of its own copies pages for a fifth of a millisecond.
CAPABILITIES = (ctypes.c_uint32 * 2)(0x20080522, 0)
NONE = (ctypes.c_uint32 * 6)()
MARKED = (ctypes.c_uint32 * 6)(0, 0, 0, 0, 1 << (MARK - 32), 0)  # effective, permitted, inherited

libc = ctypes.CDLL(None, use_errno=True)


def called(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def require_linux() -> None:
    if not sys.platform.startswith("linux"):
        raise OSError(errno.ENOSYS, "not Linux")


def unshare(flags: int) -> None:
    require_linux()
    called(libc.unshare(flags))


def prctl(option: int, value: int) -> None:
    require_linux()
    called(libc.prctl(option, *(ctypes.c_ulong(number) for number in (value, 0, 0, 0))))


def mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    require_linux()
    texts = (source, target, kind)
    arguments = [os.fsencode(text) for text in texts]
    called(libc.mount(*arguments, ctypes.c_ulong(flags), options.encode()))


def read_only(path: str, *, yes: bool) -> None:
    """Make the mount at `path`, and with `yes` all below it, read-only; or writable again."""
    require_linux()
    wanted = (ctypes.c_uint64 * 4)(READ_ONLY if yes else 0, 0 if yes else READ_ONLY, 0, 0)
    where = (HERE, os.fsencode(path), RECURSIVE if yes else 0)
    called(libc.syscall(MOUNT_SETATTR, *where, ctypes.byref(wanted), ctypes.c_size_t(32)))


def drop_capabilities(but: int = 0) -> None:
    """Give up every capability, in whatever namespace it was held, `but` one."""
    require_linux()
    called(libc.capset(CAPABILITIES, MARKED if but == MARK else NONE))


def landlock_version() -> int:
    try:
        require_linux()
        return called(libc.syscall(LANDLOCK_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(1)))
    except OSError:
        return 0


class Ruleset(ctypes.Structure):
    _fields_ = (
        ("files", ctypes.c_uint64),
        ("network", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    )


class PathRule(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("rights", ctypes.c_uint64), ("folder", ctypes.c_int32))


def landlock(readable: Iterable[Path], writable: Iterable[Path]) -> None:
    """From here on this process and its children see no other files, and open no TCP."""
    version = landlock_version()
    if version == 0:
        raise OSError(errno.ENOSYS, "no Landlock")
    every = (1 << RIGHTS.get(version, NEWEST_RIGHTS)) - 1
    rules = Ruleset(every, 3 if version >= 4 else 0, 3 if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    made = called(libc.syscall(LANDLOCK_CREATE, ctypes.byref(rules), ctypes.c_size_t(size), 0))
    try:
        for path in readable:
            allow(made, path, TO_READ & every)
        for path in writable:
            allow(made, path, every)
        prctl(NO_NEW_PRIVS, 1)
        called(libc.syscall(LANDLOCK_RESTRICT, made, 0))
    finally:
        os.close(made)


def inner_domain() -> int:
    """An open file for `enter`: a Landlock that refuses nothing more of files.

    But a process in a domain reaches none outside of it: not its memory, not its open files, and
    (version 6) not with a signal. The right it is about is refused by every domain that does not
    allow it, if the kernel knows it.
    """
    version = landlock_version()
    if version == 0:
        raise OSError(errno.ENOSYS, "no Landlock")
    about = MOVE if version >= 2 else MAKE_DEVICE
    rules = Ruleset(about, 0, 3 if version >= 6 else 0)
    size = 24 if version >= 6 else 8
    made = called(libc.syscall(LANDLOCK_CREATE, ctypes.byref(rules), ctypes.c_size_t(size), 0))
    allow(made, Path("/"), about)
    return made


def enter(domain: int) -> None:
    """Be in a domain of one's own, within the one that one is in already."""
    called(libc.syscall(LANDLOCK_RESTRICT, domain, 0))
    os.close(domain)


def allow(ruleset: int, path: Path, rights: int) -> None:
    """Add a rule; a path that is not there needs none."""
    try:
        folder = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        kept = rights if path.is_dir() else rights & OF_A_FILE
        rule = PathRule(kept, folder)
        called(libc.syscall(LANDLOCK_ADD, ruleset, 1, ctypes.byref(rule), 0))
    finally:
        os.close(folder)


def filter_calls() -> None:
    """From here on this process and its children speak to no socket of another program's.

    Nor do they make namespaces or mounts, or reach into processes, whatever they may become.
    """
    require_linux()
    if platform.machine() not in MACHINES:
        raise OSError(errno.ENOSYS, "no filter for this machine")
    steps = call_filter(platform.machine())
    prctl(NO_NEW_PRIVS, 1)
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    program = FilterProgram(len(steps), ctypes.addressof(code))
    called(libc.prctl(SET_SECCOMP, ctypes.c_ulong(2), ctypes.byref(program)))


class FilterProgram(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_void_p))


def call_filter(machine: str) -> list[Step]:
    """A socket of a pair of datagrams could be connected anew, so pairs are of streams.

    Memory that belongs to no process could not be watched, nor could a process that hides. Limits
    are set to oneself: whoever starts one point after the other would hand lower ones on.
    """
    name, (open_socket, open_pair, clone, control, memory, limits), refused = MACHINES[machine]
    network = (socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK)
    streams = (socket.SOCK_STREAM, socket.SOCK_SEQPACKET)
    steps = [(LOAD, 0, 0, MACHINE), (IF_EQUAL, 1, 0, name), end(REFUSE), (LOAD, 0, 0, NUMBER)]
    steps += [(IF_AT_LEAST, 0, 1, X32), end(REFUSE)]
    for number in (*refused, *REFUSED):
        steps += on(number, [end(REFUSE)])
    # What clone3 is asked for cannot be seen; without it the C library takes clone.
    for number in (CLONE3, memory, MEMFD_SECRET):
        steps += on(number, [end(UNKNOWN)])
    steps += on(control, [(LOAD, 0, 0, FIRST), *on(SET_DUMPABLE, [end(REFUSE)]), end(ALLOW)])
    steps += on(clone, [(LOAD, 0, 0, FIRST), (IF_ANY_BIT, 0, 1, NEW_ANY), end(REFUSE), end(ALLOW)])
    steps += on(open_socket, [(LOAD, 0, 0, FIRST), *only(network)])
    steps += on(limits, [(LOAD, 0, 0, FIRST), *only((0,))])
    steps += on(open_pair, [(LOAD, 0, 0, SECOND), (MASK, 0, 0, 15), *only(streams)])
    return [*steps, end(ALLOW)]


def on(number: int, then: list[Step]) -> list[Step]:
    return [(IF_EQUAL, 0, len(then), number), *then]


def only(values: tuple[int, ...]) -> list[Step]:
    """Allow a call whose loaded argument is one of these."""
    return [step for value in values for step in on(value, [end(ALLOW)])] + [end(REFUSE)]


def end(answer: int) -> Step:
    return (RETURN, 0, 0, answer)
