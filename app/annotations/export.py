"""A note's annotations for other programs: as Markdown with the note, as JSON-LD, as a table.

Each is what the person may read, in the order in which it was written; a reply comes after what it
answers.

    >>> safe("=1+1"), safe("- item"), safe("＝1+1"), safe("fine")
    ("'=1+1", "'- item", "'＝1+1", 'fine')
"""

from __future__ import annotations

import csv
import io
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from app.accounts.permissions import Person
from app.annotations import anchored, errata, lost
from app.annotations.addresses import note_of
from app.annotations.anchored import Annotated, Placed
from app.annotations.entries import text_of
from app.annotations.errata import Erratum
from app.annotations.harmless import harmless
from app.annotations.kept import TOLD, Annotation, as_annotation, as_json
from app.annotations.margin import KINDS
from app.annotations.model import CONTEXT
from app.annotations.reading import read
from app.annotations.renames import followed
from app.annotations.sent import sent
from app.search.readable import readable

OF_NOTE = f"""{TOLD} WHERE annotation.note_uid = ? AND annotation.deleted IS NULL
    AND {{readable}} ORDER BY annotation.created, annotation.rowid"""
COLUMNS = ("id", "address", "kind", "by", "created", "modified", "changed_by",
           "visibility", "answers", "quote", "stands", "says", "replacement", "tags", "colour",
           "decided", "creator_as_sent", "created_as_sent")  # fmt: skip
FORMULAS = (*"=+-@＝＋－＠", "\t", "\r", "\n")  # with what a table's cell begins to compute
VERBS = {"question": "asks", "erratum": "corrects", "link": "links", "highlight": "marks",
         "reply": "replies", "comment": "writes"}  # fmt: skip


TO_GO = "These words are to be taken out."


@dataclass(frozen=True)
class Exported:
    """`stands`: how its passage stands in the note today, as `lost.state` has it, but for what was
    accepted and so is as it was proposed; `start`: where, if it does."""

    kept: Annotation
    kind: str
    stands: str
    erratum: Erratum | None
    start: int | None = None


def of_note(connection: sqlite3.Connection, document: Annotated, person: Person) -> list[Exported]:
    """What `person` may read of a note that they may read."""
    sql = OF_NOTE.format(readable=readable(person))
    rows = connection.execute(sql, [document.uid]).fetchall()
    placed = anchored.of_note(connection, document) if rows else []
    places = {each.annotation_id: each for each in placed}
    proposed = errata.of_rows(connection, rows)
    kept = list(followed(connection, person, map(as_annotation, rows)))
    twice = lost.twice(
        connection, [each.annotation_id for each in placed if each.grade == "orphan"]
    )
    found = [
        Exported(
            one,
            KINDS.get(row["motivation"], "comment"),
            stands(one, place, erratum, is_twice=one.id in twice),
            erratum,
            place.start if place else None,
        )
        for one, row in zip(kept, rows, strict=True)
        for place, erratum in [(places.get(row["id"]), proposed.get(row["id"]))]
    ]
    return in_threads(found)


def stands(
    kept: Annotation, place: Placed | None, erratum: Erratum | None, *, is_twice: bool
) -> str:
    if place is None:
        return "exact"
    if erratum is not None and erratum.status == "accepted":
        return erratum.status
    return lost.state(read(kept.stored), place.grade, place.start, is_twice=is_twice)


def in_threads(found: Sequence[Exported]) -> list[Exported]:
    """Each reply behind what its thread began with; one whose root was deleted stands alone."""
    roots = {each.kept.id for each in found if not each.kept.thread}
    replies: dict[str, list[Exported]] = {}
    for each in found:
        if each.kept.thread in roots:
            replies.setdefault(each.kept.thread, []).append(each)
    firsts = (each for each in found if each.kept.thread not in roots)
    return [one for each in firsts for one in (each, *replies.get(each.kept.id, ()))]


def as_page(found: Sequence[Exported], base: str, address: str) -> dict[str, Any]:
    """A page of annotations as the W3C's model has it.

    It says who wrote what and when also where no client said so. What is answered at an address of
    its own does not: that is sent back, and would be stored as the client's word.
    """
    items = [{**as_json(each.kept, base), **maker(each.kept)} for each in found]
    return {
        "@context": CONTEXT,
        "id": f"{base}{address}",
        "type": "AnnotationPage",
        "startIndex": 0,
        "items": items,
    }


def maker(kept: Annotation) -> dict[str, Any]:
    """Who and when, as Gloss knows it; nothing beside a `creator` whose own time is not known."""
    if "creator" in kept.stored:
        return {}
    who = {} if kept.person_id is None else {"creator": {"type": "Person", "name": kept.who}}
    return {**who, "created": kept.stored.get("created", kept.created)}


def as_csv(found: Sequence[Exported], base: str) -> str:
    """With a line of names; no cell begins like a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for each in found:
        writer.writerow(map(safe, cells(each, base)))
    return text.getvalue()


def cells(each: Exported, base: str) -> Iterator[str]:
    kept, reading = each.kept, read(each.kept.stored)
    said = [said.value for said in reading.said if said.purpose != "editing"]
    said += [TO_GO] if each.erratum and each.erratum.takes_out else []
    said += [base + to if to.startswith("/") else to for to in reading.links]
    yield from (kept.id, base + kept.address, each.kind, kept.who, kept.created, kept.modified)
    yield from (
        kept.changed_by,
        kept.visibility,
        kept.reply_to or "",
        kept.quote,
        each.stands,
        "\n\n".join(said),
    )
    yield from (each.erratum.replacement if each.erratum else "", ", ".join(reading.tags))
    yield from (kept.colour, each.erratum.status if each.erratum else "")
    yield from sent(reading, kept.person_id, kept.who, kept.created)


def safe(cell: str) -> str:
    """What a spreadsheet takes for a text."""
    clean = cell.replace("\0", "")
    return f"'{clean}" if clean.startswith(FORMULAS) else clean


def as_markdown(found: Sequence[Exported], source: str, title: str) -> str:
    """The note as it is, and below it what stands in its margin, in the order of the text.

    What is of the whole note, or of a passage that is gone, comes last.
    """
    parts = [f"# In the margin of “{one_line(title)}”"]
    in_text = sorted(found, key=lambda each: (each.start is None, each.start or 0))
    roots = {each.kept.id for each in found}
    for each in in_threads(in_text):
        entry = "\n".join(lines(each, is_alone=each.kept.thread not in roots))
        parts.append(indented(entry) if each.kept.thread in roots else entry)
    body = source.rstrip("\r\n")
    margin = harmless("\n\n".join(parts))
    return f"{body}\n\n---\n\n{margin}\n"


def lines(each: Exported, *, is_alone: bool) -> Iterator[str]:
    """An item of a list: who said it when, the passage, what was said and proposed.

    `is_alone`: what its thread began with is not in the list.
    """
    kept, reading = each.kept, read(each.kept.stored)
    about = [kept.created[:10], *(f"#{tag.replace(' ', '-')}" for tag in reading.tags)]
    about += [kept.colour or "yellow"] if each.kind == "highlight" else []
    about += ["answers a remark that was deleted"] if kept.thread and is_alone else []
    about += ["private"] if kept.visibility == "private" else []
    about += [f"changed by {kept.changed_by}"] if kept.changed_by else []
    about += ["its passage was changed"] if each.stands == "changed" else []
    about += filter(None, [lost.words(each.stands, reading)])
    yield f"- **{one_line(kept.who)}** {VERBS[each.kind]} ({one_line(', '.join(about))})"
    if kept.quote:
        yield from ("", quoted(kept.quote))
    for said in reading.said:
        proposed = said.purpose == "editing"
        if proposed and not said.value.strip():
            yield from ("", f"  {TO_GO}")
            continue
        words = text_of(said) if "html" in said.format.lower() else said.value
        yield from ("", *(["  It should read:", ""] if proposed else []), indented(words))
    for address in reading.links:
        note = note_of(address)  # as the note itself links to another one
        yield from ("", f"  [[{one_line(note)}]]" if note else f"  <{one_line(address)}>")
    if each.erratum and not each.erratum.is_open:
        reason = f": {each.erratum.reason}" if each.erratum.reason else ""
        yield from (
            "",
            indented(f"{each.erratum.status.capitalize()} by {each.erratum.who}{reason}"),
        )


def quoted(words: str) -> str:
    return "\n".join(f"  > {line}" for line in words.splitlines())


def indented(words: str) -> str:
    return "\n".join(f"  {line}" if line.strip() else "" for line in words.splitlines())


def one_line(words: str) -> str:
    return " ".join(words.split())
