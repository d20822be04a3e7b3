"""The words of reworded sentences that are still the same.

Between two parts of the text that kept their order, the sentences left over of either side are
compared word by word; after that, sentences are paired wherever they stand, by the rare words that
they share. Words count only where most of one sentence is in the other: no stray «the» ever carries
a mark into another sentence. A word or formula that took the place of one much like it keeps the
characters that they share.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from rapidfuzz.distance import Indel

from app.annotations import pieces
from app.annotations.pieces import Piece, Pieces, Same, weight
from app.library.history.matching import Match, matching, rising

STEPS = 1_500_000  # of all comparisons together, about a second
STEPS_OF_GAP = 60_000
STEPS_OF_WORD = 20
COMMON_LEAST = 8  # letters
ALIKE_LONG, ALIKE_SHORT, SHORT = 0.6, 0.75, 24  # what took the place of what; of random words half
LONGEST_RUN = 300  # characters that are compared one by one
RARE = 20  # sentences: a word that stands in more of them tells nothing
SHARED = 0.6  # of the words of the longer sentence
SECOND = 0.7  # of what the best shares: with more, it is not clear which is meant


Pair = tuple[int, int]  # numbers of sentences: of the old, of the new


@dataclass(frozen=True)
class Way:
    """How two sentences are taken for one, by their common letters: which share of which one."""

    share: float
    of_longer: bool
    longest: int  # words of a gap that are compared; a longer one counts as new
    anywhere: bool  # also sentences that did not keep their place


# A sentence that was hardly changed where it stands is the one: what says the same elsewhere is a
# copy of it.
IN_PLACE = Way(0.75, of_longer=True, longest=4_000, anywhere=False)
ANYWHERE = Way(0.5, of_longer=False, longest=20_000, anywhere=True)


@dataclass
class Work:
    """What is found, which sentences are used up, and how much may still be done."""

    a: Pieces
    b: Pieces
    way: Way
    found: list[Same] = field(default_factory=list)
    a_used: set[int] = field(default_factory=set)
    b_used: set[int] = field(default_factory=set)
    steps: int = STEPS

    @property
    def a_pieces(self) -> list[Piece]:
        return [self.a.all[i] for i in self.a_used]

    @property
    def b_pieces(self) -> list[Piece]:
        return [self.b.all[j] for j in self.b_used]

    def may_pair(self, mine: int, theirs: int) -> bool:
        """Whether sentences without a common word may still be one, misspelt: a formula is one."""
        return self.way.anywhere and mine not in self.a_used and theirs not in self.b_used

    def keep_alike(self, pair: Pair, same: list[Same]) -> None:
        if same:
            self.found += same
            self.a_used.add(pair[0])
            self.b_used.add(pair[1])

    def allowed(self, words: int) -> int:
        """How many steps a gap of so many words may take; they count as taken."""
        steps = min(STEPS_OF_GAP, STEPS_OF_WORD * words, self.steps)
        self.steps -= steps
        return steps


def reworded(a: Pieces, b: Pieces, kept: Sequence[Same], way: Way) -> Work:
    """The words that are the same in what is left of two texts, of which `kept` is the same."""
    work = Work(a, b, way)
    for mine, theirs in gaps(a, b, kept):
        compare(work, mine, theirs)
    for i, j in pairs(work) if way.anywhere else ():
        compare(work, range(i, i + 1), range(j, j + 1))
    return work


def gaps(a: Pieces, b: Pieces, kept: Sequence[Same]) -> Iterator[tuple[range, range]]:
    """The sentences left between neighbours among those that kept their order."""
    by_start = {same.old: same for same in kept if same.length}
    chain = rising([(same.old, same.new) for _, same in sorted(by_start.items())])
    old = new = 0
    for same in [by_start[start] for start, _ in chain] + [Same(len(a.text), len(b.text), 0)]:
        mine, theirs = between(a.all, old, same.old), between(b.all, new, same.new)
        if mine and theirs:
            yield mine, theirs
        old, new = same.old + same.length, same.new + same.length


def between(every: Sequence[Piece], start: int, end: int) -> range:
    """The numbers of the pieces that lie between."""
    return range(bisect_left(every, (start, start)), bisect_left(every, (end, end)))


def compare(work: Work, mine: range, theirs: range) -> None:
    """Keep the words that sentences of the one side have from those of the other."""
    a, b = Words(work.a, mine), Words(work.b, theirs)
    steps = work.allowed(len(a.said) + len(b.said))
    if max(len(a.said), len(b.said)) > work.way.longest or not steps:
        return
    matches = matching(a.said, b.said, budget=steps)
    linked = links(a, b, matches)
    good = {
        pair
        for pair, common in linked.items()
        if enough(work.way, a.text(pair[0]), b.text(pair[1]), common)
    }
    work.a_used |= {i for i, _ in good}
    work.b_used |= {j for _, j in good}
    sure = list(parts(a, b, matches, good))
    work.found += [a.same(b, match) for match in sure]
    for pair, run in alike(a, b, sure):
        if pair in good or work.may_pair(*pair):
            work.keep_alike(pair, list(shared(work.a.text, work.b.text, *run)))


class Words:
    """The words of some neighbouring sentences of a text."""

    def __init__(self, side: Pieces, numbers: range) -> None:
        self.side = side
        self.said: list[str] = []
        self.starts: list[int] = []
        self.sentence: list[int] = []  # its number, of each word
        for number in numbers:
            words = pieces.words(side.said[number])
            self.said += words
            self.starts += accumulate(map(len, words[:-1]), initial=side.all[number].start)
            self.sentence += [number] * len(words)

    def end(self, word: int) -> int:
        return self.starts[word] + len(self.said[word])

    def text(self, sentence: int) -> str:
        return self.side.said[sentence]

    def same(self, other: Words, match: Match) -> Same:
        """Words that follow each other, as characters; of one sentence, so nothing is between."""
        start = self.starts[match.a]
        return Same(start, other.starts[match.b], self.end(match.a + match.length - 1) - start)

    def run(self, first: int, last: int) -> Piece | None:
        """The words from one to before another, if there are some and nothing else is between."""
        if first >= last or self.sentence[first] != self.sentence[last - 1]:
            return None
        return Piece(self.starts[first], self.end(last - 1))


def links(a: Words, b: Words, matches: Sequence[Match]) -> Counter[Pair]:
    """How many letters each pair of sentences has in common."""
    linked: Counter[Pair] = Counter()
    for match in matches:
        for n in range(match.length):
            pair = a.sentence[match.a + n], b.sentence[match.b + n]
            linked[pair] += weight(a.said[match.a + n])
    return linked


def enough(way: Way, one: str, other: str, common: int) -> bool:
    mine, theirs = weight(one), weight(other)
    whole = max(mine, theirs) if way.of_longer else min(mine, theirs)
    return common >= max(way.share * whole, min(COMMON_LEAST, mine), 1)


def parts(a: Words, b: Words, matches: Sequence[Match], good: set[Pair]) -> Iterator[Match]:
    """The matches cut where sentences end, those of good pairs only."""
    for match in matches:
        first = 0
        for n in range(match.length):
            pair = a.sentence[match.a + n], b.sentence[match.b + n]
            last = n + 1 == match.length
            if last or pair != (a.sentence[match.a + n + 1], b.sentence[match.b + n + 1]):
                if pair in good:
                    yield Match(match.a + first, match.b + first, n + 1 - first)
                first = n + 1


def alike(a: Words, b: Words, sure: Sequence[Match]) -> Iterator[tuple[Pair, tuple[Piece, Piece]]]:
    """What stood between two matches, and what stands there now; in which sentences."""
    ends = [*sure, Match(len(a.said), len(b.said), 0)]
    i = j = 0
    for match in ends:
        mine, theirs = a.run(i, match.a), b.run(j, match.b)
        if mine and theirs and max(mine.end - mine.start, theirs.end - theirs.start) <= LONGEST_RUN:
            yield (a.sentence[i], b.sentence[j]), (mine, theirs)
        i, j = match.a + match.length, match.b + match.length


def shared(old: str, new: str, mine: Piece, theirs: Piece) -> Iterator[Same]:
    one, other = old[mine.start : mine.end], new[theirs.start : theirs.end]
    least = ALIKE_SHORT if min(len(one), len(other)) < SHORT else ALIKE_LONG
    if Indel.normalized_similarity(one, other, score_cutoff=least) < least:
        return
    for step in Indel.opcodes(one, other):
        if step.tag == "equal":
            start, length = step.src_start, step.src_end - step.src_start
            yield Same(mine.start + start, theirs.start + step.dest_start, length)


def pairs(work: Work) -> Iterator[tuple[int, int]]:
    """Sentences that share most of their words, wherever they stand; each at most once."""
    rest = [j for j in range(len(work.b.all)) if j not in work.b_used]
    theirs = {j: set(content(work.b.said[j])) for j in rest}
    having: defaultdict[str, list[int]] = defaultdict(list)
    for j, said in theirs.items():
        for word in said:
            having[word].append(j)
    for i in range(len(work.a.all)):
        mine = set(content(work.a.said[i]))
        if i in work.a_used or len(mine) < 4:
            continue
        found = best(mine, theirs, having)
        if found is not None and found not in work.b_used:
            yield i, found


def content(text: str) -> list[str]:
    """The words of a sentence, without white space and signs."""
    return [word for word in pieces.words(text) if weight(word)]


def best(mine: set[str], theirs: dict[int, set[str]], having: dict[str, list[int]]) -> int | None:
    """The sentence that shares by far the most rare words with these."""
    votes = Counter(
        j for word in mine if len(having.get(word, ())) <= RARE for j in having.get(word, ())
    )
    first = votes.most_common(2)
    if not first or first[0][1] < SHARED * max(len(mine), len(theirs[first[0][0]])):
        return None
    if len(first) > 1 and first[1][1] >= SECOND * first[0][1]:
        return None
    return first[0][0]
