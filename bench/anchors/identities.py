"""Texts in which every character carries its identity, and edits as people make them.

Whatever an edit does, it is known afterwards where each character of the first text is. A copy
knows of which character it is one; it is not that character.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

UNSPACED = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
WORD = re.compile(rf"[{UNSPACED}]|[^\s{UNSPACED}]+")
SENTENCE = re.compile(r"(?:[^.!?。！？]|[.!?](?=\S))+[.!?。！？]*\s*")
FORMULA = re.compile(r"\$[^$]+\$")


class Character(NamedTuple):
    """`of` is its number in the first text, None for a new one; a copy is not the one itself."""

    shown: str
    of: int | None = None
    copy: bool = False


Block = list[Character]
Text = list[Block]


def first(blocks: Sequence[str]) -> Text:
    """A text as it is before any edit: characters are numbered as they stand in it."""
    text, number = [], 0
    for block in blocks:
        text.append([Character(shown, number + n) for n, shown in enumerate(block)])
        number += len(block) + 1
    return text


def flat(text: Text) -> Block:
    """All characters, blocks a line each."""
    whole: Block = []
    for number, block in enumerate(text):
        whole += ([Character("\n")] if number else []) + block
    return whole


def shown(characters: Sequence[Character]) -> str:
    return "".join(character.shown for character in characters)


def new(words: str) -> Block:
    return [Character(shown) for shown in words]


def copied(block: Sequence[Character]) -> Block:
    return [character._replace(copy=True) for character in block]


@dataclass
class Editor:
    """Somebody who edits; `vocabulary` is what they write."""

    dice: random.Random
    vocabulary: Sequence[str]

    def edit(self, text: Text) -> str:
        """One edit, whose name is answered."""
        if not text:
            return "nothing"
        name = self.dice.choice(sorted(EDITS))
        number = self.dice.randrange(len(text))
        if text[number]:
            EDITS[name](self, text, number)
        return name

    def some(self, least: int, most: int) -> str:
        return " ".join(self.dice.choices(self.vocabulary, k=self.dice.randint(least, most)))

    def words(self, block: Block) -> list[tuple[int, int]]:
        return [found.span() for found in WORD.finditer(shown(block))]

    def sentence(self, block: Block) -> tuple[int, int]:
        every = [found.span() for found in SENTENCE.finditer(shown(block))]
        return self.dice.choice(every or [(0, len(block))])


def insert(editor: Editor, text: Text, number: int) -> None:
    block = text[number]
    at = editor.dice.choice(editor.words(block) or [(0, 0)])[0]
    block[at:at] = new(editor.some(1, 12) + " ")


def delete(editor: Editor, text: Text, number: int) -> None:
    block = text[number]
    words = editor.words(block)
    if words:
        start = editor.dice.randrange(len(words))
        end = min(len(words) - 1, start + editor.dice.randint(0, 8))
        del block[words[start][0] : words[end][1] + 1]


def reword(editor: Editor, text: Text, number: int) -> None:
    """Some words of a sentence, or all of them, become others."""
    block = text[number]
    start, end = editor.sentence(block)
    share = editor.dice.choice([0.1, 0.3, 0.6, 1.0])
    made: Block = []
    at = start
    for word in WORD.finditer(shown(block[start:end])):
        made += block[at : start + word.start()]
        at = start + word.end()
        other = editor.dice.random() < share
        made += new(editor.some(1, 1)) if other else block[start + word.start() : at]
    block[start:end] = made + block[at:end]


def move(editor: Editor, text: Text, number: int) -> None:
    block = text.pop(number)
    text.insert(editor.dice.randrange(len(text) + 1), block)


def move_sentence(editor: Editor, text: Text, number: int) -> None:
    start, end = editor.sentence(text[number])
    sentence = text[number][start:end]
    del text[number][start:end]
    editor.dice.choice(text).extend(new(" ") + sentence)


def repeat_sentence(editor: Editor, text: Text, number: int) -> None:
    start, end = editor.sentence(text[number])
    editor.dice.choice(text).extend(new(" ") + copied(text[number][start:end]))


def repeat_block(editor: Editor, text: Text, number: int) -> None:
    """After the original: of two that are the same, the first one was there before."""
    text.insert(editor.dice.randint(number + 1, len(text)), copied(text[number]))


def split(editor: Editor, text: Text, number: int) -> None:
    block = text[number]
    at = editor.dice.choice(editor.words(block) or [(0, 0)])[0]
    if at:
        cut = at - 1 if block[at - 1].shown == " " else at
        text[number : number + 1] = [block[:cut], block[at:]]


def join(_: Editor, text: Text, number: int) -> None:
    if number + 1 < len(text):
        text[number : number + 2] = [text[number] + new(" ") + text[number + 1]]


def insert_block(editor: Editor, text: Text, number: int) -> None:
    text.insert(number, new(editor.some(3, 60)))


def delete_block(_: Editor, text: Text, number: int) -> None:
    del text[number]


def misspell(editor: Editor, text: Text, number: int) -> None:
    block = text[number]
    words = editor.words(block)
    if words:
        at = editor.dice.randrange(*editor.dice.choice(words))
        block[at : at + 1] = new(editor.dice.choice("abcde"))


def change_formula(editor: Editor, text: Text, _: int) -> None:
    formulas = [(block, found.end()) for block in text for found in FORMULA.finditer(shown(block))]
    if formulas:
        block, end = editor.dice.choice(formulas)
        block[end - 1 : end - 1] = new(editor.dice.choice(["+z", "_0", "^2", r"\,dx"]))


def insert_row(editor: Editor, text: Text, number: int) -> None:
    """Some short lines, as the cells of a row or lines of code are, the like of which are there."""
    end = number + editor.dice.randint(1, 3)
    row = [copied(block) for block in text[number:end]]
    text[end:end] = [block if len(block) < 30 else new(editor.some(1, 3)) for block in row]


EDITS: dict[str, Callable[[Editor, Text, int], None]] = {
    each.__name__: each
    for each in (
        insert,
        delete,
        reword,
        move,
        move_sentence,
        repeat_sentence,
        repeat_block,
        split,
        join,
        insert_block,
        delete_block,
        misspell,
        change_formula,
        insert_row,
    )
}
