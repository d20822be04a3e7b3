"""The walk against a loop over single walkers, against exact laws, and against the chi mean."""

from __future__ import annotations

import doctest
import math
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from scipy import stats

from app.errors import BadInput
from app.lab import signature


@pytest.fixture(scope="module")
def walk(analysis: Callable[[str], ModuleType]) -> ModuleType:
    return analysis("random_walk")


def one_by_one(dimension: int, walkers: int, steps: int, seed: int) -> np.ndarray:
    """Distances of each walker after each step, one walker and one step at a time."""
    numbers = np.random.default_rng(seed)
    choices = [numbers.integers(2 * dimension, size=walkers) for _ in range(steps)]
    distances = np.zeros((walkers, steps + 1))
    for walker in range(walkers):
        place = [0] * dimension
        for step in range(steps):
            axis, backward = divmod(int(choices[step][walker]), 2)
            place[axis] += -1 if backward else 1
            distances[walker, step + 1] = math.dist(place, [0] * dimension)
    return distances


def returning(u: list[float]) -> float:
    """Chance of a first return, from the chances u[n] to be at the origin after 2n steps."""
    first = [0.0]
    for n in range(1, len(u)):
        first.append(u[n] - sum(first[k] * u[n - k] for k in range(1, n)))
    return sum(first)


def test_it_equals_a_loop_over_walkers(walk: ModuleType) -> None:
    result = walk.main(dimensions=[3], walkers=40, steps=50, seed=7)
    distances = one_by_one(3, walkers=40, steps=50, seed=7)
    (row,) = result["table"]
    assert row["mean distance"] == pytest.approx(distances[:, -1].mean())
    assert row["rms distance"] == pytest.approx(math.sqrt((distances[:, -1] ** 2).mean()))
    assert row["came back"] == (distances[:, 1:] == 0).any(axis=1).mean()
    assert result["returned"] == row["came back"]
    assert result["mean_ratio"] == pytest.approx(row["mean distance"] / math.sqrt(50))
    assert result["rms_ratio"] == pytest.approx(row["rms distance"] / math.sqrt(50))


def test_every_step_is_kept(walk: ModuleType) -> None:
    kept = walk.travel(2, 30, 20, np.random.default_rng(1))
    distances = one_by_one(2, walkers=30, steps=20, seed=1)
    assert kept.mean == pytest.approx(distances.mean(axis=0))
    assert kept.square == pytest.approx((distances**2).mean(axis=0))
    assert np.sqrt(kept.paths) == pytest.approx(distances)


@pytest.mark.parametrize("dimension", [1, 2, 7])
def test_rms_is_the_root_of_the_steps(walk: ModuleType, dimension: int) -> None:
    """The squared distance has mean N exactly; 5 standard errors of it are allowed."""
    result = walk.main(dimensions=[dimension], walkers=20_000, steps=100, seed=3)
    error = math.sqrt(2 / dimension) / math.sqrt(20_000)
    assert result["rms_ratio"] ** 2 == pytest.approx(1, abs=5 * error)
    assert result["table"][0]["predicted rms"] == 10


def test_the_mean_in_one_dimension_is_exactly_known(walk: ModuleType) -> None:
    steps, walkers = 100, 20_000
    result = walk.main(dimensions=[1], walkers=walkers, steps=steps, seed=4)
    places = np.arange(-steps, steps + 1, 2)
    chances = stats.binom.pmf(np.arange(steps + 1), steps, 0.5)
    mean = float(chances @ abs(places))
    error = math.sqrt((steps - mean**2) / walkers)
    assert result["table"][0]["mean distance"] == pytest.approx(mean, abs=5 * error)


@pytest.mark.parametrize("dimension", [1, 2, 5, 20, 1000])
def test_the_chi_mean_is_that_of_the_distribution(walk: ModuleType, dimension: int) -> None:
    assert walk.chi_mean(dimension) * math.sqrt(dimension) == pytest.approx(
        stats.chi(dimension).mean()
    )


def test_predictions_at_the_defaults(walk: ModuleType) -> None:
    result = walk.main()
    assert [row["dimension"] for row in result["table"]] == [5, 10, 20]
    for row in result["table"]:
        assert row["predicted mean"] == pytest.approx(
            math.sqrt(1000 / row["dimension"]) * stats.chi(row["dimension"]).mean()
        )
    expected = np.mean([stats.chi(d).mean() / math.sqrt(d) for d in (5, 10, 20)])
    assert result["chi_ratio"] == pytest.approx(result["mean_ratio"] / expected)
    assert result["chi_ratio"] == pytest.approx(1, abs=0.02)
    assert result["rms_ratio"] == pytest.approx(1, abs=0.02)
    assert result["exponent"] == pytest.approx(0.5, abs=0.02)


def test_the_exponent_of_a_pure_power_is_found(walk: ModuleType) -> None:
    assert walk.fitted_exponent(3 * np.arange(501) ** 0.7) == pytest.approx(0.7)


def test_returns_to_the_origin_follow_the_renewal_equation(walk: ModuleType) -> None:
    """In one and two dimensions the chance to be at the origin after 2n steps is a binomial."""
    one = [math.comb(2 * n, n) / 4**n for n in range(51)]
    two = [chance**2 for chance in one]
    for dimension, chances in ((1, one), (2, two)):
        expected = returning(chances)
        found = walk.main(dimensions=[dimension], walkers=20_000, steps=100, seed=5)["returned"]
        error = math.sqrt(expected * (1 - expected) / 20_000)
        assert found == pytest.approx(expected, abs=5 * error)


def test_in_three_dimensions_about_a_third_return(walk: ModuleType) -> None:
    """Pólya's constant is 0.340537; all but about 0.01 of it come within 1000 steps."""
    found = walk.main(dimensions=[3], walkers=10_000, steps=1000, seed=6)["returned"]
    assert 0.31 < found < 0.3405 + 5 * math.sqrt(0.34 * 0.66 / 10_000)


def test_the_seed_decides(walk: ModuleType) -> None:
    def ratio(seed: int) -> float:
        return float(walk.main(dimensions=[2], walkers=50, steps=20, seed=seed)["rms_ratio"])

    assert ratio(1) == ratio(1)
    assert ratio(1) != ratio(2)


def test_figures_have_a_panel_for_each_dimension(walk: ModuleType) -> None:
    result = walk.main(dimensions=[1, 2, 3, 4], walkers=10, steps=20)
    titles = [axes.get_title(loc="left") for axes in result["distances"].axes]
    assert titles[:4] == ["$D = 1$", "$D = 2$", "$D = 3$", "$D = 4$"]
    assert len(result["fit"].axes) == 2


def test_more_than_the_memory_holds_is_refused(walk: ModuleType) -> None:
    with pytest.raises(ValueError, match="Too much to hold"):
        walk.main(dimensions=[3, 1000], walkers=100_000, steps=10)


@pytest.mark.parametrize("dimensions", [[], [3, 0], [1] * 13])
def test_impossible_dimensions_are_refused(walk: ModuleType, dimensions: list[int]) -> None:
    described = signature.read(Path(str(walk.__file__)).read_text(), "random_walk")
    with pytest.raises(BadInput, match="dimensions"):
        signature.bind(described, {"dimensions": dimensions})


def test_its_examples(walk: ModuleType) -> None:
    assert doctest.testmod(walk) == (0, 1)
