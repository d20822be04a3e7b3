"""A choice of parameters written into a note: only that changes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import BadInput
from app.lab.shown import keep
from app.markup import render
from app.markup.rendered import Block

DEFAULTS = {"steps": 3, "label": "", "sizes": [5], "rate": 0.5, "on": False, "day": None}


def bound(said: Mapping[str, Any]) -> dict[str, Any]:
    return {**DEFAULTS, **said}


def kept(source: str, name: str = "walk", **params: Any) -> str:
    (block,) = [each for each in render(source).blocks if each.name == name]
    whole = {**bound(block.params), **params}
    return keep.kept(source, block, whole, DEFAULTS, bound)


@pytest.mark.parametrize(
    ("yaml", "params", "result"),
    [
        ("script: walk", {"steps": 4}, "script: walk\nparams: {steps: 4}"),
        ("script: walk # why\nshow: [a]", {"steps": 4},
         "script: walk # why\nparams: {steps: 4}\nshow: [a]"),
        ("script: walk\nparams: {steps: 4, rate: 0.5}", {"steps": 3}, "script: walk"),
        ("script: walk\nparams: {steps: 4, rate: 0.5} # so", {"steps": 3},
         "script: walk\nparams: {steps: 3, rate: 0.5} # so"),
        ("script: walk\nparams:\n  # two\n  steps: 4  # four\n  # more", {"steps": 3},
         "script: walk\nparams:\n  # two\n  steps: 3  # four\n  # more"),
        ("script: walk\nparams: {steps: 4, rate: 0.5} # so", {"steps": 5},
         "script: walk\nparams: {steps: 5, rate: 0.5} # so"),
        ("script: walk\nparams:\n  steps: 4  # four\n  # more\n  sizes:\n    - 1\n    - 2 # two",
         {"sizes": [7], "on": True},
         "script: walk\nparams:\n  steps: 4  # four\n  # more\n  sizes: [7] # two\n  \"on\": true"),
        ("script: walk\nparams:", {"label": "a: b"}, 'script: walk\nparams: {label: "a: b"}'),
        ("script: walk\nparams: {}", {"rate": 1e-9}, "script: walk\nparams: {rate: 1.0e-09}"),
        ("params: {steps: 0x10}\nscript: walk", {"label": "no"},
         'params: {steps: 0x10, label: "no"}\nscript: walk'),
        ("{script: walk, params: {steps: 9}}", {"steps": 3}, "{script: walk, params: {}}"),
        ("{script: walk}", {"steps": 4}, "{script: walk, params: {steps: 4}}"),
        ("script: walk\nparams:\n  label: |\n    two\n    lines\nas: walk", {"label": "one"},
         "script: walk\nparams:\n  label: one\nas: walk"),
        ("script: walk\nparams: {day: 2024-01-01}", {"day": "2025-02-03"},
         'script: walk\nparams: {day: "2025-02-03"}'),
    ],
)  # fmt: skip
def test_only_the_parameters_change(yaml: str, params: dict[str, Any], result: str) -> None:
    note = "---\ntitle: A\n---\nBefore.\n\n```analysis\n{}\n```\n\nAfter.  \n"
    assert kept(note.format(yaml) if "{" not in yaml else note.replace("{}", yaml), **params) == (
        note.replace("{}", result)
    )


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("before", ["", "> ", "  "])
def test_where_the_block_stands_does_not_matter(before: str, newline: str) -> None:
    top = "- item\n\n" if before == "  " else ""
    inner = "```analysis\nscript: walk\nparams: {steps: 4}\n```\n"
    source = (top + re.sub("^", before, inner, flags=re.MULTILINE).rstrip(" >")).replace(
        "\n", newline
    )
    assert kept(source, steps=5) == source.replace("4", "5")
    assert "params" not in kept(source, steps=3)
    assert render(kept(source, steps=3)).blocks[0].script == "walk"
    more = kept(kept(source, steps=3), label="x")
    assert more == source.replace("{steps: 4}", "{label: x}")


def test_what_cannot_be_found_is_left_to_the_editor() -> None:
    for source, line in (("text\n", 1), ("```analysis\nscript: other\n```\n", 1), ("", 9)):
        with pytest.raises(BadInput):
            keep.kept(source, Block("walk", "walk", {}, None, line), {}, {}, dict)


VALUES = {
    "steps": st.integers(-(2**63), 2**63 - 1),
    "label": st.text(st.characters(exclude_categories=("Cs",)), max_size=8),
    "sizes": st.lists(st.integers(-9, 9), max_size=3),
    "rate": st.floats(allow_nan=False, allow_infinity=False),
    "on": st.booleans(),
    "day": st.none() | st.dates().map(str),
}
CHOICES = st.fixed_dictionaries({}, optional=VALUES)


@settings(deadline=None, max_examples=60)
@given(CHOICES, CHOICES, st.sampled_from(["\n", "\r\n"]))
def test_what_is_kept_is_read_again_and_nothing_else_is_touched(
    first: dict[str, Any], second: dict[str, Any], newline: str
) -> None:
    plain = "Before\n\n```analysis\nscript: walk # c\nshow: [a]\n```\n\nAfter".replace(
        "\n", newline
    )
    for source in (plain, kept(plain, **first)):
        written = kept(source, **second)
        (block,) = render(written).blocks
        assert bound(block.params) == {**bound(render(source).blocks[0].params), **second}
        assert re.sub(r"params: \{.*\}\r?\n", "", written) == plain
