"""The HTML of a note as a row of parts: its tags, its words, and what stands for words.

It is read as a reader of the page finds it (markup.page_text), with the text that the canonical
text has for each placeholder. White space is left out, and so is what follows the words of the
author: the colours of code, the label of a box, the id of a heading.

    >>> from app.markup import render
    >>> [part.kind + (part.text or part.name) for part in parts(render("A *walk* $x$"))]
    ['<p', 'textA', '<em', 'textwalk', '>em', 'whole$x$', '>p']
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from html import escape
from html.parser import HTMLParser
from typing import Any, NamedTuple

from app.markup import Rendered, canonical, fill
from app.markup.page_text import VOID

FOLLOWS = frozenset({"aria-label", "data-text"})
OF_HEADINGS = frozenset({"heading", "slug"})
SILENT = ("mark", "value", "cite", "figure", "title")  # placeholders without a text of their own
Given = dict[str, Any]
Attributes = Mapping[str, str | None]


class Part(NamedTuple):
    """`kind`: "<", ">", "text", or "whole" for an element that stands for a text, or for none."""

    kind: str
    name: str = ""
    attributes: tuple[tuple[str, str | None], ...] = ()
    text: str = ""  # without white space
    inside: str = ""  # what a whole shows that stands for no text: a number


def dense(text: str) -> str:
    return "".join(canonical.SPACE.split(text))


def classes(given: Attributes) -> list[str]:
    return (given.get("class") or "").split()


def parts(rendered: Rendered) -> list[Part]:
    reader = Reader({heading.id: at for at, heading in enumerate(rendered.headings)})
    reader.feed(filled(rendered))
    reader.close()
    reader.flush()
    return reader.parts


def filled(rendered: Rendered) -> str:
    """The HTML with an element for each placeholder; those with words of the author have these."""
    inner = {"link": partial(silent, "a"), "tag": partial(silent, "a")}
    inner |= {kind: partial(silent, "wbr") for kind in SILENT}
    claims = {claim.id: claim.html for claim in rendered.claims}

    def output(given: Given) -> str:
        caption = fill(given.get("caption", ""), inner)
        return f"<figure>{standing(canonical.output(given['name']))}<p>{caption}</p></figure>"

    def claim(given: Given) -> str:
        return f"<section><p>{fill(claims[given['id']], inner)}</p></section>"

    def embed(given: Given) -> str:
        return standing(canonical.embed(given["target"], given["fragment"]), "section")

    return fill(rendered.html, {**inner, "output": output, "claim": claim, "embed": embed})


def silent(name: str, given: Given) -> str:
    """An element that has what is `given`, but for what follows the words of a heading."""
    kept = {key: value for key, value in given.items() if key not in OF_HEADINGS}
    return f'<{name} data-given="{escape(json.dumps(kept))}">'


def standing(text: str, name: str = "span") -> str:
    return f'<{name} data-text="{escape(text)}"></{name}>'


class Reader(HTMLParser):
    """As page_text reads a page, but that all but white space is kept."""

    def __init__(self, headings: Mapping[str, int]) -> None:
        super().__init__(convert_charrefs=True)
        self.headings = headings
        self.parts: list[Part] = []
        self.data: list[str] = []
        self.whole: Part | None = None
        self.inside: list[str] = []
        self.depth = 0  # in the whole
        self.is_code = False
        self.spans: list[bool] = []  # those open; whether each is left out

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.flush()
        given = dict(attrs)
        kept = tuple((name, self.named(value)) for name, value in attrs if name not in FOLLOWS)
        if self.whole:
            self.inside.append(f"<{tag} {kept}>")
            self.depth += tag not in VOID
        elif "data-text" in given:
            self.whole = Part("whole", tag, kept, dense(given["data-text"] or ""))
            self.depth = 1
        elif tag == "span" and self.is_dress(given):
            self.spans.append(True)
        else:
            self.spans += [False] * (tag == "span")
            self.is_code = self.is_code or (tag == "pre" and "code" in classes(given))
            self.parts.append(Part("<", tag, kept))

    def is_dress(self, given: Attributes) -> bool:
        """Whether it is of the look alone: a colour of code, or what ties a comma to a formula."""
        return self.is_code or "tied" in classes(given)

    def named(self, value: str | None) -> str | None:
        """The number of a heading for its id, which follows its words."""
        at = self.headings.get((value or "").removeprefix("#"))
        return value if at is None else f"#{at}"

    def handle_endtag(self, tag: str) -> None:
        self.flush()
        if tag in VOID:
            return
        if self.whole:
            self.inside.append(f"</{tag}>")
            self.depth -= 1
            if self.depth == 0:
                self.end_whole(self.whole)
        elif not (tag == "span" and self.spans and self.spans.pop()):
            self.is_code = self.is_code and tag != "pre"
            self.parts.append(Part(">", tag))

    def end_whole(self, whole: Part) -> None:
        shown = "" if whole.text else "".join(self.inside)  # a formula shows what it stands for
        self.parts.append(whole._replace(inside=shown))
        self.whole = None
        self.inside.clear()

    def handle_data(self, data: str) -> None:
        self.data.append(data)

    def flush(self) -> None:
        """Text ends where a tag of the author's begins."""
        data = "".join(self.data)
        self.data.clear()
        if self.whole:
            self.inside.append(data)
        elif text := dense(data):
            if self.parts and self.parts[-1].kind == "text":
                text = self.parts.pop().text + text
            self.parts.append(Part("text", text=text))
