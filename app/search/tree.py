"""The tree that a query is: words and conditions, joined by all, either and not.

>>> every([Word("walk"), every([Word("b"), Field("tag", "c")])])  # doctest: +NORMALIZE_WHITESPACE
All(parts=(Word(text='walk', prefix=False), Word(text='b', prefix=False),
    Field(name='tag', value='c')))
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from app.search.condition import Condition


@dataclass(frozen=True)
class Word:
    text: str
    prefix: bool = False


@dataclass(frozen=True)
class Phrase:
    """Words side by side; with `prefix` the last one may go on."""

    text: str
    prefix: bool = False


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
class Regex:
    """A regular expression as it stands between the slashes; `patterns.compiled` takes it."""

    pattern: str


@dataclass(frozen=True)
class Given:
    """What was settled before the index is asked (settling.py); `words` show why.

    No text is read as this, so it cannot be written.
    """

    condition: Condition
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Not:
    part: Node


@dataclass(frozen=True)
class All:
    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Either:
    parts: tuple[Node, ...]


Node: TypeAlias = "Word | Phrase | Title | Field | Regex | Given | Not | All | Either"


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


def parts_of(tree: Node) -> tuple[Node, ...]:
    """What must all be there."""
    return tree.parts if isinstance(tree, All) else (tree,)


def has_words(tree: Node) -> bool:
    return any(isinstance(leaf, Word | Phrase | Title) for leaf in leaves(tree))


def words_of(tree: Node) -> Node | None:
    """The tree without what is a condition and nothing else: that narrows down what is found."""
    return every(part for part in parts_of(tree) if has_words(part))


def without(tree: Node, leaf: Node) -> Node | None:
    """The tree without a leaf."""
    match tree:
        case All():
            return every(part for each in tree.parts if (part := without(each, leaf)))
        case Either():
            return either(part for each in tree.parts if (part := without(each, leaf)))
        case Not():
            inner = without(tree.part, leaf)
            return inner and negated(inner)
    return None if tree == leaf else tree


def negated(part: Node) -> Node:
    return part.part if isinstance(part, Not) else Not(part)


def written(tree: Node) -> str:
    """The text of the query that `query.parse` reads as this tree.

    >>> written(All((Word("walk"), Not(Either((Field("tag", "old"), Phrase("a b")))))))
    'walk -(tag:old OR "a b")'
    """
    match tree:
        case Not():
            return f"-{grouped(tree.part)}"
        case All():
            return " ".join(map(grouped, tree.parts))
        case Either():
            return " OR ".join(map(written, tree.parts))
    return written_leaf(tree)


def written_leaf(leaf: Node) -> str:
    match leaf:
        case Word():
            return leaf.text + "*" * leaf.prefix
        case Phrase():
            return f'"{leaf.text}"' + "*" * leaf.prefix
        case Title():
            return f"title:{written_leaf(leaf.part)}"
        case Field():
            bare = re.fullmatch(r'[^\s()"]+', leaf.value)
            return f"{leaf.name}:{leaf.value}" if bare else f'{leaf.name}:"{leaf.value}"'
        case Regex():
            return f"/{leaf.pattern}/"
    raise TypeError(f"nobody typed this: {leaf}")


def grouped(tree: Node) -> str:
    return f"({written(tree)})" if isinstance(tree, All | Either) else written(tree)


def leaves(tree: Node) -> Iterator[Node]:
    """All that it is made of, wherever it stands."""
    return (leaf for leaf, _ in polar(tree))


def polar(tree: Node, wanted: bool = True) -> Iterator[tuple[Node, bool]]:
    """Each leaf, and whether it is wanted or excluded."""
    if isinstance(tree, All | Either):
        for part in tree.parts:
            yield from polar(part, wanted)
    elif isinstance(tree, Not):
        yield from polar(tree.part, not wanted)
    else:
        yield tree, wanted


def fields(tree: Node) -> set[str]:
    """The names of the fields that it asks for."""
    return {leaf.name for leaf in leaves(tree) if isinstance(leaf, Field)}


def replaced(tree: Node, leaf: Callable[[Node, bool], Node], wanted: bool = True) -> Node:
    """The tree with each leaf as `leaf` gives it, told whether it is wanted or excluded."""
    match tree:
        case All():
            return All(tuple(replaced(part, leaf, wanted) for part in tree.parts))
        case Either():
            return Either(tuple(replaced(part, leaf, wanted) for part in tree.parts))
        case Not():
            return Not(replaced(tree.part, leaf, not wanted))
    return leaf(tree, wanted)
