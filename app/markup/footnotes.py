"""Footnotes: `[^1]` and `[^1]: …`, or `^[…]` at once, set as margin notes beside the block that
refers to them.

They are numbered in the order in which the page refers to them, whatever their labels, in which
capitals do not count; a note that nothing refers to is not shown, a reference without a note is
text. A note may have several paragraphs (indented by four), and refer to others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin

from app.markup.page import Page

REFERENCE = re.compile(r"\[\^([^\]\s]{1,200})\]")
LINE = "line"  # in env: a line without footnotes, such as a caption
LABELS = "footnote labels"  # in env: each label as it is defined, by its letters
LINKED = "linked"  # in meta: the reference stands in a link, and links hold no links


def use(md: MarkdownIt) -> None:
    """The plugin reads definitions; its rule for references needs quadratic time, ours does not."""
    footnote_plugin(md, inline=False, move_to_end=False)
    md.inline.ruler.at("footnote_ref", rule)
    md.inline.ruler.after("footnote_ref", "footnote_inline", inline)


def rule(state: StateInline, silent: bool) -> bool:
    if not state.src.startswith("[^", state.pos):
        return False
    match = REFERENCE.match(state.src, state.pos)
    label = labels(state.env).get(match[1].casefold()) if match else None
    if match is None or label is None or match.end() > state.posMax:
        return False
    if not silent:
        push(state, label)
    state.pos = match.end()
    return True


def labels(env: Any) -> dict[str, str]:
    """The labels of the notes that are defined anywhere in the source."""
    if LABELS not in env:
        defined = env.get("footnotes", {}).get("refs", ())
        env[LABELS] = {label[1:].casefold(): label[1:].casefold() for label in defined}
    found: dict[str, str] = env[LABELS]
    return found


def inline(state: StateInline, silent: bool) -> bool:
    """`^[…]`: the note stands where it is referred to; its label is none that can be written."""
    if not state.src.startswith("^[", state.pos) or LINE in state.env:
        return False
    end = state.md.helpers.parseLinkLabel(state, state.pos + 1)
    content = state.src[state.pos + 2 : end].strip() if end >= 0 else ""
    if not content:
        return False
    if not silent:
        token = push(state, f" {len(labels(state.env))}")
        labels(state.env)[token.meta["label"]] = token.meta["label"]
        token.meta["body"] = body(state, content)
    state.pos = end + 1
    return True


def push(state: StateInline, label: str) -> Token:
    token = state.push("footnote_ref", "", 0)
    token.meta = {"label": label, LINKED: state.linkLevel > 0}
    return token


def body(state: StateInline, content: str) -> list[Token]:
    """The note as a paragraph inside of something, as that of a definition is."""
    children: list[Token] = []
    state.md.inline.parse(content, state.md, state.env, children)
    opening = Token("paragraph_open", "p", 1, level=1, block=True)
    line = Token("inline", "", 0, level=2, block=True, content=content, children=children)
    return [opening, line, Token("paragraph_close", "p", -1, level=1, block=True)]


def take_definitions(page: Page, tokens: Iterable[Token]) -> list[Token]:
    """The tokens without the definitions, which wait for a reference to them."""
    rest: list[Token] = []
    open_notes: list[list[Token]] = []
    for token in tokens:
        if token.type == "footnote_reference_open":
            found: list[Token] = []
            page.notes.setdefault(token.meta["label"].casefold(), found)
            open_notes.append(found)
        elif token.type == "footnote_reference_close":
            open_notes.pop()
        else:
            (open_notes[-1] if open_notes else rest).append(token)
    return rest


def shown(tokens: Sequence[Token]) -> Sequence[Token]:
    """The tokens without the definitions that nothing refers to from the text, near or far."""
    written = [*definitions_of(tokens)]
    if len(written) == 1:  # the text itself
        return tokens
    _, text = written.pop()
    definitions = dict(reversed(written))
    waiting = list(called(text))
    met: set[str] = set()
    while waiting:
        label = waiting.pop()
        if label not in met and label in definitions:
            met.add(label)
            waiting += called(definitions[label])
    return tokens if len(met) == len(written) else parts_of(tokens, met)


def definitions_of(tokens: Iterable[Token]) -> Iterator[tuple[str, list[Token]]]:
    """Each definition, by its label, without those inside of it; at the end the text, by none."""
    inside: list[Token] = []
    outer = [("", inside)]
    for token in tokens:
        if token.type == "footnote_reference_open":
            inside = []
            outer.append((token.meta["label"].casefold(), inside))
        elif token.type == "footnote_reference_close":
            yield outer.pop()
            inside = outer[-1][1]
        elif token.type == "inline":
            inside.append(token)
    yield outer.pop()


def parts_of(tokens: Iterable[Token], kept: set[str]) -> list[Token]:
    """The text, and the first definition of each of the labels `kept`."""
    left = set(kept)
    found: list[Token] = []
    inside: list[bool] = [True]
    for token in tokens:
        if token.type == "footnote_reference_open":
            label = token.meta["label"].casefold()
            inside.append(label in left)
            left.discard(label)
        elif token.type == "footnote_reference_close":
            inside.pop()
        elif inside[-1]:
            found.append(token)
    return found


def called(lines: Iterable[Token]) -> Iterator[str]:
    """The labels that these lines refer to, and those in the notes that stand in them."""
    for line in lines:
        if "[^" in line.content or "^[" in line.content:
            for child in line.children or ():
                if child.type == "footnote_ref":
                    yield child.meta["label"]
                    yield from called(child.meta.get("body", ())[1:2])


def reference(page: Page, token: Token) -> None:
    """The number in the text. It is generated, so the canonical text does not have it."""
    page.insert(number_html(page, token))


def number_html(page: Page, token: Token) -> str:
    label: str = token.meta["label"]
    if label not in page.numbers:
        page.numbers[label] = len(page.numbers) + 1
        page.notes.setdefault(label, token.meta.get("body", []))
        page.waiting.append(label)
    number = page.numbers[label]
    times = page.references[label] = page.references.get(label, 0) + 1
    anchor = f"fnref-{number}" if times == 1 else f"fnref-{number}-{times}"
    tag, link = ("span", "") if token.meta[LINKED] else ("a", f' href="#fn-{number}"')
    return f'<sup><{tag} class="note-ref" id="{anchor}"{link}>{number}</{tag}></sup>'


def of_title(page: Page, children: Iterable[Token]) -> str:
    """The numbers for the title; their notes stand beside the first block."""
    references = (child for child in children if child.type == "footnote_ref")
    return "".join(number_html(page, token) for token in references)


def left_over(page: Page) -> None:
    """The notes of a title that has no block below it."""
    if page.waiting:
        page.block_at = len(page.html)
        margin(page, None)


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
