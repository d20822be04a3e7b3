"""Why does a random walk in many dimensions look as if it knew where to go?

Take the N places of a long walk with Gaussian steps in D dimensions and look at it along its
principal components, the directions in which its places vary most. In the limit of many
dimensions the matrix of inner products of the centred places is the pseudo-inverse of the
Laplacian of a path of N points. Its eigenvectors are cosines, cos(πk(n - 1/2)/N), and its
eigenvalues 1/(4 sin²(πk/2N)) have the sum (N² - 1)/6. So the k-th component explains the share

    6 / ((N² - 1) 4 sin²(πk/2N))  →  6 / (π² k²)

of the variance: the first one 61%, whatever the walk. A smooth curve in the plane of the first
two components, half a period against a whole one, is what pure noise looks like.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import matplotlib.pyplot as plt
import numpy as np
from annotated_types import Interval
from matplotlib.figure import Figure

from app.lab.command_line import run

LIMITS = {"wall_seconds": 60, "memory_mb": 2048}

DRAWN = 3  # components drawn against time; the fourth is too small to see beside the first


@dataclass(frozen=True)
class Components:
    """Principal components of a walk; row k - 1 of an array belongs to the k-th."""

    shares: np.ndarray  # of the variance, largest first
    courses: np.ndarray  # the walk along each component: component, place; of unit length


def main(
    dimension: Annotated[int, Interval(ge=10, le=20_000), "dimension of the space"] = 2000,
    places: Annotated[int, Interval(ge=10, le=1000), "places of the walk"] = 400,
    components: Annotated[int, Interval(ge=3, le=9), "components to compare"] = 6,
    seed: Annotated[int, Interval(ge=0), "start of the random numbers"] = 0,
) -> dict[str, Any]:
    steps = np.random.default_rng(seed).standard_normal((places, dimension))
    found = principal(np.cumsum(steps, axis=0), components)
    expected = Components(shares(places, components), cosines(places, components))
    overlaps = abs((found.courses * expected.courses).sum(axis=1))
    limit = 6 / (np.pi * np.arange(1, components + 1)) ** 2
    return {
        "components": draw(found, expected),
        "table": [
            {
                "component": k + 1,
                "share": float(found.shares[k]),
                "exact share": float(expected.shares[k]),
                "6/(πk)²": float(limit[k]),
                "overlap with cosine": float(overlaps[k]),
            }
            for k in range(components)
        ],
        "first_share": float(found.shares[0]),
        "first_two_shares": float(found.shares[:2].sum()),
        "largest_share_error": float(abs(found.shares - expected.shares).max()),
        "first_overlap": float(overlaps[0]),
    }


def principal(walk: np.ndarray, components: int) -> Components:
    """By the inner products of the places, which are fewer than the dimensions."""
    centred = walk - walk.mean(axis=0)
    values, vectors = np.linalg.eigh(centred @ centred.T)
    largest = slice(-1, -components - 1, -1)
    return Components(values[largest] / values.sum(), vectors[:, largest].T)


def shares(places: int, components: int) -> np.ndarray:
    """Shares of the variance in the limit of many dimensions.

    Two places lie on a line, so that one component explains everything:

    >>> shares(2, 1)
    array([1.])
    """
    k = np.arange(1, components + 1)
    return 6 / ((places**2 - 1) * 4 * np.sin(np.pi * k / (2 * places)) ** 2)


def cosines(places: int, components: int) -> np.ndarray:
    """The courses in the same limit, of unit length."""
    k, n = np.arange(1, components + 1)[:, None], np.arange(1, places + 1)
    return np.sqrt(2 / places) * np.cos(np.pi * k * (n - 0.5) / places)


def draw(found: Components, expected: Components) -> Figure:
    """Left, the first components in time; right, the first two against each other."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(6.5, 3), layout="constrained")
    size = np.sqrt(found.courses.shape[1])
    signs = np.sign((found.courses * expected.courses).sum(axis=1))[:, None]
    courses, curves = size * signs * found.courses, size * expected.courses
    for k in range(DRAWN):
        left.plot(courses[k], f"C{k}", linewidth=1, label=f"$k = {k + 1}$")
        left.plot(curves[k], color="0.5", linewidth=0.8, linestyle=":")
    left.set(xlabel="place $n$", ylabel="component (scaled)", ylim=(-1.7, 2.3))
    left.legend(ncols=DRAWN, loc="upper center", frameon=False)
    right.plot(courses[0], courses[1], linewidth=1, label="walk")
    right.plot(curves[0], curves[1], color="0.5", linestyle=":", label="cosines")
    right.set(xlabel="first component", ylabel="second component")
    right.legend(loc="upper center", frameon=False)
    return figure


if __name__ == "__main__":
    run(main)
