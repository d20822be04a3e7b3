"""Regular expressions that a person typed: RE2, whose time grows with the text and no faster.

    >>> matches(compiled(r"walk(er|ing)s?"), "Two Walkers met.")
    'Walkers'

Neither case nor the end of a line stops one: `^` and `$` are those of a line, and `(?-i)` at its
start makes case count. What RE2 leaves out (look-around, backreferences) is what makes other
engines hang.
"""

from __future__ import annotations

from typing import Any

import re2

LONGEST = 200  # characters of a pattern
STEPS = 1_000  # of a compiled pattern: with so many, the worst text takes 1 s
MEMORY = 1_000_000  # bytes for one pattern
LOOKED_AT = 100_000  # bytes of a text
SHOWN = 60  # characters of what it found


class Unusable(Exception):
    """No pattern for us; the message says why, to follow the pattern."""


def compiled(pattern: str) -> Any:
    """The pattern, ready to use; Unusable says why it cannot be."""
    if len(pattern) > LONGEST:
        raise Unusable(f"is longer than {LONGEST} characters")
    try:
        found = re2.compile(f"(?m){pattern}".encode(), options())
    except re2.error as error:
        raise Unusable(f"is no regular expression ({said(error)})") from None
    if found.programsize > STEPS:
        raise Unusable("asks for too much at once")
    return found


def options() -> Any:
    found = re2.Options()
    found.max_mem = MEMORY
    found.case_sensitive = False
    found.log_errors = False
    return found


def said(error: Exception) -> str:
    """The engine's words, without ours around the pattern."""
    given = error.args[0] if error.args else ""
    words = given.decode("utf-8", "replace") if isinstance(given, bytes) else str(given)
    return words.partition(":")[0].partition(" - ")[0]


def matches(pattern: Any, text: str) -> str | None:
    """What the pattern finds first in the text, cut to be shown; None where it finds nothing."""
    found = pattern.search(text.encode("utf-8", "replace")[:LOOKED_AT])
    return found[0].decode("utf-8", "replace")[:SHOWN] if found else None
