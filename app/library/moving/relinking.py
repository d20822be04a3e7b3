"""Links that go on meaning what they meant, when a note moves: those in it, and those to it.

What each link means before is asked of the index; what it would mean after, too, with the one
note at its new path. Only where that differs is an address written anew, and the result is
rendered and compared: a text whose links would not all mean the same is left as it is. What is a
link, and not code that looks like one, the renderer says.
"""

from __future__ import annotations

import posixpath
import re
import secrets
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

from app.errors import Unreadable
from app.library import links, media
from app.library.links import Candidate, Candidates, Linked
from app.library.moving.link_spans import Span, spans, written
from app.library.names import id_of, key, last
from app.library.note import Contents, Note, prepare
from app.markup import paths

NOTES = "/notes/"


@dataclass(frozen=True)
class Move:
    """The note `uid` goes from the path `old` to the path `new`."""

    uid: int
    old: str
    new: str


@dataclass(frozen=True)
class World:
    """What links can mean before and after the move."""

    move: Move
    root: Path
    before: Candidates
    after: Candidates
    files: media.Named

    def meant(self, target: str, place: str) -> Linked | None:
        return links.choose(self.before, target, place)

    def will_mean(self, target: str, place: str) -> Linked | None:
        return links.choose(self.after, target, place)

    def file(self, path: str) -> str | None:
        """The file that a path below notes/ means."""
        return path if (self.root / path).is_file() else media.choose(self.files, path)


def relinked(
    connection: sqlite3.Connection,
    root: Path,
    move: Move,
    note: Note,
    macros: Mapping[str, str],
) -> str | None:
    """The source of a note with links that mean the same after the move; None if that fails."""
    place = note.id
    now = move.new if place == move.old else place
    world = world_of(connection, root, move, note)
    others = [
        (span, other)
        for span in spans(note.source)
        if (other := address(world, span, place, now)) is not None and other != span.raw
    ]
    file = note.file if place == now else f"{now}.md"
    source = written(note.source, agreed(note, others, macros))
    is_as_before = (file, source) == (note.file, note.source)
    after = note if is_as_before else anew(note, file, source, macros)
    return source if is_same(world, note, after) else None


def anew(note: Note, file: str, source: str, macros: Mapping[str, str]) -> Note:
    return prepare(file, Contents(source.encode(), note.contents.stat), macros)


def agreed(
    note: Note, others: list[tuple[Span, str]], macros: Mapping[str, str]
) -> list[tuple[Span, str]]:
    """Those at which the renderer sees a link: each gets a name of its own to look for."""
    if not others:
        return []
    sign = f"probe{secrets.token_hex(8)}n"  # which no text has
    probes = [(span, probe(span, f"{sign}{number}z")) for number, (span, _) in enumerate(others)]
    try:
        rendered = anew(note, note.file, written(note.source, probes), macros)
    except Unreadable:
        return others  # the comparison that follows decides
    seen = " ".join([*(link.target for link in rendered.links), *rendered.rendered.media])
    numbers = {int(number) for number in re.findall(rf"{sign}(\d+)z", seen)}
    return [each for number, each in enumerate(others) if number in numbers]


def probe(span: Span, name: str) -> str:
    """An address of that name and of the same kind."""
    ending = posixpath.splitext(span.target)[1] if is_file(span) else ""
    return span.written(f"{NOTES if span.target.startswith(NOTES) else ''}{name}{ending}")


def world_of(connection: sqlite3.Connection, root: Path, move: Move, note: Note) -> World:
    targets = {link.target for link in note.links} | {
        as_target(span) for span in spans(note.source)
    }
    before = links.candidates(connection, targets)
    paths_meant = {one.linked.path for each in before.values() for one in each}
    before = links.candidates(connection, targets | paths_meant | {move.old, move.new})
    files = media.named(connection, [*note.rendered.media, *targets])
    return World(move, root, before, with_move(before, move), files)


def with_move(before: Candidates, move: Move) -> Candidates:
    """The same notes, with the one that moves at its new path, and at no former one.

    A link that leads to it by a path that it had is to say where it is.
    """
    found: Candidates = {}
    moved: list[Candidate] = []
    for name, candidates in before.items():
        for candidate in candidates:
            if candidate.linked.uid != move.uid:
                found.setdefault(name, []).append(candidate)
                continue
            if candidate.was is not None:
                continue
            linked = replace(candidate.linked, path=move.new)
            there = replace(candidate, linked=linked, path_key=key(move.new))
            if candidate.alias is None:
                moved.append(there)
            else:
                found.setdefault(name, []).append(there)
    return {**found, key(last(move.new)): [*found.get(key(last(move.new)), []), *moved[:1]]}


def as_target(span: Span) -> str:
    """A span as the links of a note are kept."""
    if span.is_wiki:
        return paths.without_md(span.target)
    if span.target.startswith(NOTES):
        return f"/{id_of(span.target.removeprefix(NOTES))}"
    near = span.target if span.target.startswith(("./", "../", "/")) else f"./{span.target}"
    return paths.without_md(near).rstrip("/ ")


def address(world: World, span: Span, place: str, now: str) -> str | None:
    """What to write for one link of the note that goes from `place` to `now`; None: as it is."""
    if not span.is_wiki and not (paths.is_relative(span.raw) or span.target.startswith(NOTES)):
        return None
    if is_file(span):
        return file_address(world, span, place, now)
    meant = world.meant(as_target(span), place)
    if meant is None:
        return None
    there = world.will_mean(as_target(span), now)
    path = world.move.new if meant.uid == world.move.uid else meant.path
    was_exact = is_exact(span, place, meant.path)
    if uid(there) == meant.uid and (is_exact(span, now, path) or not was_exact):
        return None
    return span.written(note_address(world, span, path, now))


def is_exact(span: Span, place: str, path: str) -> bool:
    """Whether a link is the path from the note's folder, as every other program reads it."""
    if span.is_wiki or span.target.startswith(NOTES):
        return False
    return paths.below(place, paths.without_md(span.raw)) == path


def is_file(span: Span) -> bool:
    return paths.is_media(span.target) if span.is_wiki else paths.is_file(span.target)


def note_address(world: World, span: Span, path: str, now: str) -> str:
    """The path as the link had it: a name alone, from the root, or from the note's folder."""
    if span.target.startswith(NOTES):
        return NOTES + path
    if not span.is_wiki:
        return posixpath.relpath(path, posixpath.dirname(now) or ".")
    name = last(path)
    found = world.will_mean(name, now)
    is_enough = found is not None and key(found.path) == key(path)
    return name if "/" not in span.target and is_enough else path


def file_address(world: World, span: Span, place: str, now: str) -> str | None:
    """The same for a file that is no note: it stays where it is."""
    raw = quote(span.raw) if span.is_wiki else span.raw
    old, new = paths.below(place, raw), paths.below(now, raw)
    file = world.file(old) if old else None
    if file is None or new == file or (new and old != file and world.file(new) == file):
        return None
    if span.is_wiki:
        return file
    return span.written(posixpath.relpath(file, posixpath.dirname(now) or "."))


def is_same(world: World, before: Note, now: Note) -> bool:
    """Whether each link of the one means what that of the other does."""
    meant = [uid(world.meant(link.target, before.id)) for link in before.links]
    means = [uid(world.will_mean(link.target, now.id)) for link in now.links]
    files = files_of(world, before.rendered.media), files_of(world, now.rendered.media)
    rest = before.rendered.code == now.rendered.code and before.front.title == now.front.title
    return meant == means and files[0] == files[1] and rest


def uid(linked: Linked | None) -> int | None:
    return linked.uid if linked else None


def files_of(world: World, media_paths: Iterable[str]) -> set[str]:
    return {file for path in media_paths if (file := world.file(path))}
