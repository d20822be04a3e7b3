"""Which rule writes which token: the table of the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from markdown_it.token import Token

from app.markup import (
    code,
    fences,
    footnotes,
    formulas,
    headings,
    images,
    links,
    lists,
    paragraphs,
    raw_html,
    tables,
    values,
    wikilinks,
)
from app.markup.page import Page

PLAIN = ("em", "strong", "s", "blockquote", "bullet_list", "thead", "tbody", "tr")
RULES: Mapping[str, Callable[[Page, Token], None]] = {
    **{f"{name}_open": paragraphs.tag for name in PLAIN},
    **{f"{name}_close": paragraphs.tag for name in (*PLAIN, "list_item", "ordered_list")},
    "code_block": code.block,
    "code_inline": paragraphs.code,
    "fence": fences.fence,
    "footnote_ref": footnotes.reference,
    "hardbreak": paragraphs.hardbreak,
    "heading_close": headings.closing,
    "heading_open": headings.opening,
    "hr": paragraphs.rule,
    "html_block": raw_html.block,
    "html_inline": raw_html.inline,
    "image": images.image,
    "inline": paragraphs.inline,
    "link_close": links.closing,
    "link_open": links.opening,
    "list_item_open": lists.item,
    "margin": footnotes.margin,
    "math_block": formulas.block,
    "math_display": formulas.displayed,
    "math_inline": formulas.inline,
    "ordered_list_open": lists.ordered,
    "paragraph_close": paragraphs.closing,
    "paragraph_open": paragraphs.opening,
    "softbreak": paragraphs.softbreak,
    "table_close": tables.closing,
    "table_open": tables.opening,
    "td_close": tables.cell_closing,
    "td_open": tables.cell,
    "text": paragraphs.text,
    "th_close": tables.cell_closing,
    "th_open": tables.cell,
    "value": values.value,
    "wikilink": wikilinks.link,
}
