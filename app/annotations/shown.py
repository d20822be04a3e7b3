"""What an annotation says, as HTML that is safe to show, but for its `[[links]]`.

Those are placeholders: whether one leads anywhere depends on who reads it, and when. Kept in a
derived table once a sync has seen it, unless what it means depends on the macros of its note; what
was said since is rendered once in a process.

However much was sent, an annotation takes a bounded part of a page, and of the time to make it:
what would take more reads as text, and ends where its room does.
"""

from __future__ import annotations

import html
import json
import re
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from app import database, markup
from app.annotations.addresses import note_of
from app.annotations.reading import EDITING, Reading, Said, read
from app.markup.line import typeset_line
from app.markup.note import NO_MACROS
from app.markup.placeholders import typed
from app.unseen import visible

LONGEST = 20_000  # what may be rendered of one annotation, in characters of plain words
FORMULA = 40  # such characters: what either end of a formula costs beside its TeX
ENDS = re.compile(r"\$|\\[(\[]|\\begin\b")
ROOM = 200_000  # characters of HTML for all that one annotation says
ESCAPED = 7  # characters of HTML that one of text takes at most
ADDRESS = 300  # characters of an address that are shown
QUOTED = 2_000  # of a passage
REMEMBERED = 512  # texts
PLAIN = "text/plain"
LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,7}")  # BCP 47
DIRECTIONS = ("ltr", "rtl", "auto")
MORE = '<p class="kind">… There is more of it than a page shows. The export has all of it.</p>'
BATCH = 500
LED_TO = ("https://", "http://")
MISSING = """SELECT annotation.id, annotation.stored FROM annotation
    LEFT JOIN annotation_shown AS shown ON shown.id = annotation.id
    WHERE annotation.deleted IS NULL AND shown.id IS NULL AND instr(annotation.body, '\\') = 0
    LIMIT ?"""


def keep_all(connection: sqlite3.Connection) -> int:
    """Keep the HTML of what has none; where nothing is missing this is one query, no write."""
    count = 0
    while rows := connection.execute(MISSING, [BATCH]).fetchall():
        with database.transaction(connection):
            connection.executemany(
                "INSERT OR REPLACE INTO annotation_shown (id, html) VALUES (?, ?)",
                [(row["id"], as_html(read(json.loads(row["stored"])))) for row in rows],
            )
        count += len(rows)
    return count


def drop(connection: sqlite3.Connection, id: str) -> None:
    """What it says is something else now."""
    connection.execute("DELETE FROM annotation_shown WHERE id = ?", [id])


def as_html(reading: Reading, macros: Mapping[str, str] = NO_MACROS) -> str:
    """What was said, as HTML that is safe to show; `macros` are those of the note."""
    return "\n".join(parts(reading, macros))


def parts(reading: Reading, macros: Mapping[str, str]) -> Iterator[str]:
    """The HTML of each body, while there is room; what is left out is said to be."""
    left, room = LONGEST, ROOM
    pieces: tuple[Said | str, ...] = (*reading.said, *reading.links)
    for piece in pieces:
        if isinstance(piece, str):
            html = link(piece)
        elif piece.purpose == EDITING and not piece.value.strip():
            html = without(reading.quote)
        else:
            said = seen(piece)
            price = cost(said)
            words = rendered(said, macros) if price <= left else ""
            left -= price if words else 0
            is_short = words and len(words) <= room
            html = framed(said, words if is_short else text(said.value, room))
        if len(html) > room + len(MORE):
            yield MORE
            return
        room -= len(html) + 1  # and the end of its line
        yield html
        if MORE in html:
            return


def without(quote: str) -> str:
    """The passage that is to go."""
    words = f"<p><del>{typeset_line(quote[:QUOTED])}</del></p>" if quote else ""
    return f'<div class="instead"><p class="label">To be taken out</p>{words}</div>'


def seen(said: Said) -> Said:
    """What may be written into a file is shown with the signs in it that nobody sees."""
    return replace(said, value=visible(said.value)) if said.purpose == EDITING else said


def cost(said: Said) -> int:
    if is_plain(said):
        return 0
    return len(said.value) + FORMULA * len(ENDS.findall(said.value))


def framed(said: Said, html: str) -> str:
    """In its language; and what is proposed in place of the passage says so."""
    language = said.language if LANGUAGE.fullmatch(said.language) else ""
    direction = said.direction if said.direction in DIRECTIONS else ""
    marks = "".join(f' {name}="{value}"' for name, value in (("lang", language), ("dir", direction))
                    if value)  # fmt: skip
    html = f"<div{marks}>{html}</div>" if marks else html
    if said.purpose != EDITING:
        return html
    return f'<div class="instead"><p class="label">It should read</p>{html}</div>'


def link(address: str) -> str:
    """A link where a page may be led to; any other address as it is.

    To a note it is one of the placeholders, which has the note's title once it is filled.
    """
    note = note_of(address)
    shown = html.escape(shorten(note or address))
    if note:
        meant = {"target": f"/{note}", "fragment": unquote(urlsplit(address).fragment)}
        shown = f"{typed('link', {**meant, 'titled': True})}{shown}</a>"
    elif address.startswith(LED_TO):
        shown = f'<a href="{html.escape(address)}" rel="nofollow noopener">{shown}</a>'
    return f'<p class="linked">→ {shown}</p>'


def shorten(words: str) -> str:
    return words if len(words) <= ADDRESS else f"{words[:ADDRESS]}…"


def rendered(said: Said, macros: Mapping[str, str]) -> str:
    """Once in a process; nothing, if it would take more than there is for all."""
    used = tuple(sorted(macros.items())) if "\\" in said.value else ()
    return remembered(said.value, is_plain(said), used)


@lru_cache(maxsize=REMEMBERED)
def remembered(words: str, plain: bool, macros: tuple[tuple[str, str], ...]) -> str:
    """Plain text as it is; everything else as Markdown, whose renderer sanitises HTML too."""
    if plain:
        return text(words, ROOM)
    found = markup.as_html(words, dict(macros), named=True).strip()
    return found if len(found) <= ROOM else ""


def text(words: str, room: int) -> str:
    """As it was typed, and as much of it as there is surely room for."""
    shown = words.strip()[: max(0, room) // ESCAPED]
    paragraphs = html.escape(shown).split("\n\n")
    found = "".join(f"<p>{part.replace(chr(10), '<br>')}</p>" for part in paragraphs if part)
    return found if len(shown) == len(words.strip()) else found + MORE


def is_plain(said: Said) -> bool:
    return said.format.partition(";")[0].strip().lower() == PLAIN
