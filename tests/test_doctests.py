"""The examples in the docstrings of app/ are true."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import app

ENTRIES = {"app.web.server"}  # makes the application when it is imported
MODULES = [
    found.name for found in pkgutil.walk_packages(app.__path__, "app.") if found.name not in ENTRIES
]


def test_there_are_examples() -> None:
    finder = doctest.DocTestFinder(exclude_empty=True)
    modules = (importlib.import_module(name) for name in MODULES)
    assert sum(bool(test.examples) for module in modules for test in finder.find(module)) > 10


@pytest.mark.parametrize("name", MODULES)
def test_examples_are_true(name: str) -> None:
    failed, _ = doctest.testmod(importlib.import_module(name))
    assert failed == 0
