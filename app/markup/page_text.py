"""The text of a page, as a reader of it finds it: the map between canonical text and text nodes.

The rules, which `web/static/text_map.js` follows too, for what stands below the note's element:

1. Text nodes count in document order.
2. An element with `data-text` stands for that text, whatever it shows; empty, it is generated.
   Nothing below it counts but elements with `data-written`, each on a line of its own.
3. A block element (`BLOCKS`) begins and ends a line. `br` is a space.
4. In a line, white space is one space, and none stands at its ends; an empty line is none.
5. `pre.code` keeps its lines, but for empty ones at its ends.
6. Lines are joined by a line break.

    >>> found = read('<p>A <b>formula</b>\\n <i data-text="$x$">ξ</i>.</p><p>End</p>')
    >>> found.text, [found.nodes[run.node][run.start:run.start + run.length] for run in found.runs]
    ('A formula $x$.\\nEnd', ['A', ' ', 'formula', '\\n', '.', 'End'])
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import NamedTuple

ON_LINES = (
    "address article aside blockquote caption col colgroup dd details div dl dt figcaption figure"
    " footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tbody td"
    " tfoot th thead tr ul"
)
BLOCKS = frozenset(ON_LINES.split())
EMPTY = "area br col embed hr img input link meta source track wbr"
VOID = frozenset(EMPTY.split())
WORDS = re.compile(r"[^ \t\n\r\f]+|[ \t\n\r\f]+")
WHITE = " \t\n\r\f"
ATOM = -1


class Run(NamedTuple):
    """`length` characters of a text node from `start` on are those of the text from `at` on."""

    node: int
    start: int
    at: int
    length: int


@dataclass
class PageText:
    text: str
    nodes: list[str]
    runs: list[Run]


@dataclass
class Frame:
    """An open element: whether its text counts, and what it is."""

    name: str
    counts: bool
    is_line: bool = False
    is_verbatim: bool = False


@dataclass
class Lines:
    """The lines read so far, and the pieces (node, start, characters) of the present one."""

    done: list[str] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    pieces: list[tuple[int, int, str]] = field(default_factory=list)
    length: int = 0

    def end(self, *, verbatim: bool = False) -> None:
        pieces, self.pieces = self.pieces, []
        kept = whole(pieces) if verbatim else collapsed(pieces)
        if not kept:
            return
        at = self.length + bool(self.done)
        line = []
        for node, start, characters in kept:
            if node != ATOM:
                self.runs.append(Run(node, start, at, len(characters)))
            line.append(" " if not verbatim and characters[0] in WHITE else characters)
            at += len(line[-1])
        self.done.append("".join(line))
        self.length = at


def whole(pieces: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """The pieces without the line breaks at both ends."""
    while pieces and not pieces[0][2].lstrip("\n"):
        pieces = pieces[1:]
    while pieces and not pieces[-1][2].rstrip("\n"):
        pieces = pieces[:-1]
    if pieces:
        node, start, characters = pieces[0]
        stripped = characters.lstrip("\n")
        pieces = [(node, start + len(characters) - len(stripped), stripped), *pieces[1:]]
        node, start, characters = pieces[-1]
        pieces = [*pieces[:-1], (node, start, characters.rstrip("\n"))]
    return pieces


def collapsed(pieces: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Words, and one character of the white space between two of them."""
    kept: list[tuple[int, int, str]] = []
    space: tuple[int, int, str] | None = None
    for node, start, characters in pieces:
        for match in WORDS.finditer(characters):
            piece = (node, start + match.start(), match[0])
            if match[0][0] in WHITE:
                space = space or (piece[0], piece[1], match[0][0])
            else:
                kept += [space] if space and kept else []
                kept.append(piece)
                space = None
    return kept


def read(html: str) -> PageText:
    """The text of what stands in the note's element."""
    reader = Reader()
    reader.feed(html)
    reader.close()
    reader.flush()
    reader.lines.end()
    return PageText("\n".join(reader.lines.done), reader.nodes, reader.lines.runs)


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines = Lines()
        self.nodes: list[str] = []
        self.node: list[str] = []
        self.frames = [Frame("", counts=True)]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.flush()
        given = dict(attrs)
        frame = self.frame(tag, given)
        if (frame.counts or self.frames[-1].counts) and (tag in BLOCKS or frame.is_line):
            self.lines.end()
        if tag == "br" and frame.counts:
            self.lines.pieces.append((ATOM, 0, " "))
        if "data-text" in given and self.frames[-1].counts:
            self.lines.pieces.append((ATOM, 0, given["data-text"] or ""))
        if tag not in VOID:
            self.frames.append(frame)
        elif tag in BLOCKS and frame.counts:
            self.lines.end()

    def frame(self, tag: str, given: dict[str, str | None]) -> Frame:
        counts = self.frames[-1].counts
        if "data-text" in given:
            return Frame(tag, counts=False, is_line=tag in BLOCKS and counts)
        is_line = "data-written" in given and not counts
        verbatim = counts and tag == "pre" and "code" in (given.get("class") or "").split()
        line = is_line or (counts and tag in BLOCKS)
        return Frame(tag, counts=counts or is_line, is_line=line, is_verbatim=verbatim)

    def handle_endtag(self, tag: str) -> None:
        self.flush()
        if tag not in VOID and any(frame.name == tag for frame in self.frames):
            while self.pop().name != tag:
                pass

    def pop(self) -> Frame:
        frame = self.frames.pop()
        if frame.is_line:
            self.lines.end(verbatim=frame.is_verbatim)
        return frame

    def handle_data(self, data: str) -> None:
        self.node.append(data)

    def flush(self) -> None:
        """A text node ends where markup begins."""
        data = "".join(self.node)
        self.node.clear()
        if data:
            self.nodes.append(data)
            if self.frames[-1].counts:
                self.lines.pieces.append((len(self.nodes) - 1, 0, data))
