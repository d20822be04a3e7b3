"""The runner as the others see it: is there one, wake it, or have some runs worked through.

`python -m app.lab.runner` becomes the runner (engine.py) in an environment made for it; the
settings come from GLOSS_* variables. One runner per data folder holds `data/runner.lock`.
Web processes import this module, which does not load matplotlib.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import BinaryIO, NoReturn

from app.errors import Unavailable
from app.lab import runs
from app.lab.runs import Run, queue
from app.lab.runs.spans import Spans, as_text, spans
from app.settings import PROJECT, Settings, environment, load

POLL_SECONDS = 0.05
ATTEMPTS = 3  # runners in a row that end before the work does
CANCEL_SECONDS = 2.0
LONGEST_WORDS = 4096  # of who wakes it
LONGEST_SOCKET_PATH = 100  # bytes; the kernel takes 107

# One thread, so that forking is safe; the same order of sets and files in every run.
FIXED = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "MPLBACKEND": "Agg",
    "PYTHONHASHSEED": "0",
    "PYTHONUNBUFFERED": "",
}
SETTINGS = "--settings"  # the pipe that an engine finds them in

# What an analysis may know of our environment: no token of somebody else's is in it.
PASSED = ("PATH", "LANG", "LANGUAGE", "TZ", "LD_LIBRARY_PATH", "PYTHONPATH", "SSL_CERT_FILE")


def main(arguments: list[str]) -> None:
    """Become the engine."""
    become_engine(absolute(load()), arguments)


def become_engine(settings: Settings, arguments: list[str]) -> NoReturn:
    """The same process, a clean environment.

    What a process was started with, its children can read in /proc for ever. So the settings
    come through a pipe, which is read once.
    """
    kept = {name: value for name, value in os.environ.items() if passed(name)}
    config = {"MPLCONFIGDIR": str(settings.data / "matplotlib")}
    reads, writes = os.pipe()
    os.set_inheritable(reads, True)
    os.set_blocking(writes, False)  # a pipe takes more than all settings together
    os.write(writes, json.dumps(environment(settings)).encode())
    os.close(writes)
    command = [sys.executable, "-m", "app.lab.runner.engine", SETTINGS, str(reads), *arguments]
    os.execve(sys.executable, command, {**kept, **FIXED, **config})  # noqa: S606 - our own module


def given(arguments: list[str]) -> tuple[Settings, list[str]]:
    """The settings of an engine, and what else it is asked for."""
    if arguments[:1] != [SETTINGS]:
        return absolute(load()), arguments
    with open(int(arguments[1]), encoding="utf-8") as pipe:
        return absolute(load({}, json.load(pipe))), arguments[2:]


def passed(name: str) -> bool:
    return name in PASSED or name.startswith("LC_")


@contextmanager
def lock(settings: Settings, patience: float = 0.0) -> Iterator[bool]:
    """Whether we are the one runner of this data folder; the kernel frees it when we end."""
    settings.data.mkdir(parents=True, exist_ok=True)
    until = time.monotonic() + patience
    with open(settings.data / "runner.lock", "ab") as file:
        while not (ours := locked(file)) and time.monotonic() < until:
            time.sleep(POLL_SECONDS)
        yield ours


def locked(file: BinaryIO) -> bool:
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def is_running(settings: Settings) -> bool:
    """Whether a runner is at work. Not for the runner itself: closing the file frees its lock."""
    with lock(settings) as free:
        return not free


def absolute(settings: Settings) -> Settings:
    """The same folders from whatever folder a process works in."""
    folders = {name: getattr(settings, name).absolute() for name in ("notes", "analysis", "data")}
    return replace(settings, **folders)


@contextmanager
def address(settings: Settings) -> Iterator[str]:
    """The socket's path, in a form short enough for the kernel however long the folder's is."""
    path = settings.data / "runner.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH or not Path("/proc/self/fd").exists():
        yield str(path)
        return
    folder = os.open(settings.data, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/runner.sock"
    finally:
        os.close(folder)


def wake(settings: Settings, waits_for: Spans = ()) -> None:
    """Tell the runner that there is something to do. Lost, it finds out by itself soon after.

    One that was started for some runs only works through those that somebody `waits_for`, too.
    """
    words = as_text(waits_for).encode()
    said = words if 0 < len(words) <= LONGEST_WORDS else b"!"
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bell:
        bell.setblocking(False)
        with address(settings) as path:
            bell.sendto(said, path)


def run_now(
    settings: Settings,
    connection: sqlite3.Connection,
    run_id: int,
    on_progress: Callable[[Run], object] = bool,
) -> Run:
    """Wait until the run has ended; where no runner is at work, one is started for this run."""
    work(settings, connection, [run_id], lambda _: on_progress(runs.get(connection, run_id)))
    return runs.get(connection, run_id)


def work(
    settings: Settings,
    connection: sqlite3.Connection,
    ids: Iterable[int],
    on_progress: Callable[[Mapping[str, int]], object] = bool,
) -> Mapping[str, int]:
    """Wait until these runs have ended; how many ended how, by their status.

    Where no runner is at work, one is started for them, which ends with the last that somebody
    waits for: another one who comes meanwhile is served by it. `on_progress` hears meanwhile how
    many have which status. Ctrl-C cancels them.
    """
    only = spans(ids)
    own: subprocess.Popen[bytes] | None = None
    started = 0
    try:
        while active(counts := runs.counts(connection, only)):
            if (own is None or own.poll() is not None) and not is_running(settings):
                if started == ATTEMPTS:
                    raise Unavailable(f"{in_words(only)} cannot be started: no runner stays alive.")
                own, started = start_for(settings, only), started + 1
            wake(settings, only)
            on_progress(counts)
            time.sleep(POLL_SECONDS)
    except KeyboardInterrupt:
        give_up(settings, connection, only)
        raise
    finally:
        if own is not None:
            leave(connection, only, own)
    return counts


def leave(connection: sqlite3.Connection, only: Spans, own: subprocess.Popen[bytes]) -> None:
    """It ends by itself once nobody waits for it; who waits is no concern of ours."""
    if active(runs.counts(connection, only)):
        own.terminate()
        own.wait()
    while own.poll() is None and not queue.is_busy(connection):
        time.sleep(POLL_SECONDS)
    Thread(target=own.wait, daemon=True).start()  # buried when it ends, if we live that long


def active(counts: Mapping[str, int]) -> bool:
    return any(status not in runs.ENDED for status in counts)


def in_words(only: Spans) -> str:
    return f"The {'run' if as_text(only).isdigit() else 'runs'} {as_text(only)}"


def give_up(settings: Settings, connection: sqlite3.Connection, only: Spans) -> None:
    """Cancel them, and wait a moment for whoever runs them to say so."""
    runs.cancel_all(connection, only)
    wake(settings)
    until = time.monotonic() + CANCEL_SECONDS
    while active(runs.counts(connection, only)) and time.monotonic() < until:
        time.sleep(POLL_SECONDS)


def start_for(settings: Settings, only: Spans) -> subprocess.Popen[bytes]:
    """A runner that ends with these runs; in a session of its own, as a Ctrl-C is not for it."""
    return subprocess.Popen(
        [sys.executable, "-m", "app.lab.runner", "--drain", as_text(only)],
        env={**os.environ, **environment(absolute(settings))},
        cwd=PROJECT,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
