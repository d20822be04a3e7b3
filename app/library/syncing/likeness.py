"""Files that were renamed and edited between two syncs: known by the words that they still share.

Three words in a row say whose they are. Measured: any two notes of this repository share at most 4%
of them (of single words 42%), any two of 400 made-up ones of `bench` 10%; a note in which every
fifth word was changed keeps half. It takes some 2 ms for each file that went or came.
One vanished and one new file that are each other's only candidates are the same note from `SURE`
on, unless much of it is what the newest of their neighbours say, too: that is a template, and says
of none who it is. Where there are several, or less is left, a person is asked. What is read is what
vanished, what came and `NEIGHBOURS` notes, whatever else the library holds.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.library import regular
from app.library.names import id_of

SURE = 0.5  # of the longer one's threes
DOUBT = 0.2  # from here on a person is asked; twice what different notes were seen to share
ENOUGH = 30  # threes, some 200 letters: what shares fewer may be a template
NEIGHBOURS = 100  # notes that stay in the same folders, the newest of all
COMMON = 8  # vanished notes with the same three: it says of none of them who it is
MOST_BYTES = 5_000_000  # of a new file that is looked into
MOST_WORDS = 20_000  # of a note, that are looked at
CJK = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"  # each sign is a word
WORD = re.compile(rf"[{CJK}]|[^\W{CJK}]+")
TOP = re.compile(r"---[ \t]*\n.*?^---[ \t]*$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Likeness:
    """`certain`: by new file the one that it was. `doubtful`: by vanished file those it may be."""

    certain: dict[str, str] = field(default_factory=dict)
    doubtful: dict[str, list[str]] = field(default_factory=dict)


def of_files(
    connection: sqlite3.Connection, root: Path, removed: Iterable[str], fresh: Iterable[str]
) -> Likeness:
    """What the vanished files may be now."""
    gone = {file: threes(source) for file, source in sources(connection, removed)}
    gone = {file: found for file, found in gone.items() if len(found) >= ENOUGH}
    if not gone:
        return Likeness()
    holders, files = holding(gone), sorted(fresh)
    template = of_neighbours(connection, gone, files)
    sure: dict[tuple[str, str], bool] = {}
    for new in files:
        come = threes(text_of(root / new))
        for old, count in shared(come, holders).items():
            if count >= ENOUGH and is_alike(gone[old], come, DOUBT):
                sure[old, new] = is_alike(gone[old] - template, come - template, SURE)
    return decided(sure)


def is_alike(old: set[int], new: set[int], floor: float) -> bool:
    count = len(old & new)
    return count >= ENOUGH and count >= floor * max(len(old), len(new))


def decided(sure: Mapping[tuple[str, str], bool]) -> Likeness:
    """What is beyond doubt, and the rest, of what is alike at all.

    >>> decided({("a", "x"): True, ("b", "y"): True, ("b", "z"): False})
    Likeness(certain={'x': 'a'}, doubtful={'b': ['y', 'z']})
    """
    times = Counter(old for old, _ in sure), Counter(new for _, new in sure)
    found = Likeness()
    for old, new in sure:
        if sure[old, new] and times[0][old] == times[1][new] == 1:
            found.certain[new] = old
        else:
            found.doubtful.setdefault(old, []).append(new)
    return found


def of_neighbours(
    connection: sqlite3.Connection, gone: Iterable[str], files: Iterable[str]
) -> set[int]:
    """What notes say that stay where these files were, or are."""
    folders = {id_of(file).rpartition("/")[0] for file in (*gone, *files)}
    rows = connection.execute(
        "SELECT source FROM document WHERE folder IN (SELECT value FROM json_each(?))"
        " AND file NOT IN (SELECT value FROM json_each(?)) ORDER BY date DESC LIMIT ?",
        [json.dumps(sorted(folders)), json.dumps(sorted(gone)), NEIGHBOURS],
    )
    return set().union(*(threes(source) for (source,) in rows))


def threes(text: str) -> set[int]:
    """Every three words in a row, below a front matter.

    >>> len(threes("---\\ntitle: T\\n---\\nA walk of many steps")), len(threes("無限遠点"))
    (3, 2)
    """
    top = TOP.match(text)
    body = text[top.end() :] if top else text
    words = [found[0] for found, _ in zip(WORD.finditer(body), range(MOST_WORDS), strict=False)]
    return set(map(hash, zip(words, words[1:], words[2:], strict=False)))


def holding(gone: Mapping[str, set[int]]) -> dict[int, list[str]]:
    """By three words in a row the notes that have them, unless many have."""
    holders: dict[int, list[str]] = {}
    for file, found in gone.items():
        for three in found:
            holders.setdefault(three, []).append(file)
    return {three: files for three, files in holders.items() if len(files) <= COMMON}


def shared(come: set[int], holders: Mapping[int, list[str]]) -> Counter[str]:
    """By vanished note how many of these it had."""
    return Counter(file for three in come for file in holders.get(three, ()))


def sources(connection: sqlite3.Connection, files: Iterable[str]) -> list[tuple[str, str]]:
    rows = connection.execute(
        "SELECT file, source FROM document WHERE file IN (SELECT value FROM json_each(?))",
        [json.dumps(sorted(files))],
    )
    return [(file, source) for file, source in rows]


def text_of(path: Path) -> str:
    """What cannot be read is like nothing."""
    try:
        return regular.read(path).decode(errors="replace")
    except OSError:
        return ""
