"""The name of an annotation: ours, never used twice; what it was called elsewhere is kept.

>>> with_via({"id": "http://elsewhere.example/1", "target": "/notes/a"})
{'target': '/notes/a', 'via': 'http://elsewhere.example/1'}
"""

from __future__ import annotations

import re
import secrets
import sqlite3
from typing import Any

from app.annotations.kept import CONTRIBUTOR, Annotation, contributor
from app.errors import Conflict

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
MAX_SLUG = 64
RESERVED = ("form", "margin", "export", "undo")


def with_via(annotation: dict[str, Any]) -> dict[str, Any]:
    """The address that it had elsewhere is kept in `via` (protocol, section 5.1)."""
    before = annotation.get("id")
    rest = {key: value for key, value in annotation.items() if key != "id"}
    if before is None:
        return rest
    via = rest.get("via", [])
    known = [via] if isinstance(via, str) else via
    if before in known:
        return rest
    return {**rest, "via": [*known, before] if known else before}


def same_identity(annotation: dict[str, Any], old: Annotation) -> dict[str, Any]:
    """The new state without its `id`; Conflict if it would become another annotation."""
    named = annotation.get("id")
    if named is not None and named.rpartition("/annotations/")[2] != old.id:
        raise Conflict("The «id» is not the address of this annotation.", hint="Leave it as it is.")
    rest = {key: value for key, value in annotation.items() if key != "id"}
    for key in ("canonical", "via"):
        before = old.stored.get(key)
        if before is not None and rest.setdefault(key, before) != before:
            raise Conflict(f"«{key}» says where it came from and cannot change.")
    return without_ours(rest, old)


def without_ours(annotation: dict[str, Any], old: Annotation) -> dict[str, Any]:
    """Without what Gloss alone has said of who changed it: nobody who sends it back has."""
    ours = contributor(old)
    if ours is None or annotation.get(CONTRIBUTOR) != ours:
        return annotation
    before = {CONTRIBUTOR: old.stored[CONTRIBUTOR]} if CONTRIBUTOR in old.stored else {}
    return {key: value for key, value in annotation.items() if key != CONTRIBUTOR} | before


def free_name(connection: sqlite3.Connection, slug: str) -> str:
    """The slug, if it is a plain word that no annotation ever had; else a new random name."""
    wanted = slug.strip().lower()
    fits = SLUG.fullmatch(wanted) and len(wanted) <= MAX_SLUG and wanted not in RESERVED
    if (
        fits
        and not connection.execute("SELECT 1 FROM annotation WHERE id = ?", [wanted]).fetchone()
    ):
        return wanted
    return secrets.token_hex(8)
