"""From what a person typed into a form to an annotation in the terms of the W3C.

The words that they quote must stand in the note, exactly once or at the place that is named: then
they are kept with their surroundings and position, so that they are found again after an edit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.accounts.permissions import Person
from app.annotations import anchoring
from app.annotations.addresses import of_note
from app.annotations.bodies import PARTS, composed, of_stored, revised, tidy, unchanged
from app.annotations.model import CONTEXT, VISIBILITIES, check
from app.annotations.own_addresses import ANNOTATIONS
from app.annotations.reading import CLASS, COLOURS, first, read
from app.errors import BadInput

MAX_QUOTE = 5_000
MOTIVATIONS = {
    "comment": "commenting",
    "question": "questioning",
    "erratum": "editing",
    "link": "linking",
    "highlight": "highlighting",
    "reply": "replying",
}
OF_KINDS = {"question": "blue", "erratum": "rose", "link": "violet"}  # all else is yellow


@dataclass(frozen=True)
class Typed:
    """What was typed into the form, as it came. Without a passage it is about the whole note.

    The passage is `quote`, at `start` to `end` if these are given (code points of the text), or
    the line `block` of the text, from 0. `link` is the id of a note, `evidence` that of a claim
    of this one, `reply_to` that of the annotation which this one answers. `takes_out`, if it says
    anything: the words are to go, whatever stands in `replacement`.
    """

    quote: str = ""
    comment: str = ""
    visibility: str = "shared"
    kind: str = "comment"
    start: int | None = None
    end: int | None = None
    block: int | None = None
    colour: str = ""
    tags: str = ""
    link: str = ""
    replacement: str = ""
    takes_out: str = ""
    evidence: str = ""
    reply_to: str = ""


def compose(path: str, text: str, person: Person, now: str, typed: Typed) -> dict[str, Any]:
    """The annotation on the note at `path`, whose canonical text is `text`."""
    check_choices(typed)
    bodies = composed(typed, path, words_meant(text, typed))
    about = f"{ANNOTATIONS}{typed.reply_to}" if typed.reply_to else target(path, text, typed)
    if typed.kind in ("highlight", "erratum") and isinstance(about, str):
        raise BadInput("Name the words that it is about.", field="quote")
    annotation = {
        "@context": CONTEXT,
        "type": "Annotation",
        "motivation": MOTIVATIONS[typed.kind],
        "creator": {"type": "Person", "name": person.name},
        "created": now,
        **only(bodies),
        "target": about,
        **({"visibility": "private"} if typed.visibility == "private" else {}),
    }
    return check(coloured(annotation, typed.colour))


def revise(stored: dict[str, Any], path: str, now: str, typed: Typed) -> dict[str, Any]:
    """The annotation with what was typed anew; what it is about, and all else, stays."""
    check_choices(typed)
    reading = read(stored)
    same = unchanged(typed, reading, path)
    is_old = "proposed" in same and not typed.quote  # a program may have sent it: it may stay
    new = composed(typed, path, "" if is_old else tidy(typed.quote) or reading.quote)
    changed = {**recoloured(stored, typed), "modified": now, "visibility": typed.visibility}
    if same != {*PARTS}:
        rest = {key: value for key, value in changed.items() if key not in ("body", "bodyValue")}
        changed = {**rest, **only(revised(of_stored(stored), new, same))}
    return check(changed)


def words_meant(text: str, typed: Typed) -> str:
    """The words that are to be corrected, as far as they are known before they are found."""
    if typed.quote.strip() or typed.block is None:
        return tidy(typed.quote)
    lines = text.split("\n")
    return lines[typed.block] if typed.block < len(lines) else ""


def put_again(stored: dict[str, Any], path: str, text: str, typed: Typed) -> dict[str, Any]:
    """The annotation about the words that were named now, for those it was about are gone."""
    about = target(path, text, typed)
    if isinstance(about, str):
        return stored
    return check({**stored, "target": {**stored["target"], "selector": about["selector"]}})


def may_be_put_again(stored: dict[str, Any]) -> bool:
    """Whether it is about one passage of one thing."""
    about = stored.get("target")
    return isinstance(about, dict) and "selector" in about


def only(bodies: Sequence[dict[str, Any] | str]) -> dict[str, Any]:
    """One body stands alone."""
    return {"body": bodies[0] if len(bodies) == 1 else bodies} if bodies else {}


def check_choices(typed: Typed) -> None:
    if typed.visibility not in VISIBILITIES:
        raise BadInput("Choose who may read it.", field="visibility")
    if typed.kind not in MOTIVATIONS or (typed.kind == "reply") != bool(typed.reply_to):
        raise BadInput("Choose what it is.", field="kind")
    if typed.colour and typed.colour not in COLOURS:
        raise BadInput("Choose a colour.", field="colour")


def coloured(annotation: dict[str, Any], colour: str) -> dict[str, Any]:
    """The annotation with the colour of its mark, in a style that other readers understand."""
    if not colour or not has_colour(annotation):
        return annotation
    about, named = annotation["target"], CLASS + colour
    style = {"type": "CssStylesheet", "value": f".{named} {{ background: var(--mark-{colour}) }}"}
    return {**annotation, "stylesheet": style, "target": {**about, "styleClass": named}}


def has_colour(annotation: dict[str, Any]) -> bool:
    """Whether what it is about can have a style: a passage, by itself."""
    about = annotation["target"]
    return isinstance(about, dict) and "source" in about


def recoloured(stored: dict[str, Any], typed: Typed) -> dict[str, Any]:
    """A highlight in the colour that was chosen; what another program wrote of styles stays."""
    was = read(stored).colour or "yellow"
    if typed.kind != "highlight" or typed.colour in ("", was) or not has_colour(stored):
        return stored
    new = coloured(stored, typed.colour)
    style, classes = stored.get("stylesheet", new["stylesheet"]), stored["target"].get("styleClass")
    listed = classes if isinstance(classes, list) else [classes] * bool(classes)
    theirs = [name for name in listed if not first(name).startswith(CLASS)]
    if theirs:
        new["target"]["styleClass"] = [*theirs, new["target"]["styleClass"]]
    is_ours = isinstance(style, dict) and first(style.get("value")).startswith(f".{CLASS}")
    return new if is_ours else {**new, "stylesheet": style}


def target(path: str, text: str, typed: Typed) -> dict[str, Any] | str:
    """The whole note, or the passage in it."""
    found = named(text, typed)
    if found is None:
        return of_note(path)
    start, end = found
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


def named(text: str, typed: Typed) -> tuple[int, int] | None:
    """Where the passage is: by its place, if the words stand there, else by the words."""
    quote = tidy(typed.quote)
    if quote.strip() and typed.start is not None and typed.end is not None:
        check_length(quote)
        if text[typed.start : typed.end] == quote:
            return typed.start, typed.end
    if quote.strip():
        return passage(text, quote)
    return None if typed.block is None else line(text, typed.block)


def line(text: str, number: int) -> tuple[int, int]:
    """The line of the text of that number, from 0."""
    lines = text.split("\n")
    if not 0 <= number < len(lines) or not lines[number]:
        raise BadInput("There is no such paragraph.", field="block")
    start = sum(len(each) + 1 for each in lines[:number])
    return start, start + len(lines[number])


def passage(text: str, quote: str) -> tuple[int, int]:
    """Where the quoted words stand, if there is no doubt about it."""
    check_length(quote)
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


def check_length(quote: str) -> None:
    if len(quote) > MAX_QUOTE:
        raise BadInput(f"A quote has at most {MAX_QUOTE:,} characters.", field="quote")
