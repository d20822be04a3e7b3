"""From what a person typed into a form to an annotation.

The words that they quote must stand in the note, exactly once: then they are kept with their
surroundings and position, so that they are found again after an edit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.accounts.permissions import Person
from app.annotations import anchoring
from app.annotations.addresses import of_note
from app.annotations.model import CONTEXT, VISIBILITIES, check
from app.errors import BadInput

MAX_COMMENT = 20_000
MAX_QUOTE = 5_000


@dataclass(frozen=True)
class Typed:
    """What was typed into the form, as it came. Without a quote it is about the whole note."""

    quote: str = ""
    comment: str = ""
    visibility: str = "shared"


def compose(path: str, text: str, person: Person, now: str, typed: Typed) -> dict[str, Any]:
    """The annotation on the note at `path`, whose canonical text is `text`."""
    comment = typed.comment.replace("\r\n", "\n").strip()
    if not comment:
        raise BadInput("Write what you want to say.", field="comment")
    if len(comment) > MAX_COMMENT:
        raise BadInput(f"A comment has at most {MAX_COMMENT:,} characters.", field="comment")
    if typed.visibility not in VISIBILITIES:
        raise BadInput("Choose who may read it.", field="visibility")
    return check(
        {
            "@context": CONTEXT,
            "type": "Annotation",
            "motivation": "commenting",
            "creator": {"type": "Person", "name": person.name},
            "created": now,
            "body": {
                "type": "TextualBody",
                "value": comment.replace("\0", ""),
                "format": "text/markdown",
            },
            "target": target(path, text, typed.quote),
            **({"visibility": "private"} if typed.visibility == "private" else {}),
        }
    )


def target(path: str, text: str, quote: str) -> dict[str, Any] | str:
    """The whole note, or the passage in it."""
    if not quote.strip():
        return of_note(path)
    start, end = passage(text, quote)
    prefix, suffix = anchoring.surroundings(text, start, end)
    selectors = [
        {
            "type": "TextQuoteSelector",
            "exact": text[start:end],
            "prefix": prefix,
            "suffix": suffix,
        },
        {"type": "TextPositionSelector", "start": start, "end": end},
    ]
    return {"type": "SpecificResource", "source": of_note(path), "selector": selectors}


def passage(text: str, quote: str) -> tuple[int, int]:
    """Where the quoted words stand, if there is no doubt about it."""
    if len(quote) > MAX_QUOTE:
        raise BadInput(f"A quote has at most {MAX_QUOTE:,} characters.", field="quote")
    found = anchoring.words(text, quote)
    if not found:
        raise BadInput(
            "These words do not stand in the note.",
            field="quote",
            hint="Copy them as they stand, a formula as its TeX ($x^2$), or leave this empty.",
        )
    if len(found) > 1:
        raise BadInput(
            f"These words stand {len(found)} times in the note.",
            field="quote",
            hint="Quote a few more, so that it is clear which are meant.",
        )
    return found[0]
