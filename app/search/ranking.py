"""Which entries a page of hits shows, best first: the steps of a search (reach.py), one by one.

A page's place in the list is the same whichever page is asked for. By date, each step has its
newest first. The first 200 of those that have all or some of the words are ranked anew
(feedback.py), 60 while somebody types.
"""

from __future__ import annotations

import sqlite3
from dataclasses import replace

from app.accounts.permissions import Person
from app.search import feedback, matches, newest, pruned, reach, typed
from app.search.ranked import DATE, Page, Ranked, Scores
from app.search.reach import FEW, Reach, Step
from app.search.relaxed import asked
from app.search.tree import Node, words_of


def ranked(
    connection: sqlite3.Connection,
    person: Person,
    tree: Node,
    page: Page,
    *,
    typing: bool = False,
) -> Ranked:
    """One page of the hits; with `typing` from lists that are kept of common words."""
    is_few = False
    if words_of(tree) in (tree, None):
        found = quickly(connection, person, reach.exactly(tree).steps[0], page, typing=typing)
        is_few = found.total < FEW
        if not is_few or words_of(tree) is None:
            return found
    going = reach.of(connection, person, tree, typing=typing, is_few=is_few)
    return in_steps(connection, person, going, page, typing=typing)


def quickly(
    connection: sqlite3.Connection, person: Person, step: Step, page: Page, *, typing: bool
) -> Ranked:
    found = from_lists(connection, person, step.tree, page, typing=typing)
    return found or matches.listed(connection, person, step.plan, page)


def from_lists(
    connection: sqlite3.Connection, person: Person, tree: Node, page: Page, *, typing: bool
) -> Ranked | None:
    """From what is kept of common words, if that answers it."""
    newest_ones = newest.of_annotations(connection, person, tree, page)
    if newest_ones or page.order == DATE:
        return newest_ones
    found = pruned.ranked(connection, person, tree, page, typing=typing and not page.offset)
    if found or page.offset or not typing:
        return found
    return typed.ranked(connection, person, tree, page.limit)


def in_steps(
    connection: sqlite3.Connection, person: Person, going: Reach, page: Page, *, typing: bool
) -> Ranked:
    groups: list[Scores] = []
    for step in going.steps[:-1]:
        seen = [entry for group in groups for entry in group]
        first = Page(FEW, order=page.order)
        groups.append(matches.listed(connection, person, step.plan, first, seen).scores)
    begun = going.begun if going.begun and len(going.steps) > 1 else ""
    whole = len(groups[0]) if groups else 0
    last = going.steps[-1]
    if going.anew and page.order != DATE:
        read = feedback.TYPED if typing else feedback.FIRST
        found = freely(connection, person, going, groups, page, read)
    else:
        found = after(connection, person, last, joined(groups), page, typing=typing)
    number = sum(map(len, groups))
    is_begun = bool(begun) and (number if going.some else found.total) > whole
    relaxed = going.some and found.total > number
    return Ranked(
        *(found.total, found.scores, relaxed, found.is_exact),
        begun=begun if is_begun else "",
        whole=whole if is_begun else 0,
    )


def after(
    connection: sqlite3.Connection,
    person: Person,
    step: Step,
    head: Scores,
    page: Page,
    *,
    typing: bool,
) -> Ranked:
    """A page of the list of `head` and then what the step finds beside it."""
    if not head and (found := from_lists(connection, person, step.tree, page, typing=typing)):
        return found
    if head and typing and not page.offset:
        first = replace(page, limit=page.limit + len(head))
        more = from_lists(connection, person, step.tree, first, typing=True)
        if more:
            rest = {entry: score for entry, score in more.scores.items() if entry not in head}
            shown = dict(list(joined([head, rest]).items())[: page.limit])
            return Ranked(len(shown), shown, is_exact=False)
    end = page.offset + page.limit
    begin = max(page.offset, len(head))
    beside = Page(max(0, end - begin), begin - len(head), page.order)
    more = matches.listed(connection, person, step.plan, beside, list(head))
    begun = dict(list(head.items())[page.offset : end])
    return Ranked(len(head) + more.total, joined([begun, more.scores]))


def freely(
    connection: sqlite3.Connection,
    person: Person,
    going: Reach,
    groups: list[Scores],
    page: Page,
    read: int,
) -> Ranked:
    """Those with all the words, then those with some, the first of them ranked anew."""
    last, whole = going.steps[-1].plan, joined(groups)
    near = matches.listed(connection, person, last, Page(read - len(whole)), list(whole))
    question = asked(words_of(going.steps[0].tree) or going.steps[0].tree)
    head = headed(connection, question, [*groups, near.scores])
    end = page.offset + page.limit
    scores = dict(list(head.items())[page.offset : end])
    if end > len(head) and near.total > len(near.scores):
        begin = max(page.offset, len(head))
        further = Page(end - begin, begin - len(whole))
        scores |= matches.listed(connection, person, last, further, list(whole)).scores
    return Ranked(len(whole) + near.total, scores)


def headed(
    connection: sqlite3.Connection, question: feedback.Weights, groups: list[Scores]
) -> Scores:
    """The beginning of the list; the scores are FTS5's, given out in the new order."""
    order = feedback.reranked(connection, list(joined(groups)), question)
    place = {entry: at for at, entry in enumerate(order)}
    return joined(
        [
            dict(zip(sorted(group, key=place.__getitem__), sorted(group.values()), strict=True))
            for group in groups
        ]
    )


def joined(groups: list[Scores]) -> Scores:
    """One list: none of a group is said to be worse than the next one."""
    found: Scores = {}
    for group in reversed(groups):
        best = min(found.values(), default=0.0)
        found = {entry: min(score, best) for entry, score in group.items()} | found
    return found
