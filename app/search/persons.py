"""Names of people, compared word by word: neither case, accents nor signs count.

>>> words_of("Émilie  d'Arc-Noël"), is_meant("noel", "Émilie Noël"), is_meant("li", "Anneli X")
('emilie d arc noel', True, False)
>>> is_meant("bel*", "Mikhail Belkin"), is_meant("noel emilie", "Émilie Noël")
(True, False)
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from functools import lru_cache

from app.search import folding

BETWEEN = re.compile(r"[\W_]+")


@lru_cache(maxsize=10_000)
def words_of(name: str) -> str:
    plain = unicodedata.normalize("NFKD", folding.folded(name))
    bare = "".join(char for char in plain if not unicodedata.combining(char)).casefold()
    return BETWEEN.sub(" ", bare).strip()


def is_meant(asked: str, name: str) -> bool:
    """Whether the words that are asked for stand in the name, side by side; with * a beginning."""
    words = words_of(asked)
    end = "" if asked.endswith("*") else " "
    return bool(words) and f" {words}{end}" in f" {words_of(name)} "


def called(connection: sqlite3.Connection, name: str) -> list[int]:
    """Who of those with an account are."""
    people = connection.execute("SELECT id, name FROM person ORDER BY id")
    return [row["id"] for row in people if is_meant(name, row["name"])]


def provide(connection: sqlite3.Connection) -> None:
    """Make `is_meant` known to SQLite; it is refused while a statement runs that uses it."""
    try:
        connection.create_function("is_meant", 2, is_meant, deterministic=True)
    except sqlite3.OperationalError as error:
        if "active statements" not in str(error):
            raise
