"""A request's body: it has a length and a limit, and it is whole.

It is read when a view asks for it, after the guard, so nobody sends anything large who may not.
The time by which it must be there is kept where it is read from the network: rsgi.py.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Protocol

from app.errors import BadInput, TooLarge, WrongType
from app.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


# Where images and PDF come in, with what else the form holds.
UPLOADS = ("/media", "/new", "/edit/")


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def limit_of(environ: WSGIEnvironment, settings: Settings) -> int:
    """How many bytes a body may have: more, where a form may bring a file."""
    holds_files = environ.get("CONTENT_TYPE", "").startswith("multipart/form-data")
    is_upload = holds_files and environ["PATH_INFO"].startswith(UPLOADS)
    return settings.max_body_bytes + (settings.max_upload_bytes if is_upload else 0)


class Limits:
    """WSGI: hand the application a body that keeps the limits."""

    def __init__(self, application: WSGIApplication, settings: Settings) -> None:
        self.application = application
        self.settings = settings

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD", "OPTIONS"):
            environ["wsgi.input"] = Body(environ, self.settings)
            environ["wsgi.input_terminated"] = True
        return self.application(environ, start)


class Body(io.RawIOBase):
    """Reads everything at the first read, within the size allowed."""

    def __init__(self, environ: WSGIEnvironment, settings: Settings) -> None:
        self.stream: Readable = environ["wsgi.input"]
        self.length = environ.get("CONTENT_LENGTH") or ""
        self.chunked = "HTTP_TRANSFER_ENCODING" in environ
        self.encoding = environ.get("HTTP_CONTENT_ENCODING", "").strip().lower()
        self.limit = limit_of(environ, settings)
        self.whole: io.BytesIO | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self.whole is None:
            self.whole = io.BytesIO(self.arrived(self.expected()))
        return self.whole.readinto(buffer)

    def expected(self) -> int:
        """The length that was announced. Without one, a body cut short could not be told."""
        if self.encoding not in ("", "identity"):
            raise WrongType(
                f"A body in the Content-Encoding «{self.encoding[:60]}» is not taken.",
                hint="Send it as it is, not compressed.",
            )
        if self.chunked or (self.length and not self.length.isdecimal()):
            raise BadInput("Send the body with its Content-Length, not in chunks.")
        expected = int(self.length or 0)
        if expected > self.limit:
            raise TooLarge(f"{expected:,} bytes are too many: {self.limit:,} are allowed.")
        return expected

    def arrived(self, expected: int) -> bytes:
        """All of the body; raises if it is late or cut short."""
        body = self.stream.read(expected) if expected else b""
        if len(body) < expected:
            raise BadInput("The connection broke before everything had arrived. Send it again.")
        return body
