"""Addresses that stand bare in a sentence: `https://…`, `www.…` and `name@example.org`.

As GitHub has it: an address ends before white space or `<`; a full stop, a comma, a quotation
mark or a bracket that was never opened belongs to the sentence. Beyond that, a reference to a
footnote ends an address, and so do the full stops and quotation marks of other scripts.

    >>> [found[0] for found in map(address, ["www.example.org/a_(b)).", "a@example.org,"]) if found]
    ['www.example.org/a_(b)', 'a@example.org']
    >>> address("https://example.org/?a=1&b;")
    ('https://example.org/?a=1', 'https://example.org/?a=1')
"""

from __future__ import annotations

import re
from bisect import bisect_left

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

SIGNS = ("://", "www.", "WWW.", "@")
BEGINS = re.compile(
    r"(?<![^\W_])(?:https?://(?=\w)|(?<![^\s*_~(])www\.(?=\w))"
    r"|(?<![A-Za-z0-9.+_/@-])(?:mailto:)?[A-Za-z0-9.+_-]{1,64}@(?=[A-Za-z0-9])",
    re.IGNORECASE,
)
SITE = re.compile(
    r"(https?://|www\.)([\w-]+(?:\.[\w-]+)*)(?:[^\s<\[^]|\[(?!\^)|\^(?!\[))*", re.IGNORECASE
)
MAIL = re.compile(r"(?:mailto:)?[A-Za-z0-9.+_-]{1,64}@([A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+)", re.I)
LONGEST = 2_000  # characters of an address
ENTITY = re.compile(r"&[A-Za-z0-9]{1,40};$")
PUNCTUATION = "?!.,:*_~'\"[];`…。，、；：！？“”‘’«»』」】）"
KEY = "addresses"  # in env: where addresses begin, by the text of the paragraph


def use(md: MarkdownIt) -> None:
    md.inline.ruler.at("text", text)
    md.inline.ruler.after("text", "bare_address", rule)


def text(state: StateInline, silent: bool) -> bool:
    """Plain text up to the next sign of markup, as ever, or to the next bare address."""
    starts = beginnings(state)
    at = bisect_left(starts, state.pos)
    end = min(starts[at] if at < len(starts) else state.posMax, state.posMax)
    sign = state.md.inline.terminator_re.search(state.src, state.pos, end)
    end = sign.start() if sign else end
    if end == state.pos:
        return False
    if not silent:
        state.append_pending(state.src[state.pos : end])
    state.pos = end
    return True


def beginnings(state: StateInline) -> list[int]:
    """Where addresses may begin in this paragraph; found once for it."""
    source = state.src
    known: dict[str, list[int]] = state.env.setdefault(KEY, {})
    found = known.get(source)
    if found is None:
        is_likely = any(sign in source for sign in SIGNS)
        found = [match.start() for match in BEGINS.finditer(source)] if is_likely else []
        known[source] = found
    return found


def rule(state: StateInline, silent: bool) -> bool:
    starts = beginnings(state)
    if not starts or silent or state.linkLevel > 0:
        return False
    at = bisect_left(starts, state.pos)
    if at == len(starts) or starts[at] != state.pos:
        return False
    found = address(state.src[state.pos : min(state.posMax, state.pos + LONGEST)])
    href = state.md.normalizeLink(found[1]) if found else ""
    if found is None or not state.md.validateLink(href):
        return False
    push(state, href, found[0])
    state.pos += len(found[0])
    return True


def push(state: StateInline, href: str, shown: str) -> None:
    opening = state.push("link_open", "a", 1)
    opening.attrs = {"href": href}
    opening.markup = opening.info = "autolink"
    state.push("text", "", 0).content = shown
    closing = state.push("link_close", "a", -1)
    closing.markup = closing.info = "autolink"


def address(source: str) -> tuple[str, str] | None:
    """The address that `source` begins with, as written and as a link; None if it is none."""
    mail = MAIL.match(source)
    if mail:
        written = mail[0]
        good = written[-1] not in "-_"
        link = written if written.lower().startswith("mailto:") else f"mailto:{written}"
        return (written, link) if good else None
    site = SITE.match(source)
    if site is None or not is_domain(site[2], short=site[1].lower() != "www."):
        return None
    written = trimmed(site[0])
    is_bare = site[1].lower() == "www."
    return (written, f"http://{written}" if is_bare else written)


def is_domain(domain: str, *, short: bool) -> bool:
    """Whether it may be one: a dot in it (or `short`), no `_` in its last two parts."""
    parts = domain.split(".")
    return (short or len(parts) > 1) and not any("_" in part for part in parts[-2:])


def trimmed(written: str) -> str:
    """The address without the punctuation of the sentence that it ends."""
    unopened = written.count(")") - written.count("(")
    while written:
        last = written[-1]
        entity = ENTITY.search(written[-42:]) if last == ";" else None
        if entity:
            written = written[: -len(entity[0])]
        elif last == ")" and unopened > 0:
            unopened -= 1
            written = written[:-1]
        elif last in PUNCTUATION:
            written = written[:-1]
        else:
            return written
    return written
