"""Blocks that show a sweep: what is read, what is refused in words."""

from __future__ import annotations

import pytest

from app.markup.blocks import BadBlock, read


def test_a_grid_and_what_is_drawn_of_it() -> None:
    block = read(
        'script: walk\nsweep: {walkers: [10, 100], seed: "0:20", day: [2026-01-01]}\n'
        "plot: rms_ratio against walkers by seed\n",
        1,
    )
    assert block.sweep == {"walkers": [10, 100], "seed": "0:20", "day": ["2026-01-01"]}
    assert block.plot == "rms_ratio against walkers by seed"
    assert read("script: walk\n", 1).sweep is None


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ("sweep: [1]", "sweep is a mapping"),
        ("sweep: {}", "sweep is a mapping"),
        ("sweep: {seed: 1:20}", "sweep.seed is a list, or a range in quotes"),
        ("sweep: {seed: .nan}", "sweep.seed is not a finite number"),
        ("plot: a against b", "the block has none"),
        ("sweep: {seed: [1]}\nplot: a over b", "plot says what is drawn"),
        ("sweep: {seed: [1]}\nplot: [a]", "plot says what is drawn"),
    ],
)
def test_what_is_no_sweep_is_refused(keys: str, message: str) -> None:
    with pytest.raises(BadBlock, match=message.replace(".", r"\.")):
        read(f"script: walk\n{keys}\n", 1)
