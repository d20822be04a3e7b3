"""Code blocks, highlighted by Pygments: only classes of tokens, the style sheet is the page's."""

from __future__ import annotations

import re
from functools import lru_cache

from markdown_it.common.utils import escapeHtml, unescapeAll
from markdown_it.token import Token
from pygments import highlight as highlighted
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from app.markup.page import Page

HIGHLIGHTED = 50_000  # characters; some lexers need more than linear time
FORMATTER = HtmlFormatter(nowrap=True)
NO_CLASS = re.compile(r"[^a-z0-9+#_-]+")


def block(page: Page, token: Token) -> None:
    """A fence or an indented block."""
    info = unescapeAll(token.info).split() if token.info else []
    write(page, token.content, info[0].lower() if info else "")


def write(page: Page, source: str, language: str) -> None:
    name = NO_CLASS.sub("-", language)[:40].strip("-")
    kind = f"code language-{name}" if name else "code"
    page.insert(
        f'<pre class="{kind}" tabindex="0"><code>{highlight(source, language)}</code></pre>'
    )
    page.write("\n")
    page.code.append(source)
    page.end_line()
    if source.strip("\n"):
        page.lines.append(source.strip("\n"))


@lru_cache(maxsize=1000)
def highlight(source: str, language: str) -> str:
    """`source` as HTML with a span for each token, or escaped if its language is not known."""
    lexer = lexer_of(language) if language and len(source) <= HIGHLIGHTED else None
    if lexer is None:
        return escapeHtml(source)
    return str(highlighted(source, lexer, FORMATTER))


@lru_cache(maxsize=200)
def lexer_of(language: str) -> Lexer | None:
    try:
        return get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None
