"""How a run stands, in the words that pages and commands have for it."""

from __future__ import annotations

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


def in_words(status: str) -> str:
    """Within a sentence.

    >>> in_words("excepted"), in_words("errored")
    ('the analysis failed', 'Gloss failed to run it')
    """
    words = STATUSES[status]
    return words if words.startswith("Gloss") else words[:1].lower() + words[1:]
