"""What a new note of each kind begins with.

>>> start("journal", "2026-11-22")["id"], start("note", "2026-11-22")["markdown"]
('journal/2026-11-22', '')
"""

from __future__ import annotations

PAPER = """## Summary


## The claim, in the paper's words

>

## Questions

-

## Errors found

-
"""


def start(kind: str, today: str) -> dict[str, str]:
    """The fields of the form that are filled from the start."""
    common = {"kind": kind, "date": today, "visibility": "private", "markdown": ""}
    if kind == "paper":
        return {**common, "markdown": PAPER, "status": "reading"}
    if kind == "journal":
        return {**common, "title": today, "id": f"journal/{today}"}
    return common


def bodies() -> dict[str, str]:
    """The text that each kind begins with: a form that holds nothing else may change its kind."""
    return {kind: start(kind, "")["markdown"] for kind in ("note", "paper", "post", "journal")}
