"""The analyses: what each does, its parameters, its code, its runs, the notes that show it."""

from __future__ import annotations

from flask import Blueprint, g, render_template

from app.accounts.permissions import Action, visibilities
from app.errors import NotFound
from app.lab import analyses, runs
from app.lab.analyses import Analysis
from app.lab.runs import history
from app.lab.signature import Parameter, in_words, literal, way_to_none
from app.library import documents
from app.markup import text
from app.markup.code import highlight
from app.web import access, cache, code_lines, seen, sweep_views
from app.web import cells as figures
from app.web.templates import given

blueprint = Blueprint("analyses", __name__)


@blueprint.get("/analyses")
@access.needs(Action.LIST)
@cache.page
def page() -> str:
    odd = analyses.misnamed(access.settings()) if access.can(g.person, Action.RUN) else []
    return render_template(
        "analyses.html",
        analyses=listed(),
        weak=weakness(),
        misnamed=[f"{file}: {analyses.MISNAMED}." for file in odd],
        room="Analyses",
    )


def weakness() -> str:
    """What the host does not contain of a run, for those who may start one."""
    words = history.contained(g.db) if access.can(g.person, Action.RUN) else ""
    return "" if words.startswith("sandboxed") else words


def listed() -> list[Analysis]:
    """Every analysis that the person may meet in a list."""
    every = analyses.every(access.settings())
    if access.is_inside():
        return every
    shown = documents.scripts(g.db, visibilities(g.person))
    return [each for each in every if each.name in shown]


@blueprint.get("/analyses/<name>")
@access.needs(Action.READ)
@cache.page
def analysis(name: str) -> str:
    if not (seen.analysis(name) or seen.analysis_of_note(name)):
        raise NotFound("There is no such analysis.")
    settings = access.settings()
    found = analyses.find(settings, name)
    cell = None if found.error else seen.cell_of(name)
    return render_template(
        "analysis.html",
        analysis=found,
        doc=text.as_html(found.signature.doc.partition("\n")[2]),
        source=code_lines.with_anchors(highlight(found.source, "python")),
        notes=documents.showing(g.db, name, visibilities(g.person)),
        runs=runs.newest_first(g.db, name, 20) if access.is_inside() else [],
        cell=figures.shown(cell, "") if cell else None,
        range_of=range_of,
        default_of=default_of,
        defaults={each.name: each.default for each in found.signature.parameters},
        form=None if found.error else sweep_views.form(found),
        sweeps=sweep_views.newest(name, 20) if access.is_inside() else [],
        room="Analyses",
    )


def range_of(parameter: Parameter) -> str:
    """What the values of a parameter may be, in words.

    >>> range_of(Parameter("p", "float", above=0, maximum=1)), range_of(Parameter("p", "bool"))
    ('more than 0, at most 1', '')
    >>> range_of(Parameter("p", "int", many=True, minimum=1, shortest=1, longest=3))
    'at least 1; 1 to 3 of them'
    >>> range_of(Parameter("p", "choice", choices=(1, "1", "one")))
    '1, "1", one'
    """
    bounds = {
        "at least": parameter.minimum,
        "more than": parameter.above,
        "at most": parameter.maximum,
        "less than": parameter.below,
    }
    found = [f"{words} {bound}" for words, bound in bounds.items() if bound is not None]
    choices = ", ".join(map(literal, parameter.choices))
    parts = [", ".join(found), choices, length_of(parameter), way_to_none(parameter)]
    return "; ".join(part for part in parts if part)


def default_of(parameter: Parameter) -> str:
    """
    >>> default_of(Parameter("p", "choice", "1", choices=("1", 1)))
    '"1"'
    >>> default_of(Parameter("p", "int", None, optional=True))
    'none'
    """
    default = parameter.default
    if default in (None, "", []):
        return in_words(parameter, default)
    if parameter.type != "choice" or default is None:
        return given(default)
    return ", ".join(map(literal, default)) if isinstance(default, list) else literal(default)


def length_of(parameter: Parameter) -> str:
    unit = "of them" if parameter.many else "characters"
    shortest, longest = parameter.shortest, parameter.longest
    if longest is None:
        return f"{shortest} {unit} or more" if shortest else ""
    return f"{shortest} to {longest} {unit}"
