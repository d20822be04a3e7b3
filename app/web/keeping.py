"""The source of a note with a choice of parameters in one of its blocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import g

from app.errors import NotFound
from app.lab import analyses, signature
from app.lab.shown import keep
from app.library import documents
from app.library.documents import Document
from app.library.history import versions
from app.markup import Block, render
from app.web import access


def source_with(document: Document, name: str, base: str, typed: Mapping[str, str]) -> str:
    """As the version `base` says it, but for the parameters of the block `name`.

    A save brings what somebody else changed since together with it.
    """
    source = document.source if base == document.sha256 else earlier(document, base)
    block = named(blocks_of(document, source), name)
    known = analyses.get(access.settings(), block.script).signature

    def bound(said: Mapping[str, Any]) -> Mapping[str, Any]:
        return signature.bind(known, said)

    params = signature.retyped(known, bound(block.params), typed)
    return keep.kept(source, block, params, bound({}), bound)


def blocks_of(document: Document, source: str) -> Sequence[Block]:
    if source == document.source:
        return documents.blocks(g.db, document.uid)
    return render(source).blocks


def named(blocks: Sequence[Block], name: str) -> Block:
    for block in blocks:
        if block.name == name and block.sweep is None:
            return block
    raise NotFound("The note has no such block any more. Load the page again.")


def earlier(document: Document, base: str) -> str:
    """The version that the page showed; what stands there now, where it is not known."""
    found = versions.of(g.db, document.path)
    for revision in found.revisions:
        if revision.sha256 == base:
            return versions.text(g.db, found, versions.version(revision))
    return document.source
