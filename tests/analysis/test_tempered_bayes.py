"""Posteriors on the grid against closed forms and scipy's distributions."""

from __future__ import annotations

import doctest
import math
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from scipy import integrate, stats

from app.errors import BadInput
from app.lab import signature


@pytest.fixture(scope="module")
def bayes(analysis: Callable[[str], ModuleType]) -> ModuleType:
    return analysis("tempered_bayes")


@pytest.mark.parametrize("beta", [0.0, 0.25, 0.5, 1.0, 4.0])
def test_the_tempered_posterior_is_a_beta_distribution(bayes: ModuleType, beta: float) -> None:
    result = bayes.main(heads=7, throws=10, beta=beta)
    expected = stats.beta(1 + beta * 7, 1 + beta * 3)
    assert result["mean"] == pytest.approx(expected.mean(), abs=1e-13)
    assert result["sd"] == pytest.approx(expected.std(), abs=1e-13)
    assert abs(result["mean_error"]) < 1e-13
    assert abs(result["sd_error"]) < 1e-13
    assert abs(result["normalisation_error"]) < 1e-12
    assert result["effective_throws"] == pytest.approx(beta * 10, abs=1e-9)


def test_ordinary_bayes_counts_heads(bayes: ModuleType) -> None:
    """A uniform prior and β = 1: Laplace's rule of succession."""
    assert bayes.main(heads=7, throws=10, beta=1.0)["mean"] == pytest.approx(8 / 12)


@settings(deadline=None, max_examples=40)
@given(
    a=some.floats(0.1, 100),
    b=some.floats(0.1, 100),
    beta=some.floats(0, 100),
    heads=some.integers(0, 200),
    tails=some.integers(0, 200),
)
def test_the_grid_is_exact_for_every_model(
    bayes: ModuleType, a: float, b: float, beta: float, heads: int, tails: int
) -> None:
    model = bayes.Model(a, b, heads, heads + tails)
    found = bayes.integrate(model, "logarithmic", beta)
    expected = stats.beta(a + beta * heads, b + beta * tails)
    assert abs(bayes.normalisation_error(model, found)) < 1e-9
    assert found.mean == pytest.approx(expected.mean(), rel=1e-10)
    assert found.sd == pytest.approx(expected.std(), rel=1e-7)


@pytest.mark.parametrize("beta", [0.5, 1.0, 4.0])
def test_squared_loss_gives_a_normal_distribution_cut_at_0_and_1(
    bayes: ModuleType, beta: float
) -> None:
    """With a uniform prior n r(w) = n (w - k/n)² + a constant: variance 1/(2βn)."""
    result = bayes.main(heads=7, throws=10, beta=beta, loss="squared")
    sd = 1 / math.sqrt(2 * beta * 10)
    expected = stats.truncnorm((0 - 0.7) / sd, (1 - 0.7) / sd, loc=0.7, scale=sd)
    assert result["gibbs_mean"] == pytest.approx(expected.mean(), abs=1e-12)
    assert result["gibbs_sd"] == pytest.approx(expected.std(), abs=1e-10)


def test_absolute_loss_gives_an_exponential_cut_at_0_and_1(bayes: ModuleType) -> None:
    """With a uniform prior n r(w) = k (1 - w) + (n - k) w: density e^{cw}, c = β(2k - n)."""
    result = bayes.main(heads=7, throws=10, beta=0.5, loss="absolute")
    slope = 0.5 * (2 * 7 - 10)
    mean = 1 / (1 - math.exp(-slope)) - 1 / slope
    square = 1 / slope**2 - math.exp(slope) / (math.exp(slope) - 1) ** 2
    assert result["gibbs_mean"] == pytest.approx(mean, abs=1e-13)
    assert result["gibbs_sd"] == pytest.approx(math.sqrt(square), abs=1e-13)


def test_a_gibbs_posterior_with_another_prior_equals_quadrature(bayes: ModuleType) -> None:
    def density(w: float) -> float:
        return w**2 * (1 - w) * math.exp(-2 * (4 * (1 - w) ** 2 + 5 * w**2))

    result = bayes.main(heads=4, throws=9, beta=2.0, prior_a=3.0, prior_b=2.0)
    z, first, second = (
        integrate.quad(lambda w, p=power: density(w) * w**p, 0, 1, epsabs=1e-14)[0]
        for power in range(3)
    )
    assert result["gibbs_mean"] == pytest.approx(first / z)
    assert result["gibbs_sd"] == pytest.approx(math.sqrt(second / z - (first / z) ** 2))


def test_without_throws_the_prior_stays(bayes: ModuleType) -> None:
    result = bayes.main(heads=0, throws=0, beta=3.0, prior_a=2.0, prior_b=5.0)
    prior = stats.beta(2, 5)
    assert result["mean"] == result["gibbs_mean"] == pytest.approx(prior.mean())
    assert result["sd"] == result["gibbs_sd"] == pytest.approx(prior.std())
    assert result["effective_throws"] == pytest.approx(0, abs=1e-10)


def test_the_table_has_a_row_for_each_beta(bayes: ModuleType) -> None:
    result = bayes.main(beta=0.5, compare=[0.5, 1.0])
    assert [(row["β"], row["a"], row["b"]) for row in result["table"]] == [
        (0.5, 4.5, 2.5),
        (1.0, 8.0, 4.0),
    ]
    first, second = result["table"]
    assert first["tempered mean"] == result["mean"]
    assert first["tempered sd"] == result["sd"]
    assert (first["Gibbs mean"], first["Gibbs sd"]) == (result["gibbs_mean"], result["gibbs_sd"])
    assert second["tempered mean"] == pytest.approx(8 / 12)


def test_the_curves_are_the_densities(bayes: ModuleType) -> None:
    result = bayes.main(beta=1.0, compare=[])
    left, right = result["posteriors"].axes
    w, density = (np.asarray(each) for each in left.get_lines()[0].get_data())
    assert density == pytest.approx(stats.beta(8, 4).pdf(w))
    w, density = (np.asarray(each) for each in right.get_lines()[0].get_data())
    assert density.mean() == pytest.approx(1, abs=1e-4)


def test_more_heads_than_throws_are_refused(bayes: ModuleType) -> None:
    with pytest.raises(ValueError, match="3 heads in 2 throws"):
        bayes.main(heads=3, throws=2)


@pytest.mark.parametrize("compare", [[1.0] * 7, [-1.0]])
def test_impossible_betas_are_refused(bayes: ModuleType, compare: list[float]) -> None:
    described = signature.read(Path(str(bayes.__file__)).read_text(), "tempered_bayes")
    with pytest.raises(BadInput, match="compare"):
        signature.bind(described, {"compare": compare})


def test_its_examples(bayes: ModuleType) -> None:
    assert doctest.testmod(bayes) == (0, 1)
