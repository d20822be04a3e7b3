"""The tree that a query is: words and conditions, joined by all, either and not.

>>> every([Word("walk"), every([Phrase("a b"), Word("c")])])
All(parts=(Word(text='walk', prefix=False), Phrase(text='a b'), Word(text='c', prefix=False)))
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True)
class Word:
    text: str
    prefix: bool = False


@dataclass(frozen=True)
class Phrase:
    text: str


@dataclass(frozen=True)
class Title:
    """A word or phrase that must stand in the title."""

    part: Word | Phrase


@dataclass(frozen=True)
class Field:
    """A condition that has nothing to do with words; `value` is well formed for its name."""

    name: str
    value: str


@dataclass(frozen=True)
class Not:
    part: Node


@dataclass(frozen=True)
class All:
    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Either:
    parts: tuple[Node, ...]


Node: TypeAlias = "Word | Phrase | Title | Field | Not | All | Either"


def every(parts: Iterable[Node]) -> Node | None:
    """All of these, flat: a single one stands for itself."""
    flat: list[Node] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, All) else [part])
    return All(tuple(flat)) if len(flat) > 1 else next(iter(flat), None)


def either(parts: Iterable[Node]) -> Node | None:
    flat: list[Node] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, Either) else [part])
    return Either(tuple(flat)) if len(flat) > 1 else next(iter(flat), None)


def negated(part: Node) -> Node:
    return part.part if isinstance(part, Not) else Not(part)


def written(tree: Node) -> str:
    """The text of the query that `query.parse` reads as this tree.

    >>> written(All((Word("walk"), Not(Either((Field("tag", "old"), Phrase("a b")))))))
    'walk -(tag:old OR "a b")'
    """
    match tree:
        case Word():
            return tree.text + "*" * tree.prefix
        case Phrase():
            return f'"{tree.text}"'
        case Title():
            return f"title:{written(tree.part)}"
        case Field():
            bare = re.fullmatch(r'[^\s()"]+', tree.value)
            return f"{tree.name}:{tree.value}" if bare else f'{tree.name}:"{tree.value}"'
        case Not():
            return f"-{grouped(tree.part)}"
        case All():
            return " ".join(map(grouped, tree.parts))
        case Either():
            return " OR ".join(map(written, tree.parts))


def grouped(tree: Node) -> str:
    return f"({written(tree)})" if isinstance(tree, All | Either) else written(tree)


def fields(tree: Node) -> set[str]:
    """The names of the fields that it asks for."""
    if isinstance(tree, All | Either):
        return {name for part in tree.parts for name in fields(part)}
    if isinstance(tree, Not):
        return fields(tree.part)
    return {tree.name} if isinstance(tree, Field) else set()
