"""The last word of a query, which may be the beginning of one.

>>> from app.search.tree import Field
>>> tree = All((Word("random"), Title(Word("wal")), Field("kind", "paper")))
>>> word_of(tree)
Title(part=Word(text='wal', prefix=False))
>>> begun(tree, word_of(tree))  # doctest: +NORMALIZE_WHITESPACE
All(parts=(Word(text='random', prefix=False), Title(part=Word(text='wal', prefix=True)),
           Field(name='kind', value='paper')))
>>> word_of(All((Word("wal"), Phrase("a b")))), word_of(Word("wal", prefix=True))
(None, None)
"""

from __future__ import annotations

import sqlite3
from dataclasses import replace

from app.search import common, signs
from app.search.endings import WORD, stem
from app.search.tree import All, Either, Node, Not, Phrase, Title, Word, has_words

LETTERS = {1: 1_000, 2: 10_000, common.SHORTEST: float("inf")}  # for so many entries at most


def shortest(connection: sqlite3.Connection) -> int:
    """Letters of a beginning: those with one of it take 0.9 s at 100,000 entries."""
    entries = common.numbered(connection)
    return next(letters for letters, most in LETTERS.items() if entries <= most)


def word_of(tree: Node, letters: int = common.SHORTEST) -> Word | Title | None:
    """The last word, if it can be a beginning: conditions and what is excluded may follow it."""
    if isinstance(tree, All | Either):
        for part in reversed(tree.parts):
            if has_words(part) and not isinstance(part, Not):
                return word_of(part, letters)
    if isinstance(tree, Title):
        return tree if is_open(tree.part, letters) else None
    return tree if isinstance(tree, Word) and is_open(tree, letters) else None


def is_open(part: Word | Phrase, letters: int) -> bool:
    """Whether it can be taken for a beginning: of so many letters, and no run of signs."""
    if not isinstance(part, Word) or part.prefix or signs.RUN.search(part.text):
        return False
    found = WORD.findall(part.text)
    is_last = bool(found) and part.text.endswith(found[-1])
    return is_last and len(stem(found[-1])) >= letters


def begun(tree: Node, word: Word | Title) -> Node:
    """The tree with this word, the last one, as a beginning."""
    if isinstance(tree, All | Either):
        parts = list(tree.parts)
        for place in reversed(range(len(parts))):
            if has_words(parts[place]) and not isinstance(parts[place], Not):
                parts[place] = begun(parts[place], word)
                return replace(tree, parts=tuple(parts))
    if tree != word:
        return tree
    if isinstance(word, Title):
        return Title(replace(word.part, prefix=True))
    return replace(word, prefix=True)


def text_of(word: Word | Title) -> str:
    return word.part.text if isinstance(word, Title) else word.text


def shown(tree: Node, text: str) -> Node:
    """The tree whose words are marked: with this word as a beginning, if there is one."""
    word = word_of(tree, 1) if text else None
    return begun(tree, word) if word else tree
