"""A choice of parameters written into the block of a note: nothing else in the file changes.

    >>> note = "```analysis\\nscript: walk  # the first\\nparams: {steps: 5, seed: 1}\\n```\\n"
    >>> walk = Block("walk", "walk", {}, None, line=1)
    >>> print(kept(note, walk, {"steps": 9, "seed": 1}, {"steps": 3, "seed": 0}, dict), end="")
    ```analysis
    script: walk  # the first
    params: {steps: 9, seed: 1}
    ```

What differs from the defaults is written, and what stood there; where nothing differs, `params`
goes, unless somebody wrote a comment in it. The YAML is edited by the places of its parts, so
comments, order and quotes stay.
"""

from __future__ import annotations

import json
import re
import sys
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import yaml

from app.errors import BadInput
from app.markup import blocks
from app.markup.rendered import Block  # noqa: F401 - for the example above

FENCE = re.compile(r"^(?P<before>[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*)(?P<fence>`{3,}|~{3,})")
# What YAML takes for no letter, or for the end of a line.
UNPRINTABLE = re.compile(
    "[^ -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
Params = Mapping[str, Any]


class Opens(Protocol):
    """A block as the index has it: its name, and the line on which its fence opens."""

    @property
    def name(self) -> str: ...
    @property
    def line(self) -> int: ...


@dataclass(frozen=True)
class Edit:
    """Put `text` in place of what stands from `start` to `end`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Content:
    """The YAML of a fence, and where each of its lines begins in it and in the file.

    In a quotation or a list something stands before each line, which is no part of the YAML.
    """

    text: str
    starts: Sequence[tuple[int, int]]
    before: str

    def in_file(self, edit: Edit) -> Edit:
        text = edit.text.replace("\n", f"\n{self.before}")
        return Edit(self.place(edit.start), self.place(edit.end), text)

    def place(self, index: int) -> int:
        inner, outer = self.starts[bisect_right(self.starts, (index, sys.maxsize)) - 1]
        return outer + index - inner


def kept(
    source: str, block: Opens, params: Params, defaults: Params, bound: Callable[[Params], Params]
) -> str:
    """`source` with `params`, all of them, in the block. `bound` completes what a block says."""
    content = content_of(source, block.line)
    if content is None:
        raise by_hand()
    try:
        said = blocks.read(content.text, block.line)
        stood = bound(said.params)
        edits = edits_of(content.text, params, stood, defaults)
        now = blocks.read(applied(content.text, edits), block.line)
    except (blocks.BadBlock, yaml.YAMLError):
        raise by_hand() from None
    # YAML has more ways to write than anybody foresees: it must say what was asked for.
    if replace(now, params=said.params) != said or said.name != block.name:
        raise by_hand()
    if bound(now.params) != params:
        raise by_hand()
    return applied(source, [content.in_file(edit) for edit in edits])


def content_of(source: str, line: int) -> Content | None:
    """The fence that opens on a line; None where none does, or where it cannot be told."""
    lines = source.split("\n")
    opening = FENCE.match(lines[line - 1]) if 0 < line <= len(lines) else None
    if opening is None:
        return None
    before, fence = re.sub(r"[^\s>]", " ", opening["before"]), opening["fence"]
    closing = re.compile(rf"[ \t>]*{re.escape(fence[0])}{{{len(fence)},}}[ \t]*\r?")
    parts, starts = [], []
    inner, outer = 0, sum(len(each) + 1 for each in lines[:line])
    for each in lines[line:]:
        own = each.removeprefix(before)
        if own.strip() and not each.startswith(before):
            return None
        starts.append((inner, outer + len(each) - len(own)))
        if closing.fullmatch(each):
            break
        parts.append(f"{own}\n")
        inner, outer = inner + len(own) + 1, outer + len(each) + 1
    return Content("".join(parts), starts, before) if parts and starts[-1][0] == inner else None


def by_hand() -> BadInput:
    return BadInput("The block stands where it cannot be changed from here: edit the note.")


def edits_of(text: str, params: Params, stood: Params, defaults: Params) -> list[Edit]:
    """What makes the YAML of a block say `params`."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode):
        raise by_hand()
    found = entry(root, "params")
    differs = {name: value for name, value in params.items() if value != defaults.get(name)}
    if found is None:
        return [added(root, text, differs)] if differs else []
    gone = removed(root, found, text)
    if not differs and "#" not in text[gone.start : gone.end]:
        return [gone]
    if isinstance(found[1], yaml.MappingNode) and found[1].value:
        return changed(found[1], text, params, stood, differs)
    return [Edit(*span(found[1], text), f"{gap(found[1], text)}{flow(differs)}")]


def entry(node: yaml.MappingNode, name: str) -> tuple[yaml.Node, yaml.Node] | None:
    """The last of that name, for it is the one that counts."""
    pairs = [(key, value) for key, value in node.value if key.value == name]
    return pairs[-1] if pairs else None


def changed(
    node: yaml.MappingNode, text: str, params: Params, stood: Params, differs: Params
) -> list[Edit]:
    """The values that are others now, and what is new behind the last of them."""
    there = {key.value for key, _ in node.value}
    edits = [
        Edit(*span(value, text), f"{gap(value, text)}{scalar(params[key.value])}")
        for key, value in node.value
        if key.value in params and params[key.value] != stood.get(key.value)
    ]
    new = [
        f"{scalar(name)}: {scalar(value)}" for name, value in differs.items() if name not in there
    ]
    if new:
        end = end_of(node.value[-1][1], text)
        between = ", "
        if not node.flow_style:
            between = f"{newline(text)}{' ' * node.value[0][0].start_mark.column}"
            end = end_of_line(text, end)
        edits.append(Edit(end, end, "".join(between + each for each in new)))
    return edits


def added(root: yaml.MappingNode, text: str, differs: Params) -> Edit:
    """A line behind `script`."""
    behind = entry(root, "script")
    if behind is None:
        raise by_hand()
    end = end_of(behind[1], text)
    if root.flow_style:
        return Edit(end, end, f", params: {flow(differs)}")
    end = end_of_line(text, end)
    indent = " " * root.value[0][0].start_mark.column
    return Edit(end, end, f"{newline(text)}{indent}params: {flow(differs)}")


def newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def end_of_line(text: str, place: int) -> int:
    """Behind a comment that stands there, before the end of the line."""
    end = text.find("\n", place)
    end = len(text) if end < 0 else end
    return end - 1 if text[end - 1 : end] == "\r" and end > place else end


def removed(root: yaml.MappingNode, found: tuple[yaml.Node, yaml.Node], text: str) -> Edit:
    key, value = found
    if root.flow_style:
        return Edit(*span(value, text), f"{gap(value, text)}{{}}")
    start = text.rfind("\n", 0, key.start_mark.index) + 1
    end = text.find("\n", end_of(value, text))
    return Edit(start, len(text) if end < 0 else end + 1, "")


def span(node: yaml.Node, text: str) -> tuple[int, int]:
    """From where to where it stands; of a list in block style, from behind the colon."""
    start, end = node.start_mark.index, end_of(node, text)
    if is_block(node):
        start = text.rfind(":", 0, start) + 1
    return start, end


def is_block(node: yaml.Node) -> bool:
    return isinstance(node, yaml.CollectionNode) and not node.flow_style


def gap(node: yaml.Node, text: str) -> str:
    """A space, where nothing stands between the colon and the value."""
    start = span(node, text)[0]
    return " " if text[start - 1 : start] == ":" else ""


def end_of(node: yaml.Node, text: str) -> int:
    """Where its last part ends: a block style reaches over the comments behind it."""
    if is_block(node) and node.value:
        last = node.value[-1]
        return end_of(last[1] if isinstance(last, tuple) else last, text)
    end: int = node.end_mark.index
    if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
        return end - 1 if text[end - 1 : end] == "\n" else end
    return end


def applied(text: str, edits: Sequence[Edit]) -> str:
    for edit in sorted(edits, key=lambda each: each.start, reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def flow(values: Params) -> str:
    return (
        "{" + ", ".join(f"{scalar(name)}: {scalar(value)}" for name, value in values.items()) + "}"
    )


def scalar(value: Any) -> str:
    """A value as YAML reads it back, in the plainest way that does.

    >>> scalar([1, 0.5, 1e-07]), scalar("a b"), scalar("yes"), scalar(None), scalar(True)
    ('[1, 0.5, 1.0e-07]', 'a b', '"yes"', 'null', 'true')
    """
    if isinstance(value, list):
        return "[" + ", ".join(map(scalar, value)) + "]"
    if isinstance(value, float):
        text = repr(value)
        return text if "." in text else text.replace("e", ".0e")
    if isinstance(value, str) and re.fullmatch(
        r"[A-Za-z][A-Za-z0-9 _-]*[A-Za-z0-9]|[A-Za-z]", value
    ):
        return value if yaml.safe_load(value) == value else f'"{value}"'
    written = json.dumps(value, ensure_ascii=False)
    return UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", written)
