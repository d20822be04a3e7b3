"""Lists, and tasks: `- [ ]`, `- [x]`, and any other character, as in `- [/]` or `- [>]`.

A digit makes no task: `- [1] Shannon 1948` is an entry of a list of references.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from app.markup import block_ids, plain
from app.markup.page import Page

TASK_ITEM = 'class="task"'
TASK = re.compile(r"\[([^\[\]\d\n][\u0300-\u036f\ufe0f]?)\](?:\s+|$)")
WORDS = {
    "/": "in progress",
    "-": "cancelled",
    ">": "moved on",
    "<": "scheduled",
    "?": "question",
    "!": "important",
    "*": "star",
}


def use(md: MarkdownIt) -> None:
    md.core.ruler.after("block", "tasks", take_tasks)


def take_tasks(state: StateCore) -> None:
    """Take the brackets from the first line of each item, before it is read as Markdown."""
    tokens = state.tokens
    items = [at for at, token in enumerate(tokens) if token.type == "list_item_open"]
    for at in items:
        item, paragraph, inline = tokens[at : at + 3]
        match = TASK.match(inline.content) if paragraph.type == "paragraph_open" else None
        if match:
            item.meta = {**item.meta, "task": match[1]}
            inline.content = inline.content[match.end() :]


def ordered(page: Page, token: Token) -> None:
    start = token.attrGet("start")
    page.write(f'<ol start="{int(start)}">\n' if start is not None else "<ol>\n")


def item(page: Page, token: Token) -> None:
    anchor = block_ids.anchor(page, token.meta.get("block"))
    task = token.meta.get("task")
    if task is None:
        page.write(f"<li{anchor}>")
        return
    inline = page.neighbour(2)
    label = plain.text((inline and inline.children) or [])
    # Two attributes that stand for others would be one: the anchor gets an element of its own.
    inner = f"<span{anchor}></span>" if anchor else ""
    page.write(f"<li{page.shelf.attributes(TASK_ITEM)}>{inner}")
    page.insert(checkbox(task, label))


def checkbox(task: str, label: str) -> str:
    """The box; what its character means, or the character itself, is part of its name."""
    done = " checked" if task in "xX" else ""
    kind, name = "", label or "Task"
    if task not in " \txX":
        kind = f' data-task="{escapeHtml(task)}"'
        name = f"{WORDS.get(task, task)}: {name}"
    return f'<input type="checkbox" disabled{done}{kind} aria-label="{escapeHtml(name)}"> '
