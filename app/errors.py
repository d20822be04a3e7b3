"""The errors that a person can meet, each with what to do about it.

    GlossError                      500
    ├── Moved                       308  the note has another address now; knows which
    ├── BadInput                    400  a field that cannot be taken; knows its name
    ├── BadSetting                  400  a flag or GLOSS_* variable with an impossible value
    ├── NotSignedIn                 401
    ├── NotAllowed                  403
    │   └── ReadOnly                     the library is opened read-only
    ├── NotFound                    404
    │   └── InTrash                      it can be brought back; knows under which number
    ├── NotExpressible              406  a thing that cannot be said in the format asked for
    ├── TooSlow                     408  the request's body did not arrive in time
    ├── Conflict                    409  the thing exists already, or is in use
    ├── Gone                        410
    ├── Changed                     412  somebody saved in between; knows the current version
    ├── TooLarge                    413
    ├── WrongType                   415  a body of a kind that is not taken there
    ├── BaseMissing                 428  a change was sent without the version it is based on
    ├── Unreadable                  422  a note or an analysis; knows path, line and reason
    ├── DatabaseError               500
    │   ├── DatabaseTooNew               made by a later Gloss
    │   └── DatabaseUnwritable           permissions, a full disk
    └── Unavailable                 503  something that Gloss needs is missing (KaTeX, the runner)

`status` is the HTTP status; commands print the message and end with status 1.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from http import HTTPStatus


class GlossError(Exception):
    """Anything that a person is told about: what happened, and what to do."""

    status = HTTPStatus.INTERNAL_SERVER_ERROR

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class Moved(GlossError):
    """The note `was` is the note `now`: the same question is asked there."""

    status = HTTPStatus.PERMANENT_REDIRECT

    def __init__(self, was: str, now: str) -> None:
        super().__init__(f"This note has moved to {now}.")
        self.was = was
        self.now = now


class BadInput(GlossError):
    """Input that cannot be taken. `field` is its name or path, as in `params.walkers`.

    `others` are the faults that were found beside this one.
    """

    status = HTTPStatus.BAD_REQUEST

    def __init__(self, message: str, *, field: str = "", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.field = field
        self.others: list[BadInput] = []

    @property
    def all(self) -> list[BadInput]:
        return [self, *self.others]


class BadSetting(BadInput):
    """A setting with an impossible value; found at start, never later."""


class NotSignedIn(GlossError):
    status = HTTPStatus.UNAUTHORIZED


class NotAllowed(GlossError):
    status = HTTPStatus.FORBIDDEN


class ReadOnly(NotAllowed):
    """The folder of notes is not to be written, whoever asks."""


class NotFound(GlossError):
    status = HTTPStatus.NOT_FOUND


class InTrash(NotFound):
    """The note that was at an address is in the trash, under the number `uid`."""

    def __init__(self, message: str, uid: int, *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.uid = uid


class NotExpressible(GlossError):
    status = HTTPStatus.NOT_ACCEPTABLE


class TooSlow(GlossError):
    status = HTTPStatus.REQUEST_TIMEOUT


class Conflict(GlossError):
    """`field` is the input that is taken already, where it is one; `there`: that note."""

    status = HTTPStatus.CONFLICT

    def __init__(self, message: str, *, field: str = "", hint: str = "", there: str = "") -> None:
        super().__init__(message, hint=hint)
        self.field = field
        self.there = there


class Gone(GlossError):
    status = HTTPStatus.GONE


class Changed(GlossError):
    """The thing is no longer what the change was based on. `theirs` is what it holds now.

    `merged` is `theirs` with the change put in, in place of what clashes; empty, if nobody knows.
    """

    status = HTTPStatus.PRECONDITION_FAILED

    def __init__(
        self,
        message: str,
        *,
        current: str = "",
        theirs: str = "",
        merged: str = "",
        hint: str = "",
    ) -> None:
        super().__init__(message, hint=hint)
        self.current = current
        self.theirs = theirs
        self.merged = merged


class TooLarge(GlossError):
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class WrongType(BadInput):
    """A body of a kind that is not taken there; knows the field that says so."""

    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE


class BaseMissing(GlossError):
    status = HTTPStatus.PRECONDITION_REQUIRED


class Unreadable(GlossError):
    """A file that cannot be understood. `line` counts from 1; 0 is the whole file."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, reason: str, *, path: str = "", line: int = 0, hint: str = "") -> None:
        super().__init__(reason, hint=hint)
        self.path = path
        self.line = line
        self.reason = reason

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}: " if self.line else f"{self.path}: "
        return f"{place if self.path else ''}{self.reason} {self.hint}".strip()


class DatabaseError(GlossError):
    """The database file cannot be used."""


class DatabaseTooNew(DatabaseError):
    """Made by a later version of Gloss."""


class DatabaseUnwritable(DatabaseError):
    """The folder or the file cannot be written."""


class Unavailable(GlossError):
    status = HTTPStatus.SERVICE_UNAVAILABLE


READER_GONE = 141  # as a shell has it of a program that SIGPIPE ended


def reader_is_gone() -> int:
    """Who read what we print went away, as in `… | head -1`: say nothing more, also at the end."""
    with suppress(OSError, ValueError):  # no real file, as in tests
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    return READER_GONE
