"""The elements that an author's HTML has open, so that what reaches the page is well nested.

A browser mends bad nesting: it moves text out of tables, ends paragraphs, drops ends without a
beginning. Where nothing is left to mend, the page has the same text, in the same blocks, as was
written. So ends are put where a browser would imply them, and what it would drop is not written.

    >>> elements = Elements()
    >>> [elements.start(name, f"<{name}>", 0).html for name in ("table", "td", "td")]
    ['<table>', '<tr><td>', '</td><td>']
    >>> elements.words(0).html, elements.end("div", 0).html, elements.finish(0).html
    ('', '', '</td></tr></table>')
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

DEEPEST = 50  # the sanitiser's time grows with their square
VOID = frozenset({"area", "br", "col", "hr", "img", "wbr"})
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
CELLS = frozenset({"td", "th", "caption"})
TABLE = frozenset({"table", "thead", "tbody", "tfoot", "tr", "colgroup"})  # hold no text
PARTS = TABLE | CELLS | {"col"}
PARENTS = {
    "td": ("tr",),
    "th": ("tr",),
    "tr": ("thead", "tbody", "tfoot", "table"),
    "col": ("colgroup", "table"),
}
LISTS = frozenset({"ul", "ol", "dl"})
# An element that ends the open one of its kind, and what it does not reach across.
SIBLINGS = {"li": frozenset({"li"}), "dt": frozenset({"dt", "dd"}), "dd": frozenset({"dt", "dd"})}
NAMES = (
    "aside blockquote caption col colgroup dd details div dl dt figcaption figure h1 h2 h3 h4 h5 h6"
    " hr li ol p pre summary table tbody td tfoot th thead tr ul"
)
BLOCKS = frozenset(NAMES.split())


class Written(NamedTuple):
    """What to write; `is_block` where a block of text begins or ends there."""

    html: str = ""
    is_block: bool = False


@dataclass
class Elements:
    """Names, each with the level of the Markdown block that it was opened in."""

    open: list[tuple[str, int]] = field(default_factory=list)
    floor: int = 0  # what is below was opened outside of the present walk

    def start(self, name: str, tag: str, level: int) -> Written:
        """An opening tag, after the ends that it implies."""
        before = self.make_room(name, level)
        if before is None or len(self.open) >= DEEPEST:
            return before or Written()
        if name not in VOID:
            self.open.append((name, level))
        return Written(before.html + tag, before.is_block or name in BLOCKS)

    def make_room(self, name: str, level: int) -> Written | None:
        """The ends that `name` implies; None if it cannot stand here."""
        if name in PARTS and name != "table":
            return self.in_table(name)
        ended = self.words(level)
        if name not in BLOCKS:
            return ended
        for names, barrier in (
            (frozenset({"p"}), frozenset()),
            (HEADINGS if name in HEADINGS else frozenset(), frozenset()),
            (SIBLINGS.get(name, frozenset()), LISTS),
        ):
            at = self.find(names, barrier | CELLS, level) if names else None
            ended = ended if at is None else joined(ended, self.close(at))
        return ended

    def in_table(self, name: str) -> Written | None:
        """A part of a table ends the parts before it; without a table it is nothing."""
        table = self.find(frozenset({"table"}), frozenset(), None)
        if table is None:
            return None
        parents = PARENTS.get(name, ("table",))
        at = self.find(frozenset(parents), frozenset({"table"}) - set(parents), None)
        if at is None:  # a cell without a row
            ended = self.close(table + 1)
            self.open.append(("tr", self.open[table][1]))
            return joined(ended, Written("<tr>", True))
        return self.close(at + 1)

    def end(self, name: str, level: int) -> Written:
        """A closing tag, with those of what was left open inside; nothing if it ends nothing."""
        barrier = frozenset() if name in PARTS else CELLS | {"table"}
        at = self.find(frozenset({name}), barrier, level)
        return Written() if at is None else self.close(at)

    def words(self, level: int) -> Written:
        """What has to end before text: a table that no cell of is open."""
        if not self.open or self.open[-1][0] not in TABLE:
            return Written()
        at = self.find(frozenset({"table"}), frozenset(), level)
        return Written() if at is None else self.close(at)

    def block(self, level: int) -> Written:
        """What has to end before a block of Markdown: also a paragraph and a heading."""
        ended = joined(self.leave(level), self.words(level))
        at = self.find(HEADINGS | {"p"}, CELLS, None)
        return ended if at is None else joined(ended, self.close(at))

    def leave(self, level: int) -> Written:
        """What was opened inside of a Markdown block that ends."""
        at = len(self.open)
        while at > self.floor and self.open[at - 1][1] > level:
            at -= 1
        return self.close(at)

    def finish(self, floor: int) -> Written:
        return self.close(floor)

    def find(self, names: frozenset[str], barrier: frozenset[str], level: int | None) -> int | None:
        """The innermost open element of these names that no barrier hides."""
        for at in range(len(self.open) - 1, self.floor - 1, -1):
            name, its_level = self.open[at]
            if level is not None and its_level != level:
                return None
            if name in names:
                return at
            if name in barrier:
                return None
        return None

    def close(self, at: int) -> Written:
        """End the elements from `at` on, the innermost first."""
        ended = [name for name, _ in reversed(self.open[at:])]
        del self.open[at:]
        html = "".join(f"</{name}>" for name in ended)
        return Written(html, any(name in BLOCKS for name in ended))


def joined(first: Written, second: Written) -> Written:
    return Written(first.html + second.html, first.is_block or second.is_block)
