"""The newlines of a file whose text went through a browser's form, which makes all of them alike.

    >>> like("One.\\r\\nTwo.\\nThree.", "One.\\nNew.\\nTwo.\\nThree.\\n")
    'One.\\r\\nNew.\\r\\nTwo.\\nThree.'

A line ends as it did, at the end of the file perhaps with nothing; a new one as the line above.
"""

from __future__ import annotations

import re

from app.library.history.matching import Match, matching

NEWLINE = re.compile(r"\r\n|\r|\n")
LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


def like(before: str, typed: str) -> str:
    """`typed` with the newlines of `before`, the version that it was made of."""
    lines = NEWLINE.split(typed)
    if "\r" not in before and before.endswith("\n"):
        return "\n".join(lines)
    was, now = LINE.findall(before), LINE.findall("\n".join(lines))
    kept = ends(was, now)
    last = next((end for end in map(end_of, was) if end), "\n")
    found: list[str] = []
    for number, line in enumerate(now):
        bare, end = bare_of(line), end_of(line)
        is_last = number == len(now) - 1
        if end and (known := kept.get(number)) is not None:
            end = known or ("" if is_last and bare else last)
        elif end:
            end = last
        if bare + end == "\n" and found and found[-1].endswith("\r"):
            end = "\r"  # else the two would be one
        last = end or last
        found.append(bare + end)
    return "".join(found)


def ends(was: list[str], now: list[str]) -> dict[int, str]:
    """How each line of `now` ended that stands in `was`, too, or in whose place it stands."""
    found: dict[int, str] = {}
    at, own = 0, 0
    same = matching([bare_of(line) for line in was], [bare_of(line) for line in now])
    for match in [*same, Match(len(was), len(now), 0)]:
        changed = zip(range(own, match.b), was[at : match.a], strict=False)
        found |= {number: end_of(line) for number, line in changed}
        at, own = match.a + match.length, match.b + match.length
        found |= {match.b + n: end_of(was[match.a + n]) for n in range(match.length)}
    return found


def bare_of(line: str) -> str:
    return line.rstrip("\r\n")


def end_of(line: str) -> str:
    return line[len(bare_of(line)) :]
