"""Which addresses a move writes anew: those of links as the renderer sees them, and no others."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from app.library import documents, links
from app.library.moving import moving, relinking
from app.library.moving.link_spans import spans
from app.library.note import Contents, prepare
from app.library.syncing import sync
from app.settings import Settings
from tests.spent import least

Write = Callable[..., Path]
Synced = Callable[[], sync.Report]

# Before: `[[old]]` and `(old.md)`; what shall be written anew has a `+` before it here.
CASES = {
    "indented": "Text +[[old]].\n\n    [[old]] in code\n\nEnd.\n",
    "pre": "Text +[[old]].\n\n<pre>\n[x](old.md)\n</pre>\n",
    "tick": "A stray ` here, +[[old]].\n\nAnother ` there, +[[old]].\n",
    "dollar": "It costs $5 +[[old]] or more.\n",
    "quoted": "> ```\n> [[old]]\n\n+[[old]]\n",
    "fences": "~~~\n[[old]]\n~~~\n- ```\n  [[old]]\n  ```\n- +[[old]]\n",
    "code": "`[[old]]` and ``a ` [[old]]`` and +[[old]] and [x]+(old.md).\n",
    "escaped": "\\[[old]] and +[[old]]\n",
    "table": "| a | b |\n|---|---|\n| +[[old\\|x]] | `[[old]]` |\n",
    "comment": "Text <!-- [[old]] --> +[[old]]\n",
    "formula": "$$\n[[old]]\n$$\n\n+[[old]]\n",
    "front": '---\ntitle: "about [[old]]"\nrelated: "+[[old]]"\n---\nText +[[old]].\n',
    "unused": "    [a]: old.md\n\n[x]+(old.md#top)\n",
    "crlf": "One +[[old]]\r\n\r\n    [[old]]\r\n",
    "probe": "A probe: +[[old]].\n",
}


@pytest.mark.parametrize("name", CASES)
def test_only_what_the_renderer_takes_for_a_link_is_written_anew(
    name: str, settings: Settings, connection: sqlite3.Connection, write: Write, synced: Synced
) -> None:
    case = CASES[name]
    write("old.md", "# Top\n")
    path = write("a.md", re.sub(r"\+(?=\[\[|\()", "", case).encode())
    synced()
    before = documents.get(connection, "a")
    found = moving.move(settings, connection, "old", "x/new", rewrite_links=True)
    assert (found.rewritten, found.left) == (("a",), ())
    anew = case.replace("+[[old", "[[new").replace("+(old.md", "(x/new.md")
    assert path.read_bytes().decode() == anew
    after = documents.get(connection, "a")
    assert before is not None
    assert after is not None
    assert after.title == before.title


@pytest.mark.parametrize("text", ["[a](o&#108;d.md)\n", "`[[old]]` [a](&#111;ld.md)\n"])
def test_a_note_whose_link_would_dangle_is_named(
    text: str, settings: Settings, connection: sqlite3.Connection, write: Write, synced: Synced
) -> None:
    """The renderer sees a link where its address is not found as it stands."""
    write("old.md", "# Top\n")
    path = write("a.md", text)
    synced()
    old = documents.get(connection, "old")
    assert old is not None
    assert [back.path for back in documents.backlinks(connection, old, links.EVERY)] == ["a"]
    found = moving.move(settings, connection, "old", "x/new", rewrite_links=True)
    assert (found.rewritten, found.left) == ((), ("a",))
    assert path.read_text() == text


class Rendered:
    """What a renderer says of a text that holds links alone."""

    def __init__(self, source: str) -> None:
        self.links = [Link(span.target) for span in spans(source)]
        self.rendered = self
        self.media = ()


class Link(NamedTuple):
    target: str


def seconds(start: str, count: int) -> float:
    """What it takes to know which of so many addresses are written anew; the least of three."""
    note = prepare("x/a.md", Contents(start.encode(), (0, 0)), {})
    note = replace(note, source=start + "[o](o.md) " * count)
    others = [(span, "p.md") for span in spans(note.source)]
    assert len(relinking.agreed(note, others, {})) == count
    return least(lambda: relinking.agreed(note, others, {}))


@pytest.mark.parametrize(("sign", "signs", "links"), [("", 0, 8_000), ("q", 40_000, 1)])
def test_a_note_twice_as_long_takes_twice_as_long(
    sign: str, signs: int, links: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relinking, "anew", lambda _, __, source, ___: Rendered(source))
    start = "probe"
    once, twice = (seconds(start + sign * signs * by + " ", links * by) for by in (1, 2))
    assert twice <= max(0.05, 2.6 * once)
