"""What the placeholders of a note become for one person: links, outputs, claims, values.

The stored HTML is the same for everybody. All that is filled in here is read before, in a number
of queries that does not grow with the note.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import quote

from flask import g, render_template

from app.accounts.permissions import Action, visibilities
from app.lab.claims import values as numbers
from app.lab.shown import board, cells
from app.lab.shown.stale import Stale, of_note
from app.library import documents, macros
from app.library.citations import bibtex
from app.markup import Rendered, fill
from app.markup.line import typeset_line
from app.markup.placeholders import typed
from app.web import access, citing, embeds, pictures, places, properties, sweep_views, unwritten
from app.web import cells as figures
from app.web.templates import address, through

OUTPUT = re.compile(r"<!--gloss:output (\{[^<>]*\})-->")
TITLE = re.compile(r"<!--gloss:title (\{[^<>]*\})-->")
VALUE = "<!--gloss:value {"
LINKS = re.compile(f"{VALUE}|<!--gloss:(?:link|tag) |<a[ >]|</a>")
BEGIN, END = "<!--caption-->", "<!--/caption-->"


@dataclass(frozen=True)
class Filled:
    html: str
    tally: str
    stale: Stale = Stale()  # what a rerun would bring up to date
    title_notes: str = ""  # the numbers of footnotes that the title refers to
    properties: tuple[tuple[str, str], ...] = ()  # those that only the page shows, as HTML


def fill_note(document: documents.Document, chosen: Mapping[str, cells.Choice]) -> Filled:
    """The note as the page shows it. `chosen`: by its name, what to show in a block."""
    lab = board_of(document, chosen)
    links = links_of(document)
    html = whole(document.path, document.title, document.html, links, lab)
    html = citing.fill_citations(pictures.finished(html), note=document.uid)
    shown = properties.shown(document.front["extra"], links, link_html, document.date)
    outdated = of_note(document.path, lab)
    return Filled(html, tally(lab), outdated, title_notes(document.html), tuple(shown))


def title_notes(html: str) -> str:
    """The numbers of the footnotes that the title refers to: `render` leaves them at the top."""
    mark = TITLE.match(html)
    return str(json.loads(mark[1])["notes"]) if mark else ""


def links_of(document: documents.Document) -> dict[str, documents.Linked]:
    """The notes that it links to, as far as the person may see them."""
    targets = documents.targets(g.db, document.uid)
    seen = visibilities(g.person, Action.READ)
    return documents.resolve(g.db, targets, document.path, seen)


def board_of(document: documents.Document, chosen: Mapping[str, cells.Choice]) -> board.Board:
    """The computed side of a note."""
    blocks = documents.blocks(g.db, document.uid)
    claims = documents.claims(g.db, document.uid)
    return board.of_note(access.settings(), g.db, blocks, claims, document.html, chosen)


def fill_preview(rendered: Rendered, path: str) -> str:
    """A note that is being written: its links resolve, its analyses show what is known of them."""
    lab = board.of_note(
        access.settings(), g.db, rendered.blocks, rendered.claims, rendered.html, {}
    )
    targets = [link.target for link in rendered.links]
    links = documents.resolve(g.db, targets, path, visibilities(g.person, Action.READ))
    html = whole(path, rendered.title or path, rendered.html, links, lab)
    own = [work for fence in rendered.bibtex for work in bibtex.read(fence.source).works]
    return citing.fill_citations(pictures.finished(html), own)


def whole(path: str, title: str, html: str, links: Mapping[str, Any], lab: board.Board) -> str:
    """A note with the notes that it embeds."""
    root = embeds.Piece(path, title, html, html, links, lab)
    return embeds.page(root, filled, nowhere)


def nowhere(given: dict[str, Any], here: str) -> str:
    return link_html(given, None, here)


def filled(piece: embeds.Piece, embed: embeds.Filler, notes: places.Notes) -> str:
    """A note or a part of one, as the page shows it."""
    html, path, links, lab = piece.html, piece.path, piece.links, piece.lab
    headings = places.found(html, piece.whole, links, notes)

    def output(given: dict[str, Any]) -> str:
        cell, swept = lab.cells.get(given["name"]), lab.sweeps.get(given["name"])
        caption = fill(in_links(given.get("caption", "")), sentence_kinds)
        if swept is not None:
            label = typed("figure", {"kind": "Figure"})
            return sweep_views.html_of(swept, path, written(caption), label)
        if cell is None:
            return ""
        caption = written(caption) or caption_of(cell)
        return figures.html(figures.shown(cell, path, figures.WAITING, caption))

    def claim(given: dict[str, Any]) -> str:
        known = lab.claims.get(given["id"])
        if known is None:
            return ""
        sentence = fill(in_links(known.html), sentence_kinds)
        return render_template("_claim.html", claim=known, sentence=sentence, note=path)

    def value(given: dict[str, Any]) -> str:
        return value_html(given, lab, path)

    def link(given: dict[str, Any]) -> str:
        anchor = headings.get(places.place(given))
        given = {**given, "fragment": anchor} if anchor else given
        return link_html(given, links.get(given["target"]), path)

    sentence_kinds = {"link": link, "tag": tag_html, "value": value, "cite": citing.later}
    blocks = {"output": output, "claim": claim, "embed": embed, "figure": later("figure")}
    return fill(in_links(html), {**sentence_kinds, **blocks})


def later(kind: str) -> embeds.Filler:
    """What is known only of the whole page stays as it is."""
    return lambda given: typed(kind, given)


def tag_html(given: dict[str, Any]) -> str:
    """The opening tag of a link to the notes that have a tag."""
    return f'<a class="tag" href="/tags/{escape(quote(given["tag"]))}">'


def caption(document: documents.Document, name: str) -> str:
    """The caption that a note gives a block, for a figure that is loaded alone.

    What it holds is filled in as on the whole page, for its citations are numbered there.
    """

    def between(match: re.Match[str]) -> str:
        given = json.loads(match[1])
        own = given.get("caption", "")
        return f"{BEGIN}{own}{END}" if given["name"] == name else own

    marked = OUTPUT.sub(between, document.html)
    found = marked.partition(BEGIN)[2].partition(END)[0]
    if "<!--gloss:" in found:
        lab = board_of(document, {})
        html = whole(document.path, document.title, marked, links_of(document), lab)
        html = citing.fill_citations(html, note=document.uid)
        found = html.partition(BEGIN)[2].partition(END)[0]
    return written(found)


def written(caption: str) -> str:
    """An author's words inside of something generated, marked for whoever maps the page."""
    return f"<span data-written>{caption}</span>" if caption else ""


def caption_of(cell: cells.Cell) -> str:
    """Where the note gives no caption: what the analysis says of itself."""
    if cell.analysis is None:
        return ""
    title = cell.analysis.signature.title
    known = macros.of_library(access.settings().notes)[0]
    return typeset_line(title if title.endswith(("?", "!")) else f"{title}.", known, code=True)


def value_html(given: dict[str, Any], lab: board.Board, path: str) -> str:
    """A number in the text, dotted, that leads to its run; its source where there is none yet."""
    wanted = numbers.Reference(given["name"], given["key"], given.get("format") or "")
    text = numbers.look_up(wanted, lab.namespace)
    if text is None:
        source, why = escape(given["source"]), escape(lab.why_unknown(wanted))
        if not why:
            return f'<span class="value unknown" title="Not computed yet">{source}</span>'
        return f'<span class="value unknown">{source} <span class="reason">({why})</span></span>'
    run = lab.run_of(wanted.block)
    stale = lab.is_stale(wanted.block)
    about = escape(f"{wanted.block}.{wanted.key}{', stale' if stale else ''}")
    shown = f'class="value{" stale" if stale else ""}" title="{about}">{escape(text)}'
    if run is None:
        return f"<span {shown}</span>"
    words = '<span class="hidden"> (stale)</span>' if stale else ""
    if given.get("linked"):
        return f"<span {shown}</span>{words}"
    end = "" if access.is_inside() else through(path)
    return f'<a href="/runs/{run.id}{escape(end)}" {shown}</a>{words}'


def in_links(html: str) -> str:
    """HTML whose values know where they stand inside a link: there they cannot be one.

    >>> in_links('<a href="/">x <!--gloss:value {"a":1}--></a><!--gloss:value {"a":1}-->')
    '<a href="/">x <!--gloss:value {"linked":true,"a":1}--></a><!--gloss:value {"a":1}-->'
    """
    if VALUE not in html:
        return html
    inside = False

    def marked(match: re.Match[str]) -> str:
        nonlocal inside
        if match[0] == VALUE:
            return f'{VALUE}"linked":true,' if inside else VALUE
        inside = match[0] != "</a>"
        return match[0]

    return LINKS.sub(marked, html)


def link_html(given: Mapping[str, Any], target: Any, here: str = "") -> str:
    """The opening tag of a link. One that leads nowhere says so, and offers to write the note."""
    fragment = f"#{quote(given['fragment'])}" if given.get("fragment") else ""
    about = f' title="{escape(given["title"])}"' if given.get("title") else ""
    if target is not None:
        return f'<a href="{escape(address(target.path) + fragment)}"{about}>'
    if not given["target"] and fragment:
        return f'<a href="{escape(fragment)}"{about}>'
    if access.can(g.person, Action.WRITE):
        new = unwritten.address(given["target"], here)
        words = "There is no such note yet: write it"
        return f'<a class="unresolved" href="{escape(new)}" title="{words}">'
    return '<a class="unresolved" title="There is no such note">'


def tally(lab: board.Board) -> str:
    """The claims of a note in words: `3 claims hold, 1 is refuted as expected`."""
    words = [claim.words.lower().replace(",", "") for claim in lab.claims.values()]
    counted = [(words.count(word), word) for word in dict.fromkeys(words)]
    told = [f"{count} {conjugated(word, count)}" for count, word in counted]
    if not told:
        return ""
    number, rest = told[0].split(" ", 1)
    return ", ".join([f"{number} {'claim' if number == '1' else 'claims'} {rest}", *told[1:]])


def conjugated(word: str, count: int) -> str:
    """`holds` is `hold` for several; `refuted` is `is refuted`, `are refuted`."""
    if word.startswith("holds"):
        return word if count == 1 else word.replace("holds", "hold", 1)
    return f"{'is' if count == 1 else 'are'} {word}"
