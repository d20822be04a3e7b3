"""What a reader chose to see in a block: in the address, so that it can be sent to somebody.

`?wide.walkers=100&wide.seed=3` shows the block «wide» with these parameters, in words as the form
has them; `?run=wide:17` shows run 17 in it. Neither changes the note, and neither runs anything.

    >>> mine("wide.seed", "wide"), mine("run", "wide"), mine("wider.seed", "wide")
    (True, False, False)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit

from flask import g, request

from app.accounts.permissions import visibilities
from app.lab import runs, signature
from app.lab.shown import board, cells, spoken
from app.lab.shown.cells import BlockLike, Cell, Choice
from app.library import documents
from app.web import access
from app.web.templates import address

RUN_PAGE = re.compile(r"/runs/[0-9]{1,9}")
MOST = 100  # choices in an address
MOST_SAID = 40  # characters of a value that an address asks for in vain
LONGEST = 4_000  # characters of the choices that stay in one


def of_note(document: documents.Document) -> dict[str, Choice]:
    """By block. For the public, only what a note that it may read shows anyway."""
    found = asked()
    if access.is_inside() or not found:
        return found
    settings, blocks = access.settings(), board.whole(documents.blocks(g.db, document.uid))
    own = {cells.key(each.script, each.params) for each in map(read, blocks) if not each.error}
    shown = own | spoken.choices(settings, g.db, visibilities(g.person)).keys()
    known = {block.name: block for block in blocks}
    return {name: found[name] for name in found if meant(found[name], known.get(name)) in shown}


def of_analysis(name: str) -> dict[str, str] | None:
    """The same for an analysis by itself, where its name stands for the block."""
    found = asked().get(name)
    if found is None or isinstance(found, int):
        return None
    if not access.is_inside():
        shown = spoken.choices(access.settings(), g.db, visibilities(g.person), name)
        if meant(found, cells.Wanted(name, name)) not in shown:
            return None
    return dict(found)


def asked() -> dict[str, Choice]:
    """What the address asks for."""
    return read_from(list(request.args.items(multi=True)))


def standing(note: str, block: str, script: str) -> Choice | None:
    """What the page that a fragment goes into shows in the block: its address says so."""
    url = request.headers.get("HX-Current-URL", "")
    page = address(note) if note else f"/analyses/{quote(script)}"
    if unquote(path_in(url)) != unquote(page):
        return None
    return read_from(parse_qsl(query_in(url), keep_blank_values=True)).get(block)


def tried(block: str) -> dict[str, str]:
    """What was typed into the block's form and could not be taken: `?tried=wide&typed=steps:x`."""
    if request.args.get("tried") != block:
        return {}
    pairs = (text.partition(":") for text in request.args.getlist("typed")[:MOST])
    return {name: text for name, _, text in pairs}


def place_tried(note: str, block: str, script: str, typed: Mapping[str, str]) -> str:
    """The page that the form stands on, as it was, with what was typed; empty if that is long."""
    own = address(note) if note else f"/analyses/{quote(script)}"
    path, query = path_in(request.referrer or ""), query_in(request.referrer or "")
    is_own = unquote(path) == unquote(own) or (not note and RUN_PAGE.fullmatch(path))
    pairs = parse_qsl(query, keep_blank_values=True) if is_own else []
    kept = [pair for pair in pairs if pair[0] not in ("tried", "typed", "look")]
    words = [("typed", f"{name}:{text}") for name, text in typed.items()]
    asks = urlencode([*kept, ("tried", block), *words], safe=":")
    return f"{path if is_own else own}?{asks}#block-{quote(block)}" if len(asks) < LONGEST else ""


def read_from(pairs: Sequence[tuple[str, str]]) -> dict[str, Choice]:
    """By block; of several the first counts, and a run wins over parameters."""
    texts: dict[str, dict[str, str]] = {}
    for key, text in pairs[:MOST]:
        block, dot, parameter = key.partition(".")
        if block and dot:
            texts.setdefault(block, {}).setdefault(parameter, text)
    named = (text.rpartition(":") for key, text in pairs[:MOST] if key == "run")
    ids = {name: int(run) for name, _, run in named if name and run.isdecimal() and len(run) < 10}
    return {**texts, **ids}


def unmet(note: str, cell: Cell) -> str:
    """What the address asks for and this reader is not shown, in words: `walkers 1300`."""
    wanted = asked().get(cell.name)
    if wanted is None or access.is_inside() or cell.chosen or not is_here(note, cell.script):
        return ""
    if isinstance(wanted, int):
        return "another run"
    known = cell.analysis.signature.names if cell.analysis else []
    own = {name: cell_text(cell, name) for name in known}
    other = {name: text for name, text in wanted.items() if own.get(name) != text}
    named = [f"{name} {text[:MOST_SAID]}" for name, text in other.items() if name in known]
    return ", ".join(named) if len(named) == len(other) else "other parameters"


def is_here(note: str, script: str) -> bool:
    """Whether the page is this note's or, with none, that of the analysis: of that its address
    speaks, not of a note that is embedded in it."""
    return request.path == (f"/notes/{note}" if note else f"/analyses/{script}")


def cell_text(cell: Cell, name: str) -> str:
    """A parameter's value as a form shows it."""
    own: Mapping[str, object] = cell.own or {}
    known = cell.analysis.signature if cell.analysis else None
    return signature.as_text(known[name], own[name]) if known and name in own else ""


def read(block: BlockLike) -> Cell:
    return cells.read(access.settings(), block)


def meant(choice: Choice, block: BlockLike | None) -> tuple[str, str] | None:
    """The analysis and the parameters that a choice is about."""
    if block is None:
        return None
    if isinstance(choice, int):
        run = runs.load(g.db, [choice]).get(choice)
        return cells.key(run.script, run.params) if run else None
    cell = cells.choose(read(block), choice)
    return None if cell.error or cell.wrong else cells.key(cell.script, cell.params)


def place(note: str, cell: Cell) -> str:
    """The address that shows this cell as it is, and what was chosen in other blocks."""
    query = urlencode([*others(cell.name), *query_of(cell)])
    base = address(note) if note else f"/analyses/{quote(cell.script)}"
    return f"{base}?{query}" if query else base


def own_place(note: str, cell: Cell) -> str:
    """The same with the note's own parameters in this block."""
    base = address(note) if note else f"/analyses/{quote(cell.script)}"
    query = urlencode(others(cell.name))
    return f"{base}?{query}" if query else base


def query_of(cell: Cell) -> list[tuple[str, str]]:
    """The parameters that are not the note's, in words."""
    if cell.analysis is None:
        return []
    return [(f"{cell.name}.{name}", text) for name, text in differing(cell).items()]


def differing(cell: Cell) -> dict[str, str]:
    known, own = cell.analysis, cell.own or {}
    params: Mapping[str, object] = cell.params or {}
    if known is None:
        return {}
    return {
        name: signature.as_text(known.signature[name], params[name])
        for name in known.signature.names
        if name in params and (name not in own or own[name] != params[name])
    }


def others(block: str) -> list[tuple[str, str]]:
    """What the page has chosen in other blocks: a fragment and a form say where they stand."""
    if request.headers.get("HX-Request") == "true":
        pairs = parse_qsl(query_in(request.headers.get("HX-Current-URL", "")))
    elif "others" in request.form:
        pairs = parse_qsl(request.form["others"][:LONGEST])
    else:
        pairs = list(request.args.items(multi=True))
    return [pair for pair in pairs[:MOST] if is_choice(*pair) and not chosen_in(block, *pair)]


def query_in(url: str) -> str:
    return parts_of(url).query


def path_in(url: str) -> str:
    return parts_of(url).path


def parts_of(url: str) -> SplitResult:
    try:
        return urlsplit(url[:LONGEST])
    except ValueError:  # "http://[": what no browser sends
        return urlsplit("")


def is_choice(key: str, text: str) -> bool:
    return "." in key.strip(".") or (key == "run" and ":" in text)


def chosen_in(block: str, key: str, text: str) -> bool:
    return mine(key, block) or (key == "run" and text.rpartition(":")[0] == block)


def mine(key: str, block: str) -> bool:
    return key.startswith(f"{block}.")


def texts(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Of a form's fields `p.walkers`, those of the parameters; of several the last one counts."""
    return {key[2:]: text for key, text in pairs if key.startswith("p.")}
