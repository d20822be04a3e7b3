"""Runs and values in words, as every page has them."""

from __future__ import annotations

from typing import Any

from app.lab.claims import values
from app.lab.signature import visible

STATUSES = {
    "queued": "Waiting to run",
    "running": "Running",
    "succeeded": "Succeeded",
    "excepted": "The analysis failed",
    "errored": "Gloss failed to run it",
    "timed_out": "Stopped: it took too long",
    "cancelled": "Cancelled",
    "interrupted": "Interrupted",  # its message says by what
}


def short(value: Any) -> str:
    r"""A value with the digits that a reader wants; claims and downloads have all of them.

    >>> short(0.1234567), short(True), short(1234567)
    ('0.123457', 'true', '1234567')
    >>> short("a\u202eb")
    'a[U+202E]b'
    """
    spec = ".6g" if isinstance(value, float) else ""
    return visible(values.format(value, spec) or str(value))
