"""What was understood of the files below notes/, and what was not: the page for a new vault."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, g, render_template

from app.accounts.permissions import Action
from app.lab.shown import audit
from app.library import report, report_words
from app.web import access

blueprint = Blueprint("report", __name__)

OPEN_GROUPS, MOST_GROUPS = 40, 400  # seen at once; behind a fold
OPEN_PLACES = 3
HINTS = {
    "failed": "They are left out until they are mended; everything else is served.",
    "moved": "Others came that may be them; where one is, a press on its page says so.",
    "link": "Each stands in the note as text, marked.",
    "place": "Each leads to the top of its note.",
    "file": "A canvas, a base, a drawing: the file is there, and is no note.",
    "media": "A file is looked for at its path, then by its name, anywhere below the notes.",
    "macro": "Define them for every note in macros.yaml, at the top of the notes, or in the front"
    " matter of one.",
    "formula": "The source of each stands in its place, with the reason.",
    "citation": "Put a .bib file anywhere below the notes, or a bibtex field into a note.",
    "value": "A value is named with its block, as in {{ block.value }}; a block without «as»"
    " has the name of its script.",
    "remark": "These notes are served; only what is named was left aside.",
}


@blueprint.get("/report")
@access.needs(Action.INSPECT)
def page() -> str:
    return render_template(
        "report.html",
        report=whole(),
        titles={kind: words.capitalize() for kind, words in report.WORDS.items()},
        hints=HINTS,
        many=report_words.many,
        most=MOST_GROUPS,
        open_groups=OPEN_GROUPS,
        open_places=OPEN_PLACES,
        most_places=report.MOST_PLACES,
        read_only=access.settings().read_only,
    )


def whole() -> report.Report:
    """What the library knows, and what the notes' values and claims name in vain."""
    known = report.take(g.db)
    found: dict[str, list[report.Place]] = {}
    for each in audit.nameless(access.settings(), g.db):
        found.setdefault(each.message, []).append(report.Place(each.path, 0, True))
    if not found:
        return known
    groups = [
        report.Group(words, len(places), tuple(places[: report.MOST_PLACES]))
        for words, places in found.items()
    ]
    section = report.Section("value", tuple(sorted(groups, key=lambda each: -each.count)))
    return replace(known, sections=[*known.sections, section])
