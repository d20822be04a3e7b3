"""What wakes the runner's loop: a datagram, the end of a child, a signal to stop."""

from __future__ import annotations

import selectors
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from app.lab.runner import door
from app.settings import Settings


@contextmanager
def listened(
    settings: Settings,
    selector: selectors.BaseSelector,
    ring: Callable[[str], object],
    stop: Callable[[], object],
) -> Iterator[None]:
    """Have `ring` called by the loop whenever there may be something to do, with what was said."""

    def rung(bell: socket.socket) -> None:
        with suppress(OSError):
            while heard := bell.recv(door.LONGEST_WORDS):
                ring(heard.decode("ascii", "replace"))

    def noticed(number: int, frame: FrameType | None) -> None:
        del frame
        if number != signal.SIGCHLD:
            stop()

    inner, outer = socket.socketpair()
    outer.setblocking(False)
    bell = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    with inner, outer, bell:
        with suppress(OSError):
            (settings.data / "runner.sock").unlink()
        with suppress(OSError), door.address(settings) as path:
            bell.bind(path)
        for each in (inner, bell):
            each.setblocking(False)
            selector.register(each, selectors.EVENT_READ, rung)
        signal.set_wakeup_fd(outer.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT):
            signal.signal(number, noticed)
        try:
            yield
        finally:
            signal.set_wakeup_fd(-1)
