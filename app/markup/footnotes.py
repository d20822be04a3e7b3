"""Footnotes: `[^1]` and `[^1]: …`, set as margin notes beside the block that refers to them.

They are numbered in the order in which the page refers to them; a note that nothing refers to
is not shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin

from app.markup.page import Page

REFERENCE = re.compile(r"\[\^([^\]\s]{1,200})\]")


def use(md: MarkdownIt) -> None:
    """The plugin reads definitions; its rule for references needs quadratic time, ours does not."""
    footnote_plugin(md, inline=False, move_to_end=False)
    md.inline.ruler.at("footnote_ref", rule)


def rule(state: StateInline, silent: bool) -> bool:
    if not state.src.startswith("[^", state.pos):
        return False
    match = REFERENCE.match(state.src, state.pos)
    if match is None or f":{match[1]}" not in state.env.get("footnotes", {}).get("refs", ()):
        return False
    if not silent:
        state.push("footnote_ref", "", 0).meta = {"label": match[1]}
    state.pos = match.end()
    return True


def take_definitions(page: Page, tokens: Iterable[Token]) -> list[Token]:
    """The tokens without the definitions, which wait for a reference to them."""
    rest: list[Token] = []
    open_notes: list[list[Token]] = []
    for token in tokens:
        if token.type == "footnote_reference_open":
            body: list[Token] = []
            page.notes.setdefault(token.meta["label"], body)
            open_notes.append(body)
        elif token.type == "footnote_reference_close":
            open_notes.pop()
        else:
            (open_notes[-1] if open_notes else rest).append(token)
    return rest


def reference(page: Page, token: Token) -> None:
    """The number in the text. It is generated, so the canonical text does not have it."""
    label: str = token.meta["label"]
    if label not in page.numbers:
        page.numbers[label] = len(page.numbers) + 1
        page.waiting.append(label)
    number = page.numbers[label]
    times = page.references[label] = page.references.get(label, 0) + 1
    anchor = f"fnref-{number}" if times == 1 else f"fnref-{number}-{times}"
    page.insert(f'<sup><a class="note-ref" id="{anchor}" href="#fn-{number}">{number}</a></sup>')


def margin(page: Page, _: Any) -> None:
    """The notes that the block just ended refers to, and those that these refer to.

    Block and notes stand in one element, by which the page sets the notes beside the block.
    """
    beside = page.shelf.attributes('class="beside"')
    page.html.insert(page.block_at, f"<div{beside}>")
    while page.waiting:
        label = page.waiting.pop(0)
        number = page.numbers[label]
        attributes = f'class="margin" id="fn-{number}" role="note"'
        page.write(f"<aside{page.shelf.attributes(attributes)}>")
        back = f'<a class="note-number" href="#fnref-{number}">{number}</a>'
        page.insert(back)
        page.walk(page.notes[label])
        page.write("</aside>\n")
        page.end_line()
    page.write("</div>\n")
