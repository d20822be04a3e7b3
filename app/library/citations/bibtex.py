"""BibTeX, read with patience: every entry that can be understood, and what is wrong with the rest.

>>> found = read("@misc{a, title = {On Walks}, year = 1905}\\n@misc{b title = {}}", line=7)
>>> [(work.key, work.csl["title"], work.line) for work in found.works]
[('a', 'On Walks', 7)]
>>> [(problem.line, problem.reason) for problem in found.problems]
[(8, 'This BibTeX entry cannot be read: Expected comma after entry key, but found =.')]
"""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bibtexparser.entrypoint import parse_string
from bibtexparser.model import DuplicateBlockKeyBlock, DuplicateFieldKeyBlock, Entry, String
from bibtexparser.model import ParsingFailedBlock as Failed

from app.library.citations import csl
from app.library.front.front_matter import Remark
from app.library.names import key as compared

logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)  # what is wrong, we say ourselves

# A value is pieces joined by #: in braces (which may nest), in quotation marks, or a bare word.
BARE = re.compile(r"[^\s#{}\",]+")
OWN = re.compile(r"bdsk-|__|file$|owner$|timestamp$|groups$|date-(added|modified)$|annot|review$")
LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ð": "d"})
INHERITED = {"title": "booktitle", "subtitle": "booksubtitle"}  # by a part, from its whole
NOT_INHERITED = frozenset({"crossref", "author", "pages", "doi", "url", "eprint", "abstract"})


@dataclass(frozen=True)
class Work:
    """One work: its key, CSL JSON, clean BibTeX, and the line where it is defined."""

    key: str
    csl: dict[str, Any]
    bibtex: str
    line: int


@dataclass
class Read:
    works: list[Work] = field(default_factory=list)
    problems: list[Remark] = field(default_factory=list)


def read(source: str, line: int = 1) -> Read:
    """Every work in `source`, whose first line is `line` of its file; never raises."""
    found = Read()
    try:
        blocks = parse_string(source, parse_stack=[]).blocks
    except Exception as error:  # the parser is not ours, and files hold anything
        found.problems.append(Remark(line, f"This BibTeX cannot be read: {error}."))
        return found
    strings = dict(constants(blocks))
    entries = list(take(found, blocks, strings, line))
    known = {compared(entry.key): values for entry, values in reversed(entries)}
    for entry, values in entries:
        add(found, entry, inherited(values, known), line + (entry.start_line or 0))
    found.problems.sort(key=lambda problem: problem.line)
    return found


def constants(blocks: list[Any]) -> Iterator[tuple[str, str]]:
    """What `@string` defines, each with those before it."""
    known: dict[str, str] = {}
    for block in blocks:
        if isinstance(block, String):
            known[block.key.lower()] = value_of(str(block.value), known)
    yield from known.items()


def take(
    found: Read, blocks: list[Any], strings: Mapping[str, str], line: int
) -> Iterator[tuple[Entry, dict[str, str]]]:
    """Each entry with its values; what is no entry becomes a problem."""
    seen: set[str] = set()
    for block in blocks:
        at = line + (getattr(block, "start_line", 0) or 0)
        if isinstance(block, DuplicateBlockKeyBlock | DuplicateFieldKeyBlock):
            block = block.ignore_error_block
        if isinstance(block, Failed):
            reason = str(getattr(block.error, "abort_reason", block.error)).strip().rstrip(".")
            words = f"This BibTeX entry cannot be read: {' '.join(reason.split())}."
            found.problems.append(Remark(at, words))
        elif isinstance(block, Entry) and not block.key.strip():
            found.problems.append(Remark(at, "This BibTeX entry has no key."))
        elif isinstance(block, Entry):
            if compared(block.key) in seen:
                found.problems.append(Remark(at, f"{block.key} is defined here a second time."))
            else:
                seen.add(compared(block.key))
                yield block, values_of(block, strings)


def values_of(entry: Entry, strings: Mapping[str, str]) -> dict[str, str]:
    """The fields by their names in small letters; of one that comes twice, the first."""
    found: dict[str, str] = {}
    for each in entry.fields:
        found.setdefault(each.key.strip().lower(), value_of(str(each.value), strings))
    return found


def value_of(written: str, strings: Mapping[str, str]) -> str:
    r"""A value without its delimiters, its pieces joined.

    >>> value_of('{A {B}} # " \\"{o}" # jan', {"jan": "January"})
    'A {B} \\"{o}January'
    """
    pieces = []
    at = 0
    while at < len(written):
        if written[at] in '{"':
            end = closing(written, at)
            pieces.append(written[at + 1 : end])
            at = end + 1
        elif bare := BARE.match(written, at):
            pieces.append(strings.get(bare[0].lower(), bare[0]))
            at = bare.end()
        else:
            at += 1
    return "".join(pieces)


def closing(written: str, start: int) -> int:
    """Where the piece that begins at `start` ends: its brace, or the next quotation mark."""
    depth = 0
    quoted = written[start] == '"'
    at = start + quoted
    while at < len(written):
        character = written[at]
        if character == "\\":
            at += 1
        elif character == "{":
            depth += 1
        elif character == "}":
            depth -= 1
        if depth <= 0 and character == ('"' if quoted else "}"):
            return at
        at += 1
    return len(written)


def inherited(values: dict[str, str], known: Mapping[str, dict[str, str]]) -> dict[str, str]:
    """With what a part has from the whole that its `crossref` names."""
    whole = known.get(compared(values.get("crossref", "").strip()), {})
    given = {INHERITED.get(name, name): v for name, v in whole.items() if name not in NOT_INHERITED}
    return {**given, **values}


def add(found: Read, entry: Entry, values: dict[str, str], line: int) -> None:
    key = entry.key.strip()
    kind = entry.entry_type.strip().lower()
    try:
        described = csl.item(kind, values)
    except Exception as error:  # a name that no rule foresaw costs one entry, not the file
        found.problems.append(Remark(line, f"{key} cannot be understood: {error}."))
        return
    found.works.append(Work(key, {"id": key, **described}, written(kind, key, values), line))


def written(kind: str, key: str, values: Mapping[str, str]) -> str:
    """The entry as BibTeX that needs no other file, without what programs keep for themselves."""
    lines = [
        f"  {name} = {{{value.strip()}}},\n"
        for name, value in values.items()
        if value.strip() and balanced(value) and not OWN.match(name) and name != "crossref"
    ]
    return f"@{kind}{{{key},\n{''.join(lines)}}}\n"


def sort_key(item: Mapping[str, Any]) -> str:
    r"""By author, year and title, as lists of references are sorted.

    >>> sort_key(read("@misc{a, author={{\\O}re, O.}, title={The T}, year=1936}").works[0].csl)
    'ore|1936|the t'
    """
    people = item.get("author") or item.get("editor") or []
    names = [each.get("family") or each.get("literal", "") for each in people[:3]]
    parts = item.get("issued", {}).get("date-parts", [[9999]])
    title = str(item.get("title", ""))
    words = " ".join(names) or title
    return f"{folded(words)}|{parts[0][0]:04}|{folded(title)}"[:300]


def folded(text: str) -> str:
    """Without accents, which no alphabet here sorts by."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return plain.translate(LETTERS)


def balanced(value: str) -> bool:
    depth = 0
    for brace in re.findall(r"(?<!\\)[{}]", value):
        depth += 1 if brace == "{" else -1
        if depth < 0:
            return False
    return depth == 0
