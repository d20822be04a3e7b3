"""Tables, in a region of their own that can be scrolled sideways; each cell is a line of text."""

from __future__ import annotations

from markdown_it.token import Token

from app.markup.page import Page

REGION = 'class="table" tabindex="0" role="region" aria-label="Table"'
ALIGN = {
    "text-align:left": 'class="left"',
    "text-align:center": 'class="center"',
    "text-align:right": 'class="right"',
}


def opening(page: Page, _: Token) -> None:
    page.write(f"<div{page.shelf.attributes(REGION)}><table>\n")


def closing(page: Page, _: Token) -> None:
    page.write("</table></div>\n")


def cell(page: Page, token: Token) -> None:
    align = ALIGN.get(str(token.attrGet("style") or ""))
    page.write(f"<{token.tag}{page.shelf.attributes(align) if align else ''}>")


def cell_closing(page: Page, token: Token) -> None:
    page.write(f"</{token.tag}>\n")
    page.end_line()
