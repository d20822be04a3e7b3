"""The runner's loop: claim runs, fork a child for each, follow them, write how they ended.

One process and one thread. It is the warm parent of the children itself, so a run costs a fork;
it holds no connection to the database while it forks, and no child can reach it. It restarts
itself when installed packages change, and `serve` restarts it when it dies.
"""

from __future__ import annotations

import logging
import os
import selectors
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial

from app.lab import sandbox
from app.lab.runner import bells, door, spare, warm
from app.lab.runner.attempt import Attempt, put_aside
from app.lab.runner.ledger import Ledger, opened, patient
from app.lab.runner.spare import Spare
from app.lab.runner.worker import Worker
from app.lab.runs import queue, spans, store
from app.lab.runs.spans import Spans
from app.lab.sandbox import Plan, folders, kernel, processes
from app.lab.sweeps import crews, points, zygote
from app.settings import Settings

IDLE_SECONDS = 2.0
LOCK_SECONDS = 1.0  # somebody who asks whether there is a runner holds the lock for a moment

log = logging.getLogger("gloss.runner")


@dataclass
class Engine:
    """What the loop knows."""

    settings: Settings
    plan: Plan
    ledger: Ledger
    selector: selectors.BaseSelector
    only: Spans | None = None  # to end with the last of these runs
    spare: Spare | None = None  # the child of the next run
    running: list[Worker] = field(default_factory=list)
    stopping: bool = False
    fill_at: float = 0.0  # when to look at the queue
    follow_at: float = 0.0  # when to look at what runs

    def ring(self, asked: str = "") -> None:
        """Look at once. Who rings may wait for runs of his own: they are ours as well then."""
        self.fill_at = self.follow_at = 0.0
        if self.only is not None:
            with suppress(ValueError):
                self.only = tuple(dict.fromkeys((*self.only, *spans.read(asked))))

    def stop(self) -> None:
        self.stopping = True


def main(arguments: list[str]) -> int:
    """Be the runner of this data folder until a signal; 0 if there is one already."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    settings, arguments = door.given(arguments)
    only = spans.read(arguments[1]) if arguments[:1] == ["--drain"] else None
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
        door.become_engine(settings, arguments)
    return 0


def prepare(settings: Settings, only: Spans | None) -> Engine:
    """Put right what a runner that died left behind, warm up, and find out what holds here."""
    settings.outputs.mkdir(parents=True, exist_ok=True)
    begun = zygote.begun(settings.outputs)
    for left in settings.outputs.glob("*.tmp"):
        put_aside(left)
    with opened(settings) as connection:
        for run_id in queue.interrupt_left_over(connection, begun):
            folders.remove(store.folder(settings, run_id))
        points.give_all_back(connection)
    with suppress(OSError):
        kernel.prctl(kernel.CHILD_SUBREAPER, 1)
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, -10)  # as root, whose forks no limit holds back
    warm.up()
    plan = sandbox.probe(settings)
    log.info("runner: %s, %d at once", plan.words, settings.runners)
    if warm.threads() > 1:
        log.warning("runner: %d threads before the first run", warm.threads())
    return Engine(settings, plan, Ledger(settings), selectors.DefaultSelector(), only)


def serve(engine: Engine, packages: tuple[int, ...]) -> bool:
    """Run what is asked for; True to be started anew because the packages changed."""
    with bells.listened(engine.settings, engine.selector, engine.ring, engine.stop):
        while not engine.stopping:
            changed = warm.installed() != packages
            if changed and not engine.running:
                return True
            if time.monotonic() >= engine.fill_at:
                engine.fill_at = time.monotonic() + IDLE_SECONDS
                with patient():
                    if not changed:
                        fill(engine)
            if not engine.running and not expects(engine):
                return False
            wait(engine)
            bury(engine)
            if engine.running and time.monotonic() >= engine.follow_at:
                with patient():
                    follow(engine)
    return False


def fill(engine: Engine) -> None:
    """Start what waits, as many at once as the settings say; then have a spare for the next."""
    engine.ledger.say_again()
    while len(engine.running) < engine.settings.runners:
        with opened(engine.settings) as connection:
            run = queue.claim(engine.settings, connection, engine.only)
        if run is None:
            break
        try:
            attempt = Attempt.begin(engine.settings, engine.plan, run, partial(take, engine))
        except Exception as error:
            engine.ledger.refuse(run, error)
        else:
            watch(engine, attempt)
    for crew in crews.begun(engine.settings, engine.plan, engine.running, engine.only):
        watch(engine, crew)
    if engine.spare is None and expects(engine):
        with suppress(OSError):  # no process to be had now: the next run will say so, or has one
            engine.spare = spare.start(engine.settings, engine.plan)
    if engine.ledger.clear_away():
        engine.fill_at = 0.0


def expects(engine: Engine) -> bool:
    """Whether another run may come: always, but for a runner that is for some runs only."""
    if engine.only is None:
        return True
    with opened(engine.settings) as connection:
        return queue.waiting(connection, engine.only) or bool(
            points.waiting(connection, engine.only)
        )


def watch(engine: Engine, worker: Worker) -> None:
    """From here on the loop listens to it, until it ends."""
    engine.running.append(worker)
    engine.follow_at = 0.0
    for pipe in worker.pipes:
        engine.selector.register(pipe, selectors.EVENT_READ, partial(hear, engine, worker))


def hear(engine: Engine, worker: Worker, pipe: int) -> None:
    with guarded(worker):
        if worker.read(pipe):
            return
    forget(engine, pipe)  # it is at its end, and would wake us for ever


def forget(engine: Engine, pipe: int) -> None:
    with suppress(KeyError):
        engine.selector.unregister(pipe)


@contextmanager
def guarded(worker: Worker) -> Iterator[None]:
    """Whatever one run does to us ends that run, and no other."""
    try:
        yield
    except Exception as error:
        log.exception("runner: lost the runs %s", [*worker.run_ids])
        worker.kill("errored", f"The runner could not follow it: {error}.")


def take(engine: Engine) -> Spare:
    """The one that waits, or a new one where two runs begin at once."""
    taken, engine.spare = engine.spare, None
    return taken or spare.start(engine.settings, engine.plan)


def wait(engine: Engine) -> None:
    until = min(engine.fill_at, engine.follow_at) if engine.running else engine.fill_at
    for key, _ in engine.selector.select(max(0.0, until - time.monotonic())):
        key.data(key.fileobj)


def bury(engine: Engine) -> None:
    """Reap whoever ended, orphans as well; write how the runs ended of which nothing is left."""
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
    for worker in [worker for worker in engine.running if worker.is_over]:
        end(engine, worker)


def end(engine: Engine, worker: Worker) -> None:
    for pipe in worker.pipes:
        forget(engine, pipe)
    engine.running.remove(worker)
    engine.ring()
    kept = {other.guard for other in (*engine.running, worker)}
    if engine.spare is not None:
        kept.add(engine.spare.guard)
    processes.end_children(keep=kept)
    engine.ledger.conclude(worker)


def follow(engine: Engine) -> None:
    """Say how far the runs are; end those that were cancelled or broke a limit."""
    pause = IDLE_SECONDS
    engine.follow_at = time.monotonic() + pause
    with opened(engine.settings) as connection:
        cancelled = queue.to_cancel(connection)
        for worker in engine.running:
            with guarded(worker):
                pause = min(pause, worker.tick(connection, cancelled))
    engine.follow_at = time.monotonic() + pause


def end_all(engine: Engine) -> None:
    """At a signal to stop: what runs is interrupted, and nothing of it stays alive."""
    for worker in engine.running:
        worker.kill("interrupted", "The runner was stopped before this run had ended.")
    processes.end_children()
    for worker in engine.running:
        engine.ledger.conclude(worker)
    with suppress(OSError):
        (engine.settings.data / "runner.sock").unlink()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
