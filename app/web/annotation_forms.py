"""Writing in the margin: forms that work without scripts, and their parts for threads.js.

A script asks with HX-Request and is answered the form, or the thread, that the page then shows;
everybody else is led from page to page.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from flask import (
    Blueprint,
    Response,
    g,
    make_response,
    render_template,
    request,
)

from app import clock
from app.accounts.permissions import Action, Thing
from app.annotations import anchored, bodies, composing, store, threads
from app.annotations.addresses import of_note
from app.annotations.composing import MOTIVATIONS
from app.annotations.kept import Annotation
from app.annotations.reading import COLOURS, read
from app.annotations.standing import answers_private, decided
from app.errors import BadInput, Conflict, NotFound
from app.library import documents, macros, names
from app.library.documents import Document
from app.web import access
from app.web.annotation_threads import threads_html
from app.web.annotation_typed import (
    FIELDS,
    is_part,
    paragraphs,
    passage,
    shortened,
    typed_in,
    understood,
)
from app.web.permalinks import permalink

SHOWN = 500  # characters of what somebody else wrote meanwhile
CHOICES = ("comment", "question", "erratum", "link", "highlight")
KINDS = {motivation: kind for kind, motivation in MOTIVATIONS.items()}


def add_to(blueprint: Blueprint) -> None:
    blueprint.add_app_template_filter(passage, "passage")
    blueprint.add_app_template_global(threads_html)
    of_one = "/annotations/<id>"
    for rule, view, method in (
        ("/annotations/form", form, "GET"),
        ("/annotations/form", add, "POST"),
        ("/annotations/margin", more, "GET"),
        (f"{of_one}/edit", edit, "GET"),
        (f"{of_one}/edit", change, "POST"),
        (f"{of_one}/delete", take_away, "POST"),
        (f"{of_one}/undo", bring_back, "POST"),
    ):
        blueprint.add_url_rule(rule, view_func=view, methods=[method])


@access.needs(Action.ANNOTATE)
def form() -> Response:
    """The empty form; what it is about may be in the address."""
    typed = typed_in(request.args)
    if typed["kind"] == "erratum" and not typed["replacement"]:
        typed["replacement"] = typed["quote"]
    return shown(asked_note(typed), typed, {}, HTTPStatus.OK)


@access.needs(Action.ANNOTATE)
def add() -> Response:
    """Keep what was typed and go to it; else the form again, with what was typed."""
    typed = typed_in(request.form)
    note = asked_note(typed)
    path, text = (note.path, note.text) if note else ("", "")
    try:
        composed = composing.compose(path, text, g.person, clock.stamp(), understood(typed, note))
        kept = store.create(g.db, g.person, composed)
    except BadInput as error:
        return shown(note, typed, wrong(error), error.status)
    return done(kept, HTTPStatus.CREATED)


@access.needs(Action.ANNOTATE)
def edit(id: str) -> Response:
    """The form with what it says now."""
    kept = store.changeable(g.db, g.person, id, None)
    typed = typed_in(request.args) | bodies.fields(read(kept.stored), kept.path or "")
    typed |= {"kind": KINDS.get(kept.motivation, "comment"), "visibility": kept.visibility}
    typed |= {"colour": kept.colour}
    return shown(note_of(kept), typed, {}, HTTPStatus.OK, kept)


@access.needs(Action.ANNOTATE)
def change(id: str) -> Response:
    kept = store.changeable(g.db, g.person, id, None)
    kind = KINDS.get(kept.motivation, "comment")
    typed = typed_in(request.form) | {"kind": kind, "reply_to": kept.reply_to or ""}
    note = note_of(kept)
    try:
        check_seen(kept)
        said = understood(typed, note)
        state = composing.revise(kept.stored, kept.path or "", clock.stamp(), said)
        if note is not None and is_gone(kept, note):
            state = composing.put_again(state, note.path, note.text, said)
        changed = store.update(g.db, g.person, id, state, base=kept.version)
    except (BadInput, Conflict) as error:
        return shown(note, typed, wrong(error), error.status, kept)
    return done(changed, HTTPStatus.OK)


def check_seen(kept: Annotation) -> None:
    """Who changes what was changed meanwhile is shown it first: nobody's words go unseen."""
    if request.form.get("base", kept.state) != kept.state:
        now = bodies.fields(read(kept.stored), kept.path or "")
        words = now["replacement"] or now["comment"]
        said = f" It says now: “{shortened(words, SHOWN)}”." if words else ""
        raise Conflict(
            f"This was changed meanwhile.{said} Send yours again to put it there instead."
        )


@access.needs(Action.ANNOTATE)
def take_away(id: str) -> Response:
    """Delete an annotation, and offer to bring it back."""
    kept = store.delete(g.db, g.person, id)
    if is_part():
        return done(kept, HTTPStatus.OK, deleted=id)
    return to("/annotations/" if kept.path is None else f"{of_note(kept.path)}?deleted={id}#margin")


@access.needs(Action.ANNOTATE)
def bring_back(id: str) -> Response:
    return done(store.undo(g.db, g.person, id), HTTPStatus.OK)


@access.needs(Action.READ)
def more() -> Response:
    """The next threads of a note: for its page, or as a page of their own."""
    note = asked_note(typed_in(request.args))
    if note is None:
        raise NotFound("There is no such note.")
    after = request.args.get("after", "0")
    skip = int(after) if after.isascii() and after.isdecimal() and len(after) < 10 else 0
    found = threads.of_note(g.db, note, g.person, macros_of(note), limit=threads.PART, after=skip)
    page = "annotations/_threads.html" if is_part() else "annotations/margin.html"
    return of_part(render_template(page, room="Margin", document=note, margin=found))


def done(kept: Annotation, status: HTTPStatus, deleted: str = "") -> Response:
    """A script gets the thread as it is now; a browser is led to it."""
    note = note_of(kept)
    if not is_part() or note is None:
        return to(permalink(kept) if kept.path else "/annotations/")
    first = kept.thread or kept.id
    thread = threads.one(g.db, note, g.person, first, macros_of(note))
    return of_part("".join(threads_html([thread] if thread else [], note.path, deleted)), status)


def asked_note(typed: dict[str, str]) -> Document | None:
    """The note that it is about, which for a reply may be none; one that is hidden is not found."""
    if typed["reply_to"]:
        return note_of(store.get(g.db, typed["reply_to"], g.person))
    note = documents.get(g.db, names.normal(typed["note"]))
    if note is None:
        raise NotFound("There is no such note.", hint="It may have been moved or deleted.")
    access.allow(Action.READ, Thing(note.visibility))
    return note


def note_of(kept: Annotation) -> Document | None:
    """The note of an annotation that the person may read, and so the note."""
    return documents.get(g.db, kept.path) if kept.path is not None else None


def is_gone(kept: Annotation, note: Document) -> bool:
    """Whether its passage is, so that its writer may say which words it is about now."""
    if decided(g.db, kept) or not composing.may_be_put_again(kept.stored):
        return False
    places = anchored.of_note(g.db, note)
    return any(each.annotation_id == kept.id and each.grade == "orphan" for each in places)


def macros_of(note: Document) -> Mapping[str, str]:
    """What holds in the note holds in what is said of it."""
    own: dict[str, str] = note.front.get("macros") or {}
    return macros.of_note(access.settings().notes, own)


def wrong(error: BadInput | Conflict) -> dict[str, str]:
    return {error.field if error.field in FIELDS else "other": str(error)}


def shown(
    note: Document | None,
    typed: dict[str, str],
    wrong: dict[str, str],
    status: HTTPStatus,
    kept: Annotation | None = None,
) -> Response:
    alone = answers_private(g.db, kept.reply_to if kept else typed["reply_to"])
    typed = typed | {"visibility": "private"} if alone else typed
    chosen = note is not None and kept is None and (not is_part() or "block" in wrong)
    page = render_template(
        "annotations/_composer.html" if is_part() else "annotations/form.html",
        room="Margin",
        document=note,
        form=typed,
        wrong=wrong,
        kept=kept,
        answered=store.get(g.db, typed["reply_to"], g.person)
        if is_new_reply(typed, kept)
        else None,
        is_gone=kept is not None and note is not None and is_gone(kept, note),
        alone=alone,
        is_decided=kept is not None and decided(g.db, kept),
        choices=CHOICES,
        colours=COLOURS,
        has_colour=kept is None or composing.has_colour(kept.stored),
        paragraphs=paragraphs(note.text) if note and chosen else [],
        claims=[claim.id for claim in documents.claims(g.db, note.uid)] if note else [],
    )
    return of_part(page, status)


def is_new_reply(typed: dict[str, str], kept: Annotation | None) -> bool:
    """Whether a page of its own asks for it: beside the thread it is seen what is answered."""
    return bool(typed["reply_to"]) and kept is None and not is_part()


def of_part(page: str, status: HTTPStatus = HTTPStatus.OK) -> Response:
    response = make_response(page, status)
    response.headers["Vary"] = "Cookie, Authorization, HX-Request"
    return response


def to(address: str) -> Response:
    response = Response(status=HTTPStatus.SEE_OTHER)
    response.headers["Location"] = address
    return response
