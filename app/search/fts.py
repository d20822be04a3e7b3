"""From a query's tree to what SQLite runs: an FTS5 expression and conditions on `entry`.

    >>> plan(All((Word("walk", prefix=True), Not(Field("kind", "post"))))).match
    '"walk" *'

Each word is quoted, each value bound: nothing that a person types is ever read as SQL or FTS5.
In the conditions `entry` is a row of search_entry and `document` its note (null for code).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from app.search import remarks, signs, tags
from app.search.condition import Condition, both
from app.search.fields import PLACES
from app.search.folding import spellings
from app.search.numbers import BAND
from app.search.tree import All, Either, Field, Given, Node, Not, Phrase, Title, Word, polar


@dataclass(frozen=True)
class Plan:
    """`match` ranks and may be empty; then `ranks` are the words of an alternative, if any.

    `only` is what the ids of all hits are, where that is a range. `remark`: what is asked of the
    rows that are kept of annotations, beside `condition`.
    """

    match: str
    condition: Condition
    can_relax: bool
    ranks: str = ""
    only: str = ""
    remark: Condition | None = None


HAS = "entry.uid IN (SELECT uid FROM document_has WHERE what = ?)"
PARTS = {
    "analysis": "entry.uid IN (SELECT uid FROM document_block)",
    "claim": "entry.uid IN (SELECT uid FROM document_claim)",
    # a picture of its own, or one that a block of it has drawn
    "figure": f"""{HAS} OR entry.uid IN (SELECT made.uid FROM search_output AS made
        JOIN output ON output.run_id = made.run_id AND output.kind = 'figure'
        WHERE made.show = 'null'
            OR output.name IN (SELECT value FROM json_each(made.show)))""",
}
NOTHING = "0"
ANNOTATIONS = remarks.OfRemark(f"entry.id >= {BAND}")
NO_ANNOTATIONS = [Condition("entry.type = ?", (each,)) for each in ("note", "code", "output")]
PRIVATE = """ifnull(document.visibility = 'private', 0) OR entry.type = 'annotation'
    AND entry.key IN (SELECT id FROM annotation WHERE visibility = 'private')"""
AUTHOR = "entry.uid IN (SELECT uid FROM document_author WHERE is_meant(?, author))"
WORDS = "entry.id IN (SELECT rowid FROM search_text WHERE search_text MATCH ?)"
OF_VALUE = {
    "author": AUTHOR,
    "kind": "ifnull(document.kind = ? COLLATE NOCASE, 0)",
    "before": "entry.date <> '' AND entry.date < ?",
    # "~" sorts after every digit and "-": the whole day, month or year is over
    "after": "entry.date > ? || '~'",
}


def plan(tree: Node, *, relaxed: bool = False) -> Plan:
    """How to find what `tree` asks for; `relaxed` asks for any of its words instead of all."""
    parts = tree.parts if isinstance(tree, All) else (tree,)
    words = [part for part in parts if only_words(part)]
    unwanted = [part.part for part in parts if isinstance(part, Not) and only_words(part.part)]
    rest = [part for part in parts if not only_words(part)]
    match = joined(" OR " if relaxed else " AND ", map(expression, words))
    if match and unwanted:
        match = f"{match} NOT {joined(' OR ', map(expression, unwanted))}"
        rest = [part for part in rest if not (isinstance(part, Not) and part.part in unwanted)]
    remark, others = remarks.apart(rest)
    if not match:
        wanted = without_words(tree, rest, None if others else remark)
        return replace(wanted, can_relax=len(words) > 1)
    conditions = [each for part in others if (each := condition(part)) != ANNOTATIONS]
    return Plan(match, both(conditions), len(words) > 1, only=range_of(rest), remark=remark)


def without_words(tree: Node, parts: Sequence[Node], remark: Condition | None) -> Plan:
    """By the rows of annotations only where these know all that is asked: else SQLite may begin
    with what is seldom."""
    conditions = [] if remark else map(condition, parts)
    return Plan("", both(conditions), False, ranking(tree), remark=remark)


def range_of(parts: Sequence[Node]) -> str:
    """What they say of the ids that the index of words need not go beyond."""
    if any(map(remarks.is_of_annotations, parts)):
        return f">= {BAND}"
    return f"< {BAND}" if any(map(is_no_annotation, parts)) else ""


def is_no_annotation(part: Node) -> bool:
    return isinstance(part, Given | Field) and condition(part) in NO_ANNOTATIONS


def only_words(node: Node) -> bool:
    """Whether FTS5 alone can find it: no field, and nothing that is only excluded."""
    if isinstance(node, All | Either):
        return all(map(only_words, node.parts))
    return isinstance(node, Word | Phrase | Title)


def expression(node: Node) -> str:
    match node:
        case Word() | Phrase():
            return words(node)
        case Title():
            return words(node.part, in_title=True)
        case All():
            return joined(" AND ", map(expression, node.parts))
        case Either():
            return joined(" OR ", map(expression, node.parts))
    raise TypeError(f"not made of words alone: {node}")


def words(leaf: Word | Phrase, *, in_title: bool = False) -> str:
    """One word or phrase, perhaps in the title; its signs are looked for where each is alone."""
    begins = " *" * leaf.prefix
    column = "title : " * in_title
    if leaf.text.isascii():
        return f"{column}{quoted(leaf.text)}{begins}"
    pieces = [
        f"signs : {run(piece, in_title=in_title)}" if is_run else f"{column}{quoted(piece)}{begins}"
        for piece, is_run in signs.parts(leaf.text)
        if any(map(str.isalnum, piece))
    ]
    return joined(" AND ", pieces)


def run(piece: str, *, in_title: bool) -> str:
    return quoted(" ".join(map(signs.in_title, piece) if in_title else piece))


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def joined(operator: str, parts: Iterable[str]) -> str:
    found = list(dict.fromkeys(parts))
    return f"({operator.join(found)})" if len(found) > 1 else "".join(found)


def wanted(tree: Node) -> list[Word | Phrase]:
    """The words and phrases that a hit can show, wherever they stand in it."""
    found: list[Word | Phrase] = []
    for leaf, is_wanted in polar(tree):
        if is_wanted and isinstance(leaf, Given):
            found += map(Word, leaf.words)
        elif is_wanted and isinstance(leaf, Phrase) and leaf.prefix:
            found.append(Word(leaf.text, prefix=True))
        elif is_wanted and isinstance(leaf, Word | Phrase):
            found.append(leaf)
    return found


def ranking(tree: Node) -> str:
    """Any of the words that are wanted: what ranks, where none of them must be there."""
    leaves = (leaf for leaf, is_wanted in polar(tree) if is_wanted and only_words(leaf))
    return joined(" OR ", map(expression, leaves))


def condition(node: Node) -> Condition:
    """SQL that is true, or not; what is null (code has no note) is not."""
    if isinstance(node, Field):
        return field(node)
    if isinstance(node, Given):
        return node.condition
    if isinstance(node, Not):
        inner = condition(node.part)
        return Condition(f"({inner.sql}) IS NOT TRUE", inner.values)
    if only_words(node):
        return Condition(WORDS, (expression(node),))
    if isinstance(node, All | Either):
        return both(map(condition, node.parts), "AND" if isinstance(node, All) else "OR")
    raise TypeError(f"no condition: {node}")


def field(node: Field) -> Condition:
    name, value = node.name, node.value
    of_annotations = remarks.condition(name, value)
    if of_annotations is not None:
        return of_annotations
    match name:
        case "in":
            kind = PLACES[value]
            return ANNOTATIONS if kind == "annotation" else Condition("entry.type = ?", (kind,))
        case "year":
            return years(value)
        case "has":
            sql = PARTS.get(value, HAS)
        case "tag":
            return tags.of_entries(value)
        case "kind" if not value.isascii():
            sql = OF_VALUE[name]
            each = (Condition(sql, (as_is,) * sql.count("?")) for as_is in spellings(value))
            return both(each, "OR")
        case "is" if value == "private":
            sql = PRIVATE
        case _:
            sql = OF_VALUE.get(name, NOTHING)  # settling.py has put conditions for the others
    return Condition(sql, (value,) * sql.count("?"))


def years(value: str) -> Condition:
    first, dots, last = value.partition("..")
    bounds = (int(first or 0), int((last or 9999) if dots else first))
    return Condition("ifnull(document.year BETWEEN ? AND ?, 0)", bounds)
