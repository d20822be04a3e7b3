"""Requests made up from the right samples: some still right, most wrong in one place or several."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Json = dict[str, Any]
FOLDER = Path(__file__).resolve().parents[1] / "annotations" / "samples" / "correct"
NOTE = "/notes/walk"
LARGE = 10_000_000

ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 7, 2**63, 10**400, 1e308, -0.5, "", " ", "x", "two words", "a\x00b",
    "\ud800", "é🙂\u202e", "x" * 3_000, "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "javascript:alert(1)", "[a](javascript:b) $\\frac{1}{$ `", "\n\n# a\n\n- [ ] b\n", [], {}, [[]],
    [None], {"id": 7}, {"id": "urn:x"}, {"type": "Choice"}, {"type": []}, {"value": {}}, ["a", "b"],
    "2026-11-21T14:02:05Z", "9999-99-99T99:99:99Z", "/notes/", "/notes/../own", "/notes/nowhere",
    "/annotations/", "//example.org", "http://[", "http://example.org/%00", "own:x", "urn:a",
    "http://localhost/notes/walk#x", "http://localhost/notes/own", "data:text/html,x",
    {"type": "TextPositionSelector", "start": 9, "end": 3},
    {"type": "TextPositionSelector", "start": 0, "end": 2**70},
    {"source": NOTE, "selector": {"type": "TextPositionSelector", "start": 0, "end": 10**9}},
    {"source": NOTE, "selector": {"type": "TextQuoteSelector", "exact": "no such words"}},
    {"@context": "http://example.org/mine"}, {"@context": None}, {"@graph": []}, {"@id": "x"},
)  # fmt: skip
KEYS = ("id", "type", "body", "target", "selector", "source", "items", "value", "@context", "via",
        "motivation", "creator", "refinedBy", "styleClass", "visibility", "@type", "mine", "",
        "__proto__", "a.b[0]", "\x00", "é" * 200)  # fmt: skip
HEADERS = (
    {}, {}, {}, {},
    {"Accept": "text/turtle"}, {"Accept": "text/html"}, {"Accept": "image/png"},
    {"Accept": ";;q=,*/*;q=9,,"}, {"Slug": "on-walks"}, {"Slug": "../x y%00é"}, {"Slug": "form"},
    {"Prefer": "return=minimal"}, {"If-Match": '"x"'}, {"If-None-Match": "*"},
    {"Content-Type": "application/json"}, {"Content-Type": "text/plain"}, {"Content-Type": ";"},
    {"Content-Type": 'application/ld+json; profile="x"; charset=utf-16'},
    {"Origin": "https://evil.example"}, {"Content-Encoding": "gzip"}, {"Link": "<x>; rel=y"},
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """What is sent. `whole`: it was made right, and must be stored."""

    raw: bytes
    headers: dict[str, str] = field(default_factory=dict)
    whole: bool = False


def cases(number: int, seed: int) -> Iterator[Case]:
    dice = random.Random(seed)
    samples = [json.loads(file.read_bytes()) for file in sorted(FOLDER.glob("*.json"))]
    ways = (varied, varied, *[broken] * 4, scrambled, swollen)
    for _ in range(number):
        yield dice.choice(ways)(dice, copy.deepcopy(dice.choice(samples)))


def varied(dice: random.Random, sample: Json) -> Case:
    """Still right: about other things, with other words and more of what we do not know."""
    words = "".join(chr(dice.choice((65, 97, 10, 36, 42, 233, 0x1F642))) for _ in range(9))
    if "body" not in sample and "bodyValue" not in sample:
        sample["bodyValue"] = words
    if isinstance(sample["target"], str):
        sample["target"] = dice.choice(
            (
                NOTE,
                f"http://localhost{NOTE}",
                f"{NOTE}#a",
                f"urn:x:{dice.random()}",
                sample["target"],
            )
        )
    sample[f"mine{dice.randrange(99)}"] = {"kept": [words, dice.random(), None]}
    if dice.random() < 0.3:
        sample["id"] = f"http://elsewhere.example/{dice.randrange(50)}"
    return Case(json.dumps(sample).encode(), whole=True)


def broken(dice: random.Random, sample: Json) -> Case:
    """Some places hold something else, or nothing, or twice the same."""
    for _ in range(dice.choice((1, 1, 2, 5))):
        holder = dice.choice(list(holders(sample)))
        change(dice, holder)
    return Case(json.dumps(sample).encode(), dice.choice(HEADERS))


def change(dice: random.Random, holder: Any) -> None:
    places = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
    place: Any = dice.choice(places) if places else None
    value = copy.deepcopy(dice.choice(ODD))
    if place is None or dice.random() < 0.2:
        if isinstance(holder, dict):
            holder[dice.choice(KEYS)] = value
        else:
            holder.append(value)
    elif dice.random() < 0.2:
        del holder[place]
    elif dice.random() < 0.2:
        holder[place] = [holder[place], copy.deepcopy(holder[place])]
    else:
        holder[place] = value


def holders(value: Any) -> Iterator[Any]:
    if isinstance(value, dict | list):
        yield value
        for inner in value.values() if isinstance(value, dict) else value:
            yield from holders(inner)


def scrambled(dice: random.Random, sample: Json) -> Case:
    """Bytes that were changed, lost, or doubled."""
    raw = bytearray(json.dumps(sample, ensure_ascii=dice.random() < 0.5).encode())
    for _ in range(dice.choice((1, 1, 1, 3, 20))):
        place = dice.randrange(len(raw))
        match dice.randrange(5):
            case 0:
                raw[place] = dice.randrange(256)
            case 1:
                del raw[place : place + dice.randrange(9)]
            case 2:
                raw[place:place] = raw[: dice.randrange(len(raw))]
            case 3:
                raw[place:place] = dice.choice(
                    (b"\x00", b"\\u0000", b"\\ud800", b"\xff", b'"', b"{")
                )
            case _:
                raw[place] ^= 1 << dice.randrange(8)
    coding = dice.choice(("", "", "", "utf-16", "utf-32"))
    if coding:
        return Case(bytes(raw).decode(errors="replace").encode(coding), dice.choice(HEADERS))
    return Case(bytes(raw), dice.choice(HEADERS))


def swollen(dice: random.Random, sample: Json) -> Case:
    """Too deep, too much, too long."""
    raw = json.dumps(sample).encode()
    makers: tuple[Callable[[], bytes], ...] = (
        lambda: b"[" * dice.choice((40, 50_000, 200_000)),
        lambda: raw[:-1] + b', "mine": ' + b"[" * 33 + b"]" * 33 + b"}",
        lambda: raw[:-1] + b', "mine": ' + b'{"a":' * 500 + b"1" + b"}" * 500 + b"}",
        lambda: raw[:-1] + b', "mine": [' + b"0," * 20_000 + b"0]}",
        lambda: raw[:-1] + b', "mine": ' + b"9" * 6_000 + b"}",
        lambda: raw[:-1] + b', "bodyValue": "' + b"*a " * 20_000 + b'"}',
        lambda: raw[:-1] + b', "target": [' + b'"two words",' * 9_000 + b"1]}",
        lambda: raw[:-1] + b', "mine": "' + b"x" * 300_000 + b'"}',
        lambda: b"",
        lambda: raw[:-1] + b"," + raw[1:],
    )
    made = dice.choice(makers)()
    if dice.random() < 0.01:
        made = raw[:-1] + b', "mine": "' + b"x" * LARGE + b'"}'
    return Case(made, dice.choice(HEADERS))
