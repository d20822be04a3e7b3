"""What an annotation says, as HTML that is safe to show, but for its `[[links]]`.

Those are placeholders: whether one leads anywhere depends on who reads it, and when. Kept in a
derived table once a sync has seen it, unless what it means depends on the macros of its note; what
was said since is rendered once in a process.
"""

from __future__ import annotations

import html
import json
import sqlite3
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from app import database, markup
from app.annotations.addresses import note_of
from app.annotations.reading import EDITING, Reading, Said, read
from app.markup.line import typeset_line
from app.markup.note import NO_MACROS
from app.markup.placeholders import typed

SHORT = 5_000  # characters
LONGEST = 20_000  # that are rendered: formulas alone take 1.7 s then; what is longer reads as text
PLAIN = "text/plain"
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
    words = (
        without(reading.quote)
        if said.purpose == EDITING and not said.value.strip()
        else with_purpose(said, rendered(said, macros))
        for said in reading.said
    )
    return "\n".join([*words, *map(link, reading.links)])


def without(quote: str) -> str:
    """The passage that is to go."""
    words = f"<p><del>{typeset_line(quote)}</del></p>" if quote else ""
    return f'<div class="instead"><p class="label">To be taken out</p>{words}</div>'


def with_purpose(said: Said, rendered: str) -> str:
    """What is proposed in place of the passage says so."""
    if said.purpose != EDITING:
        return rendered
    return f'<div class="instead"><p class="label">It should read</p>{rendered}</div>'


def link(address: str) -> str:
    """A link where a page may be led to; any other address as it is.

    To a note it is one of the placeholders, which has the note's title once it is filled.
    """
    note = note_of(address)
    shown = html.escape(note or address)
    if note:
        meant = {"target": f"/{note}", "fragment": unquote(urlsplit(address).fragment)}
        shown = f"{typed('link', {**meant, 'titled': True})}{shown}</a>"
    elif address.startswith(LED_TO):
        shown = f'<a href="{html.escape(address)}" rel="nofollow noopener">{shown}</a>'
    return f'<p class="linked">→ {shown}</p>'


def rendered(said: Said, macros: Mapping[str, str]) -> str:
    """Short texts, which are nearly all, are rendered once in a process."""
    used = tuple(sorted(macros.items())) if "\\" in said.value else ()
    return remembered(said, used) if len(said.value) <= SHORT else render(said, used)


@lru_cache(maxsize=1024)
def remembered(said: Said, macros: tuple[tuple[str, str], ...]) -> str:
    return render(said, macros)


def render(said: Said, macros: tuple[tuple[str, str], ...]) -> str:
    """Plain text as it is; everything else as Markdown, whose renderer sanitises HTML too."""
    words = said.value
    if not is_plain(said):
        if len(words) <= LONGEST:
            return markup.as_html(words, dict(macros), named=True).strip()
        words = markup.as_text(words, named=True)
    paragraphs = html.escape(words).strip().split("\n\n")
    return "".join(f"<p>{part.replace(chr(10), '<br>')}</p>" for part in paragraphs)


def is_plain(said: Said) -> bool:
    return said.format.partition(";")[0].strip().lower() == PLAIN
