"""A query read as a question: any of its words that carry meaning, where few entries have all.

>>> from app.search.tree import All
>>> parts = All((Word("what"), Word("is"), Word("heat-flow"), Field("kind", "paper")))
>>> relaxed(parts)  # doctest: +NORMALIZE_WHITESPACE
All(parts=(Word(text='heat', prefix=False), Word(text='flow', prefix=False),
           Field(name='kind', value='paper')))
>>> asked(parts)
{'heat': 1.0, 'flow': 1.0}
"""

from __future__ import annotations

from collections import Counter
from math import log

from app.search import endings, signs
from app.search.tree import Field, Given, Node, Not, Phrase, Word, every, parts_of

# What says nothing about a subject; "article" and "information" may, so they are not here.
COMMON = frozenset(
    """
    a about above after again against all also am an and any are as at be because been before
    being below between both but by can cannot could did do does doing down during each else etc
    few for from further get give had has have having he her here hers him his how i if in into
    is it its itself just me more most much must my no nor not of off on once only or other our
    out over own same she should so some such than that the their them then there these they
    this those through to too under until up upon us very was we were what when where whether
    which while who whom whose why will with within without would you your
    """.split()  # noqa: SIM905 - a list would be a line for each
)


def is_plain(tree: Node) -> bool:
    """Whether it is words alone, with or without conditions: no phrase, title, OR or prefix."""
    found = [part for part in parts_of(tree) if not isinstance(part, Field | Given | Not)]
    return bool(found) and all(isinstance(part, Word) and is_stemmed(part) for part in found)


def is_stemmed(word: Word) -> bool:
    return not word.prefix and not signs.RUN.search(word.text)


def relaxed(tree: Node) -> Node:
    """The tree of a plain query without its common words, unless there are no others."""
    rest = [part for part in parts_of(tree) if not isinstance(part, Word)]
    return every([*map(Word, dict.fromkeys(meaningful(tree))), *rest]) or tree


def meaningful(tree: Node) -> list[str]:
    texts = [part.text for part in parts_of(tree) if isinstance(part, Word | Phrase)]
    found = [word for text in texts for word in endings.WORD.findall(text.lower())]
    return [word for word in found if word not in COMMON and len(word) > 1] or found


def asked(tree: Node) -> dict[str, float]:
    """The stems that a plain query asks for; one that is said again counts for somewhat more."""
    times = Counter(map(endings.stem, meaningful(tree)))
    return {stem: 1 + log(count) for stem, count in times.items()}
