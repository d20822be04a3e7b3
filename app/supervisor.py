"""Keep the processes of a server alive, and end them together.

A child that ends is started again, at once the first time and then ever later, up to ten seconds.
A web server that never came to answer ends everything: its reason stands above.
"""

from __future__ import annotations

import ctypes
import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from app.settings import Settings, environment

POLL_SECONDS = 0.1
STOP_SECONDS = 8.0
READY_SECONDS = 30.0
LONGEST_PAUSE = 10.0
PR_SET_PDEATHSIG = 1


@dataclass
class Child:
    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    pause: float = field(default=0.0, init=False)
    due: float = field(default=0.0, init=False)

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None


class Stop(Exception):
    """A signal asked us to end."""


def supervise(
    children: list[Child], settings: Settings, *, on_ready: Callable[[Settings], None]
) -> int:
    """Start all, tell when the web server answers, keep them until a signal; 0 on a good end."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    try:
        for child in children:
            start(child, settings)
        if not wait_until_ready(children[0], settings):
            return 1
        on_ready(settings)
        while True:
            time.sleep(POLL_SECONDS)
            restart_ended(children, settings)
    except Stop:
        return 0
    finally:
        end(children)


def stop(*_: object) -> None:
    raise Stop


def start(child: Child, settings: Settings) -> None:
    """In a session of its own: Ctrl-C reaches this process, which then ends the children."""
    child.process = subprocess.Popen(
        child.command,
        env={**os.environ, **environment(settings)},
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=die_with_parent,
    )


def die_with_parent() -> None:
    """Linux: end when the supervisor does, even by kill -9. Elsewhere nothing."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def wait_until_ready(web: Child, settings: Settings) -> bool:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until and web.runs:
        if answers(settings):
            return True
        time.sleep(POLL_SECONDS / 2)
    print("serve: the web server did not start; its reason stands above.", file=sys.stderr)
    return False


def answers(settings: Settings) -> bool:
    """Whether our own health page answers. An any-address is asked through loopback."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104 (compared, not bound)
    connection = http.client.HTTPConnection(host, settings.port, timeout=2)
    try:
        connection.request("GET", "/healthz", headers={"Host": "localhost"})
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def restart_ended(children: list[Child], settings: Settings) -> None:
    now = time.monotonic()
    for child in children:
        if child.runs or now < child.due:
            continue
        if child.due:
            start(child, settings)
            child.due = 0.0
        else:
            status = child.process.returncode if child.process else "?"
            print(f"serve: the {child.name} ended ({status}); starting it again", file=sys.stderr)
            child.due = now + child.pause or now
            child.pause = min(LONGEST_PAUSE, child.pause * 2 + 0.5)


def end(children: list[Child]) -> None:
    """Ask each to end, then insist."""
    for child in children:
        if child.process and child.runs:
            child.process.terminate()
    until = time.monotonic() + STOP_SECONDS
    for child in children:
        if child.process is None:
            continue
        try:
            child.process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(child.process.pid, signal.SIGKILL)
            child.process.wait()
