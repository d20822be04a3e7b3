"""The history of any git repository of Markdown, replayed.

The truth is taken only where it is beyond doubt: the sentence that a passage stands in is there
verbatim exactly once before and after; or it is there once before and nowhere after. In the second
case an orphan is right, and so is a part of the sentence that still says what was marked, or one
that is said to be changed and shares at least half of its words.
"""

from __future__ import annotations

import random
import re
import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from pathlib import Path

from bench.anchors import blocks
from bench.anchors.identities import UNSPACED, WORD
from bench.anchors.subject import Span, Subject
from bench.anchors.synthetic import Results, quote, theirs
from bench.anchors.verdicts import CHANGED, GONE, ORPHAN, RIGHT, STANDS, WRONG, Place, Tally

SENTENCE = re.compile(r"(?:[^.!?。！？\n]|[.!?](?=\S))+[.!?。！？]+")
SHORTEST = 15  # characters of a sentence
LONGEST_FILE = 300_000
STRIDE = 5  # revisions between two texts that are compared, beside those that are neighbours
STEPS_OF_FILE = 60
ONE_IN = 10
HALF = 0.5
UNLIKE = 0.2  # what a word that was misspelt is allowed to look less like itself
PARTS = re.compile(rf"[{UNSPACED}]|[^\W{UNSPACED}]+")


def run(subject: Subject, repository: Path, files: int, seed: int) -> Results:
    results, dice = Results(), random.Random(seed)
    for path in most_changed(repository, files):
        texts = versions(repository, path)
        for number, (before, after) in enumerate(steps(dice, texts)):
            step(subject, results, dice, before, after, ask_all=number % ONE_IN == 0)
    return results


def git(repository: Path, *arguments: str) -> bytes:
    command = ["git", "-c", "core.quotePath=false", "-C", str(repository), *arguments]
    return subprocess.run(command, capture_output=True, check=False).stdout


def most_changed(repository: Path, files: int) -> list[str]:
    """The Markdown files with the most versions."""
    log = git(
        repository, "log", "--format=", "--name-only", "-z", "HEAD", "--", "*.md", "*.markdown"
    )
    counts = Counter(name.strip(b"\n") for name in log.split(b"\0") if name.strip(b"\n"))
    listed = git(repository, "ls-tree", "-r", "-z", "--name-only", "HEAD").split(b"\0")
    there = set(listed)
    often = [(count, name) for name, count in counts.items() if count > 1 and name in there]
    return [
        name.decode("utf-8", "surrogateescape") for _, name in sorted(often, reverse=True)[:files]
    ]


def versions(repository: Path, path: str) -> list[str]:
    """The texts of a file, the oldest first, also under its former names."""
    log = git(repository, "log", "--follow", "--format=%x00%H", "--name-only", "--", path)
    found: list[str] = []
    for entry in reversed(log.decode("utf-8", "surrogateescape").split("\0")[1:]):
        commit, _, name = entry.partition("\n")
        source = git(repository, "show", f"{commit}:{name.strip(chr(10))}")
        if 0 < len(source) <= LONGEST_FILE:
            text = blocks.text(source.decode("utf-8", "replace"))
            if not found or found[-1] != text:
                found.append(text)
    return found


def steps(dice: random.Random, texts: Sequence[str]) -> list[tuple[str, str]]:
    near = list(pairwise(texts))
    far = list(zip(texts, texts[STRIDE:], strict=False))
    return dice.sample(near + far, min(STEPS_OF_FILE, len(near) + len(far)))


@dataclass(frozen=True)
class Known:
    """A passage of a sentence, and where it stands after; None: the sentence stands nowhere."""

    span: Span
    start: int | None


def step(
    subject: Subject,
    results: Results,
    dice: random.Random,
    before: str,
    after: str,
    *,
    ask_all: bool,
) -> None:
    known = list(passages(dice, before, after))
    spans = [each.span for each in known]
    judge(results.ours, before, after, known, subject.follow([before, after], spans))
    if ask_all:
        quotes = [quote(before, span) for span in spans]
        judge(results.foreign, before, after, known, subject.find(after, quotes))
        places = [theirs(after, each) for each in quotes]
        judge(results.theirs, before, after, known, places)


def passages(dice: random.Random, before: str, after: str) -> Iterator[Known]:
    """Of every sentence whose fate is beyond doubt, itself or some of its words."""
    for found in SENTENCE.finditer(before):
        sentence = found[0].strip()
        if len(sentence) < SHORTEST or before.count(sentence) != 1 or after.count(sentence) > 1:
            continue
        at = before.index(sentence)
        words = [word.span() for word in WORD.finditer(sentence)]
        first = dice.randrange(len(words))
        last = min(len(words) - 1, first + dice.randint(0, 7))
        if dice.random() < 0.2:
            first, last = 0, len(words) - 1
        start, end = words[first][0], words[last][1]
        there = after.find(sentence)
        yield Known((at + start, at + end), there + start if there >= 0 else None)


def judge(
    tally: Tally, before: str, after: str, known: Sequence[Known], places: Sequence[Place]
) -> None:
    for each, place in zip(known, places, strict=True):
        kind, verdict = judged(before, after, each, place)
        tally.add(kind, verdict, described(before, after, each, place))


def judged(before: str, after: str, known: Known, place: Place) -> tuple[str, str]:
    start, end = known.span
    quote = before[start:end]
    if known.start is not None:
        if place.start is None:
            return STANDS, ORPHAN
        right = (place.start, place.end) == (known.start, known.start + len(quote))
        return STANDS, RIGHT if right else WRONG
    if place.start is None or place.end is None:
        return GONE, RIGHT
    words = after[place.start : place.end]
    if words == quote:
        return CHANGED, RIGHT
    good = place.grade == CHANGED and alike(quote, words) >= HALF
    return CHANGED, RIGHT if good else WRONG


def alike(quote: str, words: str) -> float:
    """Which share of the quote's letters is among the words, in their order."""
    mine, theirs = PARTS.findall(quote), PARTS.findall(words)
    matcher = SequenceMatcher(None, mine, theirs, autojunk=False)
    kept = sum(sum(map(len, mine[m.a : m.a + m.size])) for m in matcher.get_matching_blocks())
    by_letters = SequenceMatcher(None, quote, words, autojunk=False).ratio() - UNLIKE
    return max(kept / max(1, sum(map(len, mine))), by_letters)


def described(before: str, after: str, known: Known, place: Place) -> str:
    parts = [(before, *known.span), (after, place.start, place.end)]
    told = [
        "nowhere"
        if a is None or b is None
        else repr(f"{t[max(0, a - 20) : a]}⟦{t[a:b]}⟧{t[b : b + 20]}")
        for t, a, b in parts
    ]
    return f"{told[0]} {place.grade} at {told[1]}"
