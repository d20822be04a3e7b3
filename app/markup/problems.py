"""What could not be taken, shown at its place: its source and the reason."""

from __future__ import annotations

from markdown_it.common.utils import escapeHtml

from app.markup.page import Page

SHOWN = 2_000  # characters of the source


def block(page: Page, source: str, reason: str, text: str) -> None:
    """A problem that takes the place of a block; `text` stands in the canonical text."""
    page.problem(reason)
    page.insert(
        '<div class="problem" role="note">'
        f"<pre><code>{escapeHtml(shortened(source))}</code></pre>"
        f'<p class="reason">{escapeHtml(reason)}</p></div>',
        text,
    )


def inline(page: Page, source: str, reason: str, text: str) -> None:
    """A problem inside a sentence, with the reason in brackets."""
    page.problem(reason)
    page.insert(
        f'<span class="problem" role="note"><code>{escapeHtml(shortened(source))}</code>'
        f' <span class="reason">({escapeHtml(reason.removesuffix("."))})</span></span>',
        text,
    )


def shortened(source: str) -> str:
    return source if len(source) <= SHOWN else f"{source[:SHOWN]}…"
