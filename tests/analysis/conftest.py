"""An analysis is loaded by its path, as the lab does it, and its figures are closed again."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import matplotlib as mpl
import pytest

mpl.use("Agg")
FOLDER = Path(__file__).parents[2] / "analysis"


@pytest.fixture(scope="module")
def analysis() -> Callable[[str], ModuleType]:
    """The module of an analysis, by its name."""

    def load(name: str) -> ModuleType:
        spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
        return module

    return load


@pytest.fixture(autouse=True)
def no_figure_stays_open() -> Iterator[None]:
    from matplotlib import pyplot

    yield
    pyplot.close("all")
