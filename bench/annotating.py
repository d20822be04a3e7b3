"""Annotating: what a POST keeps in a second, against one row through the same server and Flask.

Both sides get the same annotations, one after another over one connection that stays open, and
both answer when the row is on the disk. Ours checks the model and the person, finds the passage in
the note and makes the annotation searchable besides.
"""

from __future__ import annotations

import http.client
import itertools
import json
import sqlite3
import statistics
import tempfile
from collections.abc import Callable
from contextlib import ExitStack, closing
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
ROUNDS = 9
AT_LEAST = 0.70
LENGTH, AROUND = 60, 32  # characters of a passage, and before and after it
TYPE = "application/ld+json"


def measure() -> list[Ratio]:
    with tempfile.TemporaryDirectory() as root, ExitStack() as running:
        settings = library(Path(root))
        texts, token = filled(settings)
        place = Path(root) / "bare.db"
        for path in (settings.database, place):
            grow_log(running.enter_context(closing(connect(path))))
        ours = running.enter_context(serving(settings))
        application = "bench.baselines.annotating:application"
        theirs = running.enter_context(serving(settings, application, **{bare.FILE: str(place)}))
        sides = [posting(address, token, texts) for address in (ours, theirs)]
        for warm in (*sides, *sides):
            warm()
        measured = by_turns(ROUNDS, *sides)
        counts = [count(path) for path in (settings.database, place)]
        assert counts == [POSTS * (ROUNDS + 2)] * 2, counts
    rate = [POSTS / statistics.median(side) for side in measured]
    detail = f"{rate[0]:,.0f} : {rate[1]:,.0f} a second"
    value = ratio(measured[1], measured[0])
    return [Ratio("annotations created : bare rows", value, AT_LEAST, "at least", detail)]


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
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    headers = {"Content-Type": TYPE, "Authorization": f"Bearer {token}"}
    numbers = itertools.count()

    def bodies() -> list[str]:
        return [json.dumps(annotation(*note, next(numbers))) for note in texts[:POSTS]]

    def post_all(bodies: list[str]) -> None:
        for body in bodies:
            connection.request("POST", "/annotations/", body, headers)
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
