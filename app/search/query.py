"""The query language: from what a person typed to a tree, before it meets SQL.

    query   = either
    either  = all { "OR" all }
    all     = part { [ "AND" ] part }        every part is required
    part    = ( "-" | "NOT" ) part | "(" either ")" | field | regex | phrase | word
    phrase  = '"' characters '"' [ "*" ]     these words side by side; with *: the last may go on
    regex   = "/" characters "/"             a space or an end after it; see patterns.py
    word    = characters [ "*" ]             with *: every word that begins so
    field   = name ":" ( phrase | word )     nothing stands between them
    name    = title | tag | kind | author | year | before | after | in | has | is | cites | links
            | by | colour | motivation
    year    = 2019 | 2019..2023 | 2019.. | ..2023
    before, after = 2024 | 2024-03 | 2024-03-05
    in      = notes | annotations | code | outputs
    has     = analysis | claim | todo | math | figure | annotation
    is      = stale | refuted | private | orphan | changed
    cites   = the key of a work;  links = the path, the name or an alias of a note
    colour  = yellow | green | blue | rose | violet
    motivation = comment | question | erratum | link | highlight | reply, or a word of the standard
    author, by = words of a name, side by side; with * at the end: what begins so
    tag     = a tag, or one above it: of a note, or of an annotation itself

OR, AND and NOT are written in capitals; in small letters they are words. kind, tag, author, year,
has, is, cites and links speak of a note: they find it, its annotations and its code; but is:orphan,
is:changed, by, colour and motivation speak of an annotation: they find it alone. What its
blocks have put out they find where in:outputs stands beside them. A query of fields alone lists
notes first, then annotations, code and outputs, each by date.

    >>> parse("walk* -title:walker OR tag:bayes").tree  # doctest: +NORMALIZE_WHITESPACE
    Either(parts=(All(parts=(Word(text='walk', prefix=True),
        Not(part=Title(part=Word(text='walker', prefix=False))))),
        Field(name='tag', value='bayes')))

Nothing raises. What cannot be understood is searched as plain words, and `Query.note` says so.
While somebody types, what is not finished is read as if it were: a quotation mark ends with its
last word as a beginning, a parenthesis closes, and an operator or a field without its value waits.
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
    """`tree` is None when there is nothing to search for; `note` says what was not understood.

    `last`: the field that the text ends with, if it does: its value may go on.
    """

    text: str
    tree: Node | None
    note: str = ""
    last: Field | None = None


@dataclass(frozen=True)
class Token:
    kind: str  # open | close | minus | not | or | and | leaf | edge
    node: Node | None = None


# What begins or ends with a space is prose with slashes.
REGEX = r"/(?=\S)(?:[^/\\]|\\.)+(?<=\S)/(?=[\s)]|\Z)"
MOST_REGEXES = 5
TOKEN = re.compile(
    rf"""(?P<open>\() | (?P<close>\)) | (?P<minus>-+(?={REGEX}|/*[^\s)/-]))
    | (?P<name>(?i:{"|".join(fields.VALUES)})):
        (?:"(?P<quoted>[^"]*)"(?P<on>\**) | (?P<bare>[^\s()"]*))
    | (?P<regex>{REGEX}) | (?P<slash>/+)
    | "(?P<phrase>[^"]*)"(?P<begins>\**) | (?P<unclosed>")
    | (?:(?P<or>OR) | (?P<and>AND) | (?P<not>NOT))(?![^\s()"]) | (?P<word>[^\s()"]+)""",
    re.VERBOSE,
)
SEPARATORS = re.compile(r'[\s()":]+')
OPEN_FIELD = re.compile(rf"(?:\A|[\s()\"-])({'|'.join(fields.VALUES)}):\Z", re.IGNORECASE)
CONTROLS = dict.fromkeys([*range(32), *range(127, 160)], " ") | dict.fromkeys(
    range(0xD800, 0xE000), "\ufffd"
)
QUOTES = dict.fromkeys(map(ord, "“”„‟"), '"')
INNER_STAR = re.compile(r"[^\W\d_]{2}\*[^\W\d_]{2}")
WAITING = ("or", "and", "not", "minus")  # for what follows
OPERATORS = ("OR", "AND", "NOT")
EDGE = Token("edge")


class Malformed(Exception):
    """The query's structure cannot be read; the message is for the person."""


def parse(text: str, *, typing: bool = False) -> Query:
    """The tree of what was typed, or of what is being typed; never raises."""
    cut = text[:MAX_LENGTH].translate(CONTROLS | QUOTES)
    notes = [] if len(text) <= MAX_LENGTH else [f"Only the first {MAX_LENGTH} characters count."]
    last = None
    try:
        tokens = read_tokens(cut, notes, typing=typing)
        last = last_field(tokens, cut)
        if typing:
            tokens = finished(tokens)
        check(tokens)
        tree = read_either(deque(tokens))
    except Malformed as error:
        notes.append(f"{error}, so this was searched as plain words.")
        tree = every(plain_words(cut))
    return Query(text, tree, " ".join(dict.fromkeys(notes)), last)


def read_tokens(text: str, notes: list[str], *, typing: bool = False) -> list[Token]:
    tokens: list[Token] = []
    for found in TOKEN.finditer(text):
        if found["unclosed"]:
            if not typing:
                raise Malformed("A quotation mark is not closed")
            return [*tokens, unfinished(text, found.start())]
        if not found["slash"]:
            tokens.append(read_token(found, notes, typing=typing))
    return tokens


def read_token(found: re.Match[str], notes: list[str], *, typing: bool) -> Token:
    if found["name"]:
        return read_field(found, notes, typing=typing)
    if found["regex"]:
        return read_regex(found, notes)
    if found["phrase"] is not None:
        return Token("leaf", phrase(found["phrase"], prefix=bool(found["begins"])))
    return read_word(found, notes) if found["word"] else Token(str(found.lastgroup))


def last_field(tokens: list[Token], text: str) -> Field | None:
    node = tokens[-1].node if tokens and text[-1:] not in ('"', " ") else None
    return node if isinstance(node, Field) else None


def unfinished(text: str, start: int) -> Token:
    """A phrase whose quotation mark is still to come; the value of a field waits for it."""
    name = OPEN_FIELD.search(text, 0, start)
    rest = text[start + 1 :]
    part = phrase(rest, prefix=rest[-1:].isalnum())
    if name and name[1].lower() != "title":
        return Token("leaf")
    return Token("leaf", part and Title(part) if name else part)


def finished(tokens: list[Token]) -> list[Token]:
    """Without operators that wait for what follows, and with every parenthesis closed."""
    while tokens and tokens[-1].kind in ("or", "and", "minus", "not", "open"):
        tokens = tokens[:-1]
    kinds = [token.kind for token in tokens]
    return tokens + [Token("close")] * (kinds.count("open") - kinds.count("close"))


def read_field(found: re.Match[str], notes: list[str], *, typing: bool = False) -> Token:
    name, quoted = found["name"].lower(), found["quoted"]
    value = " ".join((found["bare"] if quoted is None else quoted).split())
    value = fields.usual(name, value)
    if wanted := fields.wrong(name, value):
        follows = found.string[found.end() : found.end() + 1]
        if typing and (not follows or (not value and follows == '"')):
            notes.append(f"{name}: wants {wanted}.")
            return Token("leaf")
        if not value and follows == "(":
            notes.append(f"{name}: wants one value and no group, so it was left out.")
            return Token("leaf")
        notes.append(f"{name}: wants {wanted}, so {found[0]} was searched as words.")
        return Token("leaf", every(plain_words(found[0])))
    if name == "title":
        part = word(value) if quoted is None else phrase(value, prefix=bool(found["on"]))
        if part is None or (quoted is None and re.fullmatch(REGEX, value)):
            notes.append(f"title: wants words, so {found[0]} says {'less' if part else 'nothing'}.")
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
    if INNER_STAR.search(text):
        notes.append(f"In {text} the * counts for nothing: it stands for the end of a word.")
    return Token("leaf", word(text))


def word(text: str) -> Word | None:
    """The word, or None if it has nothing that could be found."""
    bare = text.rstrip("*")
    known = folding.folded(bare)
    return Word(known, prefix=bare != text) if findable(known) else None


def phrase(text: str, *, prefix: bool = False) -> Phrase | None:
    known = folding.folded(text)
    return Phrase(" ".join(known.split()), prefix) if findable(known) else None


def findable(text: str) -> bool:
    return any(map(str.isalnum, text))


def plain_words(text: str) -> list[Node]:
    """Every word, whatever stands around it; prefixes stay prefixes."""
    bare = (part.lstrip("-/") for part in SEPARATORS.split(text) if part not in OPERATORS)
    return [found for found in map(word, bare) if found and found.text not in OPERATORS]


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
        if after.kind in ("or", "and") and before.kind in (*WAITING, "edge", "open"):
            raise Malformed(f"{after.kind.upper()} has nothing before it")
        if before.kind in ("or", "and", "not") and after.kind in ("edge", "close"):
            raise Malformed(f"{before.kind.upper()} has nothing after it")
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
        if tokens[0].kind == "and":
            tokens.popleft()
        parts.append(read_part(tokens))
    return every(part for part in parts if part)


def read_part(tokens: deque[Token]) -> Node | None:
    is_wanted = True
    while tokens[0].kind in ("minus", "not"):
        tokens.popleft()
        is_wanted = not is_wanted
    token = tokens.popleft()
    part = token.node
    if token.kind == "open":
        part = read_either(tokens)
        tokens.popleft()
    return part if is_wanted or part is None else negated(part)
