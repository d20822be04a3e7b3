"""The properties of a note that Gloss has no use for, as its page shows them: quietly.

Programs that write notes keep what they like in the front matter: `author`, `rating`, `cover`,
`up: "[[note]]"`. Links lead where the person may see something, addresses are links, days are
days; what only tells a program how to show the note is left out. No query of their own.

    >>> list(shown({"rating": 4, "seen": ["2026-11-08", True], "cssclasses": "wide"}, {}, str))
    [('rating', '4'), ('seen', '<time datetime="2026-11-08">8 Nov 2026</time>, yes')]
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from html import escape
from typing import Any

from app.library.documents import Linked
from app.library.front import dates, front_matter, properties
from app.markup import links as anchors
from app.markup import paths, wikilinks
from app.web.templates import day

Opening = Callable[[Mapping[str, Any], Linked | None], str]  # the tag that begins a link

# What tells Obsidian, its plug-ins or a generator of sites how to show or keep a note.
OF_PROGRAMS = re.compile(
    r"(?:css.?class(?:es)?|position|publish|permalink|draft|layout|template|banner.*|pinned|sticky"
    r"|kanban-plugin|excalidraw-.*|obsidian.*|linter-.*|dg-.*|tq_.*|sr-.*|share_.*|.*-plugin)\Z",
    re.IGNORECASE,
)
TEMPLATE = ("{{", "<%")  # a value that a program is to fill in
DAY = re.compile(r"\d{4}-\d\d-\d\d(?=\Z|[T ]\d)", re.ASCII)
PIECE = re.compile(
    rf"(?P<wiki>{properties.LINK.pattern})"
    r"|\[(?P<text>[^\[\]\n]{1,300})\]\((?P<href>https?://[^\s()<>\"]{1,2000})\)"
    r"|(?P<address>https?://[^\s<>\"'\[\]]{0,2000}[^\s<>\"'\[\].,;:!?)])",
    re.IGNORECASE,
)


def shown(
    extra: Mapping[str, Any], links: Mapping[str, Linked], opening: Opening, date: str = ""
) -> Iterator[tuple[str, str]]:
    """The name of each property, and its value as HTML. `date`: the note's own, shown anyway."""
    for name, value in extra.items():
        if name in front_matter.READERS or OF_PROGRAMS.match(name) or not name.strip():
            continue
        if date and dates.is_beginning(name) and dates.day_of(value) == date:
            continue
        if html := written(value, links, opening):
            yield name.replace("_", " "), html


def written(value: Any, links: Mapping[str, Linked], opening: Opening) -> str:
    """A value in one line, whatever it is; nothing for nothing."""
    if isinstance(value, dict):
        pairs = ((str(name), written(each, links, opening)) for name, each in value.items())
        return "; ".join(f"{escape(name)}: {html}" for name, html in pairs if html)
    if isinstance(value, list):
        return ", ".join(html for each in value if (html := written(each, links, opening)))
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = "" if value is None else " ".join(str(value).split())
    if any(mark in text for mark in TEMPLATE):
        return ""
    if DAY.match(text):
        return f'<time datetime="{escape(text[:10])}">{escape(day(text))}</time>'
    return prose(text, links, opening)


def prose(text: str, links: Mapping[str, Linked], opening: Opening) -> str:
    """Words with their links."""
    parts = []
    at = 0
    for match in PIECE.finditer(text):
        parts += [escape(text[at : match.start()]), linked(match, links, opening)]
        at = match.end()
    return "".join([*parts, escape(text[at:])])


def linked(match: re.Match[str], links: Mapping[str, Linked], opening: Opening) -> str:
    if not match["wiki"]:
        words = match["text"] or match["address"]
        href = escape(match["href"] or match["address"])
        return f'<a href="{href}" rel="noopener noreferrer">{escape(words)}</a>'
    target = properties.target_of(match)
    heading = (match["heading"] or "").strip("# ")
    words = escape((match["alias"] or "").strip() or wikilinks.shown(target, heading))
    if not target or paths.is_media(target):
        return words
    given = {"target": target, "fragment": anchors.parts(heading)[1]}
    return f"{opening(given, links.get(target))}{words}</a>"
