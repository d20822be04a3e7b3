"""The time, in one place, so that a test can replace it."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    return datetime.now(UTC)


def stamp() -> str:
    """Now as SQLite and the W3C write it: `2026-11-21T14:02:05Z`; sorts as text."""
    return now().strftime("%Y-%m-%dT%H:%M:%SZ")


def of_file(seconds: float) -> str:
    """A file's time in the same form."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
