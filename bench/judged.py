"""Judged collections, as they are handed round: documents, queries, and who answers what.

Read are TREC's SGML, SMART's `.I .T .A .W` (Cranfield, CISI, CACM, MEDLINE), JSON lines and lines
with tabs; for judgments TREC's four columns, three columns (BEIR's have a heading), SMART's two
and more. What a file is, it says itself. Whatever does not fit raises Unreadable.
"""

from __future__ import annotations

import html
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

Fields = dict[str, str]
Judgments = dict[str, dict[str, float]]

SMART = re.compile(r"^\.I[ \t]+(\S+)[^\n]*\n", re.MULTILINE)
SMART_FIELD = re.compile(r"^\.([A-Z])[ \t]*$\n?", re.MULTILINE)
TEXTS = "AWK"  # author, words, keywords: a document's text; its title is T
TAG = re.compile(r"<[^>]*>")
NUMBER = re.compile(r"(?i)^\s*number:\s*")
TITLES, IDS, BODIES = (
    ("title", "headline", "ttl"),
    ("_id", "id", "docno", "doc_id"),
    ("text", "body"),
)


class Unreadable(Exception):
    """The file is not what it should be; the message names it and says why."""


@dataclass(frozen=True)
class Document:
    id: str
    title: str
    text: str


def documents(path: Path) -> list[Document]:
    """All documents of a file, in its order; the last of those with the same name counts."""
    found = {key: Document(key, title, text) for key, title, text in entries(path, "doc", "docno")}
    return list(found.values())


def queries(path: Path) -> dict[str, str]:
    """The text of each query; of a TREC topic its title."""
    asked = {key: title or text for key, title, text in entries(path, "top", "num")}
    asked = {key: text for key, text in asked.items() if text}
    if not asked:
        raise Unreadable(f"{path}: no query has any text")
    return asked


def entries(path: Path, tag: str, number: str) -> Iterator[tuple[str, str, str]]:
    text = read(path)
    begin = text.lstrip()[:2000]
    if begin.startswith("<"):
        found = list(of_sgml(text, tag, number))
    elif begin.startswith("{"):
        found = list(of_json(text, path))
    elif SMART.match(begin):
        found = list(of_smart(text))
    elif "\t" in begin.split("\n", 1)[0]:
        found = list(of_tabs(text, path))
    else:
        raise Unreadable(f"{path}: neither SGML, nor .I and .W, nor JSON lines, nor tabs")
    if not found:
        raise Unreadable(f"{path}: nothing in it was understood")
    return (
        (key, " ".join(title.split()), " ".join(words.split()))
        for key, title, words in found
        if key
    )


def read(path: Path) -> str:
    try:
        text = path.read_bytes().decode("utf-8", "replace").lstrip("\ufeff")
    except OSError as error:
        raise Unreadable(f"{path}: {error.strerror}") from None
    if not text.strip():
        raise Unreadable(f"{path}: the file is empty")
    return text.replace("\r\n", "\n")


def of_sgml(text: str, tag: str, number: str) -> Iterator[tuple[str, str, str]]:
    for entry in re.findall(rf"(?is)<{tag}\b[^>]*>(.*?)</{tag}\s*>", text):
        key = NUMBER.sub("", element(entry, number, tag))
        title = next(filter(None, (element(entry, name, tag) for name in TITLES)), "")
        words = element(entry, "text", tag) or plain(without(entry, (number, *TITLES)))
        yield key.strip(), title, "" if tag == "top" and title else words


def element(entry: str, name: str, tag: str) -> str:
    """The text of all elements of a name; TREC's topics do not close theirs."""
    close = rf"</{name}\s*>" if tag == "doc" or f"</{name}" in entry.lower() else "(?=<|$)"
    parts = re.findall(rf"(?is)<{name}\b[^>]*>(.*?){close}", entry)
    return " ".join(map(plain, parts)).strip()


def without(entry: str, names: tuple[str, ...]) -> str:
    for name in names:
        entry = re.sub(rf"(?is)<{name}\b[^>]*>.*?</{name}\s*>", " ", entry)
    return entry


def plain(markup: str) -> str:
    return html.unescape(TAG.sub(" ", markup))


def of_smart(text: str) -> Iterator[tuple[str, str, str]]:
    parts = SMART.split(text)[1:]
    for key, body in zip(parts[::2], parts[1::2], strict=True):
        pieces = SMART_FIELD.split(body)[1:]
        fields: dict[str, list[str]] = {}
        for name, piece in zip(pieces[::2], pieces[1::2], strict=True):
            fields.setdefault(name, []).append(piece)
        texts = [piece for name in TEXTS for piece in fields.get(name, [])]
        yield key.lstrip("0") or key, " ".join(fields.get("T", [])), " ".join(texts)


def of_json(text: str, path: Path) -> Iterator[tuple[str, str, str]]:
    for number, line in enumerate(filter(str.strip, text.split("\n")), 1):
        try:
            found = json.loads(line)
        except ValueError:
            raise Unreadable(f"{path}: line {number} is not JSON") from None
        if not isinstance(found, dict):
            raise Unreadable(f"{path}: line {number} is not an object")
        key, title, words = (first(found, names) for names in (IDS, TITLES, BODIES))
        if not key:
            raise Unreadable(f"{path}: line {number} has no _id")
        yield key, title, words


def first(found: dict[str, object], names: tuple[str, ...]) -> str:
    return next((str(found[name]) for name in names if found.get(name) not in (None, "")), "")


def of_tabs(text: str, path: Path) -> Iterator[tuple[str, str, str]]:
    for number, line in enumerate(filter(str.strip, text.split("\n")), 1):
        parts = line.split("\t", 2)
        if len(parts) == 1:
            raise Unreadable(f"{path}: line {number} has no tab")
        if number > 1 or parts[0].strip().lower() not in (*IDS, "query_id", "query-id"):
            title = parts[1] if len(parts) == 3 else ""
            yield parts[0].strip(), title, parts[-1]


def judgments(path: Path) -> Judgments:
    """For each query its documents' grades, as they stand there; a negative one counts as 0."""
    rows = [line.split() for line in read(path).split("\n") if line.strip()]
    if is_heading(rows[0]):
        rows = rows[1:]
    wide = Counter(map(len, rows)).most_common(1)[0][0] if rows else 0
    if wide not in (2, 3, 4):
        raise Unreadable(f"{path}: judgments have two, three or four columns, these {wide}")
    # SMART's files of four columns end with two that are always nothing.
    is_bare = wide == 2 or (wide == 4 and all(set(row[2:]) <= NOTHING for row in rows))
    judged: Judgments = {}
    for number, row in enumerate(rows, 1):
        document = row[1] if is_bare or len(row) < 4 else row[2]
        try:
            grade = 1.0 if is_bare or len(row) == 2 else float(row[-1])
        except ValueError:
            raise Unreadable(f"{path}: judgment {number} has no grade: {row[-1]}") from None
        judged.setdefault(row[0], {})[document] = max(grade, 0.0)
    return judged


NOTHING = {"0", "0.0", "0.000000"}


def is_heading(row: list[str]) -> bool:
    return row[0].lower() in ("query-id", "query_id", "qid", "topic")


def matched(
    docs: list[Document], asked: dict[str, str], judged: Judgments
) -> tuple[dict[str, str], Judgments, str]:
    """Queries that have an answer among the documents, with their judgments, and a remark.

    In SMART's Cranfield and CISI files queries have a number of their own, while judgments count
    them from 1: so it is if the judgments know each place in the order, and not each number.
    """
    remark = ""
    places = {str(place): key for place, key in enumerate(asked, 1)}
    known = {key.lstrip("0") or key for key in judged}
    if set(places) >= known and not set(asked) >= known:
        asked = {place: asked[key] for place, key in places.items()}
        remark = "The judgments name queries by their place in the file."
    named = {plain_id(document.id): document.id for document in docs}
    kept: Judgments = {}
    for key, grades in judged.items():
        there = {
            named[plain_id(name)]: grade
            for name, grade in grades.items()
            if plain_id(name) in named
        }
        query = key if key in asked else key.lstrip("0")
        if query in asked and any(there.values()):
            kept[query] = there
    if not kept:
        raise Unreadable("No judged query has an answer among these documents")
    return {key: text for key, text in asked.items() if key in kept}, kept, remark


def plain_id(key: str) -> str:
    return key.lstrip("0") or key
