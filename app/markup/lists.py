"""Lists, and tasks: `- [ ]` and `- [x]` at the start of an item."""

from __future__ import annotations

import re

from markdown_it.common.utils import escapeHtml
from markdown_it.token import Token

from app.markup import plain
from app.markup.page import Page

TASK_ITEM = 'class="task"'
TASK = re.compile(r"\[([ xX])\](?=\s)\s+|\[([ xX])\]$")


def ordered(page: Page, token: Token) -> None:
    start = token.attrGet("start")
    page.write(f'<ol start="{int(start)}">\n' if start is not None else "<ol>\n")


def item(page: Page, _: Token) -> None:
    inline = page.neighbour(2)
    task = task_of(inline)
    if task is None or inline is None:
        page.write("<li>")
        return
    children = inline.children or []
    children[0].content = children[0].content[task.end() :]
    page.write(f"<li{page.shelf.attributes(TASK_ITEM)}>")
    page.insert(checkbox(done="x" in task[0].lower(), label=plain.text(children)))


def task_of(inline: Token | None) -> re.Match[str] | None:
    """The brackets at the start of an item whose first block is a paragraph."""
    if inline is None or inline.type != "inline" or not inline.children:
        return None
    first = inline.children[0]
    return TASK.match(first.content) if first.type == "text" else None


def checkbox(*, done: bool, label: str) -> str:
    state = " checked" if done else ""
    name = escapeHtml(label) or "Task"
    return f'<input type="checkbox" disabled{state} aria-label="{name}"> '
