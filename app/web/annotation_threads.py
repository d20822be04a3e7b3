"""The threads of a margin, drawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from flask import current_app, render_template
from markupsafe import Markup

from app.annotations.threads import Thread
from app.library import macros
from app.web import access, named_links

DRAWN = 2048  # threads


def threads_html(shown: Iterable[Thread], path: str = "", deleted: str = "") -> list[Markup]:
    """Threads in the margin of the note at `path`, as a page shows them.

    Each is drawn once in a process for who sees the same of it; its links are filled for the one.
    """
    known, _ = macros.of_library(access.settings().notes)
    used = tuple(sorted(known.items()))
    found = [
        drawn_for_one(thread, path, deleted) if thread.erratum else drawn(thread, deleted, used)
        for thread in shown
    ]
    filled = named_links.filled((path, html) for html in found)
    return [Markup(html) for html in filled]  # noqa: S704 - the templates escape


def undecided_html(thread: Thread, path: str, reason: str, message: str) -> Markup:
    """The thread of an erratum that was not declined, with the reason that was typed."""
    found = drawn_for_one(thread, path, "", {"reason": reason, "message": message})
    return Markup(named_links.filled([(path, found)])[0])  # noqa: S704 - the templates escape


def drawn_for_one(
    thread: Thread, path: str, deleted: str, refused: Mapping[str, str] | None = None
) -> Markup:
    """An erratum has buttons for who may decide, and the verdict on its evidence as it is now.

    `refused`: the reason for which it was to be declined, and why that was not taken.
    """
    page = render_template(
        "annotations/_thread.html", thread=thread, path=path, deleted=deleted, refused=refused
    )
    return Markup(page)  # noqa: S704 - it escapes


@lru_cache(maxsize=DRAWN)
def drawn(thread: Thread, deleted: str, _macros: tuple[tuple[str, str], ...]) -> Markup:
    """The passages in it are typeset with the macros of the library."""
    template = current_app.jinja_env.get_template("annotations/_thread.html")
    return Markup(template.render(thread=thread, deleted=deleted))  # noqa: S704 - it escapes
