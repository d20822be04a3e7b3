"""Two runs of an analysis side by side, and all runs of one to choose them from."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, g, redirect, render_template, request
from flask.typing import ResponseReturnValue

from app.accounts.permissions import Action
from app.errors import BadInput, NotFound
from app.lab import analyses, runs
from app.lab.runs import Output, Run, compare, history, keeping
from app.lab.runs import sources as kept
from app.lab.runs.compare import Comparison
from app.lab.runs.statuses import STATUSES
from app.web import access, asked, presenters, seen
from app.web.api import answer
from app.web.columns import column
from app.web.notes import inside

blueprint = Blueprint("compare", __name__)

SIZE = 50
PARTS = {
    "outcome": "Outcome",
    "code": "Code",
    "parameters": "Parameters",
    "values": "Values",
    "texts": "Texts",
    "tables": "Tables",
    "figures": "Figures",
    "modules": "Modules",
    "inputs": "Files it reads",
    "packages": "Packages",
    "python": "Python",
}


@blueprint.get("/analyses/<name>/runs")
@access.needs(Action.HISTORY)
def all_runs(name: str) -> str:
    """Every run that is kept, the newest first."""
    known = analyses.load(access.settings(), name)
    status = asked.word("status", (*runs.ENDED, "queued", "running"))
    offset = asked.offset()
    wanted = history.Wanted(name, status)
    page = history.page(g.db, wanted, limit=SIZE, offset=offset)
    if known is None and not page.total and not status:
        raise NotFound("There is no such analysis.")
    more = f"&status={status}" if status else ""
    return render_template(
        "runs.html",
        name=name,
        title=known.signature.title if known else name,
        runs=page.runs,
        total=page.total,
        offset=offset,
        size=SIZE,
        status=status or "",
        statuses=statuses(name),
        defaults={each.name: each.default for each in known.signature.parameters} if known else {},
        marked=to_mark(page.runs),
        page_address=lambda start: f"/analyses/{name}/runs?offset={start}{more}",
        room="Analyses",
    )


def to_mark(found: Sequence[Run]) -> list[int]:
    """The two to compare unless others are marked: the newest that have something to show."""
    good = [run for run in found if run.status == "succeeded"]
    return [run.id for run in reversed((good if len(good) > 1 else found)[:2])]


def statuses(name: str) -> list[tuple[str, int]]:
    """How many runs there are of each status."""
    rows = g.db.execute(
        "SELECT status, count(*) FROM run WHERE script = ? AND sweep_id IS NULL"
        " GROUP BY status ORDER BY 2 DESC",
        [name],
    )
    return [tuple(row) for row in rows]


@blueprint.get("/compare")
@access.needs(Action.READ)
def page() -> str:
    found = compared()
    title = analyses.load(access.settings(), found.before.script)
    return render_template(
        "compare.html",
        found=found,
        script=found.before.script,
        title=title.signature.title if title else found.before.script,
        parts={part: words for part, words in PARTS.items() if rows_of(found, part)},
        rows_of=lambda part: rows_of(found, part),
        alike=alike,
        same=told(found.same),
        room="Analyses",
    )


@blueprint.get("/api/compare")
@access.needs(Action.READ)
def api() -> Response:
    return answer(presenters.comparison(compared()))


def compared() -> Comparison:
    """`?a=12&b=15`: the one before, and the one after."""
    before, after = map(seen.run, [number("a"), number("b")])
    if before.script != after.script:
        raise BadInput(
            f"Run {before.id} is of {before.script}, run {after.id} of {after.script}.",
            hint="Two runs of the same analysis can be compared.",
        )
    return compare.compare(before, after, sources, checksum)


@blueprint.post("/runs/pin")
@access.needs(Action.RUN)
def pin() -> ResponseReturnValue:
    """Keep one run, or the two that are compared, whatever else makes room; or no longer."""
    ids = [seen.run(parsed("run", text)).id for text in request.form.getlist("run")[:2]]
    if not ids:
        raise BadInput("Say which run: run=12.", field="run")
    for run_id in ids:
        keeping.pin(g.db, run_id, kept=request.form.get("kept") != "no")
    return redirect(f"/runs/{ids[0]}" if len(ids) == 1 else f"/compare?a={ids[0]}&b={ids[1]}", 303)


def sources(run: Run) -> Mapping[str, str] | None:
    """None where not all of its code was kept, or where versions are not for this person."""
    named = run.parts.get("files") or {}
    found = kept.of_run(g.db, run) if access.can(g.person, Action.HISTORY) else {}
    return found if named and found.keys() == named.keys() else None


def number(name: str) -> int:
    return parsed(name, request.args.get(name, ""))


def parsed(name: str, text: str) -> int:
    if not text.isdecimal() or len(text) > 9:
        raise BadInput(f"Say which run: {name}=12.", field=name)
    return int(text)


def checksum(run: Run, made: Output) -> str:
    """Of the file that is shown; of a file that is gone, its name."""
    file = made.files.get("svg") or made.files.get("png") or ""
    try:
        path = inside(runs.folder(access.settings(), run.id), file)
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except (NotFound, OSError):
        return f"{run.id}/{file}"


def rows_of(found: Comparison, part: str) -> list[compare.Row]:
    return [row for row in found.rows if row.part == part]


def alike(row: compare.Row) -> tuple[Any, Any]:
    """The two of a row; numbers as text with the same decimals."""
    pair = (row.before, row.after)
    if (row.part, row.name) == ("outcome", "status"):
        return STATUSES.get(row.before, row.before), STATUSES.get(row.after, row.after)
    written = column(pair)
    return (written.cells[0], written.cells[1]) if None not in pair and written.is_number else pair


def told(same: Mapping[str, int]) -> str:
    """What is alike, in words: `3 parameters, 2 values`."""
    return ", ".join(
        f"{count} {many(part, count)}" for part, count in same.items() if part in WORDS
    )


WORDS = {
    "parameters": ("parameter", "parameters"),
    "values": ("value", "values"),
    "texts": ("text", "texts"),
    "tables": ("table", "tables"),
    "figures": ("figure", "figures"),
    "modules": ("module", "modules"),
    "inputs": ("file it reads", "files it reads"),
    "packages": ("package", "packages"),
}


def many(part: str, count: int) -> str:
    return WORDS[part][count != 1]
