"""Search the library, as its owner: every note, annotation, analysis and output.

Every word is required. Beside words there are
  a OR b, -not, ( )   either, none of these, and what belongs together
  "a phrase"          these words side by side
  begin*              every word that begins so
  /regex/             a pattern (RE2's), tried on what all the rest finds; ^ and $ are those of a
                      line, and case counts after (?-i)
and the fields, whose values may be "quoted":
  title: tag: kind: author:          title:walk* tag:bayes/mcmc kind:paper author:"Ada Lovelace"
  year: before: after:               year:2019..2023 year:2019.. before:2024-03 after:2024-03-05
  in:notes|annotations|code|outputs  where it stands
  has:analysis|claim|todo|math|figure|annotation
  is:stale|refuted|private|orphan    stale: computed with other code or data than today's;
                                     refuted: has such a claim; orphan finds nothing yet
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

from app import database
from app.accounts import people
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
    connection = database.connect(settings.database)
    try:
        database.migrate(connection, settings.database)
        person = people.owner(connection)
        known = lookups.known(settings, connection, person)
        text = " ".join(options.query)
        found = search(connection, person, text, limit=options.limit, known=known)
    finally:
        connection.close()
    print(json.dumps(dataclasses.asdict(found), indent=2) if options.json else report(found))
    return 0


def report(found: Results) -> str:
    lines = [found.note] if found.note else []
    lines += ["Nothing has all the words; these have some."] if found.relaxed else []
    lines += map(entry, found.results)
    shown = f", {len(found.results)} shown" if len(found.results) < found.total else ""
    return "\n".join([*lines, f"{found.total} found{shown}, {found.took_ms:.1f} ms"])


def entry(hit: Hit) -> str:
    passage = html.unescape(re.sub(r"</?(?:mark|code)>", "", hit.snippet_html))
    return f"{hit.title}  ({hit.type} {hit.id})\n    {' '.join(passage.split())}\n"
