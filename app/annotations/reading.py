"""What Gloss itself uses of an annotation: the quote, where it stood, the words said, the tags.

>>> reading = read({"target": "/notes/a", "body": {"type": "TextualBody", "value": "Why?"}})
>>> reading.notes, reading.words
(('a',), 'Why?')
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from app import markup
from app.annotations import addresses
from app.markup.note import NO_MACROS

SHORT = 5_000  # characters


@dataclass(frozen=True)
class Said:
    """A text among the bodies."""

    value: str
    format: str
    purpose: str


@dataclass(frozen=True)
class Reading:
    notes: tuple[str, ...]
    quote: str
    prefix: str
    suffix: str
    start: int | None
    end: int | None
    said: tuple[Said, ...]
    tags: tuple[str, ...]
    motivation: str

    @property
    def words(self) -> str:
        return "\n\n".join(said.value for said in self.said)


def read(annotation: dict[str, Any]) -> Reading:
    """Read an annotation that was checked. Of several quotes or positions the first counts."""
    chosen = dict(reversed(list(selectors(annotation.get("target")))))
    quote = chosen.get("TextQuoteSelector", {})
    position = chosen.get("TextPositionSelector", {})
    bodies = list(texts(annotation))
    named = [addresses.note_of(address) for address in addresses.targets(annotation)]
    return Reading(
        notes=tuple(note for note in named if note),
        quote=first(quote.get("exact")),
        prefix=first(quote.get("prefix")),
        suffix=first(quote.get("suffix")),
        start=position.get("start"),
        end=position.get("end"),
        said=tuple(said for said in bodies if said.purpose != "tagging"),
        tags=tuple(said.value for said in bodies if said.purpose == "tagging"),
        motivation=first(annotation.get("motivation")),
    )


def selectors(target: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """The selectors of the targets with their types, those that refine others included."""
    for thing, _path in addresses.things(target, ""):
        yield from typed(thing.get("selector"))


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
            yield Said(
                first(thing["value"]), first(thing.get("format")), first(thing.get("purpose"))
            )


def first(value: Any) -> str:
    """The text, or the first of a list of them, or none."""
    if isinstance(value, list):
        value = value[0] if value else ""
    return value if isinstance(value, str) else ""


def as_html(reading: Reading, macros: Mapping[str, str] = NO_MACROS) -> str:
    """What was said, as HTML that is safe to show; `macros` are those of the note."""
    return "\n".join(rendered(said, macros) for said in reading.said)


def rendered(said: Said, macros: Mapping[str, str]) -> str:
    """Short texts, which are nearly all, are rendered once in a process."""
    used = tuple(sorted(macros.items())) if "\\" in said.value else ()
    return remembered(said, used) if len(said.value) <= SHORT else render(said, used)


@lru_cache(maxsize=1024)
def remembered(said: Said, macros: tuple[tuple[str, str], ...]) -> str:
    return render(said, macros)


def render(said: Said, macros: tuple[tuple[str, str], ...]) -> str:
    """Plain text as it is; everything else as Markdown, whose renderer sanitises HTML too."""
    if said.format.partition(";")[0].strip().lower() != "text/plain":
        return markup.as_html(said.value, dict(macros)).strip()
    paragraphs = html.escape(said.value).strip().split("\n\n")
    return "".join(f"<p>{part.replace(chr(10), '<br>')}</p>" for part in paragraphs)
