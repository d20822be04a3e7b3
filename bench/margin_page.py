"""A note with 1,000 annotations: its page, made anew, against the page without any.

Both are made in this process, each time as after a change: the kept page is dropped, and the
annotations are asked for again. What the rest of the margin costs is printed beside it.
"""

from __future__ import annotations

import random
import tempfile
import time
from pathlib import Path

from flask.testing import FlaskClient

from app import create_app, database
from app.accounts import people
from app.annotations import store
from app.annotations.composing import Typed, compose
from app.library import documents
from app.library.syncing import sync
from app.settings import Settings
from app.web import cache
from bench import notes
from bench.ratios import Ratio, by_turns, ratio
from bench.servers import library

NOTES = 20
ANNOTATIONS = 1_000
ROUNDS = 7
PAGES = 20
SEED = 7

AT_MOST = 2.0


def measure() -> list[Ratio]:
    with tempfile.TemporaryDirectory() as root:
        settings = library(Path(root))
        ids = notes.write(settings.notes, NOTES)
        with database.opened(settings.database) as connection:
            sync.sync(settings, connection)
        client = create_app(settings).test_client()
        bare, bytes_bare = f"/notes/{ids[0]}", len(cold(client, f"/notes/{ids[0]}"))
        sides = [lambda: seconds(client, bare)]
        full = copied(settings, ids[0])
        annotate(settings, full)
        url = f"/notes/{full}"
        bytes_full = len(cold(client, url))
        sides.append(lambda: seconds(client, url))
        without, with_all = by_turns(ROUNDS, *sides)
        rest = seconds(client, f"/annotations/margin?note={full}&after=20", pages=3)
        return told(with_all, without, bytes_full / bytes_bare, rest)


def told(
    with_all: list[float], without: list[float], bytes_ratio: float, rest: float
) -> list[Ratio]:
    middle = sorted(with_all)[ROUNDS // 2] * 1000, sorted(without)[ROUNDS // 2] * 1000
    name = f"page of {ANNOTATIONS:,} annotations : page without"
    detail = f"{middle[0]:.2f} : {middle[1]:.2f} ms; the next 200 threads {rest * 1000:.0f} ms"
    return [
        Ratio(name, ratio(with_all, without), AT_MOST, "at most", detail),
        Ratio("its bytes : those of the page without", bytes_ratio, AT_MOST, "at most", ""),
    ]


def copied(settings: Settings, id: str) -> str:
    """The same note once more, to be annotated."""
    text = (settings.notes / f"{id}.md").read_text(encoding="utf-8")
    (settings.notes / "annotated.md").write_text(text, encoding="utf-8")
    with database.opened(settings.database) as connection:
        sync.sync(settings, connection)
    return "annotated"


def annotate(settings: Settings, id: str) -> None:
    """Comments on random passages, as they are after the next sync."""
    chosen = random.Random(SEED)
    with database.opened(settings.database) as connection:
        note = documents.get(connection, id)
        assert note
        person = people.create(connection, "annotator", "annotator")
        for number in range(ANNOTATIONS):
            start = chosen.randrange(len(note.text) - 40)
            end = start + chosen.randrange(10, 40)
            words = f"Remark {number}: *this* depends on what is meant by a step."
            typed = Typed(note.text[start:end], words, start=start, end=end)
            now = "2026-11-21T14:02:05Z"
            store.create(connection, person, compose(id, note.text, person, now, typed))
        store.reindex(connection)


def seconds(client: FlaskClient, url: str, pages: int = PAGES) -> float:
    started = time.perf_counter()
    for _ in range(pages):
        cold(client, url)
    return (time.perf_counter() - started) / pages


def cold(client: FlaskClient, url: str) -> bytes:
    cache.PAGES.kept.clear()
    answer = client.get(url, headers={"HX-Request": "true"})
    assert answer.status_code == 200, answer
    return bytes(answer.data)
