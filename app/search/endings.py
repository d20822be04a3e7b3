"""Words as the index has them: without case, accents and endings.

The index's own tokenizer says so, in a small table in memory, once for each word.

    >>> found = of(["Walking", "walks", "Gödel", "hoping"])
    >>> found["Walking"], found["walks"], found["Gödel"], found["hoping"]
    ('walk', 'walk', 'godel', 'hope')
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from functools import cache
from threading import Lock

TOKENIZER = "porter unicode61 remove_diacritics 2"  # as in app/derived.py; a test compares them
MOST_KEPT = 50_000
MOST_AT_ONCE = 2_000

WORD = re.compile(r"[^\W_]+")

_known: dict[str, str] = {}
_lock = Lock()


def of(words: Iterable[str]) -> dict[str, str]:
    """The stem of each word; a word that the index would leave out has an empty one."""
    found: dict[str, str] = {}
    new: list[str] = []
    for word in set(words):
        stem = _known.get(word)
        if stem is None:
            new.append(word)
        else:
            found[word] = stem
    return found | learned(new) if new else found


def stem(word: str) -> str:
    """Of a single word; empty for what is none, or several.

    >>> stem("walking"), stem("two words"), stem("?")
    ('walk', '', '')
    """
    return of([word])[word] if WORD.fullmatch(word) else ""


def words(text: str) -> list[str]:
    """The stems of a text, in its order."""
    found = WORD.findall(text)
    known = of(found)
    return [known[word] for word in found]


def learned(words: list[str]) -> dict[str, str]:
    """What others read is added at once, when it is whole."""
    found = dict.fromkeys(words, "")
    with _lock:
        table = tokenizer()
        for start in range(0, len(words), MOST_AT_ONCE):
            some = words[start : start + MOST_AT_ONCE]
            table.executemany("INSERT INTO word (rowid, text) VALUES (?, ?)", enumerate(some))
            for row, stem in table.execute("SELECT doc, term FROM stem ORDER BY doc, offset DESC"):
                found[some[row]] = stem
            table.execute("INSERT INTO word (word) VALUES ('delete-all')")
        if len(_known) > MOST_KEPT:
            _known.clear()
        _known.update(found)
    return found


@cache
def tokenizer() -> sqlite3.Connection:
    table = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    table.execute(
        f"CREATE VIRTUAL TABLE word USING fts5(text, content = '', tokenize = '{TOKENIZER}')"
    )
    table.execute("CREATE VIRTUAL TABLE stem USING fts5vocab(word, 'instance')")
    return table
