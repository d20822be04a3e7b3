"""The runner's loop: claim runs, fork a child for each, follow them, write how they ended.

One process and one thread. It is the warm parent of the children itself, so a run costs a fork;
it holds no connection to the database while it forks, and no child can reach it. It restarts
itself when installed packages change, and `serve` restarts it when it dies.
"""

from __future__ import annotations

import logging
import os
import selectors
import shutil
import signal
import socket
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from types import FrameType

from app import database
from app.errors import GlossError
from app.lab import sandbox
from app.lab.runner import door, spare, warm
from app.lab.runner.attempt import Attempt
from app.lab.runner.spare import Spare
from app.lab.runner.worker import Worker
from app.lab.runs import queue
from app.lab.sandbox import Plan, kernel, processes
from app.settings import Settings, load

TICK_SECONDS = 0.2  # while something runs: how soon a cancel is seen
IDLE_SECONDS = 2.0
LOCK_SECONDS = 1.0  # somebody who asks whether there is a runner holds the lock for a moment

log = logging.getLogger("gloss.runner")


@dataclass
class Engine:
    """What the loop knows."""

    settings: Settings
    plan: Plan
    selector: selectors.BaseSelector
    only: int | None = None
    spare: Spare | None = None  # the child of the next run
    running: list[Worker] = field(default_factory=list)
    stopping: bool = False
    looked: float = -IDLE_SECONDS  # when the queue was last looked at; a bell resets it


def main(arguments: list[str]) -> int:
    """Be the runner of this data folder until a signal; 0 if there is one already."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    settings = door.absolute(load())
    only = int(arguments[1]) if arguments[:1] == ["--only"] else None
    with door.lock(settings, LOCK_SECONDS) as ours:
        if not ours:
            return 0
        packages = warm.installed()
        engine = prepare(settings, only)
        try:
            again = serve(engine, packages)
        finally:
            end_all(engine)
    if again:
        command = [sys.executable, "-m", "app.lab.runner.engine", *arguments]
        os.execv(sys.executable, command)  # noqa: S606 - ourselves
    return 0


def prepare(settings: Settings, only: int | None) -> Engine:
    """Put right what a runner that died left behind, warm up, and find out what holds here."""
    settings.outputs.mkdir(parents=True, exist_ok=True)
    for left in settings.outputs.glob("*.tmp"):
        shutil.rmtree(left, ignore_errors=True)
    with opened(settings) as connection:
        queue.interrupt_left_over(connection)
    with suppress(OSError):
        kernel.prctl(kernel.CHILD_SUBREAPER, 1)
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, -10)  # as root, whose forks no limit holds back
    warm.up()
    plan = sandbox.probe(settings)
    log.info("runner: %s, %d at once", plan.words, settings.runners)
    if warm.threads() > 1:
        log.warning("runner: %d threads before the first run", warm.threads())
    return Engine(settings, plan, selectors.DefaultSelector(), only)


@contextmanager
def opened(settings: Settings) -> Iterator[sqlite3.Connection]:
    """For a moment only: SQLite must not be open across a fork, nor readable in a child."""
    with closing(database.connect(settings.database)) as connection:
        yield connection


def serve(engine: Engine, packages: tuple[int, ...]) -> bool:
    """Run what is asked for; True to be started anew because the packages changed."""
    with bells(engine):
        while not engine.stopping:
            changed = warm.installed() != packages
            if changed and not engine.running:
                return True
            if not changed and time.monotonic() - engine.looked >= IDLE_SECONDS:
                fill(engine)
            if engine.only is not None and not engine.running:
                return False
            wait(engine)
            bury(engine)
            follow(engine)
    return False


@contextmanager
def bells(engine: Engine) -> Iterator[None]:
    """What wakes the loop: a datagram, the end of a child, a signal to stop."""
    inner, outer = socket.socketpair()
    outer.setblocking(False)
    bell = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    with inner, outer, bell:
        with suppress(OSError):
            (engine.settings.data / "runner.sock").unlink()
        with suppress(OSError), door.address(engine.settings) as path:
            bell.bind(path)
        for each in (inner, bell):
            each.setblocking(False)
            engine.selector.register(each, selectors.EVENT_READ, partial(ring, engine))

        def noticed(number: int, frame: FrameType | None) -> None:
            del frame
            engine.stopping = engine.stopping or number != signal.SIGCHLD

        signal.set_wakeup_fd(outer.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT):
            signal.signal(number, noticed)
        try:
            yield
        finally:
            signal.set_wakeup_fd(-1)


def ring(engine: Engine, bell: socket.socket) -> None:
    engine.looked = -IDLE_SECONDS
    with suppress(OSError):
        while bell.recv(4096):
            pass


def fill(engine: Engine) -> None:
    """Start what waits, as many at once as the settings say; then have a spare for the next."""
    engine.looked = time.monotonic()
    while len(engine.running) < engine.settings.runners:
        with opened(engine.settings) as connection:
            run = queue.claim(engine.settings, connection, engine.only)
        if run is None:
            break
        try:
            attempt = Attempt.begin(engine.settings, engine.plan, run, partial(take, engine))
        except (GlossError, OSError) as error:
            ours = not isinstance(error, GlossError)
            with opened(engine.settings) as connection:
                status = "errored" if ours else "excepted"
                queue.finish(engine.settings, connection, run.id, status, message=str(error))
            continue
        watch(engine, attempt)
    if engine.spare is None and engine.only is None:
        with suppress(OSError):  # no process to be had now: the next run will say so, or has one
            engine.spare = spare.start(engine.settings, engine.plan)


def watch(engine: Engine, worker: Worker) -> None:
    """From here on the loop listens to it, until it ends."""
    engine.running.append(worker)
    for pipe in worker.pipes:
        engine.selector.register(pipe, selectors.EVENT_READ, worker.read)


def take(engine: Engine) -> Spare:
    """The one that waits, or a new one where two runs begin at once."""
    taken, engine.spare = engine.spare, None
    return taken or spare.start(engine.settings, engine.plan)


def wait(engine: Engine) -> None:
    for key, _ in engine.selector.select(TICK_SECONDS if engine.running else IDLE_SECONDS):
        key.data(key.fileobj)


def bury(engine: Engine) -> None:
    """Reap whoever ended, orphans as well; write how the runs among them ended."""
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            break
        if pid == 0:
            break
        if engine.spare is not None and engine.spare.guard == pid:
            spare.forget(engine.spare)
            engine.spare = None
        for worker in [worker for worker in engine.running if worker.guard == pid]:
            end(engine, worker)


def end(engine: Engine, worker: Worker) -> None:
    for pipe in worker.pipes:
        engine.selector.unregister(pipe)
    engine.running.remove(worker)
    kept = {other.guard for other in engine.running}
    if engine.spare is not None:
        kept.add(engine.spare.guard)
    processes.end_children(keep=kept)
    conclude(engine, worker)


def conclude(engine: Engine, worker: Worker) -> None:
    """Write how it ended; where even that fails, say that the failure is ours, and go on."""
    settings, message = engine.settings, ""
    try:
        with opened(settings) as connection:
            worker.finish(connection)
    except Exception as error:
        message = f"Not kept: {error}."
        log.exception("runner: not kept, of the runs %s", [*worker.run_ids])
    if message:
        with opened(settings) as connection:
            for run_id in worker.run_ids:
                queue.finish(settings, connection, run_id, "errored", message=message)


def follow(engine: Engine) -> None:
    """Say how far the runs are; end those that were cancelled or broke a limit."""
    if not engine.running:
        return
    with opened(engine.settings) as connection:
        cancelled = queue.to_cancel(connection)
        for worker in engine.running:
            worker.tick(connection, cancelled)


def end_all(engine: Engine) -> None:
    """At a signal to stop: what runs is interrupted, and nothing of it stays alive."""
    for worker in engine.running:
        worker.kill("interrupted", "The runner was stopped before this run had ended.")
    processes.end_children()
    for worker in engine.running:
        conclude(engine, worker)
    with suppress(OSError):
        (engine.settings.data / "runner.sock").unlink()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
