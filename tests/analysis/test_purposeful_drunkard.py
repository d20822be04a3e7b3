"""Principal components of a walk against the spectrum of a path and against numpy's SVD."""

from __future__ import annotations

import doctest
import math
from collections.abc import Callable
from types import ModuleType

import numpy as np
import pytest


@pytest.fixture(scope="module")
def drunkard(analysis: Callable[[str], ModuleType]) -> ModuleType:
    return analysis("purposeful_drunkard")


def path_laplacian(places: int) -> np.ndarray:
    differences = np.diff(np.eye(places), axis=0)
    return differences.T @ differences


def test_shares_are_the_spectrum_of_a_path(drunkard: ModuleType) -> None:
    places = 30
    inverse = np.linalg.pinv(path_laplacian(places))
    values = np.sort(np.linalg.eigvalsh(inverse))[::-1]
    assert values.sum() == pytest.approx((places**2 - 1) / 6)
    assert drunkard.shares(places, 29) == pytest.approx(values[:29] / values.sum())
    assert drunkard.shares(places, 29).sum() == pytest.approx(1)


def test_cosines_are_its_eigenvectors(drunkard: ModuleType) -> None:
    curves = drunkard.cosines(30, 5)
    assert curves @ curves.T == pytest.approx(np.eye(5))
    for k, curve in enumerate(curves, start=1):
        eigenvalue = 4 * math.sin(math.pi * k / 60) ** 2
        assert path_laplacian(30) @ curve == pytest.approx(eigenvalue * curve)


def test_expected_inner_products_are_the_inverse_of_the_path(drunkard: ModuleType) -> None:
    """Centred sums of independent steps have the covariance that the docstring names."""
    places = 12
    centre = np.eye(places) - 1 / places
    sums = np.tril(np.ones((places, places)))
    expected = centre @ sums @ sums.T @ centre
    assert expected == pytest.approx(np.linalg.pinv(path_laplacian(places)))


def test_components_are_those_of_a_singular_value_decomposition(drunkard: ModuleType) -> None:
    walk = np.cumsum(np.random.default_rng(2).standard_normal((25, 60)), axis=0)
    found = drunkard.principal(walk, 4)
    left, singular, _ = np.linalg.svd(walk - walk.mean(axis=0), full_matrices=False)
    assert found.shares == pytest.approx(singular[:4] ** 2 / (singular**2).sum())
    overlaps = abs((found.courses * left[:, :4].T).sum(axis=1))
    assert overlaps == pytest.approx(np.ones(4))


def test_a_walk_in_many_dimensions_reaches_the_limit(drunkard: ModuleType) -> None:
    result = drunkard.main(dimension=20_000, places=200)
    assert result["first_share"] == pytest.approx(6 / math.pi**2, abs=0.01)
    assert result["first_two_shares"] == pytest.approx(6 / math.pi**2 * 1.25, abs=0.01)
    assert result["largest_share_error"] < 0.01
    assert result["first_overlap"] > 0.999


def test_the_values_are_those_of_the_table(drunkard: ModuleType) -> None:
    result = drunkard.main(dimension=100, places=50)
    rows = result["table"]
    assert [row["component"] for row in rows] == [1, 2, 3, 4, 5, 6]
    assert result["first_share"] == rows[0]["share"]
    assert result["first_two_shares"] == pytest.approx(rows[0]["share"] + rows[1]["share"])
    assert result["first_overlap"] == rows[0]["overlap with cosine"]
    errors = [abs(row["share"] - row["exact share"]) for row in rows]
    assert result["largest_share_error"] == pytest.approx(max(errors))
    for k, row in enumerate(rows, start=1):
        assert row["6/(πk)²"] == pytest.approx(6 / (math.pi * k) ** 2)
        assert row["exact share"] == pytest.approx(row["6/(πk)²"], rel=k**2 / 50)


def test_the_seed_decides(drunkard: ModuleType) -> None:
    def share(seed: int) -> float:
        return float(drunkard.main(dimension=20, places=20, seed=seed)["first_share"])

    assert share(1) == share(1)
    assert share(1) != share(2)


def test_the_figure_shows_the_walk_and_the_cosines(drunkard: ModuleType) -> None:
    left, right = drunkard.main(dimension=50, places=40)["components"].axes
    assert len(left.get_lines()) == 6
    _, cosine = right.get_lines()
    assert np.asarray(cosine.get_xdata()) == pytest.approx(
        math.sqrt(2) * np.cos(np.pi * (np.arange(40) + 0.5) / 40)
    )


def test_its_examples(drunkard: ModuleType) -> None:
    assert doctest.testmod(drunkard) == (0, 1)
