"""The query language: from what a person typed to a tree, before it meets SQL.

    query   = either
    either  = all { "OR" all }
    all     = part { part }                  every part is required
    part    = "-" part | "(" either ")" | field | regex | phrase | word
    phrase  = '"' characters '"'             these words side by side
    regex   = "/" characters "/"             a space or an end after it; see patterns.py
    word    = characters [ "*" ]             with *: every word that begins so
    field   = name ":" ( phrase | word )     nothing stands between them
    name    = title | tag | kind | author | year | before | after | in | has | is | cites | links
    year    = 2019 | 2019..2023 | 2019.. | ..2023
    before, after = 2024 | 2024-03 | 2024-03-05
    in      = notes | annotations | code | outputs
    has     = analysis | claim | todo | math | figure | annotation
    is      = stale | refuted | private | orphan
    cites   = the key of a work;  links = the path, the name or an alias of a note

    >>> parse('walk* -title:"random walk" OR tag:bayes').tree  # doctest: +NORMALIZE_WHITESPACE
    Either(parts=(All(parts=(Word(text='walk', prefix=True),
                             Not(part=Title(part=Phrase(text='random walk'))))),
                  Field(name='tag', value='bayes')))

Nothing raises. What cannot be understood is searched as plain words, and `Query.note` says so.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass
from itertools import pairwise

from app.search import fields, folding, patterns
from app.search.tree import Field, Node, Phrase, Regex, Title, Word, either, every, negated

MAX_LENGTH = 2_000
# Deep enough for people; FTS5's own parser keeps a stack of 100.
MAX_DEPTH = 10


@dataclass(frozen=True)
class Query:
    """`tree` is None when there is nothing to search for; `note` says what was not understood."""

    text: str
    tree: Node | None
    note: str = ""


@dataclass(frozen=True)
class Token:
    kind: str  # open | close | minus | or | leaf | edge
    node: Node | None = None


# What begins or ends with a space is prose with slashes.
REGEX = r"/(?=\S)(?:[^/\\]|\\.)+(?<=\S)/(?=[\s)]|\Z)"
MOST_REGEXES = 5
TOKEN = re.compile(
    rf"""(?P<open>\() | (?P<close>\)) | (?P<minus>-+(?={REGEX}|/*[^\s)/-]))
    | (?P<name>(?i:{"|".join(fields.VALUES)})):(?:"(?P<quoted>[^"]*)"|(?P<bare>[^\s()"]*))
    | (?P<regex>{REGEX}) | (?P<slash>/+)
    | "(?P<phrase>[^"]*)" | (?P<unclosed>") | (?P<or>OR(?![^\s()"])) | (?P<word>[^\s()"]+)""",
    re.VERBOSE,
)
SEPARATORS = re.compile(r'[\s()":]+')
CONTROLS = dict.fromkeys([*range(32), *range(127, 160)], " ") | dict.fromkeys(
    range(0xD800, 0xE000), "\ufffd"
)
QUOTES = dict.fromkeys(map(ord, "“”„‟"), '"')
EDGE = Token("edge")
NO_ORPHANS = (
    "is:orphan finds nothing yet: which comments have lost their passage is known only on the"
    " page of each note."
)


class Malformed(Exception):
    """The query's structure cannot be read; the message is for the person."""


def parse(text: str) -> Query:
    """The tree of what was typed; never raises."""
    cut = text[:MAX_LENGTH].translate(CONTROLS | QUOTES)
    notes = [] if len(text) <= MAX_LENGTH else [f"Only the first {MAX_LENGTH} characters count."]
    try:
        tokens = read_tokens(cut, notes)
        check(tokens)
        tree = read_either(deque(tokens))
    except Malformed as error:
        notes.append(f"{error}, so this was searched as plain words.")
        tree = every(plain_words(cut))
    return Query(text, tree, " ".join(dict.fromkeys(notes)))


def read_tokens(text: str, notes: list[str]) -> list[Token]:
    tokens: list[Token] = []
    for found in TOKEN.finditer(text):
        if found["unclosed"]:
            raise Malformed("A quotation mark is not closed")
        if found["name"]:
            tokens.append(read_field(found, notes))
        elif found["regex"]:
            tokens.append(read_regex(found, notes))
        elif found["phrase"] is not None:
            tokens.append(Token("leaf", phrase(found["phrase"])))
        elif found["word"]:
            tokens.append(read_word(found, notes))
        elif not found["slash"]:
            tokens.append(Token(str(found.lastgroup)))
    return tokens


def read_field(found: re.Match[str], notes: list[str]) -> Token:
    name, quoted = found["name"].lower(), found["quoted"]
    value = " ".join((found["bare"] if quoted is None else quoted).split())
    value = fields.usual(name, value)
    if wanted := fields.wrong(name, value):
        notes.append(f"{name}: wants {wanted}, so {found[0]} was searched as words.")
        return Token("leaf", every(plain_words(found[0])))
    if (name, value) == ("is", "orphan"):
        notes.append(NO_ORPHANS)
    if name == "title":
        part = word(value) if quoted is None else phrase(value)
        return Token("leaf", part and Title(part))
    return Token("leaf", Field(name, value))


def read_regex(found: re.Match[str], notes: list[str]) -> Token:
    try:
        patterns.compiled(found["regex"][1:-1])
    except patterns.Unusable as reason:
        notes.append(f"{found[0]} {reason}, so it was searched as words.")
        return Token("leaf", every(plain_words(found[0])))
    return Token("leaf", Regex(found["regex"][1:-1]))


def read_word(found: re.Match[str], notes: list[str]) -> Token:
    text = found["word"]
    quoted = text.endswith(":") and found.string.startswith('"', found.end())
    if reason := fields.unknown(f"{text}{'…' * quoted}"):
        notes.append(f"{reason}, so it was searched as words.")
    return Token("leaf", word(text))


def word(text: str) -> Word | None:
    """The word, or None if it has nothing that could be found."""
    bare = text.rstrip("*")
    known = folding.folded(bare)
    return Word(known, prefix=bare != text) if findable(known) else None


def phrase(text: str) -> Phrase | None:
    known = folding.folded(text)
    return Phrase(" ".join(known.split())) if findable(known) else None


def findable(text: str) -> bool:
    return any(map(str.isalnum, text))


def plain_words(text: str) -> list[Node]:
    """Every word, whatever stands around it; prefixes stay prefixes."""
    bare = (part.lstrip("-/") for part in SEPARATORS.split(text) if part != "OR")
    return [found for found in map(word, bare) if found and found.text != "OR"]


def check(tokens: list[Token]) -> None:
    """Raise Malformed unless `read_either` can read the tokens to their end."""
    if sum(isinstance(token.node, Regex) for token in tokens) > MOST_REGEXES:
        raise Malformed(f"There are more than {MOST_REGEXES} regular expressions")
    depth = 0
    for before, after in pairwise([EDGE, *tokens, EDGE]):
        depth += {"open": 1, "close": -1}.get(after.kind, 0)
        if depth < 0:
            raise Malformed("A closing parenthesis has no partner")
        if depth > MAX_DEPTH:
            raise Malformed(f"Parentheses go deeper than {MAX_DEPTH}")
        if after.kind == "or" and before.kind in ("edge", "open", "or", "minus"):
            raise Malformed("OR has nothing before it")
        if before.kind == "or" and after.kind in ("edge", "close"):
            raise Malformed("OR has nothing after it")
    if depth:
        raise Malformed("A parenthesis is not closed")


def read_either(tokens: deque[Token]) -> Node | None:
    branches = [read_all(tokens)]
    while tokens and tokens[0].kind == "or":
        tokens.popleft()
        branches.append(read_all(tokens))
    return either(branch for branch in branches if branch)


def read_all(tokens: deque[Token]) -> Node | None:
    parts = []
    while tokens and tokens[0].kind not in ("or", "close"):
        parts.append(read_part(tokens))
    return every(part for part in parts if part)


def read_part(tokens: deque[Token]) -> Node | None:
    token = tokens.popleft()
    if token.kind == "minus":
        part = read_part(tokens)
        return part and negated(part)
    if token.kind == "open":
        inner = read_either(tokens)
        tokens.popleft()
        return inner
    return token.node
