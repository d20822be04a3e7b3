"""Change values in the front matter of a note, and leave every other byte as it is.

    >>> source = "---\\ntitle: 'Old'  # so far\\nmine: {a: 1}\\ntags: [x, y]\\n---\\nText.\\n"
    >>> print(change(source, {"title": "New", "tags": ("y", "z")}), end="")
    ---
    title: 'New'  # so far
    mine: {a: 1}
    tags: [y, z]
    ---
    Text.

Order, comments, unknown keys and the quotes of what is not touched stay. A new key comes last; an
empty value takes the key away. Afterwards the header is read again: had anything else changed, or
would a remark be lost, the change is refused (header.Wrong), and the person edits the text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

import yaml

from app.library.front import fields, header, header_write
from app.library.front.header_write import Place, Value

REMARK = re.compile(r"(?:^|\s)#")
COLON = re.compile(r"[ \t]*:")


def change(source: str, values: Mapping[str, Value]) -> str:
    """The source with these values in its front matter; header.Wrong where that cannot be."""
    for key, value in values.items():
        source = change_one(source, key, tidy(value))
    return source


def tidy(value: Value) -> Value:
    """Without what no header can hold: spaces around, empty items; control characters."""
    if isinstance(value, str):
        several = "\n" in value.strip()
        lines = [without_control(line) for line in re.split(r"\r\n|\r|\n", value.strip("\r\n"))]
        return (
            "\n".join(lines).rstrip()
            if several
            else " ".join(value.split()).translate(header.CONTROL)
        )
    if isinstance(value, tuple):
        return tuple(item for text in value if (item := str(tidy(" ".join(text.split())))))
    return value


def without_control(line: str) -> str:
    return line.replace("\t", "    ").translate(header.CONTROL).rstrip()


def change_one(source: str, key: str, value: Value) -> str:
    parts = header.split(source)
    newline = "\r\n" if "\r\n" in source[: source.find("\n") + 1] else "\n"
    start = header_start(source)
    if start is None:
        return source if is_empty(value) else begun(source, key, value, newline)
    before = header.read(parts.header) if parts.header else {}
    if says(before.get(key), value):
        return source
    edited = header_text(parts.header, key, value, newline)
    changed = source[:start] + edited + source[start + len(parts.header) :]
    check(before, parts.body, changed, key, value)
    return changed


def header_start(source: str) -> int | None:
    """Where the text between the fences begins; None if there are no fences."""
    mark = len(source) - len(source.removeprefix("\ufeff"))
    if header.split(source).body_line == 1:
        return None
    opening = header.FENCE.match(source, mark)
    return opening.end() if opening else None


def begun(source: str, key: str, value: Value, newline: str) -> str:
    """A front matter for a note that had none."""
    bare = source.removeprefix("\ufeff")
    mark = source[: len(source) - len(bare)]
    line = header_write.entry(key, value, newline)
    gap = "" if bare.startswith(("\n", "\r\n")) or not bare else newline
    return f"{mark}---{newline}{line}---{newline}{gap}{bare}"


def header_text(text: str, key: str, value: Value, newline: str) -> str:
    """The text between the fences with that value."""
    root = header.compose(text) if text else None
    if not isinstance(root, yaml.MappingNode):  # nothing but comments
        return text + header_write.entry(key, value, newline)
    place = find(text, root, key, newline)
    if place is None:
        return added(text, root, key, value, newline)
    if root.flow_style:
        return place.with_span(header_write.flow(value) if not is_empty(value) else "null")
    if is_empty(value):
        return place.without_lines()
    return replaced(place, value)


def find(text: str, root: yaml.MappingNode, key: str, newline: str) -> Place | None:
    """Where a key and its value stand."""
    for number, (name, node) in enumerate(root.value):
        if name.value != key:
            continue
        after = root.value[number + 1][0] if number + 1 < len(root.value) else None
        place = Place(text, name, node, after, newline)
        if not root.flow_style and not COLON.match(text, place.offset(name.end_mark)):
            raise refused(key, place.first + 2)
        return place
    return None


def added(text: str, root: yaml.MappingNode, key: str, value: Value, newline: str) -> str:
    if is_empty(value):
        return text
    if not root.flow_style:
        indent = " " * int(root.start_mark.column)
        line = header_write.entry(key, value, newline).replace(newline, newline + indent)
        return text + indent + line[: len(line) - len(indent)]
    end = text.rindex("}")
    comma = ", " if root.value and not text[:end].rstrip().endswith(",") else ""
    return f"{text[:end].rstrip()}{comma}{key}: {header_write.flow(value)}{text[end:]}"


def replaced(place: Place, value: Value) -> str:
    """The header with another value for a key that it has."""
    node = place.node
    if isinstance(value, tuple):
        if isinstance(node, yaml.SequenceNode):
            if node.flow_style and "\n" in place.span:
                refuse_loss(place)
            edit = header_write.in_brackets if node.flow_style else header_write.in_lines
            return edit(place, value)
        refuse_loss(place)
        return place.with_value(header_write.flow(value))
    refuse_loss(place)
    if isinstance(value, str) and "\n" in value:
        return place.with_block(value)
    style = node.style if isinstance(node, yaml.ScalarNode) else None
    return place.with_value(header_write.scalar(value, style))


def refuse_loss(place: Place) -> None:
    """A list or a mapping that becomes one value must not take remarks with it."""
    is_scalar = isinstance(place.node, yaml.ScalarNode)
    if not is_scalar and REMARK.search(place.span):
        raise refused(str(place.name.value), place.first + 2)


def refused(key: str, line: int) -> header.Wrong:
    words = f"{key} is written in a way that the form cannot change: change it in the header."
    return header.Wrong(words, line)


def check(
    before: Mapping[str, header.Entry], body: str, changed: str, key: str, value: Value
) -> None:
    """Read the result: the key says the value, everything else what it said."""
    line = before[key].line if key in before else 1
    parts = header.split(changed)
    after = header.read(parts.header) if parts.header else {}
    others = [name for name in before if name != key]
    kept = [name for name in after if name != key]
    is_same = all(
        meaning(before[name].value) == meaning(after[name].value) for name in kept if name in before
    )
    if parts.body != body or others != kept or not is_same or not says(after.get(key), value):
        raise refused(key, line)


def meaning(node: yaml.Node) -> object:
    """What a node says, to be compared."""
    if isinstance(node, yaml.ScalarNode):
        return (node.value, bool(node.style))
    if isinstance(node, yaml.MappingNode):
        return [(meaning(name), meaning(value)) for name, value in node.value]
    return [meaning(item) for item in node.value]


def is_empty(value: Value) -> bool:
    return value is None or value in ("", ())


def says(entry: header.Entry | None, value: Value) -> bool:
    """Whether an entry has that value already."""
    if entry is None or header.is_null(entry.value):
        return is_empty(value)
    node = entry.value
    if isinstance(value, tuple):
        items = node.value if isinstance(node, yaml.SequenceNode) else None
        return items is not None and [fields.texts(item) for item in items] == [[v] for v in value]
    if not isinstance(node, yaml.ScalarNode):
        return False
    if isinstance(value, str) and "\n" in value:
        return [line.rstrip() for line in node.value.rstrip().split("\n")] == value.split("\n")
    wanted = value.isoformat() if isinstance(value, date) else "" if value is None else str(value)
    return (header.text(node) or "") == wanted
