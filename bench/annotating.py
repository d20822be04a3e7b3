"""Annotating: what a POST keeps in a second, against one row through the same layers.

Every side gets the same annotations, one after another over one connection that stays open, and
answers when the row is on the disk. Ours checks the model and finds the passage in the note, too;
its words come into the search in their turn (waiting.py), which is not measured here. The other
side is behind the same guard and log; how many a Flask of its own keeps, which asks nobody for a
token, is told beside it.
"""

from __future__ import annotations

import http.client
import itertools
import json
import sqlite3
import statistics
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, closing
from pathlib import Path
from urllib.parse import urlsplit

from app import database
from app.accounts import people
from app.annotations.model import CONTEXT
from app.library.syncing import sync
from app.settings import Settings
from bench import notes
from bench.baselines import annotating as bare
from bench.baselines.saving import connect
from bench.ratios import Ratio, by_turns, ratio, seconds
from bench.saving import grow_log
from bench.servers import library, serving

NOTES = 200
POSTS = 100  # in a round, spread over as many notes
ROUNDS = 15
AT_LEAST = 0.70
NAME = "annotations created : rows through the same layers"
LENGTH, AROUND = 60, 32  # characters of a passage, and before and after it
TYPE = "application/ld+json"


def measure() -> list[Ratio]:
    with tempfile.TemporaryDirectory() as root, ExitStack() as running:
        settings = library(Path(root))
        texts, token = filled(settings)
        places = [Path(root) / name for name in ("bare.db", "alone.db")]
        for path in (settings.database, *places):
            grow_log(running.enter_context(closing(connect(path))))
        served = zip(("application", "alone"), places, strict=True)
        addresses = [f"{running.enter_context(serving(settings))}/annotations/"] + [
            running.enter_context(bare_server(settings, *each)) + bare.PATH for each in served
        ]
        sides = [posting(address, token, texts) for address in addresses]
        for warm in (*sides, *sides):
            warm()
        measured = by_turns(ROUNDS, *sides)
        counts = [count(path) for path in (settings.database, *places)]
        assert counts == [POSTS * (ROUNDS + 2)] * len(sides), counts
    rate = [POSTS / statistics.median(side) for side in measured]
    detail = f"{rate[0]:,.0f} : {rate[1]:,.0f} a second, a Flask of its own {rate[2]:,.0f}"
    value = ratio(measured[1], measured[0])
    return [Ratio(NAME, value, AT_LEAST, "at least", detail)]


def bare_server(settings: Settings, name: str, place: Path) -> AbstractContextManager[str]:
    application = f"bench.baselines.annotating:{name}"
    return serving(settings, application, **{bare.FILE: str(place)})


def filled(settings: Settings) -> tuple[list[tuple[str, str]], str]:
    """The notes with their texts, and the token of somebody who annotates them."""
    notes.write(settings.notes, NOTES)
    with database.opened(settings.database) as connection:
        assert sync.sync(settings, connection).added == NOTES
        person = people.create(connection, "annotator", "annotator")
        rows = connection.execute("SELECT path, text FROM document ORDER BY path").fetchall()
        token = people.create_token(connection, person, "bench", "annotator")
        return [(row["path"], row["text"]) for row in rows], token


def posting(address: str, token: str, texts: list[tuple[str, str]]) -> Callable[[], float]:
    """Post the same annotations, and say how long that took."""
    _, netloc, path, *_ = urlsplit(address)
    connection = http.client.HTTPConnection(netloc, timeout=60)
    headers = {"Content-Type": TYPE, "Authorization": f"Bearer {token}"}
    numbers = itertools.count()

    def bodies() -> list[str]:
        return [json.dumps(annotation(*note, next(numbers))) for note in texts[:POSTS]]

    def post_all(bodies: list[str]) -> None:
        for body in bodies:
            connection.request("POST", path, body, headers)
            response = connection.getresponse()
            assert (response.status, json.loads(response.read())["type"]) == (201, "Annotation")

    def measured() -> float:
        made = bodies()
        return seconds(lambda: post_all(made))

    return measured


def annotation(note: str, text: str, number: int) -> dict[str, object]:
    """A passage of the note with what stands around it, as a client sends it."""
    start = (97 * number) % (len(text) - LENGTH)
    end = start + LENGTH
    around = {"prefix": text[max(0, start - AROUND) : start], "suffix": text[end : end + AROUND]}
    selector = {"type": "TextQuoteSelector", "exact": text[start:end], **around}
    return {
        "@context": CONTEXT,
        "type": "Annotation",
        "motivation": "questioning",
        "body": {"type": "TextualBody", "value": said(number)},
        "target": {"source": f"/notes/{note}", "selector": selector},
    }


def said(number: int) -> str:
    """Every one says something else; a third of them with a formula, a third with an emphasis."""
    return (
        f"Is this so for all of the {number} walks that were begun?",
        f"This should be $x^2$, not $x_i x_j$, in line {number}.",
        f"I do not see *why*: the {number}th step is as long as the first.",
    )[number % 3]


def count(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        (rows,) = connection.execute("SELECT count(*) FROM annotation").fetchone()
    return int(rows)
