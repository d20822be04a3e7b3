"""What a note refers to in itself and does not have: footnotes, headings, blocks.

They are remarks: the page shows what it can, and a reference without a footnote is text.

    >>> from app.markup import render
    >>> [problem.reason for problem in render("A[^1] [b](#c).\\n\\n[^2]: Two.\\n").problems]
    ... # doctest: +NORMALIZE_WHITESPACE
    ['The footnote «1» is not defined.', 'Nothing refers to the footnote «2».',
     'This note has no heading «c».']
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from markdown_it.token import Token

from app.markup import headings
from app.markup.page import Page
from app.markup.rendered import Problem

# Written as a reference, and no part of a link or of a pattern such as [^a-z] or [^0-9].
REFERENCE = re.compile(r"(?<!\\)\[\^([^\]\[\s\\^]{1,200})\](?![(\[*+?{])")
ESCAPED = re.compile(r"\\\[\^([^\]\[\s\\^]{1,200})\]")
PATTERN = re.compile(r"\w-\w\Z|.*[^\w\s.:-]", re.ASCII)
BREAKS = ("softbreak", "hardbreak")
UNDEFINED = "The footnote «{}» is not defined."
UNUSED = "Nothing refers to the footnote «{}»."


def of_references(page: Page, tokens: Sequence[Token]) -> None:
    """References that no footnote is defined for, each once in a line: those left as text."""
    defined = {labelled(token) for token in tokens if token.type == "footnote_reference_open"}
    for token in tokens:
        if token.type == "inline" and "[^" in token.content and token.map:
            for line, label in dict.fromkeys(undefined(token, defined)):
                at = page.first_line + token.map[0] + line
                page.problems.append(Problem(at, UNDEFINED.format(label)))


def labelled(definition: Token) -> str:
    return str(definition.meta["label"]).casefold()


def undefined(token: Token, defined: Collection[str]) -> Iterator[tuple[int, str]]:
    """The labels in the words of a block, with the number of the line in it."""
    line = 0
    escaped = set(ESCAPED.findall(token.content))
    for child in token.children or []:
        line += child.type in BREAKS
        if child.type == "text" and "[^" in child.content:
            for match in REFERENCE.finditer(child.content):
                label = match[1]
                is_other = PATTERN.match(label) or label in escaped or label.casefold() in defined
                if not is_other:
                    yield line, label


def after_walk(page: Page, title: str | None) -> None:
    """What only the whole page shows: footnotes without a reference, links to no place."""
    for label, tokens in page.notes.items():
        line = next((token.map[0] for token in tokens if token.map), None)
        if label not in page.numbers and line is not None:
            page.problems.append(Problem(page.first_line + line, UNUSED.format(label)))
    own = headings.slug(title) if title else None
    for line, place in page.places:
        if place not in page.anchors and place != own:
            kind = "block" if place.startswith("^") else "heading"
            page.problems.append(Problem(line, f"This note has no {kind} «{place}»."))
