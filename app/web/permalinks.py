"""Where an annotation is read: in the margin of its note, which names it.

A page has the first threads only; one that may stand beyond them is asked for by its name, which a
browser without scripts needs.
"""

from __future__ import annotations

from flask import g

from app.annotations import threads
from app.annotations.addresses import of_note
from app.annotations.kept import Annotation


def permalink(kept: Annotation) -> str:
    """Relative to the library."""
    if kept.path is None or kept.note_uid is None:
        return kept.address
    may_be_far = threads.count(g.db, kept.note_uid, g.person) > threads.FIRST
    asked = f"?annotation={kept.id}" if may_be_far else ""
    return f"{of_note(kept.path)}{asked}#annotation-{kept.id}"
