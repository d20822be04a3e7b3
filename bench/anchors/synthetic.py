"""Made edits of real texts, so that the truth is known."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.anchors.blocks import blocks
from bench.anchors.identities import WORD, Block, Editor, first, flat, shown
from bench.anchors.subject import Span, Subject
from bench.anchors.verdicts import CHANGED, Place, Tally, Truth
from bench.baselines import hypothesis

PASSAGES = 60  # of each text
AROUND = 32
SHORTEST_TEXT = 300
LONGEST_TEXT = 20_000
LENGTHS = (1, 1, 2, 3, 5, 8, 12, 25)  # of passages, in words
STEPS = (1, 1, 1, 2, 3, 6)  # edits from one text to the next
TEXTS = (1, 1, 1, 4)  # how often it is saved in between
ONE_IN = 10  # trials that Hypothesis is asked in, whose search takes its time in Python


@dataclass
class Results:
    ours: Tally = field(default_factory=Tally)
    foreign: Tally = field(default_factory=Tally)
    theirs: Tally = field(default_factory=Tally)

    def named(self) -> dict[str, Tally]:
        return {
            "Gloss, which knows both texts": self.ours,
            "Gloss, given a client's selectors and the new text alone": self.foreign,
            "Hypothesis, by quote, surroundings and position": self.theirs,
        }


def run(subject: Subject, files: Sequence[Path], trials: int, seed: int) -> Results:
    dice = random.Random(seed)
    texts = [found for file in files for found in excerpts(blocks(file.read_text("utf-8")))]
    assert texts, "no text is long enough"
    results = Results()
    for number in range(trials):
        trial(subject, results, dice, dice.choice(texts), ask_all=number % ONE_IN == 0)
    return results


def excerpts(every: list[str]) -> Iterator[list[str]]:
    """The blocks of a text in stretches of a bounded length."""
    part: list[str] = []
    for block in every:
        part.append(block)
        if sum(map(len, part)) > LONGEST_TEXT:
            yield part
            part = []
    if sum(map(len, part)) >= SHORTEST_TEXT:
        yield part


def trial(
    subject: Subject, results: Results, dice: random.Random, blocks: list[str], *, ask_all: bool
) -> None:
    """Mark passages, edit some times, and judge where the marks are then."""
    text = first(blocks)
    before = flat(text)
    spans = list(passages(dice, shown(before)))
    versions = [shown(before)]
    editor = Editor(dice, vocabulary(blocks))
    names: list[str] = []
    for _ in range(dice.choice(TEXTS)):
        names += [editor.edit(text) for _ in range(dice.choice(STEPS))]
        versions.append(shown(flat(text)))
    truth = Truth.of(before, flat(text))
    note = f"after {', '.join(names)}"
    judge(results.ours, truth, spans, subject.follow(versions, spans), note)
    if ask_all:
        quotes = [quote(versions[0], span) for span in spans]
        judge(results.foreign, truth, spans, subject.find(versions[-1], quotes), note)
        places = [theirs(versions[-1], each) for each in quotes]
        judge(results.theirs, truth, spans, places, note)


def vocabulary(blocks: list[str]) -> list[str]:
    return [word for block in blocks for word in WORD.findall(block)]


def passages(dice: random.Random, text: str) -> Iterator[Span]:
    """Some words each, all of one block."""
    words = [found.span() for found in WORD.finditer(text)]
    for _ in range(PASSAGES):
        at = dice.randrange(len(words))
        last = min(len(words), at + dice.choice(LENGTHS)) - 1
        start, end = words[at][0], words[last][1]
        if "\n" not in text[start:end]:
            yield start, end


def quote(text: str, span: Span) -> dict[str, Any]:
    start, end = span
    before, after = text[max(0, start - AROUND) : start], text[end : end + AROUND]
    return {"exact": text[start:end], "prefix": before, "suffix": after, "start": start}


def theirs(text: str, quote: dict[str, Any]) -> Place:
    exact = quote["exact"]
    found = hypothesis.anchor(text, exact, quote["prefix"], quote["suffix"], quote["start"])
    if found is None:
        return Place(None, None, "orphan")
    return Place(*found, "moved" if text[slice(*found)] == exact else CHANGED)


def judge(
    tally: Tally, truth: Truth, spans: Sequence[Span], places: Sequence[Place], note: str
) -> None:
    for span, place in zip(spans, places, strict=True):
        tally.add(*truth.judge(span, place), words=described(truth, span, place, note))


def described(truth: Truth, span: Span, place: Place, note: str) -> str:
    passage = context(truth.before, *span)
    there = context(truth.after, place.start, place.end)
    standing = truth.standing(truth.before[slice(*span)])
    end = None if standing is None else standing + span[1] - span[0]
    meant = context(truth.after, standing, end)
    return f"{passage} {place.grade} at {there}, stands at {meant} {note}"


def context(characters: Block, start: int | None, end: int | None) -> str:
    if start is None or end is None:
        return "nowhere"
    parts = (slice(max(0, start - 20), start), slice(start, end), slice(end, end + 20))
    before, inner, after = (shown(characters[part]) for part in parts)
    return repr(f"{before}⟦{inner}⟧{after}")
