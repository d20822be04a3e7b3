"""A BibTeX entry's fields as CSL JSON, the form in which citation styles know a work.

>>> work = item("article", {"author": 'G{\\\\"o}del, Kurt', "year": "1931", "pages": "173--198"})
>>> work["author"], work["issued"], work["page"]
([{'family': 'Gödel', 'given': 'Kurt'}], {'date-parts': [[1931]]}, '173-198')
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bibtexparser.middlewares.names import (
    NameParts,
    parse_single_name_into_parts,
    split_multiple_persons_names,
)

from app.library.citations import arxiv, latex

TYPES = {
    "article": "article-journal",
    "book": "book",
    "booklet": "pamphlet",
    "conference": "paper-conference",
    "dataset": "dataset",
    "electronic": "webpage",
    "inbook": "chapter",
    "incollection": "chapter",
    "inproceedings": "paper-conference",
    "manual": "report",
    "mastersthesis": "thesis",
    "online": "webpage",
    "patent": "patent",
    "phdthesis": "thesis",
    "proceedings": "book",
    "report": "report",
    "techreport": "report",
    "thesis": "thesis",
    "www": "webpage",
}
GENRES = {"phdthesis": "PhD thesis", "mastersthesis": "Master’s thesis"}
# Each variable of CSL, and the fields that may hold it: the first that has something.
TEXTS = {
    "container-title": ("journal", "journaltitle", "booktitle", "maintitle"),
    "container-title-short": ("shortjournal",),
    "collection-title": ("series",),
    "volume": ("volume",),
    "publisher": ("publisher", "school", "institution", "organization"),
    "publisher-place": ("address", "location"),
    "edition": ("edition",),
    "chapter-number": ("chapter",),
    "genre": ("type",),
    "version": ("version",),
    "note": ("note",),
    "ISBN": ("isbn",),
    "ISSN": ("issn",),
}
PEOPLE = ("author", "editor", "translator")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DAY = re.compile(r"(-?\d{1,4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?(?=$|[T/~?])")
ADDRESS = re.compile(r"https?://[^\s{}]+")
DOI = re.compile(r"10\.\d{4,9}/[^\s{}]+")


def item(kind: str, fields: Mapping[str, str]) -> dict[str, Any]:
    """CSL JSON without its id. `kind` is the entry's type; the fields are as BibTeX has them."""
    found: dict[str, Any] = {"type": type_of(kind, fields)}
    title = ": ".join(text for name in ("title", "subtitle") if (text := text_of(fields, name)))
    found["title"] = title or text_of(fields, "booktitle")
    found |= {name: people(fields.get(name, "")) for name in PEOPLE}
    found |= {name: first(fields, names) for name, names in TEXTS.items()}
    found["genre"] = found["genre"] or GENRES.get(kind, "")
    number = text_of(fields, "number") or text_of(fields, "issue")
    found["issue" if found["type"] == "article-journal" else "number"] = number
    found["page"] = re.sub(r"\s*[-–—]+\s*", "-", text_of(fields, "pages"))
    found["issued"] = issued(fields)
    found["DOI"] = matched(DOI, fields.get("doi", ""))
    preprint = arxiv.number(fields)
    found["URL"] = address(fields, preprint)
    found |= arxiv.described(found, preprint) if preprint else {}
    return {name: value for name, value in found.items() if value}


def type_of(kind: str, fields: Mapping[str, str]) -> str:
    if kind == "article" and not first(fields, TEXTS["container-title"]):
        return "article"
    if kind in TYPES:
        return TYPES[kind]
    return "webpage" if "url" in fields and "eprint" not in fields else "article"


def first(fields: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((text for name in names if (text := text_of(fields, name))), "")


def text_of(fields: Mapping[str, str], name: str) -> str:
    return latex.text(fields.get(name, ""))


def people(value: str) -> list[dict[str, str]]:
    """The names of a field; what stands in braces, such as a group's name, stays whole."""
    value = " ".join(value.split())
    return [name for each in split_multiple_persons_names(value) if (name := person(each))]


def person(name: str) -> dict[str, str]:
    if name == "others":
        return {"literal": name}
    parts: NameParts = parse_single_name_into_parts(name, strict=False)
    named = {
        "family": parts.last,
        "given": parts.first,
        "non-dropping-particle": parts.von,
        "suffix": parts.jr,
    }
    found = {key: text for key, words in named.items() if (text := latex.text(" ".join(words)))}
    return found if "family" in found else {"literal": " ".join(found.values())} if found else {}


def issued(fields: Mapping[str, str]) -> dict[str, Any]:
    """The day, as far as it is known; a year that is no number stays as it is written."""
    date = text_of(fields, "date")
    if match := DAY.match(date):
        return {"date-parts": [[int(part) for part in match.groups() if part]]}
    year = text_of(fields, "year") or date
    if not re.fullmatch(r"\d{1,4}", year):
        return {"literal": year} if year else {}
    parts = [int(year), *months(text_of(fields, "month"))]
    return {"date-parts": [parts]}


def months(value: str) -> list[int]:
    """The month as a number, by its name or its number, and the day if it follows (`jan 15`)."""
    words = re.findall(r"[^\W\d_]+|\d+", value.lower())
    named = [MONTHS.index(word[:3]) + 1 for word in words if word[:3] in MONTHS]
    digits = [int(word) for word in words if word.isdecimal()]
    if not named and len(digits) == 1 and 1 <= digits[0] <= 12:
        return digits
    is_day = len(named) == 1 and len(digits) == 1 and 1 <= digits[0] <= 31
    return [*named[:1], *digits] if is_day else named[:1]


def address(fields: Mapping[str, str], preprint: str) -> str:
    """Where the work is to be had, unless the DOI says so."""
    for name in ("url", "howpublished"):
        if found := matched(ADDRESS, fields.get(name, "")):
            return found
    return f"{arxiv.ADDRESS}{preprint}" if preprint else ""


def matched(pattern: re.Pattern[str], value: str) -> str:
    """What is no prose is not read as LaTeX, but may have its characters escaped."""
    plain = re.sub(r"\\([_%&#~{}])(?:\{\})?", r"\1", value)
    match = pattern.search(plain)
    return match[0].rstrip(".,;") if match else ""
