"""What a client that knows one text only asks of another one: the floors for its selectors.

It made its quote before edits that nobody knows of, and sends it as clients do: with all that the
standard has, without the position, without the surroundings, or as a keyboard writes it, in plain
quotation marks and single spaces. A passage may be there still, changed, or gone; a tenth of all
come from another text altogether. Each floor is tried below and above the one in use, on the same
passages.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.anchors.blocks import blocks
from bench.anchors.identities import Editor, first, flat, shown
from bench.anchors.subject import Subject
from bench.anchors.synthetic import STEPS, TEXTS, excerpts, passages, quote, vocabulary
from bench.anchors.verdicts import CHANGED, GONE, ORPHAN, RIGHT, WRONG, Tally, Truth

Quote = dict[str, Any]
Floors = Mapping[str, float]
TRIED: Sequence[Floors] = [
    {},
    *({"lead": value} for value in (0.0, 0.1, 0.2, 0.3, 0.5)),
    *({"quote": value} for value in (0.65, 0.7, 0.8, 0.85, 0.9, 1.0)),
    *({"score": value} for value in (0.6, 0.7, 0.8, 0.85, 0.9)),
    *({"clearly": value} for value in (0.0, 0.1, 0.2)),
    *({"letters": value} for value in (4, 8, 16, 24)),
]
PLAIN = str.maketrans("‘’“”„–—", '\'\'"""--')
ABSENT_IN = 10  # one passage in so many is of another text


def typed(words: str) -> str:
    return re.sub(r"\s+", " ", words.translate(PLAIN))


CLIENTS: Mapping[str, Callable[[Quote], Quote]] = {
    "all": lambda sent: sent,
    "no position": lambda sent: sent | {"start": None},
    "no surroundings": lambda sent: sent | {"prefix": "", "suffix": ""},
    "typed": lambda sent: sent | {key: typed(sent[key]) for key in ("exact", "prefix", "suffix")},
}


def run(
    subject: Subject, files: Sequence[Path], trials: int, seed: int, tried: Sequence[Floors] = TRIED
) -> dict[str, dict[str, Tally]]:
    """For each setting of the floors and each kind of client: what it found."""
    dice = random.Random(seed)
    texts = [found for file in files for found in excerpts(blocks(file.read_text("utf-8")))]
    results = {told(floors): {name: Tally() for name in CLIENTS} for floors in tried}
    for _ in range(trials):
        trial(subject, results, dice, texts, tried)
    return results


def told(floors: Floors) -> str:
    return ", ".join(f"{name} {value:g}" for name, value in floors.items()) or "as they are"


def trial(
    subject: Subject,
    results: dict[str, dict[str, Tally]],
    dice: random.Random,
    texts: Sequence[list[str]],
    tried: Sequence[Floors],
) -> None:
    text = first(dice.choice(texts))
    before = flat(text)
    spans = list(passages(dice, shown(before)))
    editor = Editor(dice, vocabulary([shown(block) for block in text]))
    for _ in range(dice.choice(TEXTS) * dice.choice(STEPS)):
        editor.edit(text)
    truth = Truth.of(before, flat(text))
    after = shown(truth.after)
    absent = list(strangers(dice, shown(first_flat(dice, texts)), after))
    for client, sends in CLIENTS.items():
        quotes = [sends(each) for each in [*(quote(shown(before), s) for s in spans), *absent]]
        for floors in tried:
            tally = results[told(floors)][client]
            places = subject.find(after, quotes, floors)
            for span, place in zip(spans, places, strict=False):
                tally.add(*truth.judge(span, place))
            for place in places[len(spans) :]:
                tally.add(GONE, RIGHT if place.start is None else WRONG)


def first_flat(dice: random.Random, texts: Sequence[list[str]]) -> Any:
    return flat(first(dice.choice(texts)))


def strangers(dice: random.Random, other: str, after: str) -> Iterator[Quote]:
    """Quotes of another text, of words that do not stand in this one."""
    for number, span in enumerate(passages(dice, other)):
        if number % ABSENT_IN == 0 and other[slice(*span)] not in after:
            yield quote(other, span)


def lines(results: Mapping[str, Mapping[str, Tally]]) -> Iterator[str]:
    """Of what stands and of what was changed, the share that is found; and what is wrong of all."""
    yield f"{'floors':<14}" + "".join(f"{name:>26}" for name in CLIENTS)
    yield f"{'':<14}" + f"{'stands  changed   wrong':>26}" * len(CLIENTS)
    for setting, tallies in results.items():
        yield f"{setting:<14}" + "".join(shares(tallies[name]) for name in CLIENTS)


def shares(tally: Tally) -> str:
    changed = sum(tally.of(CHANGED, verdict) for verdict in (RIGHT, WRONG, ORPHAN))
    found = tally.of(CHANGED, RIGHT) / max(1, changed)
    parts = (tally.right_of_standing, 9), (found, 9), (tally.wrong_of_all, 8)
    return "".join(f"{share:>{width}.2%}" for share, width in parts)
