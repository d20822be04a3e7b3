"""What may follow `[[`, `[[note#`, `#` or `@` while somebody types: notes, their headings, tags,
works; each bounded.

A note is found by the words of its title, a part of its path, the beginning of an alias. What
begins with the letters comes first, then what is newer.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from app.library import headings, links
from app.library.citations.bibtex import folded
from app.library.counts import among
from app.library.names import key
from app.markup.links import anchor

MOST = 12
MOST_HEADINGS = 60  # of one note: who typed `#` looks through them
LOOKED_AT = 60  # candidates of each kind of search
LONGEST = 100
LAST = "\U0010ffff"
SIGNS = re.compile(r"[\[\]|#^\\]")  # they mean something in a link: its anchor is taken instead


@dataclass(frozen=True)
class Suggestion:
    """`insert` is what the text gets, `label` and `detail` are what the list shows."""

    insert: str
    label: str
    detail: str = ""


def notes(
    connection: sqlite3.Connection, typed: str, visibilities: Sequence[str], note: str = ""
) -> list[Suggestion]:
    """Notes that the letters may mean; the shortest target that leads to each from `note`."""
    wanted = key(" ".join(typed.split()))[:LONGEST]
    found = candidates(connection, wanted, visibilities)
    found.sort(key=lambda row: row["date"], reverse=True)
    found.sort(key=lambda row: rank(row, wanted))
    chosen = found[:MOST]
    leads = links.resolve(connection, [row["name"] for row in chosen], note, visibilities)
    return [suggested(row, leads) for row in chosen]


def candidates(
    connection: sqlite3.Connection, wanted: str, visibilities: Sequence[str]
) -> list[sqlite3.Row]:
    """Rows of the notes that may be meant; a search of the index each, never of the table."""
    listed = f"SELECT uid, path, name, title, date FROM document WHERE {among(visibilities)}"
    if not wanted:
        rows = connection.execute(f"{listed} ORDER BY date DESC LIMIT {MOST}", list(visibilities))
        return rows.fetchall()
    hyphened, titles = wanted.replace(" ", "-"), in_titles(wanted)
    rows = connection.execute(
        f"""{listed} AND uid IN (
            SELECT uid FROM (SELECT uid FROM document INDEXED BY document_by_path_key
                WHERE instr(path_key, ?) LIMIT {LOOKED_AT})
            UNION SELECT uid FROM (SELECT uid FROM document
                WHERE name_key >= ? AND name_key < ? LIMIT {LOOKED_AT})
            UNION SELECT uid FROM (SELECT uid FROM document_alias
                WHERE key >= ? AND key < ? LIMIT {LOOKED_AT})
            UNION SELECT uid FROM search_entry WHERE type = 'note' AND id IN (
                SELECT rowid FROM (SELECT rowid FROM search_text
                    WHERE search_text MATCH ? LIMIT {LOOKED_AT})
                UNION SELECT rowid FROM (SELECT rowid FROM search_text
                    WHERE search_text MATCH ? LIMIT {LOOKED_AT})))""",
        [*visibilities, hyphened, *[hyphened, hyphened + LAST], *[wanted, wanted + LAST], *titles],
    )
    return rows.fetchall()


def in_titles(wanted: str) -> tuple[str, str]:
    """Full-text queries: the title begins so; every word begins a word of the title."""
    words = [f'"{word}"' for word in re.findall(r"\w+", wanted) or ["\u2400"]]
    return f"title : ^ {' + '.join(words)} *", f"title : ({' AND '.join(f'{w}*' for w in words)})"


def rank(row: sqlite3.Row, wanted: str) -> int:
    name, title = key(row["name"]), key(row["title"])
    if wanted in (name, title):
        return 0
    if name.startswith(wanted) or title.startswith(wanted):
        return 1
    return 2 if wanted in title or wanted in name else 3


def suggested(row: sqlite3.Row, leads: dict[str, links.Linked]) -> Suggestion:
    name, title = row["name"], row["title"]
    linked = leads.get(name)
    target = name if linked and linked.uid == row["uid"] else row["path"]
    words = re.sub(r"[\[\]|\n]", "", title)
    insert = target if key(words) == key(target) else f"{target}|{words}"
    return Suggestion(insert, title, row["path"])


def places(
    connection: sqlite3.Connection,
    typed: str,
    target: str,
    visibilities: Sequence[str],
    note: str = "",
) -> list[Suggestion]:
    """Headings of the note that `target` means in `note`: those that begin with the letters first.

    Without a target they are those of `note` itself, as it was saved.
    """
    asked = target.strip()[:LONGEST] or f"/{note}"
    linked = links.resolve(connection, [asked], note, visibilities).get(asked)
    if linked is None:
        return []
    row = connection.execute("SELECT headings FROM document WHERE uid = ?", [linked.uid])
    found = [*with_parents(json.loads(row.fetchone()[0]))]
    wanted = key(" ".join(typed.split()))[:LONGEST]
    chosen = [each for each in found if wanted in key(each.label)]
    chosen.sort(key=lambda each: not key(each.label).startswith(wanted))
    return chosen[:MOST_HEADINGS]


def with_parents(found: Iterable[dict[str, Any]]) -> Iterator[Suggestion]:
    """Each heading in its order, with the one that it stands below.

    >>> a, b = {"level": 2, "id": "a", "html": "A"}, {"level": 3, "id": "b-1", "html": "B"}
    >>> [(each.insert, each.label, each.detail) for each in with_parents([a, b])]
    [('A', 'A', ''), ('b-1', 'B', 'below A')]
    """
    above: list[tuple[int, str]] = []
    for heading in found:
        level, words = heading["level"], headings.plain(heading["html"])
        while above and above[-1][0] >= level:
            above.pop()
        is_plain = not SIGNS.search(words) and anchor(words) == heading["id"]
        detail = f"below {above[-1][1]}" if above else ""
        yield Suggestion(words if is_plain else heading["id"], words or heading["id"], detail)
        above.append((level, words))


def tags(
    connection: sqlite3.Connection,
    typed: str,
    visibilities: Sequence[str],
    most: int = MOST,
) -> list[Suggestion]:
    """Tags that begin with the letters, the most used first."""
    wanted = typed[:LONGEST]
    rows = connection.execute(
        "SELECT min(tag COLLATE BINARY) AS name, COUNT(*) AS number FROM document_tag"
        f" WHERE tag >= ? AND tag < ? AND uid IN (SELECT uid FROM document WHERE"
        f" {among(visibilities)}) GROUP BY tag ORDER BY number DESC, tag LIMIT {most}",
        [wanted, wanted + LAST, *visibilities],
    )
    return [
        Suggestion(row["name"], row["name"], f"{row['number']} notes"[: -1 if row[1] == 1 else 99])
        for row in rows
    ]


def works(
    connection: sqlite3.Connection, typed: str, visibilities: Sequence[str]
) -> list[Suggestion]:
    """Works whose key, author, year or title holds the letters."""
    wanted = folded(typed)[:LONGEST]
    rows = connection.execute(
        f"""SELECT work.key, work.csl, min(rank) FROM work LEFT JOIN document USING (uid)
        WHERE (work.uid IS NULL OR {among(visibilities)})
            AND (instr(work.name, ?) OR instr(sort, ?))
        GROUP BY work.name ORDER BY instr(work.name, ?) = 1 DESC, sort LIMIT {MOST}""",
        [*visibilities, key(typed)[:LONGEST], wanted, key(typed)[:LONGEST]],
    )
    return [Suggestion(row["key"], row["key"], described(json.loads(row["csl"]))) for row in rows]


def described(item: dict[str, Any]) -> str:
    """
    >>> described({"author": [{"family": "Roe"}], "issued": {"date-parts": [[1905]]},
    ...     "title": "Walks"})
    'Roe 1905, Walks'
    """
    people = item.get("author") or item.get("editor") or []
    names = [str(each.get("family") or each.get("literal", "")) for each in people]
    who = (
        names[0] + (" et al." if len(names) > 2 else f" and {names[1]}" if names[1:] else "")
        if (names)
        else ""
    )
    year = str(item.get("issued", {}).get("date-parts", [[""]])[0][0])
    about = " ".join(part for part in (who, year) if part)
    return ", ".join(part for part in (about, str(item.get("title", ""))) if part)
