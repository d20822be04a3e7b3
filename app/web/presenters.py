"""What the JSON addresses show of each thing: small functions from a thing to JSON.

What the person may not see of it is gone before (see `told`).

>>> files_of(Output("fit", "table", {}, {"csv": "1 fit.csv"}), 7)
{'csv': '/outputs/7/1%20fit.csv'}
"""

from __future__ import annotations

import dataclasses
from typing import Any
from urllib.parse import quote

from app.lab.analyses import Analysis
from app.lab.runs import Output, Run
from app.lab.runs.compare import Code, Comparison
from app.lab.shown.board import Checked
from app.lab.signature.parameters import Parameter
from app.library.documents import Document, Entry
from app.library.history.revisions import Revision
from app.search.find import Results
from app.web.templates import address, quoted

Json = dict[str, Any]


def entry(note: Entry) -> Json:
    """A note in a list."""
    return {
        "id": note.path,
        "title": note.title,
        "kind": note.kind,
        "date": note.date,
        "updated": note.updated,
        "year": note.year,
        "authors": note.authors,
        "tags": note.tags,
        "visibility": note.visibility,
        "summary_html": note.summary,
        "url": address(note.path),
    }


def note(document: Document, html: str) -> Json:
    """The whole note; `html` is filled in for the person who asks."""
    texts = {"markdown": document.source, "html": html, "text": document.text}
    return {**entry(document), "sha256": document.sha256, **texts}


def revision(found: Revision, path: str) -> Json:
    """A version of the note at `path`, in a list."""
    shown = {name: getattr(found, name) for name in ("id", "at", "kind", "person", "proposer")}
    url = f"/history/{quoted(path)}?version={found.id}"
    return {**shown, "sha256": found.sha256, "size": found.size, "url": url}


def results(found: Results) -> Json:
    return dataclasses.asdict(found)


def analysis(found: Analysis) -> Json:
    """An analysis in a list."""
    error = found.error
    return {
        "name": found.name,
        "title": found.signature.title,
        "doc": found.signature.doc,
        "url": f"/analyses/{quote(found.name)}",
        "error": {"line": error.line, "reason": error.reason} if error else None,
    }


def signature(found: Analysis) -> Json:
    """An analysis with what it can be asked."""
    return {
        **analysis(found),
        "parameters": [parameter(each) for each in found.signature.parameters],
        "inputs": list(found.signature.inputs),
        "limits": dict(found.signature.limits),
        "source": found.source,
    }


def parameter(found: Parameter) -> Json:
    return {**dataclasses.asdict(found), "choices": list(found.choices)}


def run_entry(run: Run) -> Json:
    """A run in a list."""
    names = ("id", "script", "params", "status", "queued", "started", "ended", "seconds")
    shown = {name: getattr(run, name) for name in (*names, "progress", "message")}
    return {**shown, "url": f"/runs/{run.id}"}


def run(run: Run) -> Json:
    outputs = [output(each, run.id) for each in run.outputs]
    more = {"person": run.person, "log": run.log, "sandbox": run.sandbox}
    return {**run_entry(run), "outputs": outputs, "values": run.values, **more}


def output(found: Output, run_id: int) -> Json:
    files = files_of(found, run_id)
    return {"name": found.name, "kind": found.kind, "value": found.value, "files": files}


def comparison(found: Comparison) -> Json:
    """Two runs; of what differs in the code, the words."""
    return {
        "a": run_entry(found.before),
        "b": run_entry(found.after),
        "differences": [dataclasses.asdict(row) for row in found.rows],
        "same": dict(found.same),
        "code": [code(each) for each in found.code],
        "code_note": found.code_note,
    }


def code(found: Code) -> Json:
    hunks = [
        {
            "kind": hunk.kind,
            "line_before": hunk.before_line,
            "line_after": hunk.after_line,
            "pieces": [dataclasses.asdict(piece) for piece in hunk.pieces],
        }
        for hunk in found.found.hunks
    ]
    return {"path": found.path, "whole": found.found.is_whole, "hunks": hunks}


def files_of(found: Output, run_id: int) -> Json:
    return {kind: f"/outputs/{run_id}/{quote(file)}" for kind, file in found.files.items()}


def claim(found: Checked) -> Json:
    names = ("id", "title", "html", "check", "expect", "state", "number", "reason", "stale")
    url = f"{address(found.path)}#claim-{quote(found.id)}"
    shown = {name: getattr(found, name) for name in names}
    return {**shown, "note": found.path, "url": url, "runs": [run.id for run in found.runs]}
