"""The analyses of a library: each file of `analysis/` that defines `main`.

A file without `main` is a helper, and so is one whose name starts with `_`. An analysis that
cannot be read is still one: it is listed with its error, and the page shows both.
"""

from __future__ import annotations

import os
import re
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from app import database
from app.errors import NotFound, Unreadable
from app.lab.signature import read
from app.lab.signature.parameters import Signature
from app.lab.stamps import Stamp, is_settled, stamp_of
from app.search import index as search_index
from app.search.index import Entry
from app.settings import Settings

NAME = re.compile(r"[^\W\d_]\w{0,99}")
MAIN = re.compile(r"^(async\s+)?def\s+main\b", re.MULTILINE)
LARGEST_FILE = 4_000_000
ACCENTED = re.compile("`([^`]+)`")


@dataclass(frozen=True)
class Analysis:
    """With an `error`, the signature is an empty one that knows only the name."""

    name: str
    path: Path
    source: str
    signature: Signature
    error: Unreadable | None = None


# What this process has read, by path; an entry holds for as long as stat says the same.
_read: dict[Path, tuple[Stamp, Analysis | None]] = {}


def every(settings: Settings) -> list[Analysis]:
    """All of them by name, the broken ones with their error."""
    try:
        files = [entry.name for entry in os.scandir(settings.analysis)]
    except FileNotFoundError:
        return []
    names = [file.removesuffix(".py") for file in sorted(files) if file.endswith(".py")]
    found = (load(settings, name) for name in names)
    return [analysis for analysis in found if analysis]


MISNAMED = (
    "it has a main, but is no analysis: its name has more than letters, digits and _,"
    " or does not start with a letter"
)


def misnamed(settings: Settings) -> list[str]:
    """The files that define `main` and that only their name keeps from being an analysis."""
    try:
        files = [entry.name for entry in os.scandir(settings.analysis) if entry.is_file()]
    except FileNotFoundError:
        return []
    odd = [file for file in sorted(files) if file.endswith(".py") and not NAME.fullmatch(file[:-3])]
    return [file for file in odd if file[0] not in "._" and has_main(settings.analysis / file)]


def has_main(path: Path) -> bool:
    try:
        return MAIN.search(text(path, path.stat().st_size)) is not None
    except (OSError, Unreadable):
        return False


def get(settings: Settings, name: str) -> Analysis:
    """The analysis, ready to run; raises NotFound, or Unreadable if it is broken."""
    analysis = find(settings, name)
    if analysis.error:
        raise analysis.error
    return analysis


def find(settings: Settings, name: str) -> Analysis:
    """As `get`, but a broken one comes back with its error."""
    analysis = load(settings, name)
    if analysis is None:
        if f"{name}.py" in misnamed(settings):
            raise NotFound(f"{name}.py: {MISNAMED}.", hint="Give the file another name.")
        shown = name if len(name) <= 60 else name[:59] + "…"
        raise NotFound(
            f"There is no analysis {shown!r}.",
            hint=f"An analysis is a file in {settings.analysis.name}/ that defines main.",
        )
    return analysis


def index(settings: Settings, connection: sqlite3.Connection) -> None:
    """Make the code searchable as it is now; writes only what changed."""
    wanted = {analysis.name: analysis for analysis in every(settings)}
    if are_of_others(settings):
        wanted = {name: wanted[name] for name in used(connection) if name in wanted}
    stored = indexed(connection)
    changed = [each for each in wanted.values() if stored.get(each.name) != texts(each)]
    gone = stored.keys() - wanted.keys()
    if not changed and not gone:
        return
    with database.transaction(connection):
        for name in gone:
            search_index.remove(connection, "code", name)
        for each in changed:
            title, body, code = texts(each)
            search_index.put(
                connection, Entry("code", each.name, None, "", title=title, body=body, code=code)
            )


def are_of_others(settings: Settings) -> bool:
    """Whether the notes are another folder's, and nobody named analyses for them.

    Those of the usual folder can be run for them; but whoever searches a vault did not ask for
    code that it has nothing to do with, so only what its notes show is found there.
    """
    usual = Settings.notes.absolute(), Settings.analysis.absolute()
    return settings.notes.resolve() != usual[0].resolve() and settings.analysis == usual[1]


def used(connection: sqlite3.Connection) -> list[str]:
    """The analyses that notes have blocks of."""
    return [name for (name,) in connection.execute("SELECT DISTINCT script FROM document_block")]


def load(settings: Settings, name: str) -> Analysis | None:
    """The analysis as its file is now; None where there is none, or only a helper."""
    if not NAME.fullmatch(name):
        return None  # also keeps every name that is a path away from the disk
    path = settings.analysis / f"{name}.py"
    try:
        stamp = stamp_of(path)
    except (OSError, ValueError):
        return None
    known = _read.get(path)
    if known is not None and known[0] == stamp:
        return known[1]
    settled = is_settled(stamp)
    found = described(name, path, stamp[2])
    if settled:
        _read[path] = (stamp, found)
    return found


def described(name: str, path: Path, size: int) -> Analysis | None:
    try:
        source = text(path, size)
    except Unreadable as error:
        return broken(name, path, "", error)
    try:
        return Analysis(name, path, source, read(source, name))
    except Unreadable as error:
        return broken(name, path, source, error) if MAIN.search(source) else None


def broken(name: str, path: Path, source: str, error: Unreadable) -> Analysis:
    error.path = path.name
    return Analysis(name, path, source, Signature(name, name, ""), error)


def text(path: Path, size: int) -> str:
    if not path.is_file() or size > LARGEST_FILE:
        raise Unreadable(f"The file is no text of at most {LARGEST_FILE} bytes.")
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("The file is not UTF-8.", hint="Save it as UTF-8.") from None
    except OSError as error:
        raise Unreadable(f"The file cannot be read: {error.strerror}.") from None


def found_as(analysis: Analysis) -> str:
    """Its title among what was found, where accents around code would be words."""
    return ACCENTED.sub(r"\1", analysis.signature.title)


def texts(analysis: Analysis) -> tuple[str, str, str]:
    """As the index keeps them, to be compared with it."""
    found = (found_as(analysis), analysis.signature.doc, analysis.source)
    title, body, code = map(search_index.storable, found)
    return title, body, code


def indexed(connection: sqlite3.Connection) -> dict[str, tuple[str, str, str]]:
    rows = connection.execute("SELECT key, title, body, code FROM search_entry WHERE type = 'code'")
    return {row["key"]: (row["title"], row["body"], row["code"]) for row in rows}
