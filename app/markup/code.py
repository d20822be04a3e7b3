"""Code blocks, highlighted by Pygments: only classes of tokens, the style sheet is the page's.

Its lexers are patterns, some of which need the square of the length or worse. So what is long, or
has lines or gaps that no program has, stays plain; and so does what takes too long all the same,
asked at each token: the limits on size bound the time of a single one.

    >>> is_sane("x = 1\\n"), is_sane("x" * 1_001), is_sane("x\\n" + " \\n" * 20)
    (True, False, False)
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator
from functools import lru_cache

from markdown_it.common.utils import escapeHtml, unescapeAll
from markdown_it.token import Token
from pygments import format as formatted
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import _TokenType
from pygments.util import ClassNotFound

from app.markup.page import Page

HIGHLIGHTED = 20_000  # characters of a block
IN_A_NOTE = 200_000  # characters of all its blocks
IN_A_LINE = 1_000
SECONDS = 0.25  # of the processor, for a block
SECONDS_OF_NOTE = 0.5
GAP = re.compile(r"(?:[^\S\n]*\n){20}")
RUN = re.compile(r"([^\w\s])\1{199}|[^\S\n]{200}")
FORMATTER = HtmlFormatter(nowrap=True)
NO_CLASS = re.compile(r"[^a-z0-9+#_-]+")


class TooLong(Exception):
    """A block took more than its time."""


def block(page: Page, token: Token) -> None:
    """A fence or an indented block."""
    info = unescapeAll(token.info).split() if token.info else []
    write(page, token.content, info[0].lower() if info else "")


def write(page: Page, source: str, language: str) -> None:
    name = NO_CLASS.sub("-", language)[:40].strip("-")
    kind = f"code language-{name}" if name else "code"
    page.insert(
        f'<pre class="{kind}" tabindex="0"><code>{shown(page, source, language)}</code></pre>'
    )
    page.write("\n")
    page.code.append(source)
    page.end_line()
    if source.strip("\n"):
        page.lines.append(source.strip("\n"))


def shown(page: Page, source: str, language: str) -> str:
    """The block, highlighted while the note has characters and time left for that."""
    if not language or page.highlighted > IN_A_NOTE or page.seconds > SECONDS_OF_NOTE:
        return escapeHtml(source)
    html, seconds = measured(source, language)
    page.highlighted += len(source)
    page.seconds += seconds
    return html


def highlight(source: str, language: str) -> str:
    """`source` as HTML with a span for each token, or escaped if its language is not known."""
    return measured(source, language)[0]


@lru_cache(maxsize=1000)
def measured(source: str, language: str) -> tuple[str, float]:
    """The HTML, and the seconds it took: kept with it, so that a note comes out the same again."""
    lexer = lexer_of(language) if language and is_sane(source) else None
    if lexer is None:
        return escapeHtml(source), 0.0
    started = time.thread_time()
    try:
        tokens = in_time(lexer.get_tokens(source), started + SECONDS)
        html = str(formatted(tokens, FORMATTER))
    except TooLong:
        html = escapeHtml(source)
    return html, time.thread_time() - started


def is_sane(source: str) -> bool:
    """Whether it is as long as programs are, with lines, gaps and runs of signs as they have."""
    return (
        len(source) <= HIGHLIGHTED
        and max(map(len, source.split("\n"))) <= IN_A_LINE
        and not GAP.search(source)
        and not RUN.search(source)
    )


def in_time(
    tokens: Iterable[tuple[_TokenType, str]], until: float
) -> Iterator[tuple[_TokenType, str]]:
    for token in tokens:
        if time.thread_time() > until:
            raise TooLong
        yield token


@lru_cache(maxsize=200)
def lexer_of(language: str) -> Lexer | None:
    try:
        return get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None
