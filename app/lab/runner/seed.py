"""Chance that repeats: what an analysis draws depends on its `seed` alone.

>>> start({"seed": 7})
>>> first = random.random()
>>> start({"seed": 7})
>>> random.random() == first
True
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import numpy as np

NUMPY_SEEDS = 2**32  # numpy.random.seed takes no larger one


def start(params: Mapping[str, Any]) -> None:
    """Start `random` and `numpy.random` from the parameter `seed`, else from 0."""
    given = params.get("seed")
    seed = given if isinstance(given, int) else 0
    random.seed(seed)
    np.random.seed(seed % NUMPY_SEEDS)
