"""Cut a section or a block out of a note's stored HTML, for a note that embeds it.

The markers are comments that `render` wrote; authors' comments never reach the stored HTML, so
none can be forged. The piece is balanced afterwards: elements that the author opened before it,
or closes after it, cannot break the page around it.

    >>> mark = '<!--gloss:mark {"heading":"%s","slug":"%s","level":2,"inner":0}-->'
    >>> html = mark % ("a", "a") + "<p>A</p><div><p>x</p>" + mark % ("b", "b") + "<p>B</p></div>"
    >>> cut(html, "a"), cut(html, "b"), cut(html, "c")
    ('<p>A</p><div><p>x</p></div>', '<p>B</p>', None)
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import Any

MARK = re.compile(r"<!--gloss:mark (\{[^<>]*\})-->")
TAG = re.compile(
    r"<!--(?:gloss:(?P<link>link|tag) )?[\s\S]*?-->"
    r'|<(?P<close>/?)(?P<name>[A-Za-z][A-Za-z0-9-]*)(?:[^"<>]|"[^"]*")*>'
)
VOID = frozenset(["area", "br", "col", "hr", "img", "input", "source", "wbr"])


@dataclass(frozen=True)
class Mark:
    start: int
    end: int
    given: dict[str, Any]


def cut(html: str, fragment: str) -> str | None:
    """The section under a heading (`section`, `chapter#section`) or the block `^id`, or None."""
    marks = marks_of(html)
    if fragment.startswith("^"):
        found = block(marks, fragment[1:])
    else:
        found = section(html, fragment.split("#"))
    if found is None:
        return None
    piece = balanced(html[slice(*found)])
    return f"<ul>\n{piece}</ul>\n" if piece.lstrip().startswith("<li") else piece


def anchor_of(html: str, path: list[str]) -> str | None:
    """The anchor of the heading that a path of headings means."""
    own = heading(html, path)
    return None if own is None else str(own.given["heading"])


@lru_cache(maxsize=16)
def marks_of(html: str) -> tuple[Mark, ...]:
    """The markers, kept for the next piece of the same note."""
    return tuple(Mark(*match.span(), json.loads(match[1])) for match in MARK.finditer(html))


def block(marks: Sequence[Mark], name: str) -> tuple[int, int] | None:
    begin = next((mark for mark in marks if mark.given.get("block") == name), None)
    end = next((mark for mark in marks if mark.given.get("end") == name), None)
    return (begin.end, end.start) if begin and end and begin.end <= end.start else None


def section(html: str, path: list[str]) -> tuple[int, int] | None:
    own = heading(html, path)
    if own is None:
        return None
    level, inner = own.given["level"], own.given["inner"]
    ends = (
        mark.start
        for mark in marks_of(html)
        if mark.start > own.start
        and "heading" in mark.given
        and mark.given["level"] <= level
        and mark.given["inner"] <= inner
    )
    end = next(ends, len(html))
    return own.end, end_of_container(html, own.end, end) if inner else end


def heading(html: str, path: list[str]) -> Mark | None:
    """The heading that the path names, each part below the one before; else its last part."""
    known = paths_of(html)
    return known.get(tuple(path)) or known.get(tuple(path[-1:]))


@lru_cache(maxsize=16)
def paths_of(html: str) -> dict[tuple[str, ...], Mark]:
    """The first heading of each path that leads to one, with or without each of those above it.

    A heading has at most five above it, so the index grows as the note does.
    """
    found: dict[tuple[str, ...], Mark] = {}
    above: list[tuple[int, str]] = []
    for mark in marks_of(html):
        if "heading" not in mark.given:
            continue
        level, slug = mark.given["level"], mark.given["slug"]
        above = [pair for pair in above if pair[0] < level]
        names = [name for _, name in above]
        for count in range(len(names) + 1):
            for path in combinations(names, count):
                found.setdefault((*path, slug), mark)
                found.setdefault((*path, mark.given["heading"]), mark)
        above.append((level, slug))
    return found


def end_of_container(html: str, start: int, end: int) -> int:
    """Where the quote or list closes that the heading at `start` stands in."""
    depth = 0
    for tag in TAG.finditer(html, start, end):
        depth += change(tag)
        if depth < 0:
            return tag.start()
    return end


def change(tag: re.Match[str]) -> int:
    """What a tag does to the depth. A placeholder may stand for an opening tag."""
    if tag["link"]:
        return 1
    if not tag["name"] or tag["name"].lower() in VOID or tag[0].endswith("/>"):
        return 0
    return -1 if tag["close"] else 1


def balanced(html: str) -> str:
    """`html` without the ends of what began before it, and with the ends that are missing."""
    open_names: list[str] = []

    def kept(tag: re.Match[str]) -> str:
        step, name = change(tag), (tag["name"] or "a").lower()
        if step > 0:
            open_names.append(name)
        elif step < 0:
            if name not in open_names:
                return ""
            missing = []
            while (last := open_names.pop()) != name:
                missing.append(f"</{last}>")
            return "".join(missing) + tag[0]
        return "" if MARK.fullmatch(tag[0]) else tag[0]

    whole = TAG.sub(kept, html)
    return whole + "".join(f"</{name}>" for name in reversed(open_names))
