"""What runs computed and printed, in the search: values, texts, tables, the words of figures.

Each block of a note has an entry for what it shows, found by whoever may meet the note. A run
that no block shows whole has one as well, and so has what a run printed (search/visible.py says
who finds those). Only the newest result of an analysis with the same parameters is there.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass
from typing import Any

from app import database
from app.errors import NotFound
from app.lab import analyses
from app.lab.claims import values
from app.lab.runs import store
from app.lab.runs.store import Output, Run
from app.lab.shown import cells
from app.search import index as search_index
from app.search.index import Entry
from app.settings import Settings

LARGEST = 200_000  # characters of one entry


@dataclass(frozen=True)
class Row:
    """A row of search_output, in the order of its columns."""

    key: str
    run_id: int
    what: str
    uid: int | None
    name: str
    script: str
    params: str = ""
    show: str = "null"


def index(settings: Settings, connection: sqlite3.Connection, only: str | None = None) -> None:
    """Make the results searchable as they are now, of one analysis or of all; writes only what
    changed."""
    wanted = {row.key: row for row in rows(settings, connection, only)}
    titles = {row.script: "" for row in wanted.values()}
    titles = {script: title_of(settings, script) for script in titles}
    stored = indexed(connection, only)
    changed = [row for row in wanted.values() if stored.get(row.key) != (row, titles[row.script])]
    gone = stored.keys() - wanted.keys()
    if not changed and not gone:
        return
    with database.transaction(connection):
        for key in gone:
            remove(connection, key)
        known = store.load(connection, {row.run_id for row in changed})
        for row in changed:
            put(connection, row, known[row.run_id], titles[row.script])


def rows(settings: Settings, connection: sqlite3.Connection, only: str | None) -> Iterator[Row]:
    """What should be there."""
    newest = {
        (row["script"], row["params"]): (row["id"], row["log"])
        for row in connection.execute(
            "SELECT run.id, run.script, run.params, log <> '' AS log FROM run JOIN ("
            " SELECT max(id) AS id FROM run"
            " WHERE status = 'succeeded' AND sweep_id IS NULL AND script = ifnull(?, script)"
            " GROUP BY script, params) USING (id)",
            [only],
        )
    }
    whole: set[int] = set()
    for block, pair in blocks(settings, connection, only):
        if pair in newest:
            run_id, uid, name = newest[pair][0], block["uid"], block["name"]
            whole |= {run_id} if block["show"] == "null" else set()
            script, params, show = block["script"], block["params"], block["show"]
            yield Row(f"{uid}/{name}", run_id, "block", uid, name, script, params, show)
    for (script, _), (run_id, has_log) in newest.items():
        if run_id not in whole:
            yield Row(f"run/{run_id}", run_id, "run", None, "", script)
        if has_log:
            yield Row(f"log/{run_id}", run_id, "log", None, "", script)


def blocks(
    settings: Settings, connection: sqlite3.Connection, only: str | None
) -> Iterator[tuple[sqlite3.Row, tuple[str, str]]]:
    """Each block, with the analysis and the parameters whose result it shows."""
    known: dict[tuple[str, str], tuple[str, str]] = {}
    found = connection.execute(
        "SELECT uid, name, script, params, show FROM document_block"
        " WHERE sweep = 'null' AND script = ifnull(?, script)",
        [only],
    ).fetchall()
    for row in found:
        written = row["script"], row["params"]
        if written not in known:
            wanted = cells.Wanted(row["name"], row["script"], json.loads(row["params"]))
            cell = cells.read(settings, wanted)
            known[written] = cells.key(cell.script, cell.params) if not cell.error else ("", "")
        yield row, known[written]


def indexed(connection: sqlite3.Connection, only: str | None) -> dict[str, tuple[Row, str]]:
    """What is there, with the title of each entry."""
    found = connection.execute(
        "SELECT made.*, entry.title FROM search_output AS made"
        " LEFT JOIN search_entry AS entry ON entry.type = 'output' AND entry.key = made.key"
        " WHERE script = ifnull(?, script)",
        [only],
    )
    return {row["key"]: (Row(*tuple(row)[:-1]), row["title"]) for row in found}


def title_of(settings: Settings, script: str) -> str:
    try:
        return search_index.storable(analyses.found_as(analyses.find(settings, script)))
    except NotFound:
        return script


def put(connection: sqlite3.Connection, row: Row, run: Run, title: str) -> None:
    remove(connection, row.key)
    connection.execute("INSERT INTO search_output VALUES (?, ?, ?, ?, ?, ?, ?, ?)", astuple(row))
    shown = json.loads(row.show)
    outputs = [output for output in run.outputs if shown is None or output.name in shown]
    body = run.log if row.what == "log" else "\n\n".join(map(words, outputs))
    names = "" if row.what == "log" else "\n".join(output.name for output in outputs)
    search_index.put(
        connection,
        Entry(
            "output", row.key, row.uid, run.ended or "",
            title=title, headings=names, body=body[:LARGEST],
        ),
    )  # fmt: skip


def remove(connection: sqlite3.Connection, key: str) -> None:
    search_index.remove(connection, "output", key)
    connection.execute("DELETE FROM search_output WHERE key = ?", [key])


def words(output: Output) -> str:
    """An output as somebody would look for it."""
    return f"{output.name}: {text(output)}"


def text(output: Output) -> str:
    value: Any = output.value
    if output.kind == "table":
        return "\n".join(map(line, [value["columns"], *value["rows"]]))
    if output.kind == "figure":
        return str(value.get("alt") or "")
    return shown(value)


def line(cells: Iterable[Any]) -> str:
    return "  ".join(map(shown, cells))


def shown(value: Any) -> str:
    """A value as the page has it."""
    return "" if value is None else values.format(value) or str(value)
