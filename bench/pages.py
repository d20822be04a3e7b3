"""Pages: against a minimal Flask + Jinja + SQLite page of the same bytes on the same server."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from app import database
from app.accounts import people
from app.library.syncing import sync
from app.settings import Settings
from app.web.access import COOKIE
from bench import load, notes
from bench.baselines import page as minimal
from bench.ratios import Ratio, by_turns, ratio
from bench.servers import get, library, serving

NOTES = 200
ROUNDS = 5
SECONDS = 1.5

PAGE_AT_LEAST = 0.8
SIGNED_IN_AT_LEAST = 0.4
NOT_MODIFIED_AT_LEAST = 2.0


@dataclass(frozen=True)
class Side:
    """A page, how it is asked for, and the same bytes by a minimal server."""

    url: str
    headers: tuple[str, ...] = ()

    def rate(self) -> float:
        return self.load(SECONDS).rate

    def load(self, seconds: float) -> load.Load:
        return load.in_a_process(self.url, seconds=seconds, headers=self.headers)


def measure() -> list[Ratio]:
    with tempfile.TemporaryDirectory() as root, ExitStack() as running:
        settings = library(Path(root))
        note = filled(settings)
        url = f"{running.enter_context(serving(settings))}/notes/{note}"
        cookie = f"{COOKIE}={session(settings)}"
        public, signed_in = Side(url), Side(url, (f"Cookie: {cookie}",))
        same = running.enter_context(minimal_page(settings, Path(root) / "public", {}, url))
        same_signed_in = running.enter_context(
            minimal_page(settings, Path(root) / "signed-in", {"Cookie": cookie}, url)
        )
        unchanged = Side(url, (f"If-None-Match: {get(url)[1]['etag']}",))
        warm(public, same)
        warm(signed_in, same_signed_in)
        assert unchanged.load(0.5).status == 304
        sides = (public, same, signed_in, same_signed_in, unchanged)
        return told(*by_turns(ROUNDS, *(side.rate for side in sides)))


def filled(settings: Settings) -> str:
    """Write and index the notes; the id of a public one."""
    ids = notes.write(settings.notes, NOTES)
    with database.opened(settings.database) as connection:
        report = sync.sync(settings, connection)
    assert report.added == NOTES, report
    return ids[0]


def session(settings: Settings) -> str:
    with database.opened(settings.database) as connection:
        link = people.create_link(connection, people.owner(connection))
        secret = people.sign_in(connection, link, days=1)
    assert secret
    return secret


@contextmanager
def minimal_page(
    settings: Settings, folder: Path, headers: dict[str, str], url: str
) -> Iterator[Side]:
    """The page at `url`, as one with these headers gets it, served by the baseline."""
    minimal.make(folder, get(url, **headers)[0].decode())
    variables = {minimal.FOLDER: str(folder)}
    application = "bench.baselines.page:application"
    with serving(settings, application, path="/note", **variables) as address:
        yield Side(f"{address}/note")


def warm(ours: Side, theirs: Side) -> None:
    """Ask both for a moment, and see that they answer the same bytes."""
    answers = [side.load(0.5) for side in (ours, theirs)]
    assert answers[0].status == answers[1].status == 200, answers
    assert answers[0].sha256 == answers[1].sha256, "the baseline answers other bytes"


def told(
    public: list[float],
    same: list[float],
    signed_in: list[float],
    same_signed_in: list[float],
    unchanged: list[float],
) -> list[Ratio]:
    return [
        compared("public page : minimal page", public, same, PAGE_AT_LEAST),
        compared("signed-in page : minimal page", signed_in, same_signed_in, SIGNED_IN_AT_LEAST),
        compared("304 : public page", unchanged, public, NOT_MODIFIED_AT_LEAST),
    ]


def compared(name: str, ours: list[float], theirs: list[float], limit: float) -> Ratio:
    middle = sorted(ours)[len(ours) // 2], sorted(theirs)[len(theirs) // 2]
    detail = f"{middle[0]:,.0f} : {middle[1]:,.0f} a second"
    return Ratio(name, ratio(ours, theirs), limit, "at least", detail)
