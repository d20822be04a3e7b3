"""How far a search goes: what it finds, and in which steps.

All words are required. The last word may be taken for a beginning: where fewer than a page of
entries have it as it stands, those that have a word that begins so come next. If fewer than a page
have all of this, the question is relaxed, and those that have some of its words follow. In a small
library nothing is relaxed but a query without any hit: how rare a word is cannot be told there,
and that is what some of the words are ranked by.

The words alone decide. Conditions beside them narrow down what these find, and whatever the order
is, what is found is the same: so a facet says how many its click will find.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace

from app.accounts.permissions import Person
from app.search import beginning, matches
from app.search.fts import Plan, plan
from app.search.relaxed import is_plain, relaxed
from app.search.tree import Node, words_of

FEW = 20  # a page
SMALL = 200  # entries
IS_SMALL = "SELECT count(*) < ? FROM (SELECT 1 FROM search_entry LIMIT ?)"


@dataclass(frozen=True)
class Step:
    tree: Node
    plan: Plan


@dataclass(frozen=True)
class Reach:
    """The steps: every one but the last has less than a page.

    `begun`: the word that the second step takes for a beginning. `some`: the last step wants some
    of the words. `anew`: that it is to be ranked anew.
    """

    steps: tuple[Step, ...]
    begun: str = ""
    some: bool = False
    anew: bool = False

    @property
    def rows(self) -> Plan:
        """All that is found."""
        last = self.steps[-1].plan
        if not self.anew:  # what is begun, too, is among all that begin so
            return last
        return replace(last, match=f"({self.steps[-2].plan.match}) OR ({last.match})")


def exactly(tree: Node) -> Reach:
    return Reach((Step(tree, plan(tree)),))


def of(
    connection: sqlite3.Connection,
    person: Person,
    tree: Node,
    *,
    typing: bool = False,
    is_few: bool = False,
) -> Reach:
    """While somebody types, hits that have all of the words are enough: to relax takes longer.

    `is_few`: it is known already that less than a page has the words.
    """
    reach = exactly(tree)
    words = words_of(tree)
    if words is None or (not is_few and some(connection, person, words) >= FEW):
        return reach
    word = beginning.word_of(words, beginning.shortest(connection))
    if word and ((is_few and word == words) or some(connection, person, word) < FEW):
        begun, words = beginning.begun(tree, word), beginning.begun(words, word)
        steps = (*reach.steps, Step(begun, plan(begun)))
        reach = Reach(steps, begun=beginning.text_of(word))
    number = some(connection, person, words)
    if number >= FEW or (typing and number) or not plan(words).can_relax:
        return reach
    return loosened(connection, reach, tree, number)


def loosened(connection: sqlite3.Connection, reach: Reach, tree: Node, number: int) -> Reach:
    asked = words_of(tree)
    if asked and is_plain(asked):
        wider = relaxed(tree)
        last = Step(wider, plan(wider, relaxed=True))
        if not is_small(connection):
            return replace(reach, steps=(*reach.steps, last), some=True, anew=True)
    else:
        last = Step(tree, plan(tree, relaxed=True))
    return reach if number else Reach((last,), some=True)


def some(connection: sqlite3.Connection, person: Person, tree: Node) -> int:
    """How many have it, as far as a page."""
    return matches.at_most(connection, matches.of(person, plan(tree)), FEW)


def is_small(connection: sqlite3.Connection) -> bool:
    return bool(connection.execute(IS_SMALL, [SMALL, SMALL]).fetchone()[0])
