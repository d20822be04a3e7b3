"""Fenced blocks: an analysis, a claim, or code."""

from __future__ import annotations

from markdown_it.token import Token

from app.markup import blocks, claim_blocks, code
from app.markup.page import Page

KINDS = {"analysis": blocks.analysis, "claim": claim_blocks.claim}


def fence(page: Page, token: Token) -> None:
    kind = KINDS.get(token.info.strip()) if page.path is not None else None
    (kind or code.block)(page, token)
