"""The query language by examples that find something in this library, as far as one may see it.

What an example is made of, a word of a title, a tag, an author, stands in a note that the person
may list; so none tells of a hidden note, and each leads to hits. A library that has no such thing
is shown the example of every textbook, as words and not as a link.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from app.accounts.permissions import Person, visibilities
from app.search.fields import PARTS, PLACES, STATES
from app.search.query import parse
from app.search.related import COMMON
from app.search.tree import Either, Field, Node, Not, Phrase, Title, Word, every, written

LOOKED_AT = 40  # notes, the newest
TEXT = 20_000  # characters of each
WORD = re.compile(r"[^\W\d_]{4,30}")
PAIR = re.compile(r"(?<!\S)([^\W\d_]{3,30}) ([^\W\d_]{4,30})(?![^\s,.:;?!])")
LATIN = re.compile(r"[\u0000-\u024f\u2010-\u201f]*")
TEX = re.compile(r"[$\\`]")

NEWEST = """SELECT uid, title, substr(text, 1, :most) AS text, date FROM document
    WHERE visibility IN (SELECT value FROM json_each(:seen))
    ORDER BY date DESC, path LIMIT :notes"""
# What these notes have, most of them first.
VALUES = """WITH newest AS (SELECT uid, kind, year FROM document
        WHERE uid IN (SELECT value FROM json_each(:uids)))
    SELECT 'tag' AS field, tag AS value, count(*) AS number
        FROM newest JOIN document_tag USING (uid) GROUP BY tag
    UNION ALL SELECT 'author', author, count(*)
        FROM newest JOIN document_author USING (uid) GROUP BY author
    UNION ALL SELECT 'kind', kind, count(*) FROM newest GROUP BY kind
    UNION ALL SELECT 'year', year, count(*) FROM newest WHERE year IS NOT NULL GROUP BY year
    UNION ALL SELECT 'cites', key, count(*)
        FROM newest JOIN document_citation USING (uid) WHERE NOT bare GROUP BY name
    UNION ALL SELECT 'links', linked.path, count(*) FROM newest
        JOIN document_link AS link ON link.uid = newest.uid
        JOIN document AS linked ON linked.name_key = link.name_key AND linked.uid <> newest.uid
        WHERE linked.visibility IN (SELECT value FROM json_each(:seen)) GROUP BY linked.uid
    ORDER BY number DESC, value"""

USUAL: dict[str, Node] = {
    "phrase": Phrase("detailed balance"),
    "begun": Word("ergod", prefix=True),
    "without": every([Word("walk"), Not(Word("biased"))]) or Word("walk"),
    "either": Either((Word("walk"), Word("diffusion"))),
    "title": Title(Word("walk")),
    "tag": Field("tag", "random walk"),
    "author": Field("author", "Ada Lovelace"),
    "kind": Field("kind", "paper"),
    "year": Field("year", "2019..2023"),
    "since": Field("year", "2019.."),
    "before": Field("before", "2024"),
    "after": Field("after", "2023"),
    "cites": Field("cites", "key"),
    "links": Field("links", "note"),
}


@dataclass(frozen=True)
class Example:
    """`finds`: it leads to hits, so it may be a link."""

    query: str
    finds: bool = True


@dataclass(frozen=True)
class Row:
    examples: list[Example]
    meaning: str


def of_library(connection: sqlite3.Connection, person: Person) -> list[Row]:
    """All that the language knows, in the order of a lesson; two queries."""
    seen = json.dumps(visibilities(person))
    given: dict[str, str | int] = {"seen": seen, "most": TEXT, "notes": LOOKED_AT}
    notes = connection.execute(NEWEST, given).fetchall()
    given["uids"] = json.dumps([row["uid"] for row in notes])
    values = connection.execute(VALUES, given).fetchall()
    known = {**of_words(notes), **of_values(values), **of_dates(notes)}
    known = {name: tree for name, tree in known.items() if can_be_written(tree)}

    def shown(*names: str) -> list[Example]:
        return [Example(written(known.get(name, USUAL[name])), name in known) for name in names]

    grouped = every([known.get("either", USUAL["either"]), Field("in", "notes")])
    return [
        Row(shown("phrase"), "these words side by side"),
        Row(shown("begun"), "every word that begins so"),
        Row(shown("without"), "the first without the second"),
        Row(shown("either"), "one of them at least; OR in capitals"),
        Row(
            [Example(written(grouped), "either" in known)] if grouped else [],
            "what stands in parentheses belongs together",
        ),
        Row(shown("title"), "in the title of a note"),
        Row(
            shown("tag", "author", "kind"),
            "notes with this tag, by this author, of this kind; a value of several words stands"
            " in quotation marks",
        ),
        Row(
            shown("year", "since"),
            "of these years, a paper of those it was published in; either end may stay open",
        ),
        Row(
            shown("before", "after"),
            "dated before it begins, after it has ended: a year, a month such as 2024-03 or a day"
            " such as 2024-03-05, itself not included",
        ),
        Row(shown("cites"), "notes that cite this work, by its key"),
        Row(shown("links"), "notes that link to this one"),
        *of_states(),
        Row(
            [Example(r"/[0-9]+\.[0-9]+/")],
            "a regular expression, tried on what all the rest finds; case counts after (?-i)",
        ),
    ]


def of_states() -> list[Row]:
    """What asks for no words of this library."""
    states = {
        "stale": "shows results that were computed with other code or data than today's",
        "refuted": "has a claim that its check refutes, also where that was expected",
        "private": "seen by nobody but those who are signed in",
        "orphan": "comments whose passage is no longer in their note",
    }
    return [
        Row(fields("in", PLACES), "only there: comments are annotations, results are outputs"),
        Row(fields("has", PARTS), "notes in which there is one; a todo is a task not yet done"),
        *(
            Row(fields("is", [state]), parse(f"is:{state}").note or states[state])
            for state in STATES
        ),
    ]


def fields(name: str, values: Sequence[str] | dict[str, str]) -> list[Example]:
    return [Example(f"{name}:{value}") for value in values]


def can_be_written(tree: Node) -> bool:
    """Whether what is written is read as the same: a tag may have a quotation mark in it."""
    read = parse(written(tree))
    return read.tree == tree and not read.note


def of_words(notes: Sequence[sqlite3.Row]) -> dict[str, Node]:
    """Examples from titles: what they ask for stands in one of them."""
    titles = [row["title"] for row in notes if not TEX.search(row["title"])]
    titles.sort(key=lambda title: not LATIN.fullmatch(title))  # one script, if it can be
    words = list(dict.fromkeys(word for title in titles for word in telling(title)))
    if not words:
        return {}
    found: dict[str, Node] = {"title": Title(Word(words[0]))}
    pairs = [pair for title in titles for pair in PAIR.findall(title) if telling(pair[0])]
    if pairs:
        found["phrase"] = Phrase(" ".join(pairs[0]).lower())
    long = next((word for word in words if len(word) > 6), words[0])
    found["begun"] = Word(long[: max(4, len(long) * 2 // 3)], prefix=True)
    if len(words) > 1:
        first, other = words[0], apart(words[0], words[1:], notes)
        found["either"] = Either((Word(first), Word(other or words[1])))
        if other:
            found["without"] = every([Word(first), Not(Word(other))]) or Word(first)
    return found


def telling(title: str) -> list[str]:
    """
    >>> telling("Where does the random walker go?")
    ['random', 'walker']
    """
    words = [word.lower() for word in WORD.findall(title)]
    return [word for word in words if word not in COMMON]


def apart(word: str, others: Sequence[str], notes: Sequence[sqlite3.Row]) -> str:
    """Another word that the note with this one in its title does not have; empty if none."""
    for row in notes:
        if word in row["title"].lower():
            whole = f"{row['title']} {row['text']}".lower()
            return next((other for other in others if other[:4] not in whole), "")
    return ""


def of_values(rows: Sequence[sqlite3.Row]) -> dict[str, Node]:
    """Of each field the value that most have; of tags and authors rather one of several words."""
    found: dict[str, Node] = {}
    by_field: dict[str, list[str]] = {}
    for row in rows:
        by_field.setdefault(row["field"], []).append(str(row["value"]))
    for name in ("tag", "author", "kind", "cites", "links"):
        values = [Field(name, value) for value in by_field.get(name, [])]
        usable = [value for value in values if can_be_written(value)]
        spaced = [value for value in usable if " " in value.value and name in ("tag", "author")]
        if usable:
            found[name] = (spaced or usable)[0]
    years = sorted(year for year in by_field.get("year", []) if len(year) == 4)
    if years:
        found["year"] = Field("year", f"{years[0]}..{years[-1]}")
        found["since"] = Field("year", f"{years[-1]}..")
    return found


def of_dates(notes: Sequence[sqlite3.Row]) -> dict[str, Node]:
    """Around the newest note."""
    newest = next((row["date"][:4] for row in notes if row["date"]), "")
    if not 1000 < int(newest or 0) < 9999:
        return {}
    return {
        "before": Field("before", str(int(newest) + 1)),
        "after": Field("after", str(int(newest) - 1)),
    }
