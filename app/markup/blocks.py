"""Analysis and claim fences: YAML read with suspicion, and a placeholder where the block stands.

```analysis
script: random_walk
params: {walkers: 1000}
show: [distances]
as: wide
caption: A thousand walkers; black is $\\sqrt N$.
```

With `sweep: {walkers: [10, 100], seed: "0:20"}` it shows the analysis at every point of that grid,
as a plot (`plot: rms_ratio against walkers by dimension`) and a table.
"""

from __future__ import annotations

import datetime
import math
import re
from typing import Any

import yaml
from markdown_it.token import Token

from app.markup import canonical, problems
from app.markup.page import Page
from app.markup.placeholders import typed
from app.markup.rendered import Block
from app.markup.sentences import sentence

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
KEYS = ("script", "params", "show", "as", "caption", "sweep", "plot")
PLOT = re.compile(r"(?P<y>[\w-]{1,100}) against (?P<x>\w{1,100})(?: by (?P<by>\w{1,100}))?")
LENGTH = 20_000  # characters of one block
DEPTH = 20  # of lists in lists: a deeper one could exhaust the stack


class BadBlock(Exception):
    """Why a block cannot be taken; it stays in this room and becomes a Problem."""


def analysis(page: Page, token: Token) -> None:
    """An analysis block: its outputs are shown here, per viewer."""
    try:
        block = read(token.content, page.first_line + page.line)
        if any(other.name == block.name for other in page.blocks):
            raise BadBlock(f"Two blocks are named {block.name}: name one with «as: another_name».")
    except BadBlock as error:
        refuse(page, token, str(error))
        return
    page.blocks.append(block)
    html, text = sentence(page, block.caption)
    given = {"name": block.name, **({"caption": html} if html else {})}
    page.insert(typed("output", given), canonical.output(block.name))
    page.write("\n")
    page.end_line()
    page.words.append(text)
    page.end_line()


def refuse(page: Page, token: Token, reason: str) -> None:
    """Show the block's source with the reason; its text stays searchable."""
    problems.block(page, f"```{token.info}\n{token.content}```", reason, token.content)
    page.write("\n")
    page.end_line()


def read(source: str, line: int) -> Block:
    given = mapping(source, KEYS)
    script = identifier(given.get("script"), "script").removesuffix(".py")
    name = identifier(given.get("as", script), "as")
    params = given.get("params")
    params = {} if params is None else params
    if not isinstance(params, dict):
        raise BadBlock("params is a mapping, as in «params: {walkers: 1000}».")
    caption = given.get("caption") or ""
    if not isinstance(caption, str):
        raise BadBlock("caption is a sentence, in Markdown.")
    data = plain_data(params, "params")
    over = swept(given.get("sweep"))
    drawn = plotted(given.get("plot"), over)
    show = shown(given.get("show"))
    return Block(name, script, data, show, line, caption.strip(), over, drawn)


def swept(given: Any) -> dict[str, Any] | None:
    if given is None:
        return None
    if not isinstance(given, dict) or not given:
        raise BadBlock('sweep is a mapping, as in «sweep: {walkers: [10, 100], seed: "0:20"}».')
    data: dict[str, Any] = plain_data(given, "sweep")
    for name, over in data.items():
        if not isinstance(over, list | str):
            raise BadBlock(f'sweep.{name} is a list, or a range in quotes, as in «{name}: "0:20"».')
    return data


def plotted(given: Any, over: dict[str, Any] | None) -> str:
    if given is None:
        return ""
    if over is None:
        raise BadBlock("plot is of a sweep: the block has none.")
    if not isinstance(given, str) or not PLOT.fullmatch(given.strip()):
        raise BadBlock("plot says what is drawn, as in «plot: ratio against walkers by dimension».")
    return given.strip()


def mapping(source: str, keys: tuple[str, ...]) -> dict[str, Any]:
    """The YAML of a block, if it is a mapping with these keys."""
    given = load(source)
    if not isinstance(given, dict):
        raise BadBlock(f"The block is no list of «key: value»; it may have {', '.join(keys)}.")
    unknown = [str(key) for key in given if key not in keys]
    if unknown:
        raise BadBlock(f"{unknown[0]!r} is no key of this block: {', '.join(keys)}.")
    return given


def load(source: str) -> Any:
    if len(source) > LENGTH:
        raise BadBlock(f"The block is longer than {LENGTH:,} characters.")
    try:
        depth = 0
        for event in yaml.parse(source, Loader=LOADER):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > DEPTH or isinstance(event, yaml.AliasEvent):
                raise BadBlock("The block nests too deeply or refers to itself.")
        return yaml.load(source, Loader=LOADER)  # noqa: S506 - it is the safe loader, in C
    except yaml.MarkedYAMLError as error:
        place = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise BadBlock(f"Not readable as YAML: {place}{error.problem}.") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise BadBlock(f"Not readable as YAML: {error}.") from error


def identifier(given: Any, key: str) -> str:
    """A name that can stand in a check, as `wide` in `wide.ratio < 2`."""
    if isinstance(given, str) and given.removesuffix(".py").isidentifier():
        return given
    if given is None:
        raise BadBlock(f"The block does not say its {key}.")
    raise BadBlock(f"{key} is {given!r}: a name has letters, digits and _, as in random_walk.")


def shown(given: Any) -> list[str] | None:
    if given is None:
        return None
    names = [given] if isinstance(given, str) else given
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise BadBlock("show is a list of names of outputs, as in «show: [distances, fit]».")
    return names


def plain_data(given: Any, path: str) -> Any:
    """What JSON can hold of a YAML value; a date is its ISO form."""
    if isinstance(given, dict):
        if not all(isinstance(key, str) for key in given):
            raise BadBlock(f"A name in {path} is no text.")
        return {key: plain_data(each, f"{path}.{key}") for key, each in given.items()}
    if isinstance(given, list):
        return [plain_data(each, path) for each in given]
    if isinstance(given, datetime.date):
        return given.isoformat()
    if isinstance(given, float) and not math.isfinite(given):
        raise BadBlock(f"{path} is not a finite number.")
    if given is None or isinstance(given, str | bool | int | float):
        return given
    raise BadBlock(f"{path} is neither number, text, list nor mapping.")
