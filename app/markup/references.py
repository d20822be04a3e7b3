"""Works in words: a citation in a sentence, an entry of a list, in the style that a library chose.

The styles are CSL, read by citeproc-py, which is known here and nowhere else. Works are CSL JSON.

    >>> work = '{"id": "a", "type": "book", "title": "On <Walks>", "author": [{"family": "Roe"}]}'
    >>> label(work, "harvard")
    'Roe, no date'
    >>> entry(work, "harvard")
    'Roe (no date) <i>On &lt;Walks&gt;</i>.'

Every work is set by itself and kept, so that a page costs what is new on it: numbers and the
letters of one year (2004a) are the page's.
"""

from __future__ import annotations

import html
import json
import logging
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import nh3
from citeproc import (
    STYLES_PATH,
    Citation,
    CitationItem,
    CitationStylesBibliography,
    CitationStylesStyle,
    Locator,
)
from citeproc.formatter import html as formatter
from citeproc.source.json import CiteProcJSON

from app.errors import BadSetting, Unavailable
from app.markup.mathematics import typeset

log = logging.getLogger("gloss.references")

OWN = Path(__file__).parent / "styles"
NAMED = {
    "harvard": Path(STYLES_PATH) / "harvard-cite-them-right.csl",
    "numbered": OWN / "numbered.csl",
}
KEPT = 20_000  # entries and citations; about 1 kB each
TAGS = {"i", "b", "sup", "sub", "span"}
# Characters that HTML reads otherwise stand in a private place while the style does its work.
HIDDEN = {"&": "\ue000", "<": "\ue001", ">": "\ue002"}
SHOWN = {"\ue000": "&amp;", "\ue001": "&lt;", "\ue002": "&gt;"}
OURS = re.compile("[\ue000-\uf8ff]")
FORMULA = re.compile(r"(?<!\\)\$([^$]{1,500}?)(?<!\\)\$")
FORMULAS = 0xE100  # and upwards, one character for each formula of a work
MOST_FORMULAS = 50  # of one work; the others stay TeX
TYPESET = 100_000  # characters of HTML for all formulas of one work
LONGEST = 2_000  # characters of one field; what is longer is cut
MOST_NAMES = 200  # in one list
NO_PROSE = {"URL", "DOI"}  # a dollar in them is a dollar
# Neither quotation marks nor what stands for a bracket or a formula belongs to an address.
ADDRESS = re.compile(
    "https?://[^\\s<”“\ue001\ue002\ue100-\uf8ff]*[^\\s<”“\ue001\ue002\ue100-\uf8ff.,;]"
    r"|\barXiv:(?P<arxiv>(?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Za-z]{2})?/\d{7})(?:v\d+)?)"
)
NUMBER = re.compile(r"^\W{0,2}1\W{0,3}(?=[^\W\d])")  # citation numbers are the list's
OTHERS = "others"  # how BibTeX says that there are more authors
AND_OTHERS = re.compile(r",?\s+(?:and|&amp;|&)\s+others\b|,\s+others\b")
PLACES = {
    "page": r"pp?|pages?",
    "chapter": r"ch|chap|chapter",
    "section": r"sec|sect|section|§§?",
    "figure": r"figs?|figure",
    "volume": r"vol|volume",
    "issue": r"no|issue",
    "paragraph": r"para|paragraph|¶",
    "part": r"pt|part",
    "line": r"ll?|lines?",
    "verse": r"v|verse",
    "note": r"n|note",
}
NAMED_PLACE = "|".join(f"(?P<{name}>{words})" for name, words in PLACES.items())
LOCATOR = re.compile(
    rf"(?:(?:{NAMED_PLACE})(?:\.\s*|\s+|(?=[\d§¶])))?"
    r"(?P<where>\d[\w.:]*(?:\s?[-–]+\s?\d[\w.:]*)?)(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True)
class Style:
    """How citations stand in a sentence: `(` … `; ` … `)`. `numeric`: by the number in the list."""

    source: Any
    numeric: bool
    prefix: str
    suffix: str
    delimiter: str


def style(name: str) -> Style:
    """The style of that name, or in that .csl file; BadSetting says which there are."""
    path = NAMED.get(name) or Path(name).expanduser()
    if not path.is_file() and (bundled := Path(STYLES_PATH) / f"{name}.csl").is_file():
        path = bundled
    try:
        return loaded(path, path.stat().st_mtime_ns)
    except Exception as error:  # whatever lxml says of a file that is no style
        known = ", ".join(NAMED)
        raise BadSetting(
            f"citation_style is {name!r}: there is no such style.",
            field="citation_style",
            hint=f"Choose {known}, or give the path of a .csl file ({type(error).__name__}).",
        ) from error


@lru_cache(maxsize=4)
def loaded(path: Path, _changed: int) -> Style:
    source = CitationStylesStyle(str(path), validate=False)
    believe_journals(source.root)
    layout = source.root.citation.layout
    formats = source.root.xpath("//*[local-name()='category']/@citation-format")
    return Style(
        source,
        "numeric" in formats,
        layout.get("prefix", ""),
        layout.get("suffix", ""),
        layout.get("delimiter", "; "),
    )


def believe_journals(root: Any) -> None:
    """Some styles take an article of a journal for a preprint where its volume is not known."""
    for mark in root.xpath("//*[local-name()='text'][@value='Preprint']"):
        for test in mark.xpath("ancestor::*[contains(@type, 'article-journal')]"):
            others = [kind for kind in test.get("type").split() if kind != "article-journal"]
            test.set("type", " ".join(others) or "article")


def entry(work: str, name: str) -> str:
    """The work as an entry of a list of references, in HTML."""
    return entry_in(style(name), work)


def label(work: str, name: str, locator: str = "", *, no_author: bool = False) -> str:
    """The work as a citation names it, without brackets: `Doe and Roe, 2004, p. 3`."""
    return label_in(style(name), work, locator, no_author)


def narrative(work: str, name: str) -> tuple[str, str]:
    """The two parts of a citation in the flow of a sentence: `Doe and Roe`, `2004`."""
    whole, year = label(work, name), label(work, name, no_author=True)
    if year and whole.endswith(year):
        return whole.removesuffix(year).rstrip(" ,("), year
    return whole, ""


@lru_cache(maxsize=KEPT)
def entry_in(chosen: Style, work: str) -> str:
    return written(work, lambda item: NUMBER.sub("", bibliography(chosen, item)))


@lru_cache(maxsize=KEPT)
def label_in(chosen: Style, work: str, locator: str, no_author: bool) -> str:
    def cited(item: dict[str, Any]) -> str:
        if no_author:
            kept = ("id", "type", "issued", "year-suffix")
            item = {name: item[name] for name in kept if name in item}
        found = citation(chosen, item, locator)
        return found.removeprefix(chosen.prefix).removesuffix(chosen.suffix)

    return written(work, cited)


def written(work: str, write: Callable[[dict[str, Any]], str]) -> str:
    """What `write` makes of the work, safe; where the style fails, a plain form of our own."""
    formulas: list[str] = []
    item = {**hide(json.loads(work), formulas), "id": "work"}
    try:
        with LOCK:
            found = write(item)
    except Exception as error:  # citeproc-py raises all sorts of things for what is not foreseen
        log.warning("the style cannot set a work (%s): %s", type(error).__name__, work)
        found = plainly(item)
    if (item.get("author") or [{}])[-1].get("literal") == OTHERS:
        found = AND_OTHERS.sub(" <i>et al.</i>", found)
    return shown(ADDRESS.sub(link, nh3.clean(found, tags=TAGS, attributes={})), formulas)


LOCK = threading.Lock()  # a style keeps its state in itself


def bibliography(chosen: Style, item: dict[str, Any]) -> str:
    source = CitationStylesBibliography(chosen.source, CiteProcJSON([item]), formatter)
    source.register(Citation([CitationItem(item["id"])]))
    return str(source.bibliography()[0])


def citation(chosen: Style, item: dict[str, Any], locator: str) -> str:
    source = CitationStylesBibliography(chosen.source, CiteProcJSON([item]), formatter)
    cited = Citation([CitationItem(item["id"], **place(locator))])
    source.register(cited)
    return str(source.cite(cited, lambda _: None))


def place(locator: str) -> dict[str, Any]:
    """Where to look: `p. 3` is the page 3; what names no known place stays as it is written.

    >>> found = place("pp. 3-5, Theorem 2")
    >>> found["locator"].label, found["locator"].identifier, found["suffix"]
    ('page', '3-5', ', Theorem 2')
    """
    if not locator:
        return {}
    locator = "".join(HIDDEN.get(each, each) for each in OURS.sub("\ufffd", locator))
    match = LOCATOR.fullmatch(locator)
    if match is None:
        return {"suffix": f", {locator}"}
    named = next((name for name in PLACES if match[name]), "page")
    found: dict[str, Any] = {"locator": Locator(named, match["where"])}
    return {**found, "suffix": match["rest"]} if match["rest"] else found


def plainly(item: dict[str, Any]) -> str:
    people = [each.get("family") or each.get("literal", "") for each in item.get("author", [])]
    parts = item.get("issued", {}).get("date-parts", [[""]])
    year = item.get("issued", {}).get("literal", "") or str(parts[0][0])
    return ", ".join(part for part in (*people[:3], year, item.get("title", "")) if part)


def hide(given: Any, formulas: list[str], *, prose: bool = True) -> Any:
    """The item with nothing in it that a style or HTML could take for a mark, and not too long."""
    if isinstance(given, dict):
        return {
            name: hide(value, formulas, prose=name not in NO_PROSE) for name, value in given.items()
        }
    if isinstance(given, list):
        return [hide(value, formulas, prose=prose) for value in given[:MOST_NAMES]]
    if not isinstance(given, str):
        return given

    def put_away(match: re.Match[str]) -> str:
        if len(formulas) >= MOST_FORMULAS:
            return match[0]
        formulas.append(match[1])
        return chr(FORMULAS + len(formulas) - 1)

    given = OURS.sub("\ufffd", shortened(given))
    given = FORMULA.sub(put_away, given) if prose and "$" in given else given
    return "".join(HIDDEN.get(character, character) for character in given)


def shortened(value: str) -> str:
    """
    >>> shortened("word " * 1000)[-7:]
    ' word …'
    """
    if len(value) <= LONGEST:
        return value
    return f"{value[:LONGEST].rpartition(' ')[0] or value[:LONGEST]} …"


def link(match: re.Match[str]) -> str:
    """An address as a link; a bracket that closes what did not begin in it is not part of it."""
    address = match[0]
    if number := match["arxiv"]:
        href = f"https://arxiv.org/abs/{number}"
        return f'<a href="{href}" rel="noopener noreferrer">{address}</a>'
    while address.endswith(")") and address.count(")") > address.count("("):
        address = address.removesuffix(")")
    after = match[0].removeprefix(address)
    href = address.replace('"', "%22")
    return f'<a href="{href}" rel="noopener noreferrer">{address}</a>{after}'


def shown(found: str, formulas: list[str]) -> str:
    """With everything in its place again that was hidden."""
    left = TYPESET

    def put_back(match: re.Match[str]) -> str:
        nonlocal left
        number = ord(match[0]) - FORMULAS
        if not 0 <= number < len(formulas):
            return SHOWN.get(match[0], "")
        html_of = formula(formulas[number]) if left > 0 else ""
        left -= len(html_of)
        return html_of if left >= 0 and html_of else html.escape(f"${formulas[number]}$")

    return OURS.sub(put_back, found)


def formula(tex: str) -> str:
    try:
        return typeset(tex, display=False).html
    except Unavailable:
        return ""
