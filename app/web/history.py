"""What a note said before: its versions, what differs between two of them, and back to one.

For everybody who is signed in: who reads a note only because it is public reads what it says
today.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flask import Blueprint, Response, g, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from app.accounts.permissions import Action
from app.annotations import anchored
from app.errors import Changed
from app.library import identity, names
from app.library.history import differences, restoring, reverting, versions
from app.library.history.versions import History, Version
from app.web import access, asked, editor, presenters, writing
from app.web.api import answer
from app.web.templates import quoted

blueprint = Blueprint("history", __name__)

SIZE = 50
VIEWS = ("one", "beside")


@dataclass(frozen=True)
class WayBack:
    """The form for a note in the trash: the address, the version (empty: the last), the mistake."""

    typed: str
    version: str = ""
    wrong: str = ""


@blueprint.get("/history/<path:id>")
@access.needs(Action.HISTORY)
def history(id: str) -> ResponseReturnValue:
    found = versions.of(g.db, id)
    if found.path != names.normal(id):
        return there(found, 308)
    return shown(found)


def there(found: History, status: int) -> ResponseReturnValue:
    """The same question at the address that the note has now."""
    query = request.query_string.decode()
    return redirect(f"{address_of(found)}{'?' if query else ''}{query}", status)


def shown(found: History) -> str:
    """What the address asks of a history: one version, two compared, or the list."""
    if "version" in request.args:
        return whole(found, versions.get(g.db, found, request.args["version"]))
    if "from" in request.args or "to" in request.args:
        return compared(found)
    return listed(found)


def address_of(found: History) -> str:
    """Of a note in the trash, by its number: another note may have its address by now."""
    return f"/trash/{found.uid}" if found.trashed else f"/history/{quoted(found.path)}"


def listed(found: History, back: WayBack | None = None) -> str:
    """The versions by day, the newest first, each with how its size differs from the one before."""
    if found.trashed and access.can(g.person, Action.WRITE):
        back = back or WayBack(restoring.free(access.settings(), g.db, found.path))
    offset = asked.offset()
    shown = found.versions[offset : offset + SIZE]
    before = [*found.versions[offset + 1 : offset + 1 + SIZE], None]
    rows = zip(shown, before, strict=False)
    days = [(day, list(of_day)) for day, of_day in groupby(rows, lambda row: row[0].at[:10])]
    return page(
        "history.html",
        found,
        days=days,
        marked=[version.key for version in reversed(shown[:2])],
        total=len(found.versions),
        offset=offset,
        size=SIZE,
        back=back,
        page_address=lambda start: f"{address_of(found)}?offset={start}",
    )


def whole(found: History, version: Version) -> str:
    older, newer = found.neighbours(version.key)
    source = versions.text(g.db, found, version)
    return page(
        "history_version.html", found, version=version, source=source, older=older, newer=newer
    )


def compared(found: History) -> str:
    """From one version to another: the newest and the one before it, where it is not said."""
    newest = found.versions[0].key
    after = versions.get(g.db, found, request.args.get("to", newest))
    previous = found.neighbours(after.key)[0] or after
    before = versions.get(g.db, found, request.args.get("from", previous.key))
    texts = (versions.text(g.db, found, version) for version in (before, after))
    return page(
        "history_changes.html",
        found,
        before=before,
        after=after,
        differences=differences.differences(*texts),
        older=found.neighbours(before.key)[0],
        newer=found.neighbours(after.key)[1],
        view=asked.word("view", VIEWS) or "one",
    )


def page(template: str, found: History, **more: Any) -> str:
    return render_template(
        template,
        history=found,
        formers=identity.formers(g.db, found.uid),
        here=address_of(found),
        room="Notes",
        kinds=KINDS,
        **more,
    )


KINDS = {
    versions.NOW: "as it is now",
    "before": "as it was when first seen",
    "saved": "saved",
    "merged": "saved, together with somebody else’s change",
    "restored": "brought an earlier version back",
    "outside": "changed outside of Gloss",
}


@blueprint.post("/history/<path:id>")
@access.needs(Action.WRITE)
def restore(id: str) -> ResponseReturnValue:
    """Make an earlier version the note's text: a new version, so nothing is lost.

    If the note was changed since the page was made, it is as in the editor: both changes are
    brought together, or both versions are shown.
    """
    found = versions.of(g.db, id)
    version = versions.get(g.db, found, request.form.get("version", ""))
    base = request.form.get("base", "")
    try:
        saved = reverting.revert(
            access.settings(), g.db, found, version, base, person_id=g.person.id
        )
    except Changed as error:
        form = writing.of_source(found.path, versions.text(g.db, found, version), base)
        return make_response(editor.in_conflict(form, error, restored=version), error.status)
    anchored.follow_save(g.db, saved.uid)
    return redirect(editor.place_of(saved), 303)


@blueprint.get("/api/history/<path:id>")
@access.needs(Action.HISTORY)
def list_revisions(id: str) -> Response:
    found = versions.of(g.db, id)
    offset = asked.offset()
    part = found.revisions[offset : offset + asked.limit()]
    results = [presenters.revision(revision, found.path) for revision in part]
    return answer({"total": len(found.revisions), "results": results})


@blueprint.get("/api/revisions/<int:id>")
@access.needs(Action.HISTORY)
def one_revision(id: int) -> Response:
    found, revision = versions.of_revision(g.db, min(id, asked.MAX_OFFSET))
    markdown = versions.text(g.db, found, versions.version(revision))
    shown = presenters.revision(revision, found.path)
    return answer({**shown, "note": found.path, "markdown": markdown})
