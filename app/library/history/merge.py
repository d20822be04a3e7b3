"""Two changes of one note, put together: front matter by key, body by line.

    >>> base = "---\\ntitle: Walks\\n---\\nOne.\\n\\nTwo.\\n"
    >>> ours = base.replace("One.", "One and a half.")
    >>> theirs = base.replace("Walks", "Walks\\ntags: [x]").replace("Two.", "Three.")
    >>> merge(base, ours, theirs).text
    '---\\ntitle: Walks\\ntags: [x]\\n---\\nOne and a half.\\n\\nThree.\\n'
    >>> [clash.theirs for clash in merge(base, ours, base.replace("One.", "Uno.")).conflicts]
    ['Uno.\\n']

Where both changed the same key differently, or lines that touch, they clash: the text has ours
there, and it is for a person to decide. Lists such as tags are united (see unions). A header that
is not made of plain keys is merged by line.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

from app.library.history import headers, unions
from app.library.history.headers import Parts
from app.library.history.matching import Match, matching


@dataclass(frozen=True)
class Clash:
    """What both changed. `key`: of the front matter, or "". `line`: in ours, from 1."""

    key: str
    line: int
    base: str
    ours: str
    theirs: str


@dataclass(frozen=True)
class Merged:
    text: str
    conflicts: tuple[Clash, ...] = ()

    @property
    def is_clean(self) -> bool:
        return not self.conflicts


@dataclass(frozen=True)
class Hunk:
    """Lines of base, from start to end, that one side has as lines[own:own_end]."""

    start: int
    end: int
    own: int
    own_end: int


def merge(base: str, ours: str, theirs: str) -> Merged:
    """Both changes of `base`. Raises nothing, whatever the texts hold."""
    if ours in (theirs, base):
        return Merged(theirs)
    if theirs == base:
        return Merged(ours)
    newline = chosen(*map(newline_of, (base, ours, theirs)))
    if newline:  # who changed the newlines of the whole file has not changed its lines
        base, ours, theirs = (text.replace("\r\n", "\n") for text in (base, ours, theirs))
    found = merged(base, ours, theirs)
    if newline != "\r\n":
        return found
    return Merged(found.text.replace("\n", "\r\n"), found.conflicts)


def newline_of(text: str) -> str | None:
    """The newline of every line; empty, if they differ, and None, where there is none."""
    every, windows = text.count("\n"), text.count("\r\n")
    if not every:
        return None
    if not windows:
        return "\n"
    return "\r\n" if windows == every else ""


def chosen(base: str | None, ours: str | None, theirs: str | None) -> str:
    """The one that somebody changed to; empty, where there is not one for the whole text."""
    mine = base if ours is None else ours
    other = base if theirs is None else theirs
    if "" in (base, mine, other) or (base is None and mine != other):
        return ""
    return (other if mine == base else mine) or ""


def merged(base: str, ours: str, theirs: str) -> Merged:
    parts = [headers.parts(text) for text in (base, ours, theirs)]
    if any(part is None for part in parts):
        return by_line(base, ours, theirs, 1)
    before, mine, other = (part for part in parts if part is not None)
    head, clashes = by_key(before, mine, other)
    body = by_line(before.body, mine.body, other.body, mine.body_line)
    if mine.closing or other.closing:
        head = ended(head, body.text)
    return Merged(head + body.text, (*clashes, *body.conflicts))


def ended(head: str, body: str) -> str:
    """The last line of a header may have had no newline; with a body below it, it needs one."""
    return head if not body or not head.strip("\ufeff") or head.endswith("\n") else f"{head}\n"


# The front matter -----------------------------------------------------------------------------


def by_key(base: Parts, ours: Parts, theirs: Parts) -> tuple[str, list[Clash]]:
    """The header with its fences, and the keys that both changed."""
    kept: dict[str, str] = {}
    clashes = []
    for key in ordered(base, ours, theirs):
        before, mine, other = (side.keys.get(key) for side in (base, ours, theirs))
        value = three(before, mine, other)
        clash = mine != other and before not in (mine, other)
        if clash and key in unions.KEYS:
            both = unions.united(key, before, mine, other)
            value, clash = (value, True) if both is None else (both, False)
        if value is not None:
            kept[key] = value
        if clash:
            line = ours.line_of(key)
            clashes.append(Clash(key, line, before or "", mine or "", other or ""))
    bom = three(base.bom, ours.bom, theirs.bom)
    had, have, has = (bool(side.opening) for side in (base, ours, theirs))
    has_header = bool(kept) or three(had, have, has)
    opening = fence(base.opening, ours.opening, theirs.opening) if has_header else ""
    closing = fence(base.closing, ours.closing, theirs.closing) if has_header else ""
    return f"{bom}{opening}{''.join(kept.values())}{closing}", clashes


T = TypeVar("T")


def three(base: T, ours: T, theirs: T) -> T:
    """The value that somebody changed; of two changes, ours."""
    return theirs if ours == base else ours


def fence(base: str, ours: str, theirs: str) -> str:
    """A line of three hyphens; of two changes that of more characters, whoever made it."""
    changed = base not in (ours, theirs)
    return max(ours, theirs) if changed else three(base, ours, theirs) or ours or theirs


def ordered(base: Parts, ours: Parts, theirs: Parts) -> list[str]:
    """Every key, where its side has it: after the same key. Which side is ours does not matter."""
    sides = [[key for key in side.keys if key != headers.TAIL] for side in (ours, theirs)]
    shared = set(sides[0]) & set(sides[1])
    first, second = ([key for key in side if key in shared] for side in sides)
    was = [key for key in base.keys if key in shared]
    moved = [[key for key in side if key in was] != was for side in (first, second)]
    together = min(first, second) if moved[0] == moved[1] else (first if moved[0] else second)
    added = [after(side, shared) for side in sides]
    found = []
    for key in ("", *together):
        found += [key] if key else []
        for keys in sorted(side.get(key, []) for side in added):
            found += keys
    return [*found, headers.TAIL]


def after(keys: list[str], shared: set[str]) -> dict[str, list[str]]:
    """The keys of one side only, by the shared key that they follow ("" at the start)."""
    found: dict[str, list[str]] = {}
    last = ""
    for key in keys:
        if key in shared:
            last = key
        else:
            found.setdefault(last, []).append(key)
    return found


# The body -------------------------------------------------------------------------------------


def by_line(base: str, ours: str, theirs: str, first_line: int) -> Merged:
    """diff3: a change and its neighbour with no unchanged line between them belong together."""
    old, mine, other = (headers.lines(text) for text in (base, ours, theirs))
    found: list[str] = []
    clashes = []
    done = 0
    for start, end, left, right in groups(hunks(old, mine), hunks(old, other)):
        found += old[done:start]
        done = end
        own = taken(old, mine, start, end, left)
        its = taken(old, other, start, end, right)
        found += own if left else its
        if left and right and own != its:
            place = first_line + left[0].own - (left[0].start - start)
            before = "".join(old[start:end])
            clashes.append(Clash("", place, before, "".join(own), "".join(its)))
    return Merged("".join(found + old[done:]), tuple(clashes))


def hunks(base: list[str], side: list[str]) -> list[Hunk]:
    """What a side changed: the gaps between what is the same."""
    found = []
    at, own = 0, 0
    for match in [*matching(base, side), Match(len(base), len(side), 0)]:
        if (at, own) != (match.a, match.b):
            found.append(Hunk(at, match.a, own, match.b))
        at, own = match.a + match.length, match.b + match.length
    return found


def groups(
    ours: list[Hunk], theirs: list[Hunk]
) -> Iterator[tuple[int, int, list[Hunk], list[Hunk]]]:
    """Hunks of both sides that touch, together, with the lines of base that they cover."""
    left: list[Hunk] = []
    right: list[Hunk] = []
    start = end = 0
    both = sorted(
        [(hunk.start, hunk.end, side, hunk) for side, hunk in each(ours, theirs)],
        key=lambda found: found[:3],
    )
    for from_line, to_line, side, hunk in both:
        if (left or right) and from_line > end:
            yield start, end, left, right
            left, right = [], []
        if not left and not right:
            start, end = from_line, to_line
        (right if side else left).append(hunk)
        end = max(end, to_line)
    if left or right:
        yield start, end, left, right


def each(ours: list[Hunk], theirs: list[Hunk]) -> Iterator[tuple[int, Hunk]]:
    for side, found in enumerate((ours, theirs)):
        for hunk in found:
            yield side, hunk


def taken(base: list[str], side: list[str], start: int, end: int, found: list[Hunk]) -> list[str]:
    """What one side has for the lines of base from start to end."""
    lines: list[str] = []
    for hunk in found:
        lines += base[start : hunk.start] + side[hunk.own : hunk.own_end]
        start = hunk.end
    return lines + base[start:end]
