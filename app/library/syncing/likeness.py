"""Files that were renamed and edited between two syncs: alike enough that a person is asked.

Three words in a row say whose they are, so long as they are words: of any two notes of this
repository at most 4 % are shared, of a note in which every fifth word was changed half is left. But
a template, a form or a table is shared by notes that have nothing to do with each other, and what
was said of one would be shown on the other: so nothing is joined by its words alone.

Of each file the `SKETCH` smallest of its threes are compared, which say how much all of them share
to some 3 %: what is kept of a file does not grow with it.
"""

from __future__ import annotations

import json
import re
import sqlite3
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from heapq import nsmallest
from itertools import chain, islice
from pathlib import Path
from zlib import crc32

from app.library import regular

ASKED = 0.15  # of what two files say together: from here on a person is asked
ENOUGH = 30  # threes, some 200 letters: what has fewer may be like anything
SKETCH = 200
COMMON = 8  # vanished notes with the same three: it says of none of them who it is
MOST_FILES = 500  # of each side that are looked at, 5 ms each
MOST_BYTES = 5_000_000  # of a new file that is looked into
MOST_WORDS = 5_000  # of a note, that are looked at
CJK = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"  # each sign is a word
BETWEEN = r"\s!-/:-@\[-`{-~\u3000-\u303f\uff01-\uff0f"  # marks upon letters are none of it
WORD = re.compile(rf"[{CJK}]|[^{BETWEEN}{CJK}]+")
TOP = re.compile(r"\ufeff?---[ \t]*\r?\n.*?^---[ \t]*\r?$", re.DOTALL | re.MULTILINE)

Sketch = frozenset[int]


def of_files(
    connection: sqlite3.Connection, root: Path, removed: Iterable[str], fresh: Iterable[str]
) -> dict[str, list[str]]:
    """By vanished file the new ones that it may be now."""
    gone = {file: sketch(source) for file, source in sources(connection, removed)}
    gone = {file: found for file, found in gone.items() if len(found) >= ENOUGH}
    holders = holding(gone)
    found: dict[str, list[str]] = {}
    for new in islice(sorted(fresh), MOST_FILES) if gone else ():
        come = sketch(text_of(root / new))
        for old in dict.fromkeys(chain.from_iterable(holders.get(each, ()) for each in come)):
            if share(gone[old], come) >= ASKED:
                found.setdefault(old, []).append(new)
    return found


def share(one: Sketch, other: Sketch) -> float:
    """How much of what two files say both say, as their sketches tell it.

    >>> share(frozenset({1, 2, 3}), frozenset({2, 3, 4}))
    0.5
    """
    together = nsmallest(SKETCH, one | other)
    return sum(each in one and each in other for each in together) / max(1, len(together))


def sketch(text: str) -> Sketch:
    """The smallest numbers of every three words in a row, below a front matter.

    >>> len(sketch("---\\r\\ntitle: T\\r\\n---\\r\\nA walk of many steps")), len(sketch("無限遠点"))
    (3, 2)
    """
    top = TOP.match(text)
    body = unicodedata.normalize("NFC", text[top.end() :] if top else text)
    words = [found[0] for found in islice(WORD.finditer(body), MOST_WORDS)]
    threes = {" ".join(three) for three in zip(words, words[1:], words[2:], strict=False)}
    return frozenset(nsmallest(SKETCH, {crc32(three.encode()) for three in threes}))


def holding(gone: Mapping[str, Sketch]) -> dict[int, list[str]]:
    """By three words in a row the notes that have them, unless many have."""
    holders: dict[int, list[str]] = {}
    for file, found in gone.items():
        for three in found:
            holders.setdefault(three, []).append(file)
    return {three: files for three, files in holders.items() if len(files) <= COMMON}


def sources(connection: sqlite3.Connection, files: Iterable[str]) -> Iterator[tuple[str, str]]:
    rows = connection.execute(
        "SELECT file, source FROM document WHERE file IN (SELECT value FROM json_each(?))",
        [json.dumps(sorted(files)[:MOST_FILES])],
    )
    return ((file, source) for file, source in rows)


def text_of(path: Path) -> str:
    """What cannot be read is like nothing."""
    try:
        return regular.read(path).decode(errors="replace")
    except OSError:
        return ""
