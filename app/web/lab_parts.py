"""What parts of the lab's pages ask for by themselves, so that any page can include them.

Nothing is looked for on a page that does not include the part.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask import Flask, g
from markupsafe import Markup, escape

from app.accounts.permissions import visibilities
from app.lab.runs import Run, sources
from app.lab.shown import board, groups
from app.lab.shown.board import Checked
from app.lab.shown.stale import Stale
from app.markup.code import highlight
from app.web import access, code_lines

ACCENTED = re.compile("`([^`]+)`")


@dataclass(frozen=True)
class Code:
    """A file of a run as it was."""

    path: str
    version: str
    html: str


def install(app: Flask) -> None:
    app.jinja_env.filters["with_code"] = with_code
    app.jinja_env.globals |= {
        "stale_now": stale_now,
        "stale_groups": groups.groups,
        "rerun_words": rerun_words,
        "runs_waiting": lambda: groups.waiting(g.db),
        "claims_resting_on": claims_resting_on,
        "code_of_run": code_of_run,
    }


def with_code(text: str) -> Markup:
    """What stands between `accents` as code."""
    return Markup(ACCENTED.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped before


def stale_now() -> Stale:
    return groups.stale(access.settings(), g.db, visibilities(g.person))


def rerun_words(found: Stale) -> str:
    """What the button of a group says: nobody starts a thousand points without being told."""
    if found.sweeps:
        return f"Compute {found.work} anew"
    return "Rerun it" if len(found.choices) == 1 else f"Rerun these {len(found.choices)}"


def claims_resting_on(script: str) -> list[Checked]:
    return board.resting(access.settings(), g.db, script, visibilities(g.person))


def code_of_run(run: Run) -> list[Code]:
    """The code that a run was made of, for people inside: versions are theirs alone."""
    if not access.is_inside():
        return []
    files = run.parts.get("files") or {}
    return [
        Code(path, files[path][:7], code_lines.with_anchors(highlight(text, "python"), path))
        for path, text in sources.of_run(g.db, run).items()
    ]
