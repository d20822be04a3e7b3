"""The fields of the query language: what each may be asked for, and what is none of them.

>>> wrong("year", "soon"), wrong("after", "2024-13")
('a year such as 2019 or 2019..2023', 'a date such as 2024 or 2024-03-05')
>>> unknown("tags:walks"), unknown("https://a.b"), unknown("10:30"), unknown(r"f:X\\to")
('tags: is no field (did you mean tag:?)', '', '', '')
"""

from __future__ import annotations

import re
from datetime import date
from difflib import get_close_matches

from app.search.remarks import COLOURS, KINDS, STANDARD

PLACES = {"notes": "note", "code": "code", "annotations": "annotation", "outputs": "output"}
PARTS = ("analysis", "claim", "todo", "math", "figure", "annotation")
STATES = ("stale", "refuted", "private", "orphan", "changed")
YEARS = re.compile(r"[0-9]{4}(\.\.([0-9]{4})?)?|\.\.[0-9]{4}")
DAY = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")
ANYTHING = re.compile(r"\S.*", re.DOTALL)
NAMED = re.compile(r"(?=.*\w)\S.*", re.DOTALL)
VALUES = {
    "title": (ANYTHING, "a word"),
    "tag": (ANYTHING, "a tag"),
    "kind": (ANYTHING, "a kind of note"),
    "author": (ANYTHING, "a name"),
    "year": (YEARS, "a year such as 2019 or 2019..2023"),
    "before": (DAY, "a date such as 2024 or 2024-03-05"),
    "after": (DAY, "a date such as 2024 or 2024-03-05"),
    "in": (re.compile("|".join(PLACES)), "notes, annotations, code or outputs"),
    "has": (re.compile("|".join(PARTS)), f"{', '.join(PARTS[:-1])} or {PARTS[-1]}"),
    "is": (re.compile("|".join(STATES)), f"{', '.join(STATES[:-1])} or {STATES[-1]}"),
    "cites": (NAMED, "the key of a work"),
    "links": (NAMED, "the path or the name of a note"),
    "by": (NAMED, "the name of who wrote an annotation"),
    "colour": (re.compile("|".join(COLOURS)), f"{', '.join(COLOURS[:-1])} or {COLOURS[-1]}"),
    "motivation": (
        re.compile("|".join((*KINDS, *STANDARD))),
        "comment, question, erratum, link, highlight or reply",
    ),
}
# What speaks of a note: its outputs have none of this themselves.
OF_NOTE = frozenset(("kind", "tag", "author", "year", "has", "is", "cites", "links"))
# Their values may be written in capitals.
WORDS_OF_OURS = ("in", "has", "is", "colour", "motivation")
MARKS = {"tag": "#", "cites": "@"}  # what a value may begin with where it stands in a note

# A name, as ours are written, and something that could be its value.
LIKE_A_FIELD = re.compile(r"([A-Za-z]{2,20}):(?![/:])[^\s:]+")
TEX = re.compile(r"[\\{}$^_]")
# What begins in the same way and is none: addresses, identifiers, labels of TeX.
OTHERS = {
    *("http", "https", "ftp", "file", "mailto", "tel", "data", "urn", "doi", "arxiv", "isbn"),
    *("issn", "pmid", "hdl", "alg", "app", "chap", "cor", "def", "defn", "eq", "eqn", "ex", "fig"),
    *("item", "lem", "lst", "prop", "rem", "sec", "tab", "tbl", "thm"),
}


def usual(name: str, value: str) -> str:
    """The value as it is compared, without what may stand before it in a note."""
    value = value.lstrip(MARKS.get(name, "")) if name in MARKS else value
    return value.lower() if name in WORDS_OF_OURS else value


def wrong(name: str, value: str) -> str:
    """What the field wants where the value is none for it; else nothing."""
    pattern, wanted = VALUES[name]
    if not pattern.fullmatch(value):
        return wanted
    if name == "year" and is_backwards(value):
        return "the earlier year first, such as 2019..2023"
    return wanted if name in ("before", "after") and not is_day(value) else ""


def is_backwards(years: str) -> bool:
    first, _, last = years.partition("..")
    return bool(first and last) and first > last


def is_day(text: str) -> bool:
    """Whether there is such a day, month or year."""
    try:
        date(*map(int, [*text.split("-"), "1", "1"][:3]))
    except ValueError:
        return False
    return True


def unknown(text: str) -> str:
    """What to say of a word that looks like a field and is none; nothing of any other word."""
    found = LIKE_A_FIELD.fullmatch(text)
    if not found or found[1].lower() in OTHERS or TEX.search(text):
        return ""
    name = found[1].lower()
    near = get_close_matches(name, VALUES, 1)
    return f"{name}: is no field" + (f" (did you mean {near[0]}:?)" if near else "")
