"""`[1]`, `[2, 5]`, `[3-5]`: numbered citations, where the note itself lists its references.

The list is an ordered list, or lines that begin with `[1]` or `[1]:`, in a section that is named
References, Bibliography, Literature or the like. Each number leads to its entry, and the entry
back to the first place that cites it. Without such a list, or for a number that it does not
have, brackets are brackets.

    >>> numbers("2, 5"), numbers("3–5"), numbers("7-5")
    ([2, 5], [3, 4, 5], [7, 5])
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from markdown_it.token import Token

from app.markup import plain
from app.markup.page import Page

NAMES = (
    *("references", "reference list", "bibliography", "works cited", "literature", "sources"),
    *("literatur", "literaturverzeichnis", "quellen", "referenzen", "références", "referencias"),
    *("bibliographie", "bibliografie", "bibliografía", "bibliografia", "riferimenti"),
)
NUMBERING = re.compile(r"^[\dIVX]+(?:\.\d+)*[.)]?\s+|[:.]\s*$")
CITED = re.compile(r"\[(\d{1,3}(?:\s?[,;–-]\s?\d{1,3}){0,30})\]")
LABEL = re.compile(r"\s*\[(\d{1,3})\](:?)(?=\s|$)")
NUMBER = re.compile(r"\d+")


def link(tokens: list[Token], footnotes: Iterable[list[Token]] = ()) -> list[Token]:
    """Mark the numbered citations and the entries in the tokens of a note, if it lists any."""
    start, stop = section(tokens)
    entries: dict[int, Token] = {}
    for number, inline in [*listed(tokens[start:stop]), *labelled(tokens[start:stop])]:
        entries.setdefault(number, inline)
    if not entries:
        return tokens
    cited: dict[int, int] = {}  # number: the first place that cites it
    for token in [*tokens[:start], *tokens[stop:], *(each for note in footnotes for each in note)]:
        if token.type == "inline" and "[" in token.content:
            token.children = marked(token.children or [], entries.keys(), cited)
    for number, inline in entries.items():
        inline.children = entry(inline.children or [], number, cited.get(number))
    return tokens


def section(tokens: Sequence[Token]) -> tuple[int, int]:
    """Where the content of the last section of such a name begins and ends."""
    heads = [
        at for at, token in enumerate(tokens) if token.type == "heading_open" and token.level == 0
    ]
    for at, end in reversed(list(zip(heads, [*heads[1:], len(tokens)], strict=len(heads) > 0))):
        name = NUMBERING.sub("", plain.text(tokens[at + 1].children or []))
        if name.strip().casefold() in NAMES:
            return at + 3, end
    return 0, 0


def listed(tokens: Sequence[Token]) -> Iterator[tuple[int, Token]]:
    """The first line of each item of the ordered lists, with the item's number."""
    number = 0
    for at, token in enumerate(tokens[:-2]):
        if token.type == "ordered_list_open" and token.level == 0:
            number = int(token.attrGet("start") or 1) - 1
        elif token.type == "list_item_open" and token.level == 1 and token.markup in (".", ")"):
            number += 1
            if tokens[at + 2].type == "inline":
                yield number, tokens[at + 2]


def labelled(tokens: Sequence[Token]) -> Iterator[tuple[int, Token]]:
    """The lines that begin with a number in brackets; a paragraph may have several."""
    for token in tokens:
        children = (token.children or []) if token.type == "inline" else []
        for at, child in enumerate(children):
            begins = at == 0 or children[at - 1].type in ("softbreak", "hardbreak")
            match = LABEL.match(child.content) if begins and child.type == "text" else None
            if match:
                child.meta["label"] = int(match[1])
                yield int(match[1]), token


def marked(children: list[Token], known: Collection[int], cited: dict[int, int]) -> list[Token]:
    """A line with a token for each numbered citation. In the text of a link there is none."""
    found: list[Token] = []
    depth = 0
    for child in children:
        depth += child.nesting if child.type in ("link_open", "link_close") else 0
        if depth or child.type != "text" or "[" not in child.content:
            found.append(child)
        else:
            found += pieces(child, known, cited)
    return found


def pieces(text: Token, known: Collection[int], cited: dict[int, int]) -> Iterator[Token]:
    at = 0
    for match in CITED.finditer(text.content):
        named = numbers(match[1])
        if not all(number in known for number in named):
            continue
        yield text.copy(content=text.content[at : match.start()])
        place = len(cited) + 1
        is_first = any(number not in cited for number in named)
        cited.update({number: place for number in named if number not in cited})
        yield text.copy(type="numbered", content=match[0], meta={"place": place * is_first})
        at = match.end()
    yield text.copy(content=text.content[at:])


def numbers(written: str) -> list[int]:
    """The numbers that a citation names; a dash stands for those between."""
    found: list[int] = []
    for part in re.split(r"\s?[,;]\s?", written):
        ends = [int(each) for each in NUMBER.findall(part)]
        rising = len(ends) == 2 and ends[0] < ends[1]
        found += range(ends[0], ends[1] + 1) if rising else ends
    return found


def entry(children: list[Token], number: int, place: int | None) -> list[Token]:
    """The line of an entry: its label is a link back, or one follows at its end."""
    for at, child in enumerate(children):
        match = LABEL.match(child.content) if child.meta.get("label") == number else None
        if match:
            meta = {"reference": number, "place": place}
            own = child.copy(type="reference_label", content=match[0].strip(), meta=meta)
            rest = child.copy(content=child.content[match.end() :], meta={})
            return [*children[:at], own, rest, *children[at + 1 :]]
    opening = Token("reference_open", "span", 1, meta={"reference": number})
    closing = Token("reference_close", "span", -1, meta={"place": place})
    return [opening, *children, closing]


def citation(page: Page, token: Token) -> None:
    """`[2, 5]`, as it is written, with a link on each number."""
    place = token.meta["place"]
    at = 0
    for match in NUMBER.finditer(token.content):
        before = token.content[at : match.start()]
        page.write(before, before)
        anchor = f' id="cite-{place}"' if place and not at else ""
        page.write(page.shelf.tag(f'<a class="cited"{anchor} href="#ref-{int(match[0])}">'))
        page.write(f"{match[0]}</a>", match[0])
        at = match.end()
    page.write(token.content[at:], token.content[at:])


def label(page: Page, token: Token) -> None:
    """`[1]` or `[1]:` at the start of an entry."""
    number, place = token.meta["reference"], token.meta["place"]
    before, digits, after = re.split(r"(\d+)", token.content)
    page.write(before, before)
    href = f' href="#cite-{place}"' if place else ""
    page.write(page.shelf.tag(f'<a class="cited" id="ref-{number}"{href}>'))
    page.write(f"{digits}</a>{after}", f"{digits}{after}")


def opening(page: Page, token: Token) -> None:
    attributes = f'class="listed" id="ref-{token.meta["reference"]}"'
    page.write(f"<span{page.shelf.attributes(attributes)}>")


def closing(page: Page, token: Token) -> None:
    """With the way back; it is generated, so the canonical text does not have it."""
    if token.meta["place"]:
        where = f'href="#cite-{token.meta["place"]}"'
        page.insert(f' <a class="back" {where} aria-label="Back to the text">↩\ufe0e</a>')
    page.write("</span>")
