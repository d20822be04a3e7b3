"""How far does a random walker get in D dimensions?

A walker on the lattice Z^D steps to one of its 2D neighbours at every tick, each as likely as
the others. After N steps its root-mean-square distance from the start is the square root of N in
every dimension; its *mean* distance depends on the dimension, and tends to the mean of a chi
distribution with D degrees of freedom, scaled by the square root of N/D.

All walkers move at once. The memory that is needed grows with walkers times dimension, never
with walkers times steps: of each tick only averages are kept, and a few paths to draw.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Any

import matplotlib.pyplot as plt
import numpy as np
from annotated_types import Interval, Len
from matplotlib.figure import Figure
from tqdm import tqdm

from app.lab.command_line import run

LIMITS = {"wall_seconds": 60, "memory_mb": 2048}

PATHS = 60  # more only blackens the panel
POINTS = 101  # of each path that is drawn: a print column resolves no more
CELLS = 20_000_000  # walkers times dimension: 80 MB of coordinates


@dataclass(frozen=True)
class Walk:
    """What is kept of all walkers in one dimension; index n of an array is the n-th step."""

    dimension: int
    mean: np.ndarray  # mean distance
    square: np.ndarray  # mean squared distance
    paths: np.ndarray  # squared distances of the first walkers: walker, step
    returned: float  # share of the walkers that saw the origin again


def main(
    dimensions: Annotated[
        list[Annotated[int, Interval(ge=1)]], Len(1, 12), "dimensions, a panel for each"
    ] = [5, 10, 20],
    walkers: Annotated[int, Interval(ge=1, le=100_000), "independent walkers"] = 1000,
    steps: Annotated[int, Interval(ge=2, le=20_000), "steps that each walker takes"] = 1000,
    seed: Annotated[int, Interval(ge=0), "start of the random numbers"] = 0,
) -> dict[str, Any]:
    check(dimensions, walkers)
    numbers = np.random.default_rng(seed)
    walks = [travel(dimension, walkers, steps, numbers) for dimension in dimensions]
    squares = np.mean([each.square for each in walks], axis=0)
    means = np.mean([each.mean for each in walks], axis=0)
    predicted = np.mean([chi_mean(each.dimension) for each in walks])
    exponent = fitted_exponent(np.sqrt(squares))
    return {
        "distances": draw_distances(walks),
        "fit": draw_fit(walks, exponent),
        "table": [row(each) for each in walks],
        "rms_ratio": math.sqrt(squares[-1] / steps),
        "mean_ratio": float(means[-1] / math.sqrt(steps)),
        "chi_ratio": float(means[-1] / math.sqrt(steps) / predicted),
        "exponent": exponent,
        "returned": float(np.mean([each.returned for each in walks])),
    }


def check(dimensions: list[int], walkers: int) -> None:
    """What the ranges in the signature cannot say."""
    if walkers * max(dimensions) > CELLS:
        raise ValueError(f"Too much to hold: walkers times dimension may be {CELLS:,}.")


def travel(dimension: int, walkers: int, steps: int, numbers: np.random.Generator) -> Walk:
    """Move all walkers; a step along a coordinate x changes the squared distance by 1 ± 2x."""
    coordinates = np.zeros(walkers * dimension, dtype=np.int32)
    first = np.arange(walkers) * dimension  # where each walker's coordinates begin
    square = np.zeros(walkers, dtype=np.int64)
    returned = np.zeros(walkers, dtype=bool)
    mean_distance, mean_square = np.zeros(steps + 1), np.zeros(steps + 1)
    paths = np.zeros((min(PATHS, walkers), steps + 1))
    for step in tqdm(range(1, steps + 1), desc=f"{dimension} dimensions", leave=False):
        choice = numbers.integers(2 * dimension, size=walkers)
        place, sign = first + (choice >> 1), 1 - 2 * (choice & 1)
        square += 1 + 2 * sign * coordinates[place]
        coordinates[place] += sign
        returned |= square == 0
        mean_distance[step] = np.sqrt(square).mean()
        mean_square[step] = square.mean()
        paths[:, step] = square[: len(paths)]
    return Walk(dimension, mean_distance, mean_square, paths, float(returned.mean()))


def chi_mean(dimension: int) -> float:
    """Mean distance over the square root of N, for a Gaussian cloud in so many dimensions.

    In one dimension it is that of the half-normal distribution:

    >>> round(chi_mean(1) ** 2 * math.pi, 12)
    2.0
    """
    gammas = math.lgamma((dimension + 1) / 2) - math.lgamma(dimension / 2)
    return math.sqrt(2 / dimension) * math.exp(gammas)


def fitted_exponent(rms: np.ndarray) -> float:
    """Slope of log rms against log steps, over points that are even on the logarithmic axis."""
    last = len(rms) - 1
    steps = np.unique(np.geomspace(1, last, 40).round().astype(int))
    return float(np.polyfit(np.log(steps), np.log(rms[steps]), 1)[0])


def row(walk: Walk) -> dict[str, float]:
    root = math.sqrt(len(walk.mean) - 1)
    return {
        "dimension": walk.dimension,
        "mean distance": float(walk.mean[-1]),
        "predicted mean": root * chi_mean(walk.dimension),
        "rms distance": math.sqrt(walk.square[-1]),
        "predicted rms": root,
        "came back": walk.returned,
    }


def draw_distances(walks: list[Walk]) -> Figure:
    """One panel for each dimension: a few paths, the mean of all, and the square root of N."""
    columns = min(3, len(walks))
    rows = math.ceil(len(walks) / columns)
    size = (9 if columns == 3 else 6.5, 2.9 * rows)
    figure, grid = plt.subplots(
        rows, columns, figsize=size, sharex=True, sharey=True, squeeze=False, layout="constrained"
    )
    for axes in grid.flat[len(walks) :]:
        axes.set_axis_off()
    for walk, axes in zip(walks, grid.flat, strict=False):
        draw_panel(axes, walk)
    for axes in grid[:, 0]:
        axes.set_ylabel("distance")
    grid[0, 0].legend(loc="upper left", frameon=False)
    return figure


def draw_panel(axes: Any, walk: Walk) -> None:
    last = len(walk.mean) - 1
    at = np.unique(np.linspace(0, last, POINTS).round().astype(int))
    axes.plot(at, np.sqrt(walk.paths[:, at]).T, color="0.5", alpha=0.15, linewidth=0.6)
    axes.plot(at, np.sqrt(at), color="C0", label=r"$\sqrt{N}$")
    axes.plot(at, walk.mean[at], color="C1", linestyle="--", label="mean")
    axes.set_title(f"$D = {walk.dimension}$", loc="left")
    axes.set_xlabel("steps $N$")


def draw_fit(walks: list[Walk], exponent: float) -> Figure:
    """Left, the growth with the number of steps; right, what the dimension does to the mean."""
    figure, (growth, ratio) = plt.subplots(1, 2, figsize=(6.5, 2.9), layout="constrained")
    steps = np.arange(1, len(walks[0].mean))
    at = np.unique(np.geomspace(1, steps[-1], POINTS).round().astype(int))
    for walk in walks:
        growth.loglog(at, np.sqrt(walk.square[at]), linewidth=1, label=f"$D = {walk.dimension}$")
    growth.loglog(at, np.sqrt(at), color="0.5", linestyle=":", label=r"$\sqrt{N}$")
    growth.set(xlabel="steps $N$", ylabel="rms distance", title=f"exponent {exponent:.3f}")
    growth.legend(frameon=False)
    draw_ratio(ratio, walks)
    return figure


def draw_ratio(axes: Any, walks: list[Walk]) -> None:
    root = math.sqrt(len(walks[0].mean) - 1)
    dimensions = [walk.dimension for walk in walks]
    every = np.unique(np.geomspace(1, max(*dimensions, 10), POINTS).round().astype(int))
    axes.plot(every, [chi_mean(each) for each in every], color="0.5", label="chi mean")
    axes.plot(dimensions, [walk.mean[-1] / root for walk in walks], "o", color="C1", label="mean")
    rms = [math.sqrt(walk.square[-1]) / root for walk in walks]
    axes.plot(dimensions, rms, "s", color="C0", label="rms")
    axes.set(xlabel="dimension $D$", ylabel=r"distance / $\sqrt{N}$")
    axes.legend(loc="lower right", frameon=False)


if __name__ == "__main__":
    run(main)
