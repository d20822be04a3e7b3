"""Notes shown inside a note: what one person may see of them, to a bounded depth and amount.

All that embeds need is read level by level before anything is written, in a number of queries
that grows with neither the embeds nor the notes. A note that the person may not see is not found,
as if it did not exist. Circles, what lies too deep and what is too much are cut, and the page
says so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Any
from urllib.parse import quote, unquote

from flask import g

from app.accounts.permissions import Action, visibilities
from app.lab.shown import board
from app.library import documents
from app.markup import canonical, headings, sections
from app.markup.line import typeset_line
from app.web import access, places
from app.web.templates import address

DEEPEST = 3  # levels
MOST_NOTES = 100  # different ones that are read for one page
MOST = 200  # embeds on one page, those inside others included
NO_NOTE = ' <span class="reason">There is no such note to show here.</span>'
CHARACTERS = 2_000_000  # of stored HTML
EMBED = re.compile(r"<!--gloss:embed (\{[^<>]*\})-->")
TAG = re.compile(r'<[A-Za-z](?:[^"<>]|"[^"]*")*>')
ATTRIBUTE = re.compile(r' (id|for|href|aria-labelledby|aria-describedby)="([^"]*)"')
OF_TEXT = re.compile(r' (?:data-text="[^"]*"|data-written(?:="[^"]*")?)')

Given = dict[str, Any]
Filler = Callable[[Given], str]
Nowhere = Callable[[Given, str], str]  # and the note that it stands in
Key = tuple[str, str]  # a note's path, and the section or block of it


@dataclass(frozen=True)
class Piece:
    """A note that is shown, whole or in part: what its placeholders need."""

    path: str
    title: str
    html: str
    whole: str  # the note's own HTML, of which `html` is a part
    links: Mapping[str, documents.Linked]
    lab: board.Board


Fill = Callable[[Piece, Filler, places.Notes], str]


@dataclass
class Book:
    """The notes read for one page, how to fill one in, and what may still be shown."""

    pieces: Mapping[str, Piece]
    fill: Fill
    unresolved: Nowhere  # the opening tag of a link that leads nowhere
    cuts: dict[Key, str | None]
    notes: places.Notes  # to which links with a path of headings lead
    number: int = 0
    characters: int = CHARACTERS
    said: bool = False


def page(root: Piece, fill: Fill, unresolved: Nowhere) -> str:
    """The note `root` with all that it embeds."""
    cuts: dict[Key, str | None] = {(root.path, ""): root.html}
    pieces = gathered(root, cuts)
    shown = [(html or "", pieces[path].links) for (path, _), html in cuts.items()]
    book = Book(pieces, fill, unresolved, cuts, places.read(shown))
    return fill(root, lambda given: embed(book, root, given, [(root.path, "")]), book.notes)


# Reading --------------------------------------------------------------------------------------


def gathered(root: Piece, cuts: dict[Key, str | None]) -> dict[str, Piece]:
    """Every note that the page may have to show, by its path; three rounds of queries at most.

    What is cut out of them on the way is kept in `cuts`.
    """
    known = {root.path: root}
    waiting = [(root, root.html)]
    for _ in range(DEEPEST):
        goals = [goal for piece, html in waiting for goal in goals_of(piece, html)]
        load(known, {uid: path for uid, path, _ in goals if path not in known})
        keys = [key for key in dict.fromkeys(goal[1:] for goal in goals) if key not in cuts]
        keys = [key for key in keys if key[0] in known][: max(0, MOST + 1 - len(cuts))]
        if not keys:
            break
        cuts |= {(path, part): cut(known[path], part) for path, part in keys}
        waiting = [(known[key[0]], cuts[key] or "") for key in keys]
    return known


def goals_of(piece: Piece, html: str) -> list[tuple[int, str, str]]:
    """What a piece of a note embeds: the uid, the path, the section or block."""
    found = []
    for match in EMBED.finditer(html):
        given = json.loads(match[1])
        linked = piece.links.get(given["target"])
        if not given["target"]:
            found.append((0, piece.path, given["fragment"]))
        elif linked is not None:
            found.append((linked.uid, linked.path, given["fragment"]))
    return found


def load(known: dict[str, Piece], wanted: Mapping[int, str]) -> None:
    """Read these notes, with all that their placeholders need, as far as there is room."""
    uids = list(wanted)[: max(0, MOST_NOTES - len(known))]
    if not uids:
        return
    notes = documents.embedded(g.db, uids)
    seen = visibilities(g.person, Action.READ)
    links = documents.resolve_many(g.db, {note.path: note.targets for note in notes}, seen)
    boards = board.of_notes(access.settings(), g.db, notes)
    for note, lab in zip(notes, boards, strict=True):
        known[note.path] = Piece(note.path, note.title, note.html, note.html, links[note.path], lab)


def cut(piece: Piece, part: str) -> str | None:
    """The part of a note's stored HTML; its title stands for the whole."""
    if not part:
        return piece.html
    found = sections.cut(piece.html, part)
    return piece.html if found is None and part == headings.slug(piece.title) else found


# Writing --------------------------------------------------------------------------------------


def embed(book: Book, piece: Piece, given: Given, trail: Sequence[Key]) -> str:
    """One embed in `piece`; `trail` has what it stands in, from the page inwards."""
    target, part = given["target"], given["fragment"]
    linked = piece.links.get(target)
    if target and linked is None:
        words = escape(f"{target}#{part}" if part else target)
        return framed(given, "", f"<p>{book.unresolved(given, piece.path)}{words}</a>{NO_NOTE}</p>")
    key = (linked.path if linked else piece.path, part)
    title = linked.title if linked else piece.title
    title_html = heading(key, title, book.pieces.get(key[0]))
    reason = refusal(book, key, trail)
    if reason:
        return framed(given, title_html, f'<p class="reason">{escape(reason)}</p>')
    html = book.cuts[key] or ""
    book.number += 1
    book.characters -= len(html)
    number, inner = book.number, book.pieces[key[0]]
    shown = replace(inner, html=html)
    filled = book.fill(shown, lambda more: embed(book, inner, more, [*trail, key]), book.notes)
    return framed(given, title_html, own_ids(filled, f"embed{number}-", key[0]))


def refusal(book: Book, key: Key, trail: Sequence[Key]) -> str:
    """Why something is not shown here, in words; empty if it is."""
    if key in trail:
        return "Not shown: it would be embedded in itself."
    if len(trail) > DEEPEST:
        return f"Not shown: it is embedded more than {DEEPEST} levels deep."
    if key[0] not in book.pieces or book.number >= MOST or book.characters <= 0:
        return too_much(book)
    if key not in book.cuts:
        return too_much(book)
    if book.cuts[key] is None:
        return "The note has no such section or block."
    return ""


def too_much(book: Book) -> str:
    """Said in full once, for there may be thousands."""
    first, book.said = not book.said, True
    full = f"Not shown: a page shows {MOST} embeds of {MOST_NOTES} notes, and no more than 2 MB."
    return full if first else "Not shown."


def heading(key: Key, title: str, piece: Piece | None) -> str:
    """Where the words come from."""
    path = key[1].split("#")
    anchor = sections.anchor_of(piece.whole, path) if piece and key[1] else None
    fragment = f"#{quote(anchor or path[-1])}" if key[1] else ""
    href = escape(address(key[0]) + fragment)
    return f'<p class="embed-title"><a href="{href}">{typeset_line(title or key[0])}</a></p>'


def framed(given: Given, title: str, html: str) -> str:
    """The embed as the page shows it; in the canonical text it is one word."""
    text = escape(canonical.embed(given["target"], given["fragment"]))
    return (
        f'<section class="embed" data-text="{text}" aria-label="Embedded">{title}{html}</section>'
    )


def own_ids(html: str, prefix: str, path: str) -> str:
    """`html` with ids that are nobody else's on the page, and links to them; other links within
    the note lead to its own page. Nothing of it is in the canonical text of the page."""
    ids = {
        value for tag in TAG.findall(html) for name, value in ATTRIBUTE.findall(tag) if name == "id"
    }

    def renamed(match: re.Match[str]) -> str:
        name, value = match.groups()
        if name != "href":
            return f' {name}="{prefix}{value}"'
        if not value.startswith("#"):
            return match[0]
        own = f"#{prefix}{value[1:]}"
        return f' href="{own if unquote(value[1:]) in ids else escape(address(path)) + value}"'

    return TAG.sub(lambda tag: OF_TEXT.sub("", ATTRIBUTE.sub(renamed, tag[0])), html)
