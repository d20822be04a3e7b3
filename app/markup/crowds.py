"""Paragraphs of nothing but brackets: beyond a number that no author writes, they are text.

Looking for the partner of each of 50,000 brackets takes seconds, and a page that shows them as
they stand loses nothing.
"""

from __future__ import annotations

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

MOST = 2_000  # opening brackets in one paragraph
KEY = "crowds"  # in env: whether a paragraph is crowded, by its text


def use(md: MarkdownIt) -> None:
    md.inline.ruler.after("text", "crowd", rule)


def rule(state: StateInline, silent: bool) -> bool:
    """In a crowded paragraph, take an opening bracket (and what makes it an image) as text."""
    source = state.src
    opener = source[state.pos]
    if opener not in "[!^" or len(source) <= MOST or not is_crowded(state):
        return False
    if not silent:
        state.append_pending(opener)
    state.pos += 1
    return True


def is_crowded(state: StateInline) -> bool:
    known: dict[str, bool] = state.env.setdefault(KEY, {})
    found = known.get(state.src)
    if found is None:
        found = known[state.src] = is_crowd(state.src)
    return found


def is_crowd(source: str) -> bool:
    return source.count("[") > MOST
