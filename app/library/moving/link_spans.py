"""Where in a note's source the addresses of its links may stand, and how to write others there.

    >>> source = "[[old|it]], [it](a/old.md#top), `[[old]]`"
    >>> [span.raw for span in spans(source)]
    ['old', 'a/old.md', 'old']
    >>> written(source, [(span, span.written("new")) for span in list(spans(source))[:2]])
    '[[new|it]], [it](new.md#top), `[[old]]`'

Only the address changes: text, heading, size and shape of a link stay. What looks like a link in
code, in a formula or in a comment is none: the renderer knows (`relinking.agreed`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from app.markup import paths

WIKI = r"\[\[(?P<wiki>[^\[\]|#\n\\]{1,300})(?:#[^\[\]|\n\\]{1,300})?(?:\\?\|[^\[\]\n]{0,300})?\]\]"
ADDRESS = r"(?:<(?P<{0}_angled>[^<>\n]*)>|(?P<{0}>[^\s()<>]*(?:\([^\s()]*\)[^\s()<>]*)*))"
INLINE = r"\]\([ \t]*" + ADDRESS.format("inline")
DEFINED = r"^ {0,3}\[[^\]\n]+\]:[ \t]*" + ADDRESS.format("defined")
HTML = r"<(?:a|img|audio|video|source)\b[^<>]*?\b(?:href|src)=[\"'](?P<html>[^\"'<>\n]*)[\"']"
LINK = re.compile("|".join((WIKI, INLINE, DEFINED, HTML)), re.MULTILINE)
KINDS = ("wiki", "inline", "inline_angled", "defined", "defined_angled", "html")
CODED = {" ": "%20", "(": "%28", ")": "%29", "<": "%3C", ">": "%3E", '"': "%22"}
SIGNS = {"%": "%25", "#": "%23", "?": "%3F"}  # these mean something in an address


@dataclass(frozen=True)
class Span:
    """An address in the source: from start to end, without heading and query."""

    start: int
    end: int
    kind: str
    raw: str

    @property
    def is_wiki(self) -> bool:
        return self.kind == "wiki"

    @property
    def target(self) -> str:
        """What it says: without escapes."""
        return self.raw if self.is_wiki else unquote(self.raw)

    def written(self, target: str) -> str:
        """Another target in the shape of this one: with `.md` if it has it, escaped as it is."""
        suffix = re.search(r"\.md\Z", self.raw, re.IGNORECASE)
        full = target + (suffix[0] if suffix and not paths.is_file(target) else "")
        if self.is_wiki:
            return full
        signs = SIGNS if self.kind.endswith("angled") else {**SIGNS, **CODED}
        return "".join(signs.get(sign, sign) for sign in full)


def spans(source: str) -> Iterator[Span]:
    """Every address of a link, in order."""
    for match in LINK.finditer(source):
        kind = next((kind for kind in KINDS if match[kind]), None)
        if kind is None:
            continue
        start, raw = match.start(kind), match[kind]
        if kind == "wiki":
            start += len(raw) - len(raw.lstrip())
            raw = raw.strip()
        else:
            raw = re.split(r"[#?]", raw, maxsplit=1)[0]
        if raw:
            yield Span(start, start + len(raw), kind, raw)


def written(source: str, others: Iterable[tuple[Span, str]]) -> str:
    """The source with other addresses in place of these, which are in order."""
    parts, at = [], 0
    for span, address in others:
        parts += [source[at : span.start], address]
        at = span.end
    return "".join([*parts, source[at:]])
