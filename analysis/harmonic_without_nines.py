"""What is left of the harmonic series when every number with a nine is crossed out?

Of the numbers with exactly d digits, 8 · 9^(d-1) have no nine, and none of their reciprocals is
larger than 1/10^(d-1). So the sum is at most 8 · (1 + 9/10 + (9/10)² + …) = 80. Sorting the
numbers by their first digit f as well gives 10 Σ 1/(f+1) < sum < 10 Σ 1/f.

The sum itself grows too slowly to be added up: all terms of up to twenty digits still miss a
tenth of it. Instead, let s(d, j) be the sum of 1/n^j over the numbers n with d digits. Each
number of d+1 digits is 10n + m with an allowed digit m, and the binomial series gives

    s(d+1, j) = Σ_i (-1)^i C(j+i-1, i) (Σ_m m^i) / 10^(j+i) · s(d, j+i),

a linear map A from one number of digits to the next. Terms of up to FIRST digits are added one by
one; the rest is A v + A² v + … = (I - A)^-1 v - v, one triangular system.
"""

from __future__ import annotations

import math
from typing import Annotated, Any

import matplotlib.pyplot as plt
import numpy as np
from annotated_types import Interval
from matplotlib.figure import Figure

from app.lab.command_line import run

LIMITS = {"wall_seconds": 20, "memory_mb": 2048}

FIRST = 4  # digits whose terms are added one by one; beyond them m/10n is below 1/1000
POWERS = 12  # s(4, 13) is below 10^-30 and plays no part in double precision


def main(
    digit: Annotated[int, Interval(ge=0, le=9), "the digit that is crossed out"] = 9,
    digits: Annotated[int, Interval(ge=1, le=200), "number of digits to draw up to"] = 60,
) -> dict[str, Any]:
    by_digits = sums_by_digits(digit, max(digits, FIRST))[:digits]
    partial, bounds = np.cumsum(by_digits), partial_bounds(digit, digits)
    total = whole_sum(digit)
    firsts = [first for first in range(1, 10) if first != digit]
    return {
        "partial_sums": draw(partial, bounds, total, digit),
        "table": rows(digit, partial, bounds, total),
        "sum": total,
        "bound": 10.0 * len(firsts),
        "upper": 10 * math.fsum(1 / first for first in firsts),
        "lower": 10 * math.fsum(1 / (first + 1) for first in firsts),
        "partial": float(partial[-1]),
        "missing_share": float(1 - partial[-1] / total),
        "terms": sum(count(digit, number) for number in range(1, FIRST + 1)),
    }


def count(digit: int, digits: int) -> int:
    """How many numbers have so many digits and not this one.

    >>> [count(9, 1), count(9, 2), count(0, 2)]
    [8, 72, 81]
    """
    return (9 if digit == 0 else 8) * 9 ** (digits - 1)


def sums_by_digits(digit: int, digits: int) -> np.ndarray:
    """Sums of reciprocals over the numbers with exactly 1, 2, …, digits digits."""
    sums = [math.fsum(1 / numbers(digit, each)) for each in range(1, FIRST + 1)]
    powers, step = first_powers(digit), one_more_digit(digit)
    for _ in range(FIRST, digits):
        powers = step @ powers
        sums.append(powers[0])
    return np.array(sums)


def whole_sum(digit: int) -> float:
    """The terms one by one while that is cheap, then all that is left at once."""
    powers, step = first_powers(digit), one_more_digit(digit)
    rest = np.linalg.solve(np.eye(POWERS) - step, step @ powers)
    return math.fsum([*sums_by_digits(digit, FIRST), rest[0]])


def numbers(digit: int, digits: int) -> np.ndarray:
    """All numbers with so many digits and not this one, in order."""
    allowed = np.array([each for each in range(10) if each != digit])
    found = allowed[allowed > 0]
    for _ in range(digits - 1):
        found = (10 * found[:, None] + allowed).ravel()
    return found


def first_powers(digit: int) -> np.ndarray:
    """s(FIRST, j) for j = 1, …, POWERS."""
    found = numbers(digit, FIRST).astype(float)
    return np.array([math.fsum(found**-power) for power in range(1, POWERS + 1)])


def one_more_digit(digit: int) -> np.ndarray:
    """The map A: upper triangular, with 9/10^j on its diagonal, so that I - A can be solved."""
    allowed = [each for each in range(10) if each != digit]
    matrix = np.zeros((POWERS, POWERS))
    for j in range(1, POWERS + 1):
        for i in range(POWERS + 1 - j):
            spread = sum(each**i for each in allowed)
            matrix[j - 1, j + i - 1] = (-1) ** i * math.comb(j + i - 1, i) * spread / 10 ** (j + i)
    return matrix


def partial_bounds(digit: int, digits: int) -> np.ndarray:
    """Each reciprocal of d digits taken as 1/10^(d-1), summed."""
    return np.cumsum([count(digit, each) / 10 ** (each - 1) for each in range(1, digits + 1)])


def rows(
    digit: int, partial: np.ndarray, bounds: np.ndarray, total: float
) -> list[dict[str, float]]:
    """The first few numbers of digits, then every tenth."""
    wanted = [each for each in range(1, len(partial) + 1) if each <= 5 or each % 10 == 0]
    return [
        {
            "digits": each,
            "terms": float(count(digit, each)),
            "partial sum": float(partial[each - 1]),
            "bound": float(bounds[each - 1]),
            "still missing": float(total - partial[each - 1]),
        }
        for each in wanted
    ]


def draw(partial: np.ndarray, bounds: np.ndarray, total: float, digit: int) -> Figure:
    """Partial sums, what bounds them, and the two limits."""
    figure, axes = plt.subplots(figsize=(6.5, 3.4), layout="constrained")
    digits = np.arange(1, len(partial) + 1)
    axes.plot(digits, bounds, color="C1", linestyle="--", label="bound")
    axes.axhline(10 * count(digit, 1), color="C1", linewidth=0.8, alpha=0.6)
    axes.plot(digits, partial, color="C0", label=f"sum without the digit {digit}")
    axes.axhline(total, color="C0", linewidth=0.8, alpha=0.6)
    place = (digits[-1], total)
    axes.annotate(f"{total:.4f}", place, xytext=(0, 4), textcoords="offset points", ha="right")
    axes.set(xlabel="digits of the largest term", ylabel="sum", ylim=(0, None))
    axes.legend(loc="center right", frameon=False)
    return figure


if __name__ == "__main__":
    run(main)
