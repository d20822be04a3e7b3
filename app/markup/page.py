"""The page being written: a walk over a note's tokens fills its HTML and its text together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from markdown_it.token import Token

from app.markup import canonical
from app.markup.elements import Elements, Written
from app.markup.labels import Equations
from app.markup.placeholders import Shelf
from app.markup.rendered import Bibtex, Block, Cite, Claim, Heading, Link, Problem
from app.markup.stamps import stamped

SAME_LINE = ("html_block", "inline")


@dataclass
class Page:
    """What is written so far. `path` is the note's id, None for text that is no note."""

    rules: Mapping[str, Callable[[Page, Token], None]]
    path: str | None = ""
    first_line: int = 1
    macros: Mapping[str, str] = field(default_factory=dict)
    shelf: Shelf = field(default_factory=Shelf)
    html: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)  # canonical text: the finished blocks
    words: list[str] = field(default_factory=list)  # canonical text: the block being written
    headings: list[Heading] = field(default_factory=list)
    anchors: dict[str, int] = field(default_factory=dict)
    authored: set[str] = field(default_factory=set)  # ids in the HTML of the author
    links: list[Link] = field(default_factory=list)
    open_links: list[tuple[str, str, int]] = field(default_factory=list)  # and number of words
    media: dict[str, None] = field(default_factory=dict)  # in order, each once
    blocks: list[Block] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)  # in order, each once: key to name
    code: list[str] = field(default_factory=list)
    highlighted: int = 0  # characters of code
    seconds: float = 0.0  # that highlighting took
    problems: list[Problem] = field(default_factory=list)
    notes: dict[str, list[Token]] = field(default_factory=dict)  # footnotes: label to body
    numbers: dict[str, int] = field(default_factory=dict)  # footnotes: label to number
    references: dict[str, int] = field(default_factory=dict)  # footnotes: times referred to
    waiting: list[str] = field(default_factory=list)  # footnotes to set beside the present block
    places: list[tuple[int, str]] = field(default_factory=list)  # linked to here, with the line
    cites: list[Cite] = field(default_factory=list)
    bibtex: list[Bibtex] = field(default_factory=list)
    elements: Elements = field(default_factory=Elements)  # of the author's blocks of HTML
    phrases: list[str] = field(default_factory=list)  # of the author's HTML in a sentence
    equations: Equations = field(default_factory=Equations)
    is_loose: bool = False  # whether an author's HTML left the present line open
    tokens: Sequence[Token] = ()
    at: int = 0
    line: int = 0  # of the present block, from 0 in the body
    until: int = 0  # the line after it
    sources: list[tuple[int, int]] = field(default_factory=list)  # line and until of each of lines
    block_at: int = 0  # where in html the present outermost block begins

    def walk(self, tokens: Sequence[Token]) -> None:
        """Write `tokens`, each by the rule of its type."""
        outer = self.tokens, self.at
        self.tokens = tokens
        rules, open_elements = self.rules, self.elements.open
        lines, sources = self.lines, self.sources
        floor, self.elements.floor = self.elements.floor, len(self.elements.open)
        for self.at, token in enumerate(tokens):
            if self.is_loose:
                self.end_loose(token)
            if open_elements:
                self.nest(token)
            if token.map is not None:
                self.line, self.until = token.map
            if token.level == 0 and token.nesting >= 0:
                self.block_at = len(self.html)
            rules[token.type](self, token)
            if len(sources) < len(lines):
                self.locate_lines()
            if self.waiting and token.level == 0 and token.nesting <= 0:
                rules["margin"](self, token)
        self.end_elements(self.elements.finish(self.elements.floor))
        self.end_loose(None)
        self.locate_lines()
        self.elements.floor = floor
        self.tokens, self.at = outer

    def end_loose(self, token: Token | None) -> None:
        """End the line that HTML left open, where `token` is not of that line."""
        if self.is_loose and not (token and (token.hidden or token.type in SAME_LINE)):
            self.is_loose = False
            self.end_line()
            self.locate_lines()

    def nest(self, token: Token) -> None:
        """End what the author's HTML has open and `token` may not stand in."""
        if token.nesting < 0 or token.type == "html_block":
            self.end_elements(self.elements.leave(token.level))
        elif token.type != "inline":
            self.end_elements(self.elements.block(token.level))
        self.locate_lines()

    def locate_lines(self) -> None:
        """Remember which lines of the source the newest lines of text come from."""
        new = len(self.lines) - len(self.sources)
        self.sources += [(self.line, self.until)] * new

    def end_elements(self, written: Written) -> None:
        if written.is_block:
            self.end_line()
        if written.html:
            self.write(written.html)

    def neighbour(self, distance: int) -> Token | None:
        """The token that stands `distance` further on in the present walk."""
        at = self.at + distance
        return self.tokens[at] if 0 <= at < len(self.tokens) else None

    def write(self, html: str, text: str = "") -> None:
        """Author's HTML, to be sanitised, and its canonical text."""
        self.html.append(html)
        if text:
            self.words.append(text)

    def insert(self, html: str, text: str = "") -> None:
        """HTML of our own, kept from the sanitiser, and the canonical text that it stands for."""
        self.put(stamped(html, text), text)

    def put(self, html: str, text: str) -> None:
        """As `insert`, for HTML that has its stamp."""
        self.html.append(self.shelf.word(html))
        if text:
            self.words.append(text)

    def end_line(self) -> str:
        """End a block of text; the canonical text gets a line, and the links in it a sentence."""
        if not self.words and not self.open_links:
            return ""
        line = canonical.collapse("".join(self.words))
        if self.open_links:
            self.end_links(line)
        self.words.clear()
        if line:
            self.lines.append(line)
        return line

    def end_links(self, line: str) -> None:
        """Give each link of the block the sentence that it stands in."""
        at = before = 0
        for target, fragment, words in self.open_links:
            at += len(canonical.even("".join(self.words[before:words])))
            before = words
            self.links.append(Link(target, fragment, canonical.sentence(line, at)))
        self.open_links.clear()

    def note_link(self, target: str, fragment: str) -> None:
        """Remember a link to a note; its sentence is known when its block ends."""
        self.open_links.append((target, fragment, len(self.words)))

    def problem(self, reason: str) -> None:
        self.problems.append(Problem(self.first_line + self.line, reason))
