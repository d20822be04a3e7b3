"""A link that lands on a passage: the browser finds its words on the page and highlights them.

    >>> text = "The rule\\nA walk of $N$ steps, and then a long walk home."
    >>> of_passage(text, (40, 44))
    ':~:text=steps%2C%20and%20then%20a%20long%20walk%20home'

The words must stand on the page just so. Formulas, citations and values do not: the words are
taken between them, and from one sentence, for behind it may stand the number of a footnote. The
browser takes the first place that has them, so what stands before them or behind is added where
they stand twice:

    >>> of_passage("Rows\\nlinear 0.78\\nsoftmax 0.78\\n0.78", (12, 16), ["Rows"])
    ':~:text=linear%200.78'
    >>> of_passage("a\\n0.78\\nb\\n0.78", (9, 13))
    ':~:text=b-,0.78'
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from urllib.parse import quote

from app.markup import equations
from app.search.excerpt import Pair, begin_of_line, formulas, line_end

BEFORE, BEHIND = 6, 8  # words beside the one that was found
LONGEST = 160
AROUND = 5  # words before and behind that tell two places apart
NEAR = 40  # characters
LINES = 4  # that are looked through for words where the line itself has none
ENDS = ".!?…;:。！？"
WORD = re.compile(r"[^\s、。，．！？「」『』（）：；]+")
ALNUM = re.compile(r"[^\W_]")
# What the page shows in another way, and where a sentence ends.
BREAKS = re.compile(
    r"\\(?:eq)?ref\{[^{}\n]*\}|\{\{[^{}\n]*\}\}|!?\[\[[^\]\n]*\]\]|\[[^\]\n]*@[^\]\n]*\]|(?<!\w)@\S+"
    r"|[.!?…;:][\"'”’)\]]*(?=\s)|[。！？]"
)
LABEL = re.compile(r"\\label\s*\{([^{}]+)\}")


def of_equation(text: str, mark: Pair) -> str:
    """The anchor of the equation that holds the mark; empty if none does, or it has no label."""
    around = formula_of(text, mark)
    label = LABEL.search(text, *around) if around else None
    return equations.anchor(label[1]) if label else ""


def formula_of(text: str, mark: Pair) -> Pair | None:
    """The formula that holds the mark, or part of it."""
    line = begin_of_line(text, mark[0])
    pairs = formulas(text, line, line_end(text, mark[0]))
    return next((pair for pair in pairs if pair[0] < mark[1] and mark[0] < pair[1]), None)


def of_passage(text: str, mark: Pair, elsewhere: Iterable[str] = ()) -> str:
    """The end of an address that finds what is marked; empty where nothing would find it.

    `elsewhere`: what the page shows besides, before the text: its title, its table of contents.
    """
    run = next((run for run in runs_near(text, mark) if ALNUM.search(text, *run)), None)
    words = words_of(text, run, mark) if run else None
    if words is None:
        return ""
    page = text.lower()
    others = [line.lower() for line in elsewhere]
    for before, behind in contexts(text, words):
        found = "".join((before[1], text[slice(*words)], behind[1])).lower()
        is_elsewhere = not before[0] and not behind[0] and any(found in line for line in others)
        if not is_elsewhere and is_once(page, found):
            return directive(text[slice(*words)], before[0], behind[0])
    found = text[slice(*words)].lower()
    is_first = page.find(found) == words[0] and not any(found in line for line in others)
    return directive(text[slice(*words)]) if is_first else ""


def is_once(page: str, words: str) -> bool:
    first = page.find(words)
    return first >= 0 and page.find(words, first + 1) < 0


def contexts(text: str, words: Pair) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    """What may be asked to stand before and behind: each as it is written in the address, and as
    it is found in the text."""
    nothing = "", ""
    before, behind = before_of(text, words[0]), behind_of(text, words[1])
    yield nothing, nothing
    if before[0]:
        yield before, nothing
    if behind[0]:
        yield nothing, behind
    if before[0] and behind[0]:
        yield before, behind


def before_of(text: str, at: int) -> tuple[str, str]:
    line = begin_of_line(text, at)
    if not text[line:at].strip():
        at = line = max(0, line - 1)
        line = begin_of_line(text, at)
        end = line_end(text, at) + 1
    else:
        end = at
    words = [word.span() for word in WORD.finditer(text, max(line, at - LONGEST), at)][-AROUND:]
    start = max(
        [words[0][0] if words else at, *(gap[1] for gap in shown_otherwise(text, line, at))]
    )
    found = text[start:at]
    return (found.strip(), text[start:end]) if ALNUM.search(found) else ("", "")


def behind_of(text: str, at: int) -> tuple[str, str]:
    end = line_end(text, at)
    start = at
    if not text[at:end].strip():
        at, end = end + 1, line_end(text, end + 1)
    words = [word.span() for word in WORD.finditer(text, at, min(end, at + LONGEST))][:AROUND]
    stop = min([words[-1][1] if words else at, *(gap[0] for gap in shown_otherwise(text, at, end))])
    found = text[at:stop]
    return (found.strip(), text[start:stop]) if ALNUM.search(found) else ("", "")


def shown_otherwise(text: str, start: int, end: int) -> list[Pair]:
    """The formulas, citations and values of a line."""
    gaps = formulas(text, start, end)
    found = BREAKS.finditer(text, start, end)
    return [*gaps, *(gap.span() for gap in found if gap[0][0] not in ENDS or "[" in gap[0])]


def words_of(text: str, run: Pair, mark: Pair) -> Pair | None:
    """Some words of the run, about the mark or nearest to it."""
    start, end = run
    near = max(start, text.rfind(" ", start, max(start, mark[0] - LONGEST)) + 1)
    far = min(end, max(start, mark[1]) + 2 * LONGEST) if mark[1] < end else end
    words = [match.span() for match in WORD.finditer(text, near, far)]
    if far < end:
        words = words[:-1] or words
    words = [word for word in words if ALNUM.search(text, *word)]
    if not words:
        return None
    middle = next((n for n, word in enumerate(words) if word[1] > mark[0]), len(words) - 1)
    first, last = max(0, middle - BEFORE), min(len(words), middle + BEHIND + 1) - 1
    while last > first and words[last][1] - words[first][0] > LONGEST:
        last, first = max(middle, last - 1), min(middle, first + 1)
    left, right = words[first][0], words[last][1]
    while left < right and not text[left].isalnum():
        left += 1
    while right > left and not text[right - 1].isalnum():
        right -= 1
    return (left, right) if left < right else None


def runs_near(text: str, mark: Pair) -> Iterator[Pair]:
    """The stretches that the page shows as they stand here: the one about the mark, else the
    nearest of its line, else of the lines before and behind."""
    line, end = begin_of_line(text, mark[0]), line_end(text, mark[0])
    yield from nearest(runs_of(text, line, end), mark)
    before, behind = line - 1, end + 1
    for _ in range(LINES):
        if before >= 0:
            yield from nearest(runs_of(text, begin_of_line(text, before), before), mark)
            before = begin_of_line(text, before) - 1
        if behind < len(text):
            yield from nearest(runs_of(text, behind, line_end(text, behind)), mark)
            behind = line_end(text, behind) + 1


def nearest(runs: list[Pair], mark: Pair) -> list[Pair]:
    """The run about the mark, then those that are near, the longest of them before the others."""

    def worth(run: Pair) -> tuple[int, int]:
        away = max(0, run[0] - mark[0], mark[1] - run[1])
        return away and away // NEAR + 1, run[0] - run[1]

    return sorted(runs, key=worth)


def runs_of(text: str, start: int, end: int) -> list[Pair]:
    """What stands between formulas, citations, values and the ends of sentences."""
    inside = formulas(text, start, end)
    breaks = (gap.span() for gap in BREAKS.finditer(text, start, end))
    outside = (gap for gap in breaks if not any(gap[0] < r and left < gap[1] for left, r in inside))
    edges = [(start, start), *sorted([*inside, *outside]), (end, end)]
    return [whole(text, (left[1], right[0]), start, end) for left, right in pairwise(edges)]


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


def directive(words: str, before: str = "", behind: str = "") -> str:
    parts = [encoded(before) + "-" if before else "", encoded(words)]
    parts += ["-" + encoded(behind) if behind else ""]
    return f":~:text={','.join(filter(None, parts))}"


def encoded(words: str) -> str:
    return quote(words, safe="").replace("-", "%2D")
