"""The form in which a note is written: from a file to fields, and from fields to a file.

The file stands in two text areas, its front matter and its text, and their sum is the file. Beside
them are fields for what the front matter says. `was` holds what they said when the form was made:
only those that a person has changed since are written into the front matter.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from app import clock
from app.errors import BadInput, Unreadable
from app.library import names
from app.library.front import fields, front_matter, header, header_edit
from app.library.front.header_write import Value
from app.library.writing import drafts

VISIBILITIES = ("private", "unlisted", "public")
KINDS = ("note", "paper", "post", "journal")
FOLDERS = {"paper": "papers/", "journal": "journal/", "post": "posts/", "note": ""}
LISTS = {"authors": ";", "tags": ",", "aliases": ";"}
TEXTS = ("title", "kind", "date", "visibility", "year", "venue", "doi", "arxiv", "url", "citekey")
FIELDS = (*TEXTS, "status", "bibtex", *LISTS)
# The order in which a new note's front matter has them.
ABOUT = ("authors", "year", "venue", "doi", "arxiv", "url", "citekey", "bibtex")
NEW = ("title", "kind", "date", *ABOUT, "tags", "aliases", "visibility", "status")
READERS: dict[str, Callable[[str], Any]] = {
    "kind": fields.kind,
    "visibility": fields.visibility,
    "date": fields.day,
    "year": fields.year,
    "doi": fields.doi,
    "arxiv": fields.arxiv,
    "url": fields.address,
}
EMPTY_LINES = re.compile(r"(?:[ \t]*\n)*")
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


@dataclass(frozen=True)
class Form:
    """What stands in the form. `id`: of the note; `file`: the id that a new one asks for."""

    id: str = ""
    file: str = ""
    base: str = ""
    draft: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    was: Mapping[str, str] = field(default_factory=dict)
    header: str = ""
    markdown: str = ""

    @property
    def changed(self) -> dict[str, str]:
        return {
            name: value for name, value in self.values.items() if self.was.get(name, "") != value
        }

    def kept(self) -> dict[str, str]:
        """As a draft keeps it."""
        own = {"file": self.file, "header": self.header, "markdown": self.markdown}
        return {**self.values, **own, "was": json.dumps(dict(self.was))}


def of_source(id: str, source: str, base: str, draft: str = "") -> Form:
    """The form for a file. Front matter that cannot be read leaves the fields empty."""
    top, markdown = parted(source.replace("\r\n", "\n"))
    values = values_of(top, id)
    return Form(id, "", base, draft or drafts.new_token(), values, values, top, markdown)


def parted(source: str) -> tuple[str, str]:
    """Front matter with its fences and the empty lines after it, and the text."""
    try:
        body = header.split(source).body
    except header.Wrong:
        return "", source
    top = source[: len(source) - len(body)]
    if not top.strip("\ufeff"):
        return "", source
    gap = EMPTY_LINES.match(body)
    end = gap.end() if gap else 0
    return top + body[:end], body[end:]


def values_of(top: str, id: str) -> dict[str, str]:
    """What the fields show of a front matter."""
    try:
        entries = header.read(header.split(top).header) if top.strip() else {}
        front = front_matter.parse(top, f"{id}.md")
    except (header.Wrong, Unreadable):
        return {}
    said = {name: header.text(entries[name].value) for name in entries}
    values = {name: str(getattr(front, name) or "") or said.get(name) or "" for name in TEXTS}
    values |= {"status": front.status, "bibtex": front.bibtex.rstrip("\n")}
    return values | {name: joined(getattr(front, name), mark) for name, mark in LISTS.items()}


def joined(items: tuple[str, ...], mark: str) -> str:
    return f"{mark} ".join(items)


def sent(given: Mapping[str, str], id: str = "") -> Form:
    """The form as it was sent. Browsers send CRLF."""
    values = {name: normal(given[name]) for name in FIELDS if name in given}
    draft, top = given.get("draft", ""), ended(normal(given.get("header", "")))
    return Form(
        id,
        given.get("id", "").strip(),
        given.get("base", ""),
        draft if drafts.TOKEN.fullmatch(draft) else "",
        values,
        was_of(given.get("was", ""), top, id),
        top,
        normal(given.get("markdown", "")),
    )


def of_draft(found: drafts.Whole) -> Form:
    kept, draft = found.fields, found.draft
    given = {**kept, "id": kept.get("file", ""), "base": draft.base, "draft": draft.token}
    return sent(given, draft.id)


def was_of(text: str, top: str, id: str) -> dict[str, str]:
    """What the fields said; where the form does not say it well, what its front matter says."""
    try:
        found = json.loads(text or "{}")
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        return values_of(top, id)
    return {name: found[name] for name in FIELDS if isinstance(found.get(name), str)}


def normal(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def ended(text: str) -> str:
    return text if text.endswith("\n") or not text else f"{text}\n"


def source_of(form: Form) -> str:
    """The file that the form stands for; what cannot be in one names its field."""
    if not form.id and not form.header:
        return new_source(form)
    refuse_twice(form)
    whole = ended(form.header + form.markdown)
    return edited(whole, {name: checked(name, value) for name, value in form.changed.items()})


class SaidTwice(BadInput):
    """Another value in the field, and yet another in the front matter, where it is `said`."""

    def __init__(self, name: str, said: str) -> None:
        hint = "Say the same at both places, or at one of them what it was before."
        super().__init__(f"The front matter says another one: «{said}».", field=name, hint=hint)
        self.said = said


def refuse_twice(form: Form) -> None:
    """Where both the field and the front matter were changed, neither is thrown away.

    Where one of them was, that one counts.
    """
    there = values_of(form.header, form.id) if form.changed else {}
    for name, value in form.changed.items():
        before = form.was.get(name)
        if before is not None and there.get(name, before) not in (before, value.strip()):
            raise SaidTwice(name, there[name])


def new_source(form: Form) -> str:
    """What the form asks as front matter, unless the text brings its own."""
    body = ended(form.markdown)
    given = {name: checked(name, form.values.get(name, "")) for name in NEW}
    if body.startswith("---\n"):
        return body
    given["date"] = given["date"] or clock.now().date()
    return edited(body, {name: value for name, value in given.items() if value})


def edited(source: str, values: Mapping[str, Value]) -> str:
    try:
        return header_edit.change(source, values)
    except header.Wrong as wrong:
        raise Unreadable(wrong.reason, path="the front matter", line=wrong.line) from wrong


def checked(name: str, text: str) -> Value:
    """A field's value as the front matter takes it; BadInput at the field."""
    text = text.strip("\n") if name == "bibtex" else text.strip()
    if name in LISTS:
        return listed(name, text)
    if not text or name not in READERS:
        return text
    try:
        value = READERS[name](text)
    except ValueError as error:
        raise BadInput(f"{str(error)[:1].upper()}{str(error)[1:]}.", field=name) from None
    if name == "date":
        return date.fromisoformat(value) if is_day(text) else text
    return int(value) if name == "year" and text.isdecimal() else text


def is_day(text: str | None) -> bool:
    """Whether a browser's field for days can show it; an empty one it can."""
    return not text or bool(DAY.fullmatch(text))


def listed(name: str, text: str) -> tuple[str, ...]:
    if name == "authors":
        return fields.people(text) if text else ()
    mark = LISTS[name]
    return fields.unique(
        part.strip().lstrip("#" if name == "tags" else "") for part in text.split(mark)
    )


def applied(form: Form) -> Form:
    """The form after what was changed in its fields has gone into its front matter."""
    if not form.id:
        return form
    again = of_source(form.id, source_of(form), form.base, form.draft)
    return replace(again, file=form.file)


def place_of(form: Form) -> str:
    """The id of the note, or one in the folder that a new one will have: links start there."""
    return form.id or form.file or FOLDERS.get(form.values.get("kind", ""), "") + "new"


def id_for(form: Form) -> str:
    """The id that the person chose, else one from the kind and the title (a journal: today)."""
    if form.file:
        return form.file
    kind, title = form.values.get("kind", ""), form.values.get("title", "")
    today = clock.now().date().isoformat()
    name = today if kind == "journal" else names.slug(title)
    if not name and title.strip():
        raise BadInput("No file name can be made of this title: give one.", field="id")
    if not name:
        raise BadInput("Give the note a title, or a file name.", field="title")
    return FOLDERS.get(kind, "") + name
