"""Search the library, as its owner: every note, annotation, analysis and output.

What was indexed last is searched: python -m app sync brings it up to date, and serve does by
itself. The exit status is 0, with hits or without, and 1 where nothing could be searched.

Every word is required; endings, capitals and accents do not count. Beside words there are
  a OR b, -not, ( )   either, none of these, and what belongs together
  "a phrase"          these words side by side
  begin*              every word that begins so
  /regex/             a pattern (RE2's), tried on what all the rest finds; ^ and $ are those of a
                      line, and case counts after (?-i)
and the fields, whose values may be "quoted":
  title: tag: kind: author:          title:walk* tag:bayes/mcmc kind:paper author:"Ada Lovelace"
  year: before: after:               year:2019..2023 year:2019.. before:2024-03 after:2024-03-05
                                     a paper has the year of its publication; before: ends
                                     where that begins, after: begins when it has ended, so
                                     after:2023 begins with 2024
  in:notes|annotations|code|outputs  where it stands
  has:analysis|claim|todo|math|figure|annotation
  is:stale|refuted|private           stale: computed with other code or data than today's;
                                     refuted: has such a claim
  is:orphan|changed                  annotations whose passage is gone, or reads otherwise
  by:NAME motivation: colour:        annotations: by:ada motivation:question colour:rose
  cites:KEY links:NOTE               notes that cite the work, that link to the note

Examples:

    python -m app search 'random walk*'
    python -m app search 'tag:bayes year:2019..2023 -kind:journal'
    python -m app search '"detailed balance" OR ergodic' --json --limit 5
    python -m app search 'lemma /[0-9]+\\.[0-9]+/ in:notes has:todo'

Put -- before a query that begins with a minus: python -m app search -- '-kind:journal walk'.
"""

from __future__ import annotations

import argparse
import dataclasses
import html
import json
import re
import sqlite3
from pathlib import Path

from app import database
from app.accounts import people
from app.annotations import waiting
from app.errors import NotFound
from app.lab.shown import lookups
from app.search.find import Results, search
from app.search.hits import Hit
from app.settings import Settings


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("query", nargs="+", metavar="QUERY", help="what to look for")
    parser.add_argument("--json", action="store_true", help="the answer of /api/search")
    parser.add_argument("--limit", type=positive, default=20, help="hits to show (default: 20)")


def positive(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= 10_000):
        raise argparse.ArgumentTypeError("a number from 1 to 10000")
    return int(text)


def run(settings: Settings, options: argparse.Namespace) -> int:
    check_folder(settings)
    with database.opened(settings.database) as connection:
        check_indexed(settings, connection)
        person = people.owner(connection)
        waiting.catch_up(connection)
        known = lookups.known(settings, connection, person)
        text = " ".join(options.query)
        found = search(connection, person, text, limit=options.limit, known=known)
    if options.json:
        print(json.dumps(dataclasses.asdict(found), indent=2))
    else:
        print(report(found, address(settings)))
    return 0


def check_folder(settings: Settings) -> None:
    """Before anything is made: a slip in a path must not look like a library without hits."""
    if not settings.notes.is_dir():
        raise NotFound(
            f"There is no folder {shown(settings.notes)}.",
            hint="Make it, or name another with --notes DIR.",
        )
    if not settings.database.exists():
        raise never_indexed(settings)


def check_indexed(settings: Settings, connection: sqlite3.Connection) -> None:
    known = connection.execute("SELECT 1 FROM file LIMIT 1").fetchone()
    if not known and any(settings.notes.rglob("*.md")):
        raise never_indexed(settings)


def never_indexed(settings: Settings) -> NotFound:
    return NotFound(
        f"{shown(settings.notes)} was never indexed into {shown(settings.data)}.",
        hint="Run python -m app sync with the same folders, or serve them.",
    )


def shown(folder: Path) -> str:
    """A path as it can be printed: a file name need not be UTF-8."""
    return str(folder).encode("utf-8", "replace").decode()


def address(settings: Settings) -> str:
    """Where the library is served, if it is; else nothing, and the paths of pages stand alone."""
    try:
        return settings.served_at.read_text().strip().rstrip("/")
    except OSError:
        return ""


def report(found: Results, root: str = "") -> str:
    lines = [found.note] if found.note else []
    lines += [f"Did you mean: {found.suggestion}"] if found.suggestion else []
    lines += ["Few or none have all the words; the others have some."] if found.relaxed else []
    lines += [entry(hit, root) for hit in found.results]
    least = "" if found.is_exact else "more than "
    few = f", {len(found.results)} shown" if len(found.results) < found.total else ""
    return "\n".join([*lines, f"{least}{found.total} found{few}, {found.took_ms:.1f} ms"])


def entry(hit: Hit, root: str = "") -> str:
    """Its title, what it is and under which heading it stands, the passage, and where to read it.

    >>> hit = dict(type="note", id="a/b", title="On $N$", url="/notes/a/b#c", score=1)
    >>> print(entry(Hit(**hit, snippet_html="a <mark>b</mark>", heading="Part")))
    On $N$  (note a/b, Part)
        a b
        /notes/a/b#c
    <BLANKLINE>
    """
    passage = html.unescape(re.sub(r"</?(?:mark|code)>", "", hit.snippet_html))
    line = f"line {hit.line}" if hit.line else ""
    on = f"on {hit.note}" if hit.note else ""
    name = hit.type if hit.type in ("output", "annotation") else f"{hit.type} {hit.id}"
    what = ", ".join(part for part in (name, on, hit.heading, hit.reason, line) if part)
    place = hit.url.partition(":~:")[0].removesuffix("#")
    return f"{hit.title}  ({what})\n    {' '.join(passage.split())}\n    {root}{place}\n"
