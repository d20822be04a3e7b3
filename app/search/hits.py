"""What is shown of each hit: the best passage, where it stands, and a link that lands on it.

Titles and texts are fetched for the hits of one page alone, in one query.
"""

from __future__ import annotations

import json
import math
import sqlite3
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import quote

from app.search import excerpt, fragment, sought
from app.search.excerpt import LOOKED_AT, Pair
from app.search.sought import Part, Span
from app.search.tree import Phrase, Word

DETAILS = """SELECT entry.id, entry.type, entry.key, entry.date, document.path,
        CASE WHEN entry.body IS NULL THEN document.title ELSE entry.title END AS title,
        document.title AS note,
        substr(CASE WHEN entry.body IS NULL THEN document.text ELSE entry.body END, 1, :most)
            AS text,
        substr(entry.code, 1, :most) AS code,
        entry.headings AS headings, document.headings AS anchors
    FROM json_each(:ids) AS wanted
    JOIN search_entry AS entry ON entry.id = wanted.value
    LEFT JOIN document ON document.uid = entry.uid"""
START_CHARACTERS = 200


@dataclass(frozen=True)
class Hit:
    """`type` is note, code, annotation or output; `id` a note's path, a name, a number.

    `heading`: under which the passage stands. `note`: the title of the note that it belongs to.
    `line`: of an analysis, where the passage begins.
    """

    type: str
    id: str
    title: str
    url: str
    snippet_html: str
    score: float
    heading: str = ""
    date: str = ""
    note: str = ""
    line: int | None = None


@dataclass(frozen=True)
class Section:
    """A heading of a note, its anchor, and where its line stands in the text."""

    text: str
    anchor: str
    start: int
    end: int


def detailed(
    connection: sqlite3.Connection,
    scores: Mapping[int, float],
    leaves: Iterable[Word | Phrase],
    until: float = math.inf,
) -> list[Hit]:
    """The hits of a page in their order; one query.

    After `until`, by time.perf_counter, no passages are looked for: the rest show how they begin.
    """
    if not scores:
        return []
    wanted = {"most": LOOKED_AT, "ids": json.dumps(list(scores))}
    rows = {row["id"]: row for row in connection.execute(DETAILS, wanted)}
    parts = sought.parts_of(leaves)
    return [
        hit(rows[entry], parts if time.perf_counter() < until else [], score)
        for entry, score in scores.items()
        if entry in rows
    ]


def hit(row: sqlite3.Row, parts: Sequence[Part], score: float) -> Hit:
    return SHOWN.get(row["type"], other)(row, parts, -score)


def of_note(row: sqlite3.Row, parts: Sequence[Part], score: float) -> Hit:
    text = row["text"]
    known = sections(text, row["headings"], row["anchors"])
    passage = excerpt.of_parts(text, parts, [(each.start, each.end) for each in known])
    snippet, place, under = passage and passage.html, "", None
    if passage:
        mark = passage.marks[0]
        under = next((each for each in reversed(known) if each.start <= mark[0]), None)
        place = anchored(under.anchor if under else "", fragment.of_passage(text, mark))
    else:
        snippet = in_code(row["code"], parts)
    url = f"/notes/{quote(row['path'])}{place}"
    heading = under.text if under else ""
    shown = snippet or start(text)
    return Hit("note", row["path"], row["title"], url, shown, score, heading, row["date"])


def anchored(anchor: str, directive: str) -> str:
    return f"#{quote(anchor)}{directive}" if anchor or directive else ""


def sections(text: str, headings: str, anchors: str | None) -> list[Section]:
    """The headings of a note where they stand in its text, as far as it goes."""
    if not headings or not anchors:
        return []
    found: list[Section] = []
    at = 0
    ids = [each["id"] for each in json.loads(anchors)]
    for line, anchor in zip(headings.split("\n"), ids, strict=False):
        place = line_of(text, line, at)
        if place is not None:
            at = place + len(line)
            found.append(Section(line, anchor, place, at))
    return found


def line_of(text: str, line: str, at: int) -> int | None:
    """Where a line that says just this begins, from `at` on."""
    place = text.find(line, at) if line else -1
    while place >= 0:
        begins = not place or text[place - 1] == "\n"
        if begins and text[place + len(line) : place + len(line) + 1] in ("", "\n"):
            return place
        place = text.find(line, place + 1)
    return None


def of_code(row: sqlite3.Row, parts: Sequence[Part], score: float) -> Hit:
    """An analysis: a line of its source, or else what it says of itself."""
    url = f"/analyses/{quote(row['key'], safe='')}"
    found = best_line(row["code"], parts)
    if found is None:
        prose = excerpt.of_parts(row["text"], parts)
        shown = prose.html if prose else start(row["text"])
        return Hit("code", row["key"], row["title"], url, shown, score)
    line, snippet = found
    return Hit("code", row["key"], row["title"], f"{url}#L{line}", snippet, score, line=line)


def best_line(code: str, parts: Sequence[Part]) -> tuple[int, str] | None:
    """The line that has most of what is looked for, by its number, and as HTML."""
    lines: dict[int, list[Span]] = {}
    for span in sought.of_parts(code, parts):
        lines.setdefault(code.rfind("\n", 0, span.start) + 1, []).append(span)
    if not lines:
        return None
    best = max(lines, key=lambda begin: (len({span.part for span in lines[begin]}), -begin))
    end = excerpt.line_end(code, best)
    first = lines[best][0].start
    begin = best if first - best < excerpt.BEFORE else code.rfind(" ", best, first) + 1 or first
    most = min(end, begin + excerpt.LENGTH)
    pairs = excerpt.apart((span.start, span.end) for span in lines[best])
    marks = [pair for pair in pairs if begin <= pair[0] and pair[1] <= most]
    pieces = ["…" if begin > best else "", spelt(code, begin, most, marks)]
    return code.count("\n", 0, best) + 1, "".join(pieces) + ("…" if most < end else "")


def spelt(code: str, begin: int, end: int, marks: Sequence[Pair]) -> str:
    pieces, at = [], begin
    for left, right in marks:
        pieces += [escape(code[at:left]), "<mark>", escape(code[left:right]), "</mark>"]
        at = right
    return "".join([*pieces, escape(code[at:end])]).strip()


def in_code(code: str, parts: Sequence[Part]) -> str | None:
    """The same for a block of a note that its text does not hold."""
    found = best_line(code, parts)
    return found[1] if found else None


def of_annotation(row: sqlite3.Row, parts: Sequence[Part], score: float) -> Hit:
    passage = excerpt.of_parts(row["text"], parts)
    url = f"/notes/{quote(row['path'])}#annotation-{quote(row['key'], safe='')}"
    shown = passage.html if passage else start(row["text"])
    return Hit(
        "annotation", row["key"], row["title"], url, shown, score,
        date=row["date"][:10], note=row["note"],
    )  # fmt: skip


def other(row: sqlite3.Row, parts: Sequence[Part], score: float) -> Hit:
    """What an analysis returned or printed: where a note shows it, else its run."""
    passage = excerpt.of_parts(row["text"], parts)
    shown = passage.html if passage else start(row["text"])
    place = row["key"].partition("/")[2]  # a block of a note, or a run
    block = f"/notes/{quote(row['path'] or '')}#block-{quote(place)}"
    url = block if row["path"] else f"/runs/{place}"
    return Hit(
        row["type"], row["key"], row["title"], url, shown, score,
        date=row["date"][:10], note=row["note"] or "",
    )  # fmt: skip


SHOWN = {"note": of_note, "code": of_code, "annotation": of_annotation}


def start(text: str) -> str:
    """The first words, where there is no passage to show; a formula is not cut."""
    line = " ".join(text[:1000].split())
    if len(line) <= START_CHARACTERS:
        return excerpt.plain(line)
    end = line.rfind(" ", 0, START_CHARACTERS)
    around = excerpt.formula_around(line, end)
    end = around[0] if around else end
    return excerpt.plain(line[:end].rstrip()) + "…" if end > 0 else ""
