"""A note read from its file and rendered: all that the index will say of it.

`load` reads within the size limit; `prepare` needs no file and is `understand`, then `finish`: a
sync takes the first step with many notes and then the second, which is a tenth faster than by
turns. All raise Unreadable with the line and the reason, which a sync reports and a form shows.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from app import markup
from app.errors import Unavailable, Unreadable
from app.library import regular
from app.library.citations import citing
from app.library.citations.bibtex import Read as Works
from app.library.front import front_matter, properties
from app.library.front.fields import people, unique
from app.library.front.front_matter import FrontMatter, Remark
from app.library.names import id_of
from app.library.syncing.scan import Stat

NO_DAY = "1970-01-01"  # a file without a date of its own, with a time that no calendar has
NO_UTF8 = "This note is not UTF-8"
NUL = "This note holds a NUL byte: it is no text."
encode = json.JSONEncoder(ensure_ascii=False).encode
UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class Contents:
    data: bytes
    stat: Stat

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True)
class Draft:
    """A note that is decoded, but not rendered yet. `works`: of its front matter."""

    file: str
    contents: Contents
    source: str
    front: FrontMatter
    works: Works


@dataclass(frozen=True)
class Note:
    file: str
    id: str
    contents: Contents
    source: str
    front: FrontMatter
    rendered: markup.Rendered
    works: tuple[citing.Defined, ...] = ()  # that it defines
    about: frozenset[str] = frozenset()  # the keys, as compared, of the work that it is about
    wrong_works: tuple[Remark, ...] = ()

    @cached_property
    def title(self) -> str:
        own = citing.title_of(each.work for each in self.works if each.rank == citing.FRONT)
        return self.front.title or self.rendered.title or own or self.id.rpartition("/")[2]

    @property
    def date(self) -> str:
        return self.front.date or day_of(self.contents.stat)

    @property
    def year(self) -> int:
        return self.front.year or int(self.date[:4])

    @cached_property
    def authors(self) -> tuple[str, ...]:
        """Of the note; many write `author:`, which the page shows as it is."""
        given = self.front.extra.get("author")
        named = people(given) if isinstance(given, str) else given
        named = named if isinstance(named, list | tuple) else []
        own = (name.strip("[] ") for name in named if isinstance(name, str))
        return unique([*self.front.authors, *own])

    @cached_property
    def tags(self) -> tuple[str, ...]:
        """Those of the front matter, then those in the text."""
        return unique([*self.front.tags, *self.rendered.tags])

    @property
    def links(self) -> list[markup.Link]:
        """Those of the text, then those of the properties."""
        return [*self.rendered.links, *properties.links(self.front.linked)]

    @property
    def remarks(self) -> list[Remark]:
        """What is odd about an indexed note: in its front matter, then in its body."""
        found = [Remark(problem.line, problem.reason) for problem in self.rendered.problems]
        return [*self.front.remarks, *self.wrong_works, *found]

    @cached_property
    def fields(self) -> str:
        """The front matter as JSON."""
        values: dict[str, Any] = dict(vars(self.front))
        for name in ("body", "body_line", "remarks", "linked"):
            del values[name]
        values["tags"] = self.tags
        return encode(values)

    @cached_property
    def headings(self) -> str:
        """The headings below the title as JSON."""
        found = [{"level": h.level, "id": h.id, "html": h.html} for h in self.rendered.headings]
        return encode(found)


def load(root: Path, file: str, limit: int) -> Contents:
    """The bytes of a file and its stat at that moment; a larger one is not read at all.

    OSError, where it cannot be read, or is no regular file.
    """
    with regular.opened(f"{root}/{file}") as opened:
        stat = os.fstat(opened.fileno())
        check_size(stat.st_size, file, limit)
        data = opened.readall()
    check_size(len(data), file, limit)
    return Contents(data, (stat.st_size, stat.st_mtime_ns))


def check_size(size: int, file: str, limit: int) -> None:
    if size > limit:
        raise Unreadable(
            f"This note has {megabytes(size)}; the limit is {megabytes(limit)}.",
            path=file,
            hint="Split it, or raise max_note_bytes.",
        )


def megabytes(size: int) -> str:
    """
    >>> megabytes(50_000_000), megabytes(1_200)
    ('50.0 MB', '1,200 bytes')
    """
    return f"{size / 1e6:,.1f} MB" if size >= 100_000 else f"{size:,} bytes"


def prepare(file: str, contents: Contents, macros: Mapping[str, str]) -> Note:
    """Decode, read the front matter, render."""
    return finish(understand(file, contents), macros)


def understand(file: str, contents: Contents) -> Draft:
    """Decode and read the front matter."""
    source = decode(file, contents.data)
    front = front_matter.parse(source, file)
    front, works = citing.with_bibtex(front, citing.line_of(source) if front.bibtex else 1)
    return Draft(file, contents, source, front, works)


def finish(draft: Draft, macros: Mapping[str, str]) -> Note:
    """Render. `macros` are the library's; the note's own win over them."""
    front = draft.front
    note_id = id_of(draft.file)
    try:
        rendered = markup.render(
            front.body,
            path=note_id,
            first_line=front.body_line,
            macros={**macros, **front.macros},
        )
    except Unavailable:  # no note can be rendered: the sync's error, not the note's
        raise
    except Exception as error:
        reason = f"This note cannot be rendered ({type(error).__name__}: {error})."
        raise Unreadable(reason, path=draft.file) from error
    works, wrong = citing.defined(front, draft.works, rendered.bibtex, front.title or note_id)
    about = frozenset(citing.names_of(front, draft.works))
    return Note(
        draft.file, note_id, draft.contents, draft.source, front, rendered, works, about, wrong
    )


def decode(file: str, data: bytes) -> str:
    """The text of a note: UTF-8 without NUL."""
    try:
        source = data.decode()
    except UnicodeDecodeError as error:
        reason = NO_UTF8 + (
            ": it looks like UTF-16."
            if data[:2] in UTF16
            else f" (byte 0x{data[error.start]:02x})."
        )
        raise Unreadable(
            reason, path=file, line=line_at(data, error.start), hint="Save it as UTF-8."
        ) from error
    if "\0" in source:
        line = line_at(data, data.index(b"\0"))
        raise Unreadable(NUL, path=file, line=line)
    return source


def is_text(reason: str) -> bool:
    """Whether a file that was not read for this reason can be mended in a form."""
    return not reason.startswith((NO_UTF8, NUL))


def line_at(data: bytes, position: int) -> int:
    return data.count(b"\n", 0, position) + 1


def day_of(stat: Stat) -> str:
    """The day on which the file was last changed."""
    try:
        return datetime.fromtimestamp(stat[1] / 1e9, UTC).date().isoformat()
    except (OverflowError, OSError, ValueError):
        return NO_DAY
