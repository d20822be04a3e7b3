"""Between granian and the application: kept pages at once, everything else in a thread.

granian's own WSGI side lends a thread to each request until its body is there, and one that is
given up leaves the worker without its interpreter lock (2.8.7). Here bodies are awaited by the
event loop, which can stop waiting: an upload that stalls costs nobody anything but its sender.
What is `quick`, a kept page, is answered in the event loop itself: one thread is faster than
several under one lock (3,400 pages a second, 2,900 by twelve threads).
"""

from __future__ import annotations

import asyncio
import io
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from app.errors import TooSlow

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

ONE_PIECE = 1_000_000  # bytes; a larger file is sent as it is read
MOST_DROPPED = 16_000_000  # bytes of a refused body; the connection of a larger one breaks
SAFE = ("GET", "HEAD", "OPTIONS")
ALWAYS = {
    "SCRIPT_NAME": "",
    "SERVER_PROTOCOL": "HTTP/1.1",
    "wsgi.version": (1, 0),
    "wsgi.errors": sys.stderr,
    "wsgi.input_terminated": True,
    "wsgi.multithread": True,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
}

Headers = list[tuple[str, str]]
Answer = tuple[int, Headers, Iterable[bytes]]
Quick = Callable[["WSGIEnvironment"], bool]


class Server:
    """An RSGI application around a WSGI one.

    `quick` tells which requests take next to no time; by `seconds` a body must be there.
    """

    def __init__(
        self, application: WSGIApplication, quick: Quick, *, threads: int, seconds: int
    ) -> None:
        self.application = application
        self.quick = quick
        self.seconds = seconds
        self.pool = ThreadPoolExecutor(threads, thread_name_prefix="request")

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        environ = environ_of(scope)
        if scope.method in SAFE and self.quick(environ):
            environ["wsgi.input"] = io.BytesIO()
            await send(protocol, answer(self.application, environ))
            return
        loop = asyncio.get_running_loop()
        body = environ["wsgi.input"] = Arriving(protocol, loop, self.seconds)
        made = await loop.run_in_executor(self.pool, answer, self.application, environ)
        if is_left(environ, body):
            await drop(protocol, self.seconds)
        await send(protocol, made)


class Arriving:
    """A body, waited for by a thread while the event loop reads it."""

    def __init__(self, protocol: Any, loop: asyncio.AbstractEventLoop, seconds: int) -> None:
        self.protocol = protocol
        self.loop = loop
        self.seconds = seconds
        self.is_read = False

    def read(self, _: int = -1) -> bytes:
        """All of it, at once; TooSlow if it is late. What is missing is the caller's to notice."""
        self.is_read = True
        reading = asyncio.run_coroutine_threadsafe(whole(self.protocol), self.loop)
        try:
            return reading.result(self.seconds)
        except TimeoutError:
            reading.cancel()
            raise TooSlow(
                f"The request's body did not arrive within {self.seconds} seconds."
            ) from None


def is_left(environ: WSGIEnvironment, body: Arriving) -> bool:
    """Whether nobody has read what the client is sending, and sends on until it is read.

    Who asks first whether to send at all (`Expect`) is told by the answer.
    """
    length = environ.get("CONTENT_LENGTH") or "0"
    announced = int(length) if length.isdecimal() else 0
    sends = 0 < announced <= MOST_DROPPED or "HTTP_TRANSFER_ENCODING" in environ
    return sends and not body.is_read and "HTTP_EXPECT" not in environ


async def drop(protocol: Any, seconds: int) -> None:
    """Read a refused body and forget it: most clients hear no answer before all is sent."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            left = MOST_DROPPED
            async for part in protocol:
                left -= len(part)
                if left < 0:
                    return


async def whole(protocol: Any) -> bytes:
    return bytes(await protocol())


def environ_of(scope: Any) -> WSGIEnvironment:
    """The request as WSGI has it (PEP 3333: text is bytes as Latin-1)."""
    host, _, port = scope.server.rpartition(":")
    environ: WSGIEnvironment = {
        **ALWAYS,
        "REQUEST_METHOD": scope.method,
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "REMOTE_ADDR": scope.client,
        "wsgi.url_scheme": scope.scheme,
        "HTTP_HOST": scope.authority or "",
    }
    for name, value in scope.headers.items():
        key = name.upper().replace("-", "_")
        key = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
        if key in environ and key != "HTTP_HOST":
            value = f"{environ[key]}{';' if key == 'HTTP_COOKIE' else ','}{value}"
        environ[key] = value
    return environ


def answer(application: WSGIApplication, environ: WSGIEnvironment) -> Answer:
    status, headers = 500, list[tuple[str, str]]()

    def start(line: str, given: Headers, error: Any = None) -> Any:
        nonlocal status, headers
        status, headers = int(line[:3]), [(name.lower(), value) for name, value in given]

    parts = application(environ, start)
    return status, headers, parts


async def send(protocol: Any, made: Answer) -> None:
    """In one piece where it is small, else as it is read."""
    status, headers, parts = made
    length = next((value for name, value in headers if name == "content-length"), "0")
    try:
        if int(length) <= ONE_PIECE:
            protocol.response_bytes(status, headers, b"".join(parts))
            return
        stream = protocol.response_stream(status, headers)
        for part in parts:
            await stream.send_bytes(part)
    finally:
        close = getattr(parts, "close", None)
        if close:
            close()
