"""Errata as who may change the note meets them: accept with one press, or in the editor; decline.

Forms that work without scripts. Where a press is not enough, the editor opens at the line with the
proposal above the text, and a save that changes the note accepts it, crediting who proposed it.
"""

from __future__ import annotations

from contextlib import suppress
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, g, redirect, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from app.accounts.permissions import Action, visibilities
from app.annotations import accepting, errata, shown, threads
from app.annotations.accepting import MustEdit
from app.annotations.errata import Erratum, Evidence
from app.annotations.kept import Annotation
from app.annotations.reading import Said
from app.errors import BadInput, Conflict, GlossError
from app.lab.shown import board
from app.lab.shown.board import Checked
from app.library import documents, macros
from app.library.history.revisions import NO_CREDIT, Credit
from app.web import access, annotation_forms, annotation_threads
from app.web.annotation_typed import is_part
from app.web.templates import address, quoted

blueprint = Blueprint("errata", __name__)


@blueprint.post("/annotations/<id>/accept")
@access.needs(Action.WRITE)
def accept(id: str) -> ResponseReturnValue:
    """Change the note and show it there; or its editor, at the line that it is about."""
    access.allow(Action.WRITE)
    seen = request.form.get("seen", "")
    done = accepting.accept(access.settings(), g.db, g.person, id, seen)
    if isinstance(done, MustEdit):
        asked = {"line": done.line, "erratum": id} if done.line else {"erratum": id}
        return redirect(f"/edit/{quoted(done.path)}?{urlencode(asked)}", 303)
    merged = "?kept=theirs" if done.merged else ""
    return redirect(f"{address(done.path)}{merged}#annotation-{id}", 303)


@blueprint.post("/annotations/<id>/decline")
@access.needs(Action.DECIDE)
def decline(id: str) -> Response:
    """It changes no file, so a library that is opened read-only allows it."""
    reason, seen = request.form.get("reason", ""), request.form.get("seen", "")
    kept, _ = errata.get(g.db, g.person, id)
    try:
        errata.decline(g.db, g.person, id, reason, seen)
    except (BadInput, Conflict) as error:
        return undecided(kept, reason, error)
    return annotation_forms.done(kept, HTTPStatus.OK)


def undecided(kept: Annotation, reason: str, error: BadInput | Conflict) -> Response:
    """It was not declined: its thread, with what was typed and why that was not taken."""
    note = annotation_forms.note_of(kept)
    known = annotation_forms.macros_of(note) if note else {}
    thread = threads.one(g.db, note, g.person, kept.id, known) if note else None
    if note is None or thread is None:
        raise error
    drawn = annotation_threads.undecided_html(thread, note.path, reason, str(error))
    if is_part():
        return annotation_forms.of_part(drawn, error.status)
    page = render_template("annotations/decline.html", room="Margin", document=note, thread=drawn)
    return annotation_forms.of_part(page, error.status)


@blueprint.app_template_global()
def why(found: Erratum) -> Markup:
    """The reason for which it was declined, as other words of the margin are shown."""
    known, _ = macros.of_library(access.settings().notes)
    html = shown.rendered(Said(found.reason, "text/markdown", ""), known)
    return Markup(html or shown.text(found.reason, shown.ROOM))  # noqa: S704 - it is safe to show


@blueprint.app_template_global()
def as_written(found: Erratum, path: str) -> str:
    return accepting.written(g.db, path, found)


@blueprint.app_template_global()
def verdict(cited: Evidence) -> Checked | None:
    """What became of the claim that is cited, if its note has it and the person may read it."""
    known: dict[str, dict[str, Any]] = g.setdefault("cited", {})
    if cited.path not in known:
        known[cited.path] = claims_of(cited.path)
    found: Checked | None = known[cited.path].get(cited.claim)
    return found


def claims_of(path: str) -> dict[str, Checked]:
    document = documents.get(g.db, path)
    if document is None or document.visibility not in visibilities(g.person, Action.READ):
        return {}
    blocks, claims = documents.blocks(g.db, document.uid), documents.claims(g.db, document.uid)
    return dict(board.of_note(access.settings(), g.db, blocks, claims, "", {}).claims)


def proposed(path: str) -> tuple[Annotation, Erratum] | None:
    """The erratum that the editor of this note was opened for, unless it was accepted since."""
    asked = request.values.get("erratum", "")
    if not asked:
        return None
    with suppress(GlossError):
        kept, found = errata.get(g.db, g.person, asked)
        if kept.path == path and found.status != "accepted":
            return kept, found
    return None


def in_editor(path: str) -> dict[str, object]:
    """What the form shows of it: the proposal as it is now; the tick counts for what was seen."""
    about = proposed(path) if path else None
    was_sent = request.method == "POST"
    ticked = "accept" in request.form and about and request.form.get("seen") == about[1].seen
    return {"proposed": about, "takes_it": ticked if was_sent else True}


def accepted(path: str) -> tuple[Annotation, Erratum] | None:
    """The erratum that saving accepts, which is still what the form has shown."""
    if "accept" not in request.form:
        return None
    about = proposed(path)
    if about:
        errata.check_seen(about[1], request.form.get("seen", ""))
    return about


def credit_of(about: tuple[Annotation, Erratum] | None) -> Credit:
    return errata.credit(g.person, *about) if about else NO_CREDIT


def refuse_unmade(about: tuple[Annotation, Erratum] | None) -> None:
    """Conflict where the editor has not made what was proposed, in its own words perhaps."""
    if about and not errata.is_accepted(g.db, about[0].id):
        raise Conflict(
            "Nothing was changed, so the erratum is not accepted.",
            hint="Make the correction, or take away the tick: it stays open then.",
        )


def line_of(header: str) -> int:
    """The line of the text that the address asks for, below a front matter; 0: none."""
    asked = request.args.get("line", "")
    if not (asked.isascii() and asked.isdecimal() and len(asked) < 8):
        return 0
    return max(0, int(asked) - header.count("\n"))
