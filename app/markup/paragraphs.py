"""Paragraphs and the plain pieces inside them: text, breaks, emphasis, code in a line."""

from __future__ import annotations

from markdown_it.common.utils import escapeHtml
from markdown_it.token import Token

from app.markup import block_ids, citations, images, plain, raw_html
from app.markup.page import Page

SUMMARY = 1_000  # characters


def opening(page: Page, token: Token) -> None:
    if not token.hidden and not images.alone(page.neighbour(1)):
        page.write(f"<p{block_ids.anchor(page, token.meta.get('block'))}>")


def closing(page: Page, token: Token) -> None:
    if not token.hidden and not images.alone(page.neighbour(-1)):
        page.write("</p>\n")
    after = page.neighbour(1) if token.hidden else None
    if after and after.type == "html_block":
        page.write("\n", " ")
        page.is_loose = True
    else:
        page.end_line()


def inline(page: Page, token: Token) -> None:
    """Everything inside a paragraph, a heading or a cell, each piece by its rule."""
    before = page.neighbour(-1)
    picture = images.alone(token) if before and before.type == "paragraph_open" else None
    if picture and before and not before.hidden:
        images.figure(page, picture)
        return
    pieces(page, token.children or [])


def pieces(page: Page, children: list[Token]) -> None:
    rules, html, words, phrases = page.rules, page.html, page.words, len(page.phrases)
    for child in children:
        if child.type == "text":
            html.append(escapeHtml(child.content))
            words.append(child.content)
        else:
            rules[child.type](page, child)
    if len(page.phrases) > phrases:
        raw_html.end_phrases(page, phrases)


def text(page: Page, token: Token) -> None:
    page.write(escapeHtml(token.content), token.content)


def softbreak(page: Page, _: Token) -> None:
    page.write("\n", " ")


def hardbreak(page: Page, _: Token) -> None:
    page.write("<br>\n", " ")


def code(page: Page, token: Token) -> None:
    page.write(f"<code>{escapeHtml(token.content)}</code>", token.content)


def tag(page: Page, token: Token) -> None:
    """Emphasis, quotes, lists: an element that is its name and nothing more."""
    end = "\n" if token.block else ""
    page.write(f"<{'/' if token.nesting < 0 else ''}{token.tag}>{end}")


def rule(page: Page, _: Token) -> None:
    page.write("<hr>\n")


def summary(page: Page, tokens: list[Token]) -> str:
    """The first paragraph with words in it, without links, for the feed; its beginning, if long."""
    for at, token in enumerate(tokens):
        if token.type == "paragraph_open" and token.level == 0:
            children = citations.without(tokens[at + 1].children or [])
            if plain.text(child for child in children if child.type != "image"):
                return plain.html(plain.beginning(children, SUMMARY), page)
    return ""
