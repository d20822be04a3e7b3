"""What changes when the likelihood is raised to a power, or replaced by a loss?

A coin shows heads k times in n throws; its probability of heads is w, with a Beta(a, b) prior p.
The tempered posterior p(D|w)^β p(w) is again a Beta, with a + βk and b + β(n - k): as if βn
throws had been seen. Writing the likelihood as exp(-n r(w)), with the logarithmic loss r, shows
the step that is left: any other empirical risk may stand there, and exp(-βn r(w)) p(w) / Z is the
generalised, or Gibbs, posterior.

Both are integrated here on the same grid, so that the closed form of the first vouches for the
second. The grid is even in t = log(w/(1 - w)): there the integrand dies exponentially on both
sides and the trapezoidal rule is exact to rounding, also where a density is infinite at 0 or 1.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import matplotlib.pyplot as plt
import numpy as np
from annotated_types import Interval, Len
from matplotlib.figure import Figure

from app.lab.command_line import run

LIMITS = {"wall_seconds": 20, "memory_mb": 2048}

REACH = 40.0  # exp(-40) is below the rounding of a double
POINTS = 400  # of each curve that is drawn


@dataclass(frozen=True)
class Model:
    """A coin's prior and throws."""

    a: float
    b: float
    heads: int
    throws: int

    @property
    def tails(self) -> int:
        return self.throws - self.heads


@dataclass(frozen=True)
class Posterior:
    """A density that is known up to its normalisation: log Z, and two moments."""

    beta: float
    density: Callable[[np.ndarray], np.ndarray]  # of t, with respect to w, not normalised: its log
    log_z: float
    mean: float
    sd: float


def main(
    heads: Annotated[int, Interval(ge=0, le=10_000), "throws that showed heads"] = 7,
    throws: Annotated[int, Interval(ge=0, le=10_000), "all throws"] = 10,
    beta: Annotated[float, Interval(ge=0, le=100), "inverse temperature β"] = 0.5,
    compare: Annotated[
        list[Annotated[float, Interval(ge=0, le=100)]], Len(0, 6), "more values of β to draw"
    ] = [0.0, 1.0, 4.0],
    loss: Annotated[Literal["squared", "absolute"], "loss of the Gibbs posterior"] = "squared",
    prior_a: Annotated[float, Interval(ge=0.1, le=100), "a of the Beta prior"] = 1.0,
    prior_b: Annotated[float, Interval(ge=0.1, le=100), "b of the Beta prior"] = 1.0,
) -> dict[str, Any]:
    check(heads, throws)
    model = Model(prior_a, prior_b, heads, throws)
    betas = [beta, *(each for each in compare if each != beta)]
    tempered = [integrate(model, "logarithmic", each) for each in betas]
    gibbs = [integrate(model, loss, each) for each in betas]
    mean, sd = closed_form(model, beta)
    return {
        "posteriors": draw(tempered, gibbs, loss),
        "table": [row(model, *pair) for pair in zip(tempered, gibbs, strict=True)],
        "mean": tempered[0].mean,
        "sd": tempered[0].sd,
        "mean_error": tempered[0].mean - mean,
        "sd_error": tempered[0].sd - sd,
        "normalisation_error": max(abs(normalisation_error(model, each)) for each in tempered),
        "effective_throws": effective_throws(model, tempered[0]),
        "gibbs_mean": gibbs[0].mean,
        "gibbs_sd": gibbs[0].sd,
    }


def check(heads: int, throws: int) -> None:
    """What the ranges in the signature cannot say."""
    if heads > throws:
        raise ValueError(f"{heads} heads in {throws} throws: there cannot be more than throws.")


def integrate(model: Model, loss: str, beta: float) -> Posterior:
    """Normalise exp(-βn r(w)) p(w), and take its moments."""

    def density(t: np.ndarray) -> np.ndarray:
        return log_prior(model, t) - beta * model.throws * risk(model, loss, t)

    t = grid(model, beta)
    weight = density(t) + log_w(t) + log_w(-t)  # dw = w (1 - w) dt
    largest = weight.max()
    share = np.exp(weight - largest)
    log_z = largest + math.log(share.sum() * (t[1] - t[0]))
    share /= share.sum()
    w = np.exp(log_w(t))
    mean = float(share @ w)
    return Posterior(beta, density, log_z, mean, math.sqrt(share @ (w - mean) ** 2))


def grid(model: Model, beta: float) -> np.ndarray:
    """Wide enough for the slowest tail, and finer than half the narrowest peak."""
    reach = REACH / min(1.0, model.a, model.b)
    step = min(0.25, 1 / math.sqrt(model.a + model.b + beta * model.throws))
    return np.linspace(-reach, reach, 2 * math.ceil(reach / step) + 1)


def log_w(t: np.ndarray) -> np.ndarray:
    """log w where t = log(w/(1 - w)); log(1 - w) is log_w(-t)."""
    return -np.logaddexp(0, -t)


def log_prior(model: Model, t: np.ndarray) -> np.ndarray:
    normalisation = log_beta(model.a, model.b)
    return (model.a - 1) * log_w(t) + (model.b - 1) * log_w(-t) - normalisation


def risk(model: Model, loss: str, t: np.ndarray) -> np.ndarray:
    """The mean loss over the throws; a throw is 1 for heads, 0 for tails."""
    if model.throws == 0:
        return np.zeros_like(t)
    if loss == "logarithmic":
        return -(model.heads * log_w(t) + model.tails * log_w(-t)) / model.throws
    power = {"squared": 2, "absolute": 1}[loss]
    w, other = np.exp(log_w(t)), np.exp(log_w(-t))
    return (model.heads * other**power + model.tails * w**power) / model.throws


def log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


def tempered_parameters(model: Model, beta: float) -> tuple[float, float]:
    """Those of the Beta distribution that the tempered posterior is."""
    return model.a + beta * model.heads, model.b + beta * model.tails


def closed_form(model: Model, beta: float) -> tuple[float, float]:
    """Mean and standard deviation of the tempered posterior.

    >>> closed_form(Model(1, 1, 1, 1), beta=1)[0] * 3
    2.0
    """
    a, b = tempered_parameters(model, beta)
    mean = a / (a + b)
    return mean, math.sqrt(mean * (1 - mean) / (a + b + 1))


def normalisation_error(model: Model, posterior: Posterior) -> float:
    """log Z of the grid less that of the closed form: the relative error of Z."""
    closed = log_beta(*tempered_parameters(model, posterior.beta)) - log_beta(model.a, model.b)
    return posterior.log_z - closed


def effective_throws(model: Model, posterior: Posterior) -> float:
    """The throws that a Beta posterior of this mean and spread would have come from."""
    spread = posterior.mean * (1 - posterior.mean) / posterior.sd**2
    return spread - 1 - model.a - model.b


def row(model: Model, tempered: Posterior, gibbs: Posterior) -> dict[str, float]:
    a, b = tempered_parameters(model, tempered.beta)
    return {
        "β": tempered.beta,
        "a": a,
        "b": b,
        "tempered mean": tempered.mean,
        "tempered sd": tempered.sd,
        "Gibbs mean": gibbs.mean,
        "Gibbs sd": gibbs.sd,
    }


def draw(tempered: list[Posterior], gibbs: list[Posterior], loss: str) -> Figure:
    """The two families side by side; the first posterior is drawn stronger."""
    figure, (left, right) = plt.subplots(
        1, 2, figsize=(6.5, 3), sharex=True, sharey=True, layout="constrained"
    )
    w = (np.arange(POINTS) + 0.5) / POINTS
    t = np.log(w) - np.log1p(-w)
    for axes, posteriors in ((left, tempered), (right, gibbs)):
        for number, each in sorted(enumerate(posteriors), key=lambda pair: pair[1].beta):
            width = 1.2 if number else 2.4
            curve = np.exp(each.density(t) - each.log_z)
            axes.plot(w, curve, f"C{number}", linewidth=width, label=f"β = {each.beta:g}")
        axes.set_xlabel("probability of heads $w$")
    left.set(title="tempered (logarithmic loss)", ylabel="density", ylim=(0, None))
    right.set(title=f"Gibbs ({loss} loss)")
    left.legend(loc="upper left", frameon=False)
    return figure


if __name__ == "__main__":
    run(main)
