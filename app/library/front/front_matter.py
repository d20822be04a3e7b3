"""The front matter of a note: what it says, what follows from the file's name, the rest kept.

    >>> front = parse("---\\ntitle: 2024\\ntags: '#walks, sums'\\n---\\nIt began.\\n", "posts/a.md")
    >>> front.title, front.tags, front.kind, front.visibility, front.body, front.body_line
    ('2024', ('walks', 'sums'), 'post', 'private', 'It began.\\n', 5)

Only front matter that is no YAML mapping makes a note Unreadable. A value that a field cannot
take stays in `extra`, and a remark says why.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from app.errors import Unreadable
from app.library import macros
from app.library.front import dates, fields, header, properties
from app.library.names import id_of

PRIVATE = "private"
KIND_OF_FOLDER = {
    "paper": "paper",
    "papers": "paper",
    "post": "post",
    "posts": "post",
    "blog": "post",
    "journal": "journal",
    "journals": "journal",
    "daily": "journal",
}
DAY_IN_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})(?![0-9A-Za-z])", re.ASCII)


@dataclass(frozen=True)
class Remark:
    """A value that could not be taken; the note is indexed all the same."""

    line: int
    reason: str


@dataclass(frozen=True)
class FrontMatter:
    title: str = ""
    kind: str = "note"
    date: str = ""  # empty: neither the front matter nor the file's name has one
    updated: str = ""
    authors: tuple[str, ...] = ()
    year: int | None = None
    venue: str = ""
    doi: str = ""
    arxiv: str = ""
    url: str = ""
    citekey: str = ""
    bibtex: str = ""
    tags: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    visibility: str = PRIVATE
    status: str = ""
    analyses: tuple[str, ...] = ()
    macros: Mapping[str, str] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)
    remarks: tuple[Remark, ...] = ()
    linked: tuple[tuple[str, str], ...] = ()  # links to notes in properties: name and target
    body: str = ""
    body_line: int = 1


def parse(source: str, path: str) -> FrontMatter:
    """Read a note's source; `path` is its file below notes/, or its id."""
    try:
        parts = header.split(source)
        entries = header.read(parts.header) if parts.header else {}
    except header.Wrong as wrong:
        raise Unreadable(wrong.reason, path=path, line=wrong.line) from wrong
    values, extra, remarks = taken(entries)
    inferred = {"kind": kind_of(path), "date": day_of(path) or dates.beginning(extra)}
    return FrontMatter(
        **{**inferred, **values},
        extra=extra,
        remarks=tuple(remarks),
        linked=properties.linked(entries),
        body=parts.body,
        body_line=parts.body_line,
    )


def taken(
    entries: dict[str, header.Entry],
) -> tuple[dict[str, Any], dict[str, Any], list[Remark]]:
    """The values that fields take, the rest as it is, and why the rest was not taken."""
    values: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    remarks = []
    for name, entry in entries.items():
        if header.is_null(entry.value) or (name in READERS and is_blank(entry.value)):
            continue
        if name not in READERS:
            extra[name] = header.native(entry.value)
            continue
        try:
            values[name] = READERS[name](entry.value)
        except ValueError as error:
            extra[name] = header.native(entry.value)
            hint = "; the note is private until it is" if name == "visibility" else ""
            if not is_template(entry.value):
                remarks.append(Remark(entry.line, f"{name}: {error}{hint}."))
    return values, extra, remarks


def is_blank(node: yaml.Node) -> bool:
    """Whether a value says nothing: an empty text or list."""
    if isinstance(node, yaml.ScalarNode):
        return not node.value.strip()
    return isinstance(node, yaml.SequenceNode) and not node.value


def is_template(node: yaml.Node) -> bool:
    """Whether a value is to be filled in by a program: `{{date}}`, bare or quoted, `<% … %>`."""
    if isinstance(node, yaml.ScalarNode):
        return "{{" in node.value or "<%" in node.value
    if isinstance(node, yaml.MappingNode):
        return any(isinstance(name, yaml.MappingNode) for name, _ in node.value)
    return any(is_template(item) for item in header.children(node))


def line_of_text(node: yaml.Node) -> str:
    """One line, also that of a list; ValueError for a mapping."""
    if isinstance(node, yaml.ScalarNode):
        return header.text(node) or ""
    if isinstance(node, yaml.MappingNode):
        raise ValueError("one line of text is expected")
    return ", ".join(fields.texts(node))


def several_lines(node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise ValueError("text is expected (write `|` after the colon, then indented lines)")
    return str(node.value).replace("\0", "")


def from_line(convert: Callable[[str], Any]) -> Callable[[yaml.Node], Any]:
    """One value; of a list, the first that can be taken."""

    def value(node: yaml.Node) -> Any:
        if isinstance(node, yaml.MappingNode):
            raise ValueError("one line of text is expected")
        wrong = ValueError("one line of text is expected")
        for at, text in enumerate(fields.texts(node)):
            try:
                return convert(text)
            except ValueError as error:
                wrong = wrong if at else error
        raise wrong

    return value


def strictly(convert: Callable[[str], Any]) -> Callable[[yaml.Node], Any]:
    """One value that is no list: what decides who may read is not guessed."""

    def value(node: yaml.Node) -> Any:
        if not isinstance(node, yaml.ScalarNode):
            raise ValueError("one line of text is expected")
        return convert(header.text(node) or "")

    return value


def from_list(
    separate: Callable[[str], tuple[str, ...]] = lambda value: (value,),
    clean: Callable[[str], str] = str.strip,
) -> Callable[[yaml.Node], tuple[str, ...]]:
    """A list is taken as it is; one string is separated first."""

    def values(node: yaml.Node) -> tuple[str, ...]:
        found = fields.texts(node)
        one = isinstance(node, yaml.ScalarNode) and found
        return fields.unique(map(clean, separate(found[0]) if one else found))

    return values


READERS: dict[str, Callable[[yaml.Node], Any]] = {
    "title": line_of_text,
    "kind": from_line(fields.kind),
    "date": from_line(fields.day),
    "updated": from_line(fields.day),
    "authors": from_list(fields.people),
    "year": from_line(fields.year),
    "venue": line_of_text,
    "doi": from_line(fields.doi),
    "arxiv": from_line(fields.arxiv),
    "url": from_line(fields.address),
    "citekey": line_of_text,
    "bibtex": several_lines,
    "tags": from_list(fields.tags, lambda tag: tag.strip().lstrip("#")),
    "aliases": from_list(),
    "visibility": strictly(fields.visibility),
    "status": line_of_text,
    "analyses": from_list(lambda value: tuple(re.split(r"[,\s]+", value))),
    "macros": macros.taken,
}


def kind_of(path: str) -> str:
    """By the nearest folder that tells, else a day as the whole name makes a journal entry."""
    *folders, name = id_of(path).split("/")
    for folder in reversed(folders):
        if folder.lower() in KIND_OF_FOLDER:
            return KIND_OF_FOLDER[folder.lower()]
    return "journal" if day_of(path) == name else "note"


def day_of(path: str) -> str:
    """The day at the start of the file's name, or nothing."""
    match = DAY_IN_NAME.match(id_of(path).rpartition("/")[2])
    try:
        return fields.day(match[1]) if match else ""
    except ValueError:
        return ""


def compose(values: Mapping[str, Any], body: str) -> str:
    """A note's source: these values as front matter, above the body.

    One line a key, lists in brackets, as people write it.

    >>> compose({"title": "On: walks", "tags": ["a", "b"]}, "It began.")
    "---\\ntitle: 'On: walks'\\ntags: [a, b]\\n---\\n\\nIt began."
    """
    lines = "".join(f"{key}: {value_of(value)}\n" for key, value in values.items())
    return f"---\n{lines}---\n\n{body}"


def value_of(value: Any) -> str:
    """A value as YAML in one line."""
    line = yaml.safe_dump(value, allow_unicode=True, default_flow_style=True, width=10**6)
    return str(line).removesuffix("\n").removesuffix("\n...")
