"""An analysis as the page shows it: outputs, how they came to be, the form of its parameters."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from flask import g, render_template, request

from app.accounts.permissions import Action
from app.errors import BadInput
from app.lab import runs
from app.lab.runs import Output, Run
from app.lab.shown.cells import Cell
from app.lab.signature import as_text, form, retyped
from app.library import documents
from app.markup.placeholders import typed
from app.web import access, choices, code_lines, looking, pieces, tables, told
from app.web.pieces import Piece
from app.web.tables import Table
from app.web.under_way import Live, Printed, live, printed

COLUMN_POINTS = 500  # the column has 34rem = 612 CSS pixels = 459 points
WAITING = "later"  # the page numbers its figures when it is whole: see pictures


@dataclass(frozen=True)
class Keep:
    """What the form says that writes a choice into the note."""

    base: str
    texts: Mapping[str, str]


@dataclass(frozen=True)
class Shown:
    """What `_cell.html` needs. `live` is a run under way, `failed` one that ended badly."""

    cell: Cell
    note: str
    live: Live | None
    failed: Run | None
    reason: str  # why it failed, as HTML
    pieces: Sequence[Piece]
    fields: Sequence[form.Field] | None
    caption: str
    number: str  # empty where no number is known
    kind: str
    wide: bool
    printed: Printed | None
    keep: Keep | None
    wrong: str = ""
    unmet: str = ""  # what the address asks for in vain

    @property
    def name(self) -> str:
        return self.cell.name

    @property
    def script(self) -> str:
        return self.cell.script

    @property
    def run(self) -> Run | None:
        return self.cell.run

    @property
    def absent(self) -> Sequence[str]:
        return self.cell.absent

    @property
    def state(self) -> str:
        return state_of(self.cell)

    @property
    def asks(self) -> str:
        """How a fragment of it is asked for."""
        return urlencode({"note": self.note, "block": self.name})

    @property
    def again(self) -> str:
        """Where to look again at what is under way."""
        return looking.again(self.place, str(self.live.run.id), self.name) if self.live else ""

    @property
    def ended(self) -> Run | None:
        """The run that the address looks at, once it has ended."""
        wanted = looking.looked()[0]
        known = (self.cell.newest, self.cell.run)
        return next(
            (run for run in known if run and not run.active and str(run.id) == wanted), None
        )

    @property
    def with_files(self) -> list[Piece]:
        return [piece for piece in self.pieces if piece.files]

    @property
    def place(self) -> str:
        """The address of the page that shows it as it is."""
        return choices.place(self.note, self.cell)

    @property
    def own_place(self) -> str:
        return choices.own_place(self.note, self.cell)

    @property
    def differing(self) -> Mapping[str, str]:
        return choices.differing(self.cell)

    @property
    def others(self) -> str:
        return urlencode(choices.others(self.name))


def shown(cell: Cell, note: str, number: str = "", caption: str = "", wrong: str = "") -> Shown:
    """A cell of the note `note` (its id; empty on the pages of the lab), as far as it is told."""
    cell = told.cell(cell)
    newest = cell.newest
    failed = newest if newest and not newest.active and newest.status != "succeeded" else None
    logged = failed or cell.run
    return Shown(
        cell=cell,
        note=note,
        live=live(newest, before(cell)) if newest and newest.active else None,
        failed=failed,
        reason=code_lines.linked(failed.message, failed) if failed else "",
        pieces=in_order(cell, caption),
        fields=fields(cell),
        caption=caption,
        number=number,
        kind=kind_of(cell),
        wide=any(is_wide(output) for output in cell.outputs),
        printed=printed(logged) if logged else None,
        keep=keep(cell, note),
        wrong=wrong or cell.wrong or refused(cell),
        unmet=choices.unmet(note, cell),
    )


def state_of(cell: Cell) -> str:
    """By it an open page sees that something happened: a run, or what made one stale."""
    stale = ":stale" if cell.stale or cell.since else ""
    return f"{cell.newest.id}:{cell.newest.status}{stale}" if cell.newest else ""


def in_order(cell: Cell, caption: str) -> list[Piece]:
    if cell.run is None:
        return []
    run, sort = cell.run, sorting(cell.name)

    def table(output: Output) -> Table:
        return table_of(run, output, sort.get(output.name, ""))

    written = caption if "data-written" in caption else ""  # else it is the analysis's title
    return pieces.furnished(pieces.grouped(cell.outputs), run.id, written, table)


def sorting(block: str) -> dict[str, str]:
    """`?sort=wide:fit.-rms`: by table, the column; the block may be left out."""
    found = {}
    for asked in request.args.getlist("sort")[: choices.MOST]:
        named, colon, rest = asked.partition(":")
        table, dot, column = (rest if colon else asked).partition(".")
        if dot and (not colon or named == block):
            found[table] = column
    return found


def table_of(run: Run, output: Output, sort: str) -> Table:
    def every() -> tables.Rows:
        file = runs.folder(access.settings(), run.id) / output.files["json"]
        rows: tables.Rows = json.loads(file.read_text("utf-8"))["rows"]
        return rows

    return tables.table(output.name, output.value, sort, every)


def fields(cell: Cell) -> list[form.Field] | None:
    """The form, with what was typed where it could not be taken."""
    if cell.analysis is None:
        return None
    found = form.fields(cell.analysis.signature, cell.params or {})
    sent = choices.tried(cell.name)
    if request.path == "/runs" and request.form.get("block") in (cell.name, ""):
        sent = choices.texts(request.form.items(multi=True))
    return [replace(each, value=sent.get(each.name, each.value)) for each in found]


def refused(cell: Cell) -> str:
    """Why what was typed on a page without scripts cannot be taken."""
    typed = choices.tried(cell.name)
    if not typed or cell.analysis is None or not access.can(g.person, Action.RUN):
        return ""
    try:
        retyped(cell.analysis.signature, cell.own or {}, typed)
    except BadInput as error:
        return str(error)
    return ""


def keep(cell: Cell, note: str) -> Keep | None:
    """For whoever may write, where the note says something else."""
    if not (note and cell.chosen and cell.analysis and cell.params is not None):
        return None
    if not access.can(g.person, Action.WRITE):
        return None
    document, known = documents.get(g.db, note), cell.analysis.signature
    texts = {name: as_text(known[name], cell.params[name]) for name in known.names}
    return Keep(document.sha256, texts) if document else None


def before(cell: Cell) -> float | None:
    """How long the same took the last time."""
    return cell.run.seconds if cell.run and not cell.is_borrowed else None


def kind_of(cell: Cell) -> str:
    """What only has tables is a table."""
    kinds = {output.kind for output in cell.outputs}
    return "Table" if "table" in kinds and "figure" not in kinds else "Figure"


def is_wide(output: Output) -> bool:
    """A figure that was drawn wider than the column may use the margin too."""
    size: Mapping[str, Any] = output.value if output.kind == "figure" else {}
    return bool(size.get("width", 0) > COLUMN_POINTS)


def html(cell: Shown) -> str:
    """What shows nothing is no figure: it takes no number."""
    waits = cell.number == WAITING and bool(cell.pieces)
    number = cell.number if cell.pieces else ""
    return render_template(
        "_cell.html",
        cell=cell,
        label=typed("figure", {"kind": cell.kind}) if waits else label(cell.kind, number),
        number=typed("again", {}) if waits else number,
        coming=typed("coming", {"kind": cell.kind}) if waits else number,
    )


def label(kind: str, number: str) -> str:
    return f"<b>{kind} {number}.</b> " if number else ""
