"""`[@key]`, `[see @key, p. 3; -@other]`: a citation; and a bare `@key`, where the key is known.

Every part between semicolons has one key; before it a prefix, after it where to look. `-@key`
leaves the author out. `@{any key}` is for keys with odd characters. Which keys are known depends
on the library: what stands there in the end is filled in by the page, and a bare `@word` that is
no key stays text, as does an address such as `ada@example.org`.

    >>> [cited.key for cited in read("[see @doe2004, p. 3; -@{odd key}]")]
    ['doe2004', 'odd key']
    >>> canonical_form(read("[see   @doe2004 p. 3;-@roe]"))
    '[see @doe2004, p. 3; -@roe]'
    >>> read("[ada@example.org]"), read("[a; @b]")
    ([], [])
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from app.markup import canonical
from app.markup.page import Page
from app.markup.placeholders import typed
from app.markup.rendered import Cite

KEY = r"@(?:\{(?P<braced>[^{}\[\]\n;]{1,200})\}|(?P<key>\w(?:[\w:.#$%&+?<>~/-]{0,200}\w)?))"
BARE = re.compile(KEY)
BRACKETS = re.compile(r"\[([^\[\]]{2,2000})\](?!\()")
PART = re.compile(rf"(?P<prefix>.*?)(?:(?<=\s)|\A)(?P<minus>-?){KEY}(?P<rest>[\s,].*|)", re.DOTALL)
BEFORE_BARE = re.compile(r"[\w@/.+=-]")  # an address, a path, a decorator in a word


@dataclass(frozen=True)
class Cited:
    """One work of a citation. `locator` is where to look in it, as written: `p. 3`."""

    key: str
    prefix: str = ""
    locator: str = ""
    no_author: bool = False


def use(md: MarkdownIt) -> None:
    md.inline.ruler.before("link", "citation", rule)


def rule(state: StateInline, silent: bool) -> bool:
    """Both forms; none inside the text of a link."""
    first = state.src[state.pos]
    if first not in "[@" or state.linkLevel:
        return False
    found = in_brackets(state) if first == "[" else bare(state)
    if found is None:
        return False
    end, works = found
    if not silent:
        token = state.push("citation", "", 0)
        token.content = canonical_form(works) if first == "[" else state.src[state.pos : end]
        token.meta = {"cites": works, "bare": first == "@"}
    state.pos = end
    return True


def in_brackets(state: StateInline) -> tuple[int, list[Cited]] | None:
    match = BRACKETS.match(state.src, state.pos, state.posMax)
    works = read(match[0]) if match and "@" in match[1] else []
    return (match.end(), works) if match and works else None


def bare(state: StateInline) -> tuple[int, list[Cited]] | None:
    before = state.src[state.pos - 1] if state.pos else " "
    match = BARE.match(state.src, state.pos, state.posMax)
    if match is None or BEFORE_BARE.match(before):
        return None
    return match.end(), [Cited(match["braced"] or match["key"])]


def read(source: str) -> list[Cited]:
    """The works of a citation in brackets; none if a part has no key: then it is no citation."""
    parts = [PART.fullmatch(part.strip()) for part in source[1:-1].split(";")]
    found = [cited(part) for part in parts if part]
    return found if len(found) == len(parts) else []


def cited(part: re.Match[str]) -> Cited:
    rest = canonical.collapse(part["rest"]).removeprefix(",").strip()
    prefix = canonical.collapse(part["prefix"])
    return Cited(part["braced"] or part["key"], prefix, rest, bool(part["minus"]))


def canonical_form(works: Sequence[Cited]) -> str:
    return f"[{'; '.join(map(one_form, works))}]"


def one_form(work: Cited) -> str:
    simple = BARE.fullmatch(f"@{work.key}")
    key = f"@{work.key}" if simple and simple["key"] else f"@{{{work.key}}}"
    prefix = f"{work.prefix} " if work.prefix else ""
    locator = f", {work.locator}" if work.locator else ""
    return f"{prefix}{'-' if work.no_author else ''}{key}{locator}"


def citation(page: Page, token: Token) -> None:
    """A placeholder: which works the reader may see, and how they are named, the page knows."""
    works: list[Cited] = token.meta["cites"]
    is_bare: bool = token.meta["bare"]
    line = page.first_line + page.line
    page.cites += [Cite(work.key, line, is_bare) for work in works]
    given = {"cites": [asdict(work) for work in works], "text": token.content}
    page.insert(typed("cite", {**given, "bare": is_bare}), token.content)


def without(children: Iterable[Token]) -> list[Token]:
    """A line without its citations in brackets and the space before them, for a summary."""
    kept: list[Token] = []
    for token in children:
        if token.type == "citation" and not token.meta["bare"]:
            if kept and kept[-1].type == "text":
                kept[-1] = kept[-1].copy(content=kept[-1].content.rstrip())
        else:
            kept.append(token)
    return kept
