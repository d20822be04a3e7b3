"""Fenced blocks: an analysis, a claim, or code; code in BibTeX says what the note may cite."""

from __future__ import annotations

from markdown_it.token import Token

from app.markup import blocks, claim_blocks, code
from app.markup.page import Page
from app.markup.rendered import Bibtex

KINDS = {"analysis": blocks.analysis, "claim": claim_blocks.claim}
BIBTEX = ("bibtex", "bib", "biblatex")


def fence(page: Page, token: Token) -> None:
    kind = KINDS.get(token.info.strip()) if page.path is not None else None
    (kind or code.block)(page, token)
    if page.path is not None and token.info.strip().lower() in BIBTEX:
        page.bibtex.append(Bibtex(token.content, page.first_line + page.line + 1))
