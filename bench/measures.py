"""How good a ranked list is, and whether a difference between two ways to rank is chance.

As trec_eval has them: the grade is the gain, the list counts to its 1,000th place for MAP, and a
document is relevant if its grade is above 0.

>>> round(ndcg(["b", "a"], {"a": 1.0}), 4), average_precision(["b", "a"], {"a": 1.0})
(0.6309, 0.5)
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

Grades = dict[str, float]
DEPTH = 1_000
TRIALS = 10_000


def ndcg(ranked: Sequence[str], grades: Grades, depth: int = 10) -> float:
    best = sorted(grades.values(), reverse=True)[:depth]
    got = [grades.get(name, 0.0) for name in ranked[:depth]]
    return gain(got) / gain(best) if any(best) else 0.0


def gain(grades: Sequence[float]) -> float:
    return sum(grade / math.log2(place + 1) for place, grade in enumerate(grades, 1))


def average_precision(ranked: Sequence[str], grades: Grades) -> float:
    wanted = sum(grade > 0 for grade in grades.values())
    found, total = 0, 0.0
    for place, name in enumerate(ranked[:DEPTH], 1):
        if grades.get(name, 0.0) > 0:
            found += 1
            total += found / place
    return total / wanted if wanted else 0.0


def recall(ranked: Sequence[str], grades: Grades, depth: int = 100) -> float:
    wanted = {name for name, grade in grades.items() if grade > 0}
    return len(wanted & set(ranked[:depth])) / len(wanted) if wanted else 0.0


def chance(ours: Sequence[float], theirs: Sequence[float], trials: int = TRIALS) -> float:
    """How often a difference as large comes from swapping the two at random, query by query.

    >>> chance([0.5] * 20, [0.5] * 20), chance([0.9] * 20, [0.1] * 20) < 0.001
    (1.0, True)
    """
    differences = [a - b for a, b in zip(ours, theirs, strict=True) if a != b]
    seen = abs(sum(differences)) - 1e-12
    dice = random.Random(0)
    hits = 0
    for _ in range(trials):
        bits = dice.getrandbits(len(differences) or 1)
        total = sum(-d if bits >> place & 1 else d for place, d in enumerate(differences))
        hits += abs(total) >= seen
    return (hits + 1) / (trials + 1)
