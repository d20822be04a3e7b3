"""Chinese, Japanese and Korean text: one word of the index for each sign.

SQLite's tokenizer takes a run of such signs for one word, so nothing inside of it would be found.
The signs of an entry stand in a column of their own, each alone, and a query asks for a phrase.

    >>> spaced("On 機械学習 (2015)"), list(parts("深層learning"))
    ('機 械 学 習', [('深層', True), ('learning', False)])
"""

from __future__ import annotations

import re
from collections.abc import Iterator

# Kana with its marks, ideographs of all planes, Hangul; Thai, Lao, Khmer and Burmese have no
# spaces either.
RUN = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3041-\u30ff\u31f0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]+"
)
BORDER = " \ue000 "  # a word that no query has: no phrase goes across it
TITLE_TIMES = 3  # a title counts for as much more here as in the other columns


def spaced(text: str) -> str:
    """The signs of a text, run by run."""
    if text.isascii():
        return ""
    return BORDER.join(" ".join(run) for run in RUN.findall(text))


def of_entry(title: str, *texts: str) -> str:
    """The signs of an entry's title, once more with a mark, and of all else in it."""
    titled = [" ".join(map(in_title, spaced(title).split()))]
    found = [*titled, *[spaced(title)] * TITLE_TIMES, *map(spaced, texts)]
    return "\n".join(filter(None, found))


def in_title(sign: str) -> str:
    """The word of the index for a sign that stands in a title."""
    return f"t{sign}"


def parts(text: str) -> Iterator[tuple[str, bool]]:
    """A text in pieces, and whether each is a run of signs."""
    at = 0
    for run in RUN.finditer(text):
        if run.start() > at:
            yield text[at : run.start()], False
        yield run[0], True
        at = run.end()
    if at < len(text):
        yield text[at:], False
