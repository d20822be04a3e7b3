"""What a library should not have: broken links, failed or stale outputs, claims gone wrong."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from app.accounts.permissions import Person
from app.lab import runs
from app.lab.claims import judge
from app.lab.runs import statuses
from app.lab.shown import board, cells, groups, spoken
from app.lab.shown.cells import Cell
from app.lab.sweeps import outdated
from app.lab.sweeps import shown as sweeps
from app.library import documents, lost, media, problems, report
from app.library import unresolved as links
from app.library.citations import bibliography
from app.library.identity import EVERY
from app.library.moving import ambiguous
from app.settings import Settings


@dataclass(frozen=True)
class Finding:
    """`kind`: unread, formula, part, link, citation, analysis, stale, value, claim, or
    remark.

    `path`: the note (or file), and the line where one is known.
    """

    kind: str
    path: str
    message: str

    @property
    def is_error(self) -> bool:
        """A remark is advice: the library is in order with it."""
        return self.kind != "remark"


def findings(settings: Settings, connection: sqlite3.Connection) -> list[Finding]:
    """Everything that is wrong, in the order of its kinds; empty for a library in order."""
    return [
        *of_files(connection),
        *moved(connection),
        *broken_links(connection),
        *citations(connection),
        *outputs(settings, connection),
        *of_sweeps(settings, connection),
        *values(settings, connection),
        *claims(settings, connection),
    ]


def of_files(connection: sqlite3.Connection) -> Iterator[Finding]:
    """What could not be read, or not all of it."""
    for problem in problems.every(connection):
        place = f"{problem.path}:{problem.line}" if problem.line else problem.path
        yield Finding(kind_of(problem), place, problem.reason)


def moved(connection: sqlite3.Connection) -> Iterator[Finding]:
    """What went missing, with its history and its margin, and may be there under another name."""
    for question in ambiguous.questions(connection):
        named = " or ".join(question.candidates)
        words = f"It went missing and may be {named} now: say so there, or on /problems."
        yield Finding("remark", question.missing.file, words)


def kind_of(problem: problems.Failure) -> str:
    if problem.failed:
        return "unread"
    if problem.is_advice:
        return "remark"
    return "part" if report.kind_of(problem.reason) == "remark" else "formula"


def broken_links(connection: sqlite3.Connection) -> Iterator[Finding]:
    for link in links.every(connection):
        yield Finding("link", link.path, f"[[{link.target}]] leads to no note.")
    for found in lost.every(connection):
        yield Finding("link", found.path, f"{found.words}: the note has no such heading or block.")
    for missing in media.missing(connection):
        yield Finding("link", missing.path, f"{missing.file}: there is no such file.")


def citations(connection: sqlite3.Connection) -> Iterator[Finding]:
    for found in [*bibliography.missing(connection), *bibliography.doubles(connection)]:
        yield Finding("citation", f"{found.path}:{found.line}", found.reason)


def outputs(settings: Settings, connection: sqlite3.Connection) -> Iterator[Finding]:
    for path, cell in shown(settings, connection):
        if cell.error:
            yield Finding("analysis", path, f"{cell.name}: {cell.error}")
        elif cell.run is None:
            yield Finding("analysis", path, f"{cell.name}: {why_missing(cell)}")
        elif cell.stale:
            yield Finding("stale", path, f"{cell.name}: {'; '.join(cell.stale)}")


def of_sweeps(settings: Settings, connection: sqlite3.Connection) -> Iterator[Finding]:
    for path, found in sweeps.of_notes(settings, connection, EVERY):
        if found.error:
            yield Finding("analysis", path, f"{found.name}: {found.error}")
        elif found.sweep is None:
            yield Finding("analysis", path, f"{found.name}: it has never run.")
        elif found.stale:
            yield Finding("stale", path, f"{found.name}: {'; '.join(found.stale)}")
        elif found.sweep.done < found.sweep.size:
            words = f"{found.sweep.done} of {found.sweep.size} points are there."
            yield Finding("analysis", path, f"{found.name}: {words}")


def values(settings: Settings, connection: sqlite3.Connection) -> Iterator[Finding]:
    """What sentences name and can never show, such as the one value of a sweep."""
    for note, each in groups.boards(settings, connection, EVERY):
        for wanted in dict.fromkeys(spoken.references_in(note.html)):
            why = each.why_unknown(wanted)
            if why:
                yield Finding("value", note.path, f"{wanted.block}.{wanted.key}: {sentence(why)}")
        for name in spoken.bare_in(note.html):
            if likely := judge.full_names(name, each.namespace):
                words = f"{{{{ {name} }}}} is only text: write {{{{ {likely[0]} }}}} for the value."
                yield Finding("remark", note.path, words)


def sentence(words: str) -> str:
    return words if words.endswith("?") else f"{words}."


def nameless(settings: Settings, connection: sqlite3.Connection) -> Iterator[Finding]:
    """What values and claims name and there is not."""
    yield from values(settings, connection)
    for note, each in groups.boards(settings, connection, EVERY):
        for claim in each.claims.values():
            if judge.is_lost(claim.check, each.namespace):
                words = f"{claim.id}: {board.without_accents(claim.reason)}"
                yield Finding("claim", note.path, words)


def why_missing(cell: Cell) -> str:
    if cell.newest is None:
        return "it has never run."
    if cell.newest.active:
        return "it has not ended yet."
    why = cell.newest.message or f"{statuses.in_words(cell.newest.status)}."
    since = "; ".join(cause.words for cause in cell.since)
    return f"{why.removesuffix('.')}; since then {since}." if since else why


def claims(settings: Settings, connection: sqlite3.Connection) -> Iterator[Finding]:
    for claim in board.claims(settings, connection, EVERY):
        if not claim.expected:
            number = "" if claim.number is None else f", {claim.number:.6g}"
            words = f"{claim.id}: {claim.words.lower()}{number} ({claim.check})"
            reason = board.without_accents(claim.reason)
            yield Finding("claim", claim.path, f"{words} {reason}".strip())


def shown(settings: Settings, connection: sqlite3.Connection) -> list[tuple[str, Cell]]:
    """Every block of every note, as it stands."""
    notes = documents.with_blocks(connection, EVERY)
    whole = [(note.path, block) for note in notes for block in board.whole(note.blocks)]
    paths, blocks = [path for path, _ in whole], [block for _, block in whole]
    return list(zip(paths, cells.cells(settings, connection, blocks), strict=True))


def enqueue_outdated(
    settings: Settings, connection: sqlite3.Connection, person: Person
) -> list[int]:
    """Queue whatever is stale or has no result; the numbers of the runs that are to be waited for.

    Also what claims and sentences speak of without a block. What waits already is among them: it
    is shared, not queued twice.
    """
    boards = [each for _, each in groups.boards(settings, connection, EVERY)]
    every = [cell for each in boards for cell in each.cells.values() if not cell.error]
    lacking = [cell for cell in every if cell.stale or cell.run is None]
    wanted = [(cell.script, cell.params or {}) for cell in lacking]
    wanted += spoken.missing(settings, connection)
    queued = [
        runs.enqueue(settings, connection, script, params, person)[0] for script, params in wanted
    ]
    begun = outdated.begin(settings, connection, person, again=True)
    points = [point for sweep in begun for point in outdated.waiting(connection, sweep)]
    return [*(run.id for run in queued if run.active), *points]
