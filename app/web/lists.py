"""The feed, and the same list by folder, tag, author and year; what could not be read."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from flask import Blueprint, g, redirect, render_template, request
from flask.typing import ResponseReturnValue

from app.accounts.permissions import Action, visibilities
from app.annotations import overview
from app.annotations.overview import Filter
from app.errors import NotFound
from app.library import documents, problems
from app.library.citations import bibliography
from app.library.history import trash
from app.library.moving import ambiguous
from app.library.problems import Failure
from app.library.syncing import vanished
from app.library.writing import aside
from app.library.writing.aside import Aside
from app.web import access, asked, cache

blueprint = Blueprint("lists", __name__)

MOST_FACETS = 24
FIRST_STEPS = (
    "<p>There are no notes here yet. <a href='/new'>Write the first</a>, or put Markdown files"
    " into <code>notes/</code>: they appear by themselves, and the"
    " <a href='/report'>report</a> says what of them was understood.</p>"
)
NOTHING_PUBLIC = "<p>Nothing here is public yet. <a href='/sign-in'>Sign in</a> to see more.</p>"


@blueprint.get("/")
@access.needs(Action.LIST)
@cache.page
def feed() -> str:
    return listing("Notes")


@blueprint.get("/folders/<path:folder>")
@access.needs(Action.LIST)
@cache.page
def folder(folder: str) -> str:
    return listing(f"{folder}/", folder=folder)


@blueprint.get("/tags/<path:tag>")
@access.needs(Action.LIST)
@cache.page
def tag(tag: str) -> ResponseReturnValue:
    """Its notes; where only annotations have it, those."""
    in_margins = overview.is_any(g.db, g.person, Filter(tag=tag))
    there = f"/annotations/?{urlencode({'tag': tag})}" if in_margins else ""
    try:
        return listing(f"#{tag}", in_margins=there, tag=tag)
    except NotFound:
        if there:
            return redirect(there)
        raise


@blueprint.get("/authors/<path:author>")
@access.needs(Action.LIST)
@cache.page
def author(author: str) -> str:
    return listing(author, author=author)


@blueprint.get("/years/<int(max=9999):year>")
@access.needs(Action.LIST)
@cache.page
def year(year: int) -> str:
    return listing(str(year), year=year)


@blueprint.get("/problems")
@access.needs(Action.INSPECT)
def unread() -> str:
    put_aside, every = parted(problems.every(g.db))
    cited = [*bibliography.missing(g.db), *bibliography.doubles(g.db)]
    return render_template(
        "unread.html",
        unread=[problem for problem in every if problem.failed],
        odd=[*(problem for problem in every if not problem.failed), *cited],
        aside=put_aside,
        questions=ambiguous.questions(g.db),
        missing=vanished.missing_at_last(g.db),
    )


def parted(every: list[Failure]) -> tuple[list[Aside], list[Failure]]:
    """What a save put aside and can be shown, and whatever else is wrong with files."""
    found, others = [], []
    for problem in every:
        put = aside.seen(access.settings(), g.db, problem) if aside.is_aside(problem) else None
        if put:
            found.append(put)
        else:
            others.append(problem)
    return found, others


@blueprint.get("/browse")
@access.needs(Action.LIST)
@cache.page
def browse() -> str:
    """Every folder, tag, year and author."""
    return render_template("browse.html", facets=facets(visibilities(g.person), {}), room="Notes")


def listing(heading: str, *, in_margins: str = "", **filters: Any) -> str:
    """One page of a list. A list that is empty by its filter does not exist; the feed does.

    `in_margins`: where annotations have it, too.
    """
    seen = visibilities(g.person)
    offset = asked.offset()
    size = access.settings().page_size
    page = documents.page(g.db, seen, **filters, limit=size, offset=offset)
    if filters and not page.total:
        raise NotFound("No note is listed here.")
    known = facets(seen, filters)
    empty = FIRST_STEPS if access.can(g.person, Action.WRITE) else NOTHING_PUBLIC
    return render_template(
        "list.html",
        heading=heading,
        page=page,
        offset=offset,
        size=size,
        facets=[(title, short(rows), len(rows) > MOST_FACETS) for title, rows in known],
        empty=empty,
        in_margins=in_margins,
        page_address=lambda start: f"{request.path}?{urlencode({'offset': start})}",
        room="Notes",
        deleted=just_deleted(),
    )


def short(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """As many as there is room for: of many folders those at the top, and the open one."""
    if len(rows) <= MOST_FACETS:
        return rows
    return [row for row in rows if not row["depth"] or row["current"]][:MOST_FACETS]


def just_deleted() -> trash.Trashed | None:
    """The note whose deletion led here, as long as it is in the trash."""
    path = request.args.get("deleted", "")
    return trash.at(g.db, path) if path and access.can(g.person, Action.WRITE) else None


def facets(seen: tuple[str, ...], filters: dict[str, Any]) -> list[tuple[str, list[Any]]]:
    """Where else to go: folders, tags, years and authors, with the number of notes in each."""
    kinds = (
        ("Folders", "folder", "folders", documents.folders),
        ("Tags", "tag", "tags", documents.tags),
        ("Years", "year", "years", documents.years),
        ("Authors", "author", "authors", documents.authors),
    )
    return [
        (title, [row(noun, name, count, filters.get(key)) for name, count in count_of(g.db, seen)])
        for title, key, noun, count_of in kinds
    ]


def row(noun: str, name: object, count: int, current: object) -> dict[str, Any]:
    """One line of a facet."""
    return {
        "label": f"{name}/" if noun == "folders" else str(name),
        "count": count,
        "href": f"/{noun}/{quote(str(name), safe='/' if noun in ('folders', 'tags') else '')}",
        "depth": str(name).count("/") if noun == "folders" else 0,
        "current": str(name) == str(current),
    }
