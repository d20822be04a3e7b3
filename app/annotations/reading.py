"""What Gloss itself uses of an annotation: the passage, what was said of it, what it answers.

>>> reading = read({"target": "/notes/a", "body": {"type": "TextualBody", "value": "Why?"}})
>>> reading.notes, reading.words
(('a',), 'Why?')
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from app.annotations import addresses
from app.annotations.addresses import annotation_of
from app.annotations.selectors import SELECTORS

SHORT = 5_000  # characters
EDITING = "editing"  # the motivation of an erratum, and the purpose of what it proposes
COLOURS = ("yellow", "green", "blue", "rose", "violet")
TOLD = ("format", "purpose", "language", "textDirection")  # of a text
CLASS = "gloss-"  # begins the class of a target that says the colour of its mark


@dataclass(frozen=True)
class Said:
    """A text among the bodies. `language`, `direction`: as they were sent, whatever that is."""

    value: str
    format: str
    purpose: str
    language: str = ""
    direction: str = ""


@dataclass(frozen=True)
class Reading:
    notes: tuple[str, ...]  # that its targets name
    quote: str
    prefix: str
    suffix: str
    start: int | None
    end: int | None
    said: tuple[Said, ...]
    tags: tuple[str, ...]
    motivation: str
    links: tuple[str, ...] = ()  # the addresses among the bodies
    answers: str = ""  # the id of the annotation of ours that it replies to
    colour: str = ""  # of its mark; empty: that of its motivation
    creator: str = ""  # the name, or the address, that its client sent
    created: str = ""
    quoted: tuple[str, ...] = ()  # the notes of which its bodies show a part
    selector: str = ""  # the kind of the first one that says where in the note the passage stands

    @property
    def words(self) -> str:
        return "\n\n".join(said.value for said in self.said)

    @property
    def proposal(self) -> str | None:
        """What an erratum would have in place of the passage: Markdown; empty: its words are to
        go; None: it proposes nothing, or is no erratum."""
        if self.motivation != EDITING:
            return None
        proposed = [said.value for said in self.said if said.purpose == EDITING]
        if proposed:
            return proposed[0].strip() and proposed[0]
        said = self.said[0] if len(self.said) == 1 else None  # as other programs say it
        return said.value if said and not said.purpose and said.value.strip() else None


def read_stored(stored: str) -> Reading:
    """The same of the JSON that is kept; what is not long is read once in a process."""
    return remembered(stored) if len(stored) <= SHORT else read(json.loads(stored))


@lru_cache(maxsize=2048)
def remembered(stored: str) -> Reading:
    return read(json.loads(stored))


def read(annotation: dict[str, Any]) -> Reading:
    """Read an annotation that was checked. Of several quotes or positions the first counts."""
    answers, target = addresses.answered(annotation), annotation.get("target")
    about = list(addresses.found(target))
    chosen = [thing["selector"] for thing in parts(target, answers) if thing.get("selector")]
    every = [each for inner in chosen for each in typed(inner)]
    firsts = dict(reversed(every))  # of each type
    quote = firsts.get("TextQuoteSelector", {})
    position = firsts.get("TextPositionSelector", {})
    bodies = list(texts(annotation))
    return Reading(
        notes=tuple(filter(None, map(addresses.note_of, about))),
        quote=first(quote.get("exact")),
        prefix=first(quote.get("prefix")),
        suffix=first(quote.get("suffix")),
        start=position.get("start"),
        end=position.get("end"),
        said=tuple(said for said in bodies if said.purpose != "tagging"),
        tags=tuple(said.value for said in bodies if said.purpose == "tagging"),
        motivation=first(annotation.get("motivation")),
        links=tuple(links(annotation.get("body"))),
        answers=answers,
        colour=colour(annotation),
        creator=maker(annotation.get("creator")),
        created=first(annotation.get("created")),
        quoted=tuple(quoted(annotation.get("body"))),
        selector=selecting(every, chosen=bool(chosen)),
    )


def selecting(selectors: list[tuple[str, dict[str, Any]]], *, chosen: bool) -> str:
    """The first kind that is known of those that were `chosen`, of which some may be no objects.

    >>> selecting([("", {"type": ["urn:t", "XPathSelector"]})], chosen=True)
    'XPathSelector'
    >>> selecting([], chosen=True), selecting([], chosen=False)
    ('selector', '')
    """
    kinds = [each.get("type") for _, each in selectors]
    named = (name for kind in kinds for name in (kind if isinstance(kind, list) else [kind]))
    known = (name for name in named if isinstance(name, str) and name in SELECTORS)
    return next(known, "selector" if chosen else "")


def parts(target: Any, answers: str = "") -> list[dict[str, Any]]:
    """The targets that are of the first note of ours; if there is none, all of them.

    Of a reply those that are of the annotation which it `answers`.

    What is quoted of another thing is not looked for in the note.

    >>> parts([{"source": "urn:a", "selector": "urn:s"}, "/notes/a"])
    []
    """
    every = [thing for thing, _path in addresses.things(target, "")]
    if answers:
        return [each for each in every if answers in map(annotation_of, addresses.found(each))]
    names = map(addresses.note_of, addresses.found(target))
    note = next((name for name in names if name), None)
    return [each for each in every if note is None or is_of(each, note)]


def is_of(thing: dict[str, Any], note: str) -> bool:
    return note in map(addresses.note_of, addresses.found(thing))


def typed(value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    for selector in value if isinstance(value, list) else [value]:
        if isinstance(selector, dict):
            yield first(selector.get("type")), selector
            yield from typed(selector.get("refinedBy"))


def texts(annotation: dict[str, Any]) -> Iterator[Said]:
    if "bodyValue" in annotation:
        yield Said(first(annotation["bodyValue"]), "text/plain", "")
    for thing, _path in addresses.things(annotation.get("body"), ""):
        if "value" in thing:
            told = (thing.get(key) for key in TOLD)
            yield Said(first(thing["value"]), *map(first, told))


def first(value: Any) -> str:
    """The text, or the first of a list of them, or none."""
    if isinstance(value, list):
        value = value[0] if value else ""
    return value if isinstance(value, str) else ""


def maker(creator: Any) -> str:
    """
    >>> maker([{"type": "Person", "name": "Mallory"}, "urn:x"]), maker({}), maker(None)
    ('Mallory, urn:x', '', '')
    """
    if isinstance(creator, list):
        return ", ".join(filter(None, map(maker, creator)))
    if isinstance(creator, dict):
        names = (first(creator.get(key)) for key in ("name", "nickname", "id"))
        return next(filter(None, names), "")
    return first(creator)


def links(body: Any) -> Iterator[str]:
    """The addresses of the bodies that are no texts.

    >>> list(links(["urn:a", {"value": "b"}, {"items": [{"source": "urn:c"}]}]))
    ['urn:a', 'urn:c']
    """
    for each in body if isinstance(body, list) else [body]:
        if isinstance(each, dict) and "items" in each:
            yield from links(each["items"])
        elif not is_text(each):
            yield from addresses.found(each)


def quoted(body: Any) -> Iterator[str]:
    """A link tells nothing of the note where it leads; a part of it does."""
    for thing, _path in addresses.things(body, ""):
        if "selector" in thing:
            yield from filter(None, map(addresses.note_of, addresses.found(thing)))


def is_text(body: Any) -> bool:
    if not isinstance(body, dict):
        return False
    return "value" in body and first(body.get("purpose")) != "linking"


def colour(annotation: dict[str, Any]) -> str:
    """The colour of the mark, where a target names one of ours."""
    for thing, _path in addresses.things(annotation.get("target"), ""):
        named = first(thing.get("styleClass"))
        if named.startswith(CLASS) and named[len(CLASS) :] in COLOURS:
            return named[len(CLASS) :]
    return ""
