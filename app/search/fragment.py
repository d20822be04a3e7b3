"""A link that lands on a passage: the browser finds its words on the page and highlights them.

    >>> text = "The rule\\nA walk of $N$ steps, and then a long walk home."
    >>> of_passage(text, (40, 44))
    ':~:text=steps%2C%20and%20then%20a%20long%20walk%20home'

The words must stand on the page just so. Formulas, citations and values do not: the words are
taken between them, and from one sentence, for behind it may stand the number of a footnote.
"""

from __future__ import annotations

import re
from itertools import pairwise
from urllib.parse import quote

from app.search.excerpt import Pair, formulas, line_end

BEFORE, BEHIND = 6, 8  # words beside the one that was found
LONGEST = 160
ENDS = ".!?…;:。！？"
WORD = re.compile(r"[^\s、。，．！？「」『』（）：；]+")
ALNUM = re.compile(r"[^\W_]")
# What the page shows in another way, and where a sentence ends.
BREAKS = re.compile(
    r"\{\{[^{}\n]*\}\}|!?\[\[[^\]\n]*\]\]|\[[^\]\n]*@[^\]\n]*\]|(?<!\w)@\S+|[.!?…;:][\"'”’)\]]*(?=\s)|[。！？]"
)


def of_passage(text: str, mark: Pair) -> str:
    """The end of an address that finds what is marked; empty where no words stand there."""
    line = text.rfind("\n", 0, mark[0]) + 1
    start, end = run_around(text, line, line_end(text, mark[0]), mark)
    near = max(start, text.rfind(" ", start, max(start, mark[0] - LONGEST)) + 1)
    far = min(end, mark[1] + 2 * LONGEST) if mark[1] < end else end
    words = [match.span() for match in WORD.finditer(text, near, far)]
    if far < end:
        words = words[:-1] or words
    words = [word for word in words if ALNUM.search(text, *word)]
    if not words:
        return ""
    middle = next((n for n, word in enumerate(words) if word[1] > mark[0]), len(words) - 1)
    first, last = max(0, middle - BEFORE), min(len(words), middle + BEHIND + 1) - 1
    while last > first and words[last][1] - words[first][0] > LONGEST:
        last, first = max(middle, last - 1), min(middle, first + 1)
    return directive(text[words[first][0] : words[last][1]])


def run_around(text: str, start: int, end: int, mark: Pair) -> Pair:
    """The longest stretch around the mark that the page shows as it stands here.

    Where the mark is in a formula, the longest beside it.
    """
    gaps = [*formulas(text, start, end)]
    gaps += [gap.span() for gap in BREAKS.finditer(text, start, end)]
    edges = [(start, start), *sorted(gaps), (end, end)]
    runs = [whole(text, (left[1], right[0]), start, end) for left, right in pairwise(edges)]
    around = [run for run in runs if run[0] <= mark[0] and mark[1] <= run[1]]
    return (around or sorted(runs, key=lambda run: run[0] - run[1]))[0]


def whole(text: str, run: Pair, start: int, end: int) -> Pair:
    """Without the words at its ends that touch what stands beside it."""
    left, right = run
    if left > start:
        while left < right and not text[left].isspace() and is_touching(text, left):
            left += 1
    if right < end and text[right] not in ENDS:
        while right > left and not text[right - 1].isspace() and text[right - 1].isalnum():
            right -= 1
    return left, max(left, right)


def is_touching(text: str, at: int) -> bool:
    return text[at].isalnum() or text[at] in "-’'"


def directive(words: str) -> str:
    bare = words.strip("".join(mark for mark in set(words) if not mark.isalnum()))
    return f":~:text={quote(bare, safe='').replace('-', '%2D')}" if bare else ""
