"""What is shown of each hit: the best passage, where it stands, and a link that lands on it.

Titles and texts are fetched for the hits of one page alone, in one query; the rest of texts that
are too long to be looked at at once, in a second one, if what was found stands there.
"""

from __future__ import annotations

import json
import math
import sqlite3
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any
from urllib.parse import quote

from app.search import excerpt, fragment, reasons, remarks, sought
from app.search.excerpt import LOOKED_AT, Pair, Passage
from app.search.sought import Leaf, Part, Span

DETAILS = """SELECT entry.id, entry.type, entry.key, entry.date, document.path,
        CASE WHEN entry.body IS NULL THEN document.title ELSE entry.title END AS title,
        document.title AS note, document.front,
        substr(coalesce(entry.body, document.text), 1, :most) AS text,
        length(coalesce(entry.body, document.text)) > :looked_at AS is_long,
        substr(entry.code, 1, :most) AS code,
        entry.headings AS headings, document.headings AS anchors,
        (SELECT ifnull(person.name, '') FROM annotation LEFT JOIN person
            ON person.id = annotation.person_id
            WHERE entry.type = 'annotation' AND annotation.id = entry.key) AS who,
        (SELECT annotation.motivation FROM annotation
            WHERE entry.type = 'annotation' AND annotation.id = entry.key) AS motivation
    FROM json_each(:ids) AS wanted
    JOIN search_entry AS entry ON entry.id = wanted.value
    LEFT JOIN document ON document.uid = entry.uid"""
START_CHARACTERS = 200
MOST = 2_000_000  # characters of a text that is looked through
SECONDS = 1.0  # for the passages of all hits
NOBODY = "somebody who left"
ELSEWHERE = "A page elsewhere"

Row = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Hit:
    """`type` is note, code, annotation or output; `id` a note's path, a name, a number.

    `title_html`: the title with the words marked. `heading`: under which the passage stands.
    `note`: the title of the note that it belongs to. `line`: of an analysis, where the passage
    begins. `reason`: what has the words, where neither title nor passage shows them.
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
    title_html: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Section:
    """A heading of a note, its anchor, and where its line stands in the text."""

    text: str
    anchor: str
    start: int
    end: int


@dataclass
class Shown:
    """What a hit shows below its title. `parts`: of the query, that are seen there."""

    html: str
    url: str
    parts: frozenset[int] = frozenset()
    heading: str = ""
    line: int | None = None
    other: dict[str, str] = field(default_factory=dict)  # values of the hit


def detailed(
    connection: sqlite3.Connection,
    scores: Mapping[int, float],
    leaves: Iterable[Leaf],
    until: float = math.inf,
) -> list[Hit]:
    """The hits of a page in their order.

    After `until`, by time.perf_counter, no passages are looked for: the rest show how they begin.
    """
    if not scores:
        return []
    until = min(until, time.perf_counter() + SECONDS)
    parts = sought.parts_of(leaves)
    rows = fetched(connection, list(scores), LOOKED_AT)
    shown: dict[int, Shown] = {}
    for entry in filter(rows.__contains__, scores):
        shown[entry] = below(rows[entry], parts if time.perf_counter() < until else [])
    if parts and (far := [entry for entry in shown if is_far(rows[entry], shown[entry])]):
        for entry, row in fetched(connection, far, MOST).items():
            if time.perf_counter() < until:
                shown[entry] = below(row, parts)
    return [hit(rows[entry], parts, 0.0 - scores[entry], shown[entry]) for entry in shown]


def fetched(connection: sqlite3.Connection, entries: list[int], most: int) -> dict[int, Row]:
    wanted = {"most": most, "looked_at": LOOKED_AT, "ids": json.dumps(entries)}
    return {row["id"]: row for row in connection.execute(DETAILS, wanted)}


def is_far(row: Row, shown: Shown) -> bool:
    """Whether what was found may stand behind all that was looked at."""
    return bool(row["is_long"]) and not shown.parts


def below(row: Row, parts: Sequence[Part]) -> Shown:
    return SHOWN.get(row["type"], other)(row, parts)


def hit(row: Row, parts: Sequence[Part], score: float, shown: Shown) -> Hit:
    kind = row["type"]
    title = row["note"] or ELSEWHERE if kind == "annotation" else row["title"]
    spans = sought.of_parts(title, parts)
    marks = excerpt.apart((span.start, span.end) for span in spans)
    hidden = not shown.parts and not spans
    values = {"date": row["date"] if kind == "note" else row["date"][:10], **shown.other}
    if kind == "note" and hidden and parts:
        values["reason"] = reasons.of_note(row["front"], row["path"], parts)
    if kind in ("annotation", "output"):
        values["note"] = row["note"] or ""
    return Hit(
        type=kind,
        id=row["path"] if kind == "note" else row["key"],
        title=title,
        title_html=excerpt.in_prose(title, 0, len(title), marks),
        url=shown.url,
        snippet_html=shown.html,
        score=score,
        heading=shown.heading,
        line=shown.line,
        **values,
    )


def of_note(row: Row, parts: Sequence[Part]) -> Shown:
    text = row["text"]
    url = f"/notes/{quote(row['path'])}"
    known = sections(text, row["headings"], row["anchors"])
    code = frozenset(row["code"].split("\n")) - {""} if row["code"] else excerpt.NO_CODE
    passage = in_pieces(text, parts, [(each.start, each.end) for each in known], code)
    if passage is None:
        found = best_line(row["code"], parts)  # of a block that the text does not hold
        html = f"<code>{found[1]}</code>" if found else start(text, code)
        return Shown(html, url, frozenset({0}) if found else frozenset())
    in_order = sorted(passage.marks, key=lambda mark: mark[0] < passage.best[0])
    mark = next((each for each in in_order if not fragment.formula_of(text, each)), in_order[0])
    under = next((each for each in reversed(known) if each.start <= mark[0]), None)
    equation = fragment.of_equation(text, mark)
    if equation:
        place = anchored(equation, "")
    else:
        besides = [row["title"], *(each.text for each in known)]
        place = anchored(under.anchor if under else "", fragment.of_passage(text, mark, besides))
    return Shown(passage.html, f"{url}{place}", passage.parts, under.text if under else "")


def in_pieces(
    text: str, parts: Sequence[Part], headings: Sequence[Pair], code: frozenset[str]
) -> Passage | None:
    """The best passage of the first piece of a long text that has one."""
    at = 0
    while at < len(text):
        passage = excerpt.of_parts(text, parts, headings, code, at)
        if passage or at + LOOKED_AT >= len(text):
            return passage
        at = text.rfind("\n", at + 1, at + LOOKED_AT) + 1 or at + LOOKED_AT
    return None


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
        if place is None:
            found.append(Section("", "", at, at))  # rather no heading than a wrong one
        else:
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


def of_code(row: Row, parts: Sequence[Part]) -> Shown:
    """An analysis: a line of its source, or else what it says of itself."""
    url = f"/analyses/{quote(row['key'], safe='')}"
    found = best_line(row["code"], parts)
    if found is None:
        return prose(row["text"], parts, url)
    line, snippet = found
    return Shown(snippet, f"{url}#L{line}", frozenset({0}), line=line)


def prose(text: str, parts: Sequence[Part], url: str) -> Shown:
    passage = in_pieces(text, parts, (), excerpt.NO_CODE)
    if passage is None:
        return Shown(start(text), url)
    return Shown(passage.html, url, passage.parts)


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


def of_annotation(row: Row, parts: Sequence[Part]) -> Shown:
    """What was said, or the passage that it is about, if that alone has the words."""
    key = quote(row["key"], safe="")
    url = f"/notes/{quote(row['path'])}#annotation-{key}" if row["path"] else f"/annotations/{key}"
    shown = prose(row["text"], parts, url)
    quoted = excerpt.of_parts(row["code"], parts) if not shown.parts else None
    if quoted:
        shown = Shown(f"“{quoted.html}”", url, quoted.parts)
    elif not row["text"]:
        shown.html = f"“{start(row['code'])}”" if row["code"] else ""
    kind = remarks.WORDS.get(row["motivation"], "comment")
    shown.other["reason"] = f"{kind} by {row['who'] or NOBODY}"
    return shown


def other(row: Row, parts: Sequence[Part]) -> Shown:
    """What an analysis returned or printed: where a note shows it, else its run."""
    place = row["key"].partition("/")[2]  # a block of a note, or a run
    block = f"/notes/{quote(row['path'] or '')}#block-{quote(place)}"
    return prose(row["text"], parts, block if row["path"] else f"/runs/{place}")


SHOWN = {"note": of_note, "code": of_code, "annotation": of_annotation}


def start(text: str, code: frozenset[str] = excerpt.NO_CODE) -> str:
    """The first words, where there is no passage to show; a formula is not cut."""
    end = len(text)
    if end > START_CHARACTERS:
        end = text.rfind(" ", 0, START_CHARACTERS)
        end = max(end, text.rfind("\n", 0, START_CHARACTERS))
        around = excerpt.formula_around(text, max(end, 0))
        end = around[0] if around else end
        end = len(text[: max(end, 0)].rstrip())
    return excerpt.marked(text, 0, end, (), len(text), code) if end else ""
