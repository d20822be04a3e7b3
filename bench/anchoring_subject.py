"""What the judge of anchoring asks: Gloss, in a process of its own.

A line of JSON in, a line out. `{"texts": […], "spans": [[start, end], …]}`: passages of the first
text are marked and followed through the others; the answer is where they stand in the last one.
`{"text": …, "quotes": [{…}], "floors": {…}}`: what a client sent is found in a text that it never
saw, above these floors.
`{"annotations": n, "characters": n}`: how long it takes to follow so many annotations, kept in a
database, when a note so long becomes another text.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

from app import clock, database
from app.annotations import anchored
from app.annotations.following import follow, marked
from app.annotations.selectors_found import Floors, Quote, found
from bench.anchors import large

ROUNDS = 3

Answer = list[tuple[int | None, int | None, str]]


def main() -> int:
    for line in sys.stdin:
        asked = json.loads(line)
        if "texts" in asked:
            answer: Any = followed(asked["texts"], asked["spans"])
        elif "quotes" in asked:
            floors = Floors(**asked.get("floors", {}))
            answer = [sought(asked["text"], Quote(**each), floors) for each in asked["quotes"]]
        else:
            answer = timed(asked["annotations"], asked["characters"])
        print(json.dumps(answer), flush=True)
    return 0


def followed(texts: list[str], spans: list[tuple[int, int]]) -> Answer:
    marks = [marked(texts[0], start, end) for start, end in spans]
    for old, new in pairwise(texts):
        marks = follow(old, new, marks)
    return [(mark.start, mark.end, mark.grade) for mark in marks]


def sought(text: str, quote: Quote, floors: Floors) -> tuple[int | None, int | None, str]:
    anchor = found(text, quote, floors)
    return anchor.start, anchor.end, anchor.grade


def timed(annotations: int, characters: int) -> dict[str, float]:
    """Seconds for each way in which the text became another one."""
    text = large.text(characters)
    with library(text, annotations) as connection:
        return {name: follow_to(connection, text, now) for name, now in large.edits(text).items()}


@contextmanager
def library(text: str, annotations: int) -> Iterator[Any]:
    """One note, and annotations all over it."""
    dice = random.Random(0)
    with (
        tempfile.TemporaryDirectory() as folder,
        database.opened(Path(folder) / "gloss.db") as connection,
    ):
        now = clock.stamp()
        connection.execute("INSERT INTO note (uid, path, created) VALUES (1, 'a', ?)", [now])
        columns = "uid, path, file, folder, name, sha256, title, kind, date, updated, visibility"
        rest = "front, source, html, summary, text, headings"
        values = [1, "a", "a.md", "", "a", "", "A", "note", now[:10], now, "public"]
        marks = ", ".join("?" * (len(values) + 6))
        connection.execute(
            f"INSERT INTO document ({columns}, {rest}) VALUES ({marks})",
            [*values, "{}", "", "", "", text, "[]"],
        )
        with database.transaction(connection):
            connection.executemany(
                "INSERT INTO annotation (id, created, modified, note_uid, stored, motivation,"
                " quote, body, visibility) VALUES (?, ?, ?, 1, ?, '', ?, '', 'shared')",
                (row(number, text, dice, now) for number in range(annotations)),
            )
        yield connection


def row(number: int, text: str, dice: random.Random, now: str) -> list[object]:
    start = dice.randrange(len(text) - 60)
    end = start + dice.randint(10, 60)
    quote = {"type": "TextQuoteSelector", "exact": text[start:end]}
    place = {"type": "TextPositionSelector", "start": start, "end": end}
    target = {"source": "/notes/a", "selector": [quote, place]}
    stored = json.dumps({"type": "Annotation", "target": target}, separators=(",", ":"))
    return [str(number), now, now, stored, text[start:end]]


def follow_to(connection: Any, text: str, now: str) -> float:
    """The seconds from the one text to the other, read and written as in a save; best of some."""
    return min(once(connection, text, now) for _ in range(ROUNDS))


def once(connection: Any, text: str, now: str) -> float:
    for step, each in enumerate((text, now)):
        connection.execute("UPDATE document SET text = ?, sha256 = ?", [each, str(hash(each))])
        if not step:
            connection.execute("DELETE FROM anchored_text")
            connection.execute("DELETE FROM anchor")
            anchored.catch_up(connection, 1)
    started = time.perf_counter()
    anchored.catch_up(connection, 1)
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main())
