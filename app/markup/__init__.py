"""Markdown to safe HTML and to canonical text; one file per rule."""

from app.markup.note import render
from app.markup.placeholders import fill
from app.markup.rendered import Block, Claim, Heading, Link, Problem, Rendered
from app.markup.text import as_html, as_text

__all__ = [
    "Block",
    "Claim",
    "Heading",
    "Link",
    "Problem",
    "Rendered",
    "as_html",
    "as_text",
    "fill",
    "render",
]
