"""What may follow the letters just typed: in the editor, and where a note is named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace

from flask import Blueprint, Response, g, jsonify, request

from app.accounts.permissions import Action, visibilities
from app.errors import BadInput
from app.lab import analyses
from app.library.writing import completion, completion_files
from app.library.writing.completion import MOST, Suggestion
from app.markup.line import readable
from app.web import access

blueprint = Blueprint("completion", __name__)

KINDS = ("note", "embed", "heading", "tag", "work", "analysis")
MOST_FILES = 8  # where notes may be meant as well


@blueprint.get("/api/complete")
@access.needs(Action.ANNOTATE)
def complete() -> Response:
    """Notes, for whoever writes in margins; the rest, for whoever writes notes."""
    kind, typed = request.args.get("kind", ""), request.args.get("q", "")
    if kind != "note":
        access.allow(Action.WRITE)
    if kind not in KINDS:
        raise BadInput(f"kind is one of {', '.join(KINDS)}.", field="kind")
    seen = visibilities(g.person, Action.READ)
    note, target = request.args.get("note", ""), request.args.get("target", "")
    if kind == "note":
        found = completion.notes(g.db, typed, seen, note)
    elif kind == "embed":
        found = embeds(typed, seen, note)
    elif kind == "heading":
        found = completion.places(g.db, typed, target, seen, note)
    elif kind == "tag":
        found = completion.tags(g.db, typed, seen)
    elif kind == "work":
        found = completion.works(g.db, typed, seen)
    else:
        found = scripts(typed)
    return jsonify({"results": [asdict(each) for each in found]})


def embeds(typed: str, seen: Sequence[str], note: str) -> list[Suggestion]:
    """Pictures and documents, then notes: their words are shown where `![[` stands."""
    notes = completion.notes(g.db, typed, seen, note)
    files = completion_files.files(g.db, typed, note)[: MOST_FILES if notes else MOST]
    named = [replace(each, insert=each.insert.partition("|")[0]) for each in notes]
    return [*files, *named][:MOST]


def scripts(typed: str) -> list[Suggestion]:
    """Analyses whose name or title holds the letters; those whose name begins so come first."""
    wanted = typed.lower()
    found = [
        each
        for each in analyses.every(access.settings())
        if wanted in each.name.lower() or wanted in each.signature.title.lower()
    ]
    found.sort(key=lambda each: (not each.name.lower().startswith(wanted), each.name))
    return [
        Suggestion(each.name, each.name, readable(each.signature.title, code=True))
        for each in found[:MOST]
    ]
