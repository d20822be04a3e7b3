"""How many notes there are in each folder, under each tag, by each author, of each year.

Only notes of the given visibilities count, so that a number tells nothing of a hidden note.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence


def folders(connection: sqlite3.Connection, visibilities: Sequence[str]) -> list[tuple[str, int]]:
    """Every folder by name; one that holds others counts what is in them."""
    found: Counter[str] = Counter()
    rows = connection.execute(
        f"SELECT folder, COUNT(*) FROM document WHERE folder <> '' AND {among(visibilities)}"
        " GROUP BY folder",
        list(visibilities),
    )
    for folder, number in rows:
        parts = folder.split("/")
        for depth in range(len(parts)):
            found["/".join(parts[: depth + 1])] += number
    return sorted(found.items())


def tags(connection: sqlite3.Connection, visibilities: Sequence[str]) -> list[tuple[str, int]]:
    """Every tag, the most used first."""
    return named(connection, "tag", visibilities)


def authors(connection: sqlite3.Connection, visibilities: Sequence[str]) -> list[tuple[str, int]]:
    """Every author, the one with the most notes first."""
    return named(connection, "author", visibilities)


def named(
    connection: sqlite3.Connection, name: str, visibilities: Sequence[str]
) -> list[tuple[str, int]]:
    # min() chooses one spelling of those that differ in case: the same one every time. The few
    # that are hidden are looked up, not the many that are not: with a join, five times as slow.
    rows = connection.execute(
        f"SELECT min({name} COLLATE BINARY), COUNT(*) AS number FROM document_{name}"
        f" WHERE uid NOT IN (SELECT uid FROM document WHERE NOT {among(visibilities)})"
        f" GROUP BY {name} ORDER BY number DESC, {name}",
        list(visibilities),
    )
    return [(value, number) for value, number in rows]


def years(connection: sqlite3.Connection, visibilities: Sequence[str]) -> list[tuple[int, int]]:
    """Every year, the latest first; a paper counts in the year in which it appeared."""
    rows = connection.execute(
        f"SELECT year, COUNT(*) FROM document WHERE year IS NOT NULL AND {among(visibilities)}"
        " GROUP BY year ORDER BY year DESC",
        list(visibilities),
    )
    return [(value, number) for value, number in rows]


def among(visibilities: Sequence[str]) -> str:
    return f"visibility IN ({', '.join('?' * len(visibilities))})"
