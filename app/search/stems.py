"""The words of the index for what somebody typed: folded and stemmed as SQLite does it.

>>> stems("Probabilities of Ökonomie"), stem("walking")
(['probabl', 'of', 'okonomi'], 'walk')
"""

from __future__ import annotations

import sqlite3
import threading
from functools import lru_cache

TOKENIZER = "porter unicode61 remove_diacritics 2"
_local = threading.local()


def stems(text: str) -> list[str]:
    """In their order."""
    connection = reader()
    connection.execute("INSERT INTO read (rowid, text) VALUES (1, ?)", [text])
    rows = connection.execute("SELECT term FROM words ORDER BY offset").fetchall()
    connection.execute("INSERT INTO read (read, rowid, text) VALUES ('delete', 1, ?)", [text])
    return [term for (term,) in rows]


@lru_cache(maxsize=10_000)
def stem(word: str) -> str:
    """Of a single word; empty if it is none, or several."""
    found = stems(word)
    return found[0] if len(found) == 1 else ""


def reader() -> sqlite3.Connection:
    """A full-text table in memory, of this thread, that holds a text as long as it is read."""
    connection: sqlite3.Connection | None = getattr(_local, "reader", None)
    if connection is None:
        connection = _local.reader = sqlite3.connect(":memory:", isolation_level=None)
        connection.executescript(
            f"""CREATE VIRTUAL TABLE read USING fts5(text, content = '', tokenize = '{TOKENIZER}');
            CREATE VIRTUAL TABLE words USING fts5vocab('read', 'instance');"""
        )
    return connection
