"""The addresses inside an annotation: which are notes of ours, and which are our annotations.

Our own are stored relative to the library and answered under the address that was asked, so a
library that moves keeps its annotations.

    >>> own = inward({"target": "http://localhost:8000/notes/a"}, ["http://localhost:8000"])
    >>> own, outward(own, "https://gloss.example")
    ({'target': '/notes/a'}, {'target': 'https://gloss.example/notes/a'})
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from app.annotations.checks import below
from app.annotations.own_addresses import ANNOTATIONS, NOTES, inner

PARTS = ("body", "target")
HOLDERS = ("source", "id")  # a part's thing comes before its own name
HELD = (*HOLDERS, "items")


def things(value: Any, path: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Every object among bodies or targets, those in sets included, with its place."""
    if isinstance(value, list):
        for index, inner in enumerate(value):
            yield from things(inner, f"{path}[{index}]")
    elif isinstance(value, dict):
        yield value, path
        yield from things(value.get("items"), below(path, "items"))


def inward(annotation: dict[str, Any], bases: Sequence[str]) -> dict[str, Any]:
    """The annotation with the addresses of this library made relative: as it is stored."""

    return everywhere(annotation, lambda address: inner(address, bases))


def outward(
    annotation: dict[str, Any],
    base: str,
    moved: str | None = None,
    others: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, Any]:
    """The annotation as it is answered. `moved` is where its note stands now, if that is known.

    A reply names the note of its thread by what it answers: no address in it stands for that.

    `others`: where further notes are now that it names by a former address.
    """
    own = own_note(annotation)

    def absolute(address: str) -> str:
        note = note_of(address)
        if note is None:
            return base.rstrip("/") + address if address.startswith(ANNOTATIONS) else address
        now = moved if moved is not None and note == own else others.get(note, note)
        if now != note:
            fragment = urlsplit(address).fragment
            address = of_note(now) + (f"#{fragment}" if fragment else "")
        return base.rstrip("/") + address

    return everywhere(annotation, absolute)


def notes(annotation: dict[str, Any]) -> set[str]:
    """The ids of all notes of ours that its targets and bodies name."""
    every = (each for key in PARTS for each in named(annotation.get(key)))
    return {note for note in map(note_of, every) if note is not None}


def named(value: Any) -> Iterator[str]:
    """Every address that `mapped` would change."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for inner in value:
            yield from named(inner)
    elif isinstance(value, dict):
        for key in HELD:
            yield from named(value.get(key))


def everywhere(annotation: dict[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    """The annotation with the addresses of its targets and bodies changed."""
    return {
        **annotation,
        **{key: mapped(annotation[key], change) for key in PARTS if key in annotation},
    }


def mapped(value: Any, change: Callable[[str], str]) -> Any:
    """The same bodies or targets with each address changed; everything else stays."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [mapped(inner, change) for inner in value]
    if not isinstance(value, dict):
        return value
    return {key: mapped(inner, change) if key in HELD else inner for key, inner in value.items()}


def targets(annotation: dict[str, Any]) -> list[str]:
    """The addresses of what the annotation is about, in order; a part stands for its thing."""
    return list(found(annotation.get("target")))


def found(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for inner in value:
            yield from found(inner)
    elif isinstance(value, dict):
        key = next((key for key in ("items", *HOLDERS) if key in value), "")
        yield from found(value.get(key))


def note_of(address: str) -> str | None:
    """The id of the note that a relative address names."""
    if not address.startswith(NOTES):
        return None
    path = urlsplit(address).path if "?" in address or "#" in address else address
    return unicodedata.normalize("NFC", unquote(path[len(NOTES) :]))


def annotation_of(address: str) -> str | None:
    """The id of the annotation of ours that a relative address names."""
    name = address[len(ANNOTATIONS) :]
    return name if address.startswith(ANNOTATIONS) and name and "/" not in name else None


def answered(annotation: dict[str, Any]) -> str:
    """The id of the annotation of ours that it replies to; empty if it is no reply."""
    motivation = annotation.get("motivation")
    first = motivation[0] if isinstance(motivation, list) and motivation else motivation
    about = next(found(annotation.get("target")), "") if first == "replying" else ""
    return annotation_of(about) or ""


def own_note(annotation: dict[str, Any]) -> str | None:
    """The name by which it calls the note that it is about: the first; a reply calls it nothing.

    >>> own_note({"target": ["urn:a", "/notes/a#b", "/notes/c"]})
    'a'
    >>> own_note({"target": ["/annotations/x", "/notes/a"], "motivation": "replying"})
    """
    names = [] if answered(annotation) else map(note_of, targets(annotation))
    return next((name for name in names if name), None)


def of_note(id: str) -> str:
    """The relative address of a note."""
    return NOTES + quote(id)
