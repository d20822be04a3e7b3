"""`python -m bench.search_quality --docs D --queries Q --qrels R`: how good the ranking is.

A library is made of the documents, and each query is given to `find.search` as if its owner typed
it. Beside it the plain baseline: FTS5's bm25 over title (weight 3) and text, porter unicode61, the
query's words joined by OR. The last column says how often chance alone makes the same difference.

A made collection supports no claim: without a judged one nothing is evaluated.
"""

from __future__ import annotations

import argparse
import math
import re
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from app import database
from app.accounts.permissions import Person, Role
from app.search import index
from app.search.find import search
from app.search.index import Entry
from bench import judged, measures
from bench.judged import Document, Judgments, Unreadable

OWNER = Person(1, "owner", Role.OWNER)
SHORT = 3  # words
MEASURES: dict[str, Callable[[Sequence[str], measures.Grades], float]] = {
    "nDCG@10": measures.ndcg,
    "MAP": measures.average_precision,
    "recall@100": measures.recall,
}
ROW = (
    "INSERT INTO document (uid, path, file, folder, name, sha256, title, kind, date, updated,"
    " year, visibility, front, source, html, summary, text, headings)"
    " VALUES (?, ?, ?, '', ?, '', ?, 'note', '2026-01-01', '', NULL, 'public', '{}', '', '', '',"
    " ?, '')"
)
Ranking = dict[str, list[str]]


def main(arguments: list[str]) -> int:
    paths = options().parse_args(arguments)
    missing = [name for name, path in vars(paths).items() if path is None]
    if missing:
        print(f"search quality: not evaluated, because no judged collection was given"
              f" (--{', --'.join(missing)}); a made one would support no claim.")  # fmt: skip
        return 0
    try:
        docs = judged.documents(paths.docs)
        asked, grades, remark = judged.matched(
            docs, judged.queries(paths.queries), judged.judgments(paths.qrels)
        )
    except Unreadable as error:
        print(f"search quality: {error}", file=sys.stderr)
        return 2
    print(f"{len(docs)} documents, {len(asked)} judged queries. {remark}".strip())
    print(report(asked, grades, by_gloss(docs, asked), by_baseline(docs, asked)))
    return 0


def options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.search_quality", description=__doc__)
    for name in ("docs", "queries", "qrels"):
        parser.add_argument(f"--{name}", type=Path)
    return parser


def by_gloss(docs: list[Document], asked: dict[str, str]) -> Ranking:
    """What the owner of a library of these documents gets, best first."""
    with tempfile.TemporaryDirectory() as folder:
        connection = library(Path(folder) / "quality.sqlite", docs)
        try:
            return {key: found(connection, docs, text) for key, text in asked.items()}
        finally:
            connection.close()


def library(path: Path, docs: list[Document]) -> sqlite3.Connection:
    connection = database.connect(path)
    database.migrate(connection)
    with database.transaction(connection):
        for uid, doc in enumerate(docs, 1):
            name = f"n{uid}"
            connection.execute(ROW, [uid, name, f"{name}.md", name, doc.title, doc.text])
            entry = Entry(
                "note", str(uid), uid, "2026-01-01", doc.title, body=doc.text,
                audience=0, is_note=True,
            )  # fmt: skip
            index.put(connection, entry)
    return connection


def found(connection: sqlite3.Connection, docs: list[Document], text: str) -> list[str]:
    """However long it takes: what is measured here is not the speed of this machine."""
    results = search(connection, OWNER, text, limit=measures.DEPTH, seconds=math.inf)
    return [docs[int(hit.id[1:]) - 1].id for hit in results.results]


def by_baseline(docs: list[Document], asked: dict[str, str]) -> Ranking:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE plain USING fts5(title, text,"
                       " tokenize = 'porter unicode61')")  # fmt: skip
    connection.executemany(
        "INSERT INTO plain (rowid, title, text) VALUES (?, ?, ?)",
        [(number, doc.title, doc.text) for number, doc in enumerate(docs)],
    )
    ranking: Ranking = {}
    for key, text in asked.items():
        words = " OR ".join(f'"{word}"' for word in dict.fromkeys(re.findall(r"\w+", text)))
        rows = connection.execute(
            "SELECT rowid FROM plain WHERE plain MATCH ? ORDER BY bm25(plain, 3.0, 1.0) LIMIT ?",
            [words or '""', measures.DEPTH],
        )
        ranking[key] = [docs[number].id for (number,) in rows]
    connection.close()
    return ranking


def report(asked: dict[str, str], grades: Judgments, ours: Ranking, plain: Ranking) -> str:
    """A table: for all, the short and the long queries, each measure of both."""
    short = {key for key, text in asked.items() if len(re.findall(r"\w+", text)) <= SHORT}
    groups = {"all": list(asked), "short": [key for key in asked if key in short],
              "long": [key for key in asked if key not in short]}  # fmt: skip
    lines = [f"{'queries':<14}{'measure':<12}{'baseline':>9}{'Gloss':>9}{'ratio':>8}{'chance':>9}"]
    for name, ids in groups.items():
        lines += [compared(name, label, ids, grades, ours, plain) for label in MEASURES if ids]
    return "\n".join(lines)


def compared(
    name: str, label: str, ids: list[str], grades: Judgments, ours: Ranking, plain: Ranking
) -> str:
    measure = MEASURES[label]
    mine, theirs = ([measure(side[key], grades[key]) for key in ids] for side in (ours, plain))
    a, b = sum(mine) / len(ids), sum(theirs) / len(ids)
    ratio = f"{a / b:8.3f}" if b else f"{'-':>8}"
    group = f"{name} ({len(ids)})"
    return f"{group:<14}{label:<12}{b:9.4f}{a:9.4f}{ratio}{measures.chance(mine, theirs):9.4f}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
