"""What was typed into the form of an annotation, and what a passage is called in an address."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from flask import g, request
from werkzeug.datastructures import MultiDict

from app.accounts.permissions import Action, visibilities
from app.annotations import anchoring
from app.annotations.addresses import note_of
from app.annotations.composing import Typed
from app.annotations.own_addresses import inner
from app.errors import BadInput
from app.library import documents
from app.library.documents import Document
from app.library.names import key
from app.library.writing import completion
from app.web.root import roots

FORMULA = re.compile(r"\$+[^$]*\$+")
ENDS = 6  # words: a longer passage is named by its beginning and its end
SHOWN = 70  # characters of a paragraph, in the list of them
NEAR = 3  # notes that may have been meant
NUMBERS = ("start", "end", "block")
WORDS = ("quote", "comment", "visibility", "kind", "colour", "tags", "link", "replacement",
         "takes_out", "evidence", "reply_to")  # fmt: skip
FIELDS = (*WORDS, *NUMBERS, "note", "sha256")


@dataclass(frozen=True)
class Paragraph:
    """A line of the note's text, with its number from 0."""

    number: int
    words: str


def typed_in(values: MultiDict[str, str]) -> dict[str, str]:
    """What was typed into each field; what else it may be is not chosen here."""
    clean = {name: values.get(name, "").replace("\0", "") for name in FIELDS}
    kind = clean["kind"] or ("reply" if clean["reply_to"] else "comment")
    return {**clean, "kind": kind, "visibility": clean["visibility"] or "shared"}


def understood(typed: dict[str, str], note: Document | None) -> Typed:
    """The same with numbers for numbers, and the note that a link means."""
    if typed["block"] and note is not None and typed["sha256"] not in ("", note.sha256):
        raise BadInput(
            "The note was changed in between.",
            field="block",
            hint="Choose the paragraph again.",
        )
    if note is not None and is_title(typed["quote"], note):
        raise BadInput(
            "This is the note's title, which is no part of its text: it cannot be marked.",
            field="quote",
            hint="Say it of the whole note: leave this empty.",
        )
    if typed["quote"].strip() and typed["block"] and not typed["start"]:
        raise BadInput("Quote the words or choose a paragraph, not both.", field="block")
    words: dict[str, Any] = {name: typed[name] for name in WORDS}
    numbers: dict[str, Any] = {name: number(typed[name]) for name in NUMBERS}
    meant = linked(typed["link"], note.path if note else "") if typed["kind"] == "link" else ""
    return Typed(**{**words, "link": meant}, **numbers)


def is_title(quote: str, note: Document) -> bool:
    """Whether these words stand in the title alone."""
    words = " ".join(quote.split())
    return bool(words) and words in note.title and not anchoring.words(note.text, words)


def number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 9 else None


def linked(words: str, path: str) -> str:
    """The id of the note that is meant by its address, its path, its name or its title."""
    wanted = words.strip().removeprefix("[[").removesuffix("]]").partition("|")[0].strip()
    wanted = note_of(inner(wanted, roots())) or wanted
    if not wanted:
        return ""
    seen = visibilities(g.person, Action.READ)
    found = documents.resolve(g.db, [wanted], path, seen)
    return found[wanted].path if wanted in found else titled(wanted, path, seen)


def titled(wanted: str, path: str, seen: Sequence[str]) -> str:
    """The id of the note of this title, if there is one; else what might have been meant."""
    near = completion.notes(g.db, wanted, seen, path)
    named = [each for each in near if key(each.label) == key(wanted)]
    if len(named) == 1:
        return named[0].detail
    told = f"There is no note “{shortened(wanted)}”."
    if named:
        told = f"Several notes are called “{shortened(wanted)}”."
    meant = ", ".join(each.detail for each in (named or near)[:NEAR])
    told += f" Perhaps {meant}?" if meant else " Type the title or the path of one."
    raise BadInput(told, field="link")


def paragraphs(text: str) -> list[Paragraph]:
    """The lines of a note's text, each by how it begins."""
    lines = enumerate(text.split("\n"))
    return [Paragraph(at, shortened(line)) for at, line in lines if line.strip()]


def shortened(words: str, most: int = SHOWN) -> str:
    return words if len(words) <= most else words[:most].rsplit(" ", 1)[0] + " …"


def is_part() -> bool:
    """Whether a script asks for a part of a page."""
    return "HX-Request" in request.headers


def passage(words: str) -> str:
    """A fragment with which a browser marks the passage in its page, without scripts.

    A formula's TeX does not stand in the page, so such a passage is named by the words around.
    Where it is all formula it has no such name: an empty fragment, which is to be no link.

    >>> passage("a walk, in many dimensions"), passage("after $N$ steps"), passage("$N$")
    ('#:~:text=a%20walk%2C%20in%20many%20dimensions', '#:~:text=after,steps', '')
    """
    pieces = [piece.split() for piece in FORMULA.split(words) if piece.strip()]
    if not pieces:
        return ""
    first, last = pieces[0], pieces[-1]
    whole = len(pieces) == 1 and len(first) <= 2 * ENDS
    ends = [first] if whole else [first[:ENDS], last[-ENDS:]]
    return "#:~:text=" + ",".join(quote(" ".join(end), safe="").replace("-", "%2D") for end in ends)
