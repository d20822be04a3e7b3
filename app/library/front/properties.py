"""Links in properties: `up: "[[note]]"` in the front matter leads from one note to another.

As in Obsidian they are quoted, for YAML reads bare brackets as lists; a list may hold several.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

import yaml

from app.library.front import header
from app.markup import Link

LINK = re.compile(
    r"!?\[\[(?P<target>[^\[\]|#\n]{1,300})(?:#(?P<heading>[^\[\]|\n]{0,300}))?"
    r"(?:\|(?P<alias>[^\[\]\n]{0,300}))?\]\]"
)
TEXTS = ("bibtex", "title")  # what stands there is no link
MARKDOWN = re.compile(r"\.md\Z", re.IGNORECASE)


def linked(entries: Mapping[str, header.Entry]) -> tuple[tuple[str, str], ...]:
    """Each link of the front matter: the property's name and the note that it names."""
    return tuple(
        (name, target_of(match))
        for name, entry in entries.items()
        if name not in TEXTS
        for text in texts(entry.value)
        for match in LINK.finditer(text)
        if match["target"].strip()
    )


def target_of(match: re.Match[str]) -> str:
    """The note that a link names, as it is kept."""
    return MARKDOWN.sub("", match["target"].strip())


def texts(node: yaml.Node) -> Iterator[str]:
    """Every text in a value, however deep."""
    if isinstance(node, yaml.ScalarNode):
        yield str(node.value)
        return
    for child in header.children(node):
        yield from texts(child)


def links(found: Iterable[tuple[str, str]]) -> list[Link]:
    """As the text's links are kept; the property stands for the sentence."""
    return [Link(target, "", f"{name}: {target}") for name, target in found]
