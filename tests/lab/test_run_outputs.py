"""What an analysis may return, and its figures on a dark page."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import pyplot
from matplotlib.image import imread

from app.errors import BadInput
from app.lab.outputs import admitted, beside, dark, png, results, style
from app.settings import PROJECT


def test_tables_of_dicts_lists_and_arrays(tmp_path: Path) -> None:
    returned = {
        "dicts": [{"a": 1, "b": date(2026, 11, 21)}, {"a": np.float64(0.5), "c": None}],
        "array": np.arange(4).reshape(2, 2),
        "flat": [1.5, 2.5],
    }
    dicts, array, flat = results.kept(returned, tmp_path)
    assert dicts.value["columns"] == ["a", "b", "c"]
    assert dicts.value["rows"] == [[1, "2026-11-21", None], [0.5, None, None]]
    assert (array.value["rows"], flat.value["rows"]) == ([[0, 1], [2, 3]], [[1.5], [2.5]])
    assert (tmp_path / "dicts.csv").read_text() == "a,b,c\n1,2026-11-21,\n0.5,,\n"


def test_a_long_table_is_bounded_and_says_so(tmp_path: Path) -> None:
    (made,) = results.kept({"long": [{"n": n} for n in range(20_000)]}, tmp_path)
    assert (made.value["total"], made.value["kept"]) == (20_000, results.MOST_ROWS)
    assert len(made.value["rows"]) == results.ROWS_IN_PAGE
    assert len(json.loads((tmp_path / "long.json").read_text())["rows"]) == results.MOST_ROWS


@pytest.mark.parametrize(
    ("returned", "words"),
    [
        (None, "None"),
        ([1], "type list"),
        ({"x": {1}}, "'x' of type set"),
        ({"x": {"a": 1}}, "'x' of type dict"),
        ({"x": 1j}, "'x' of type complex"),
        ({"x": [{"a": object()}]}, "cell of type object"),
        ({"a/b": 1}, "'a/b'"),
        ({1: 1}, "named 1"),
        ({"x": 1, "X": 2}, "only in case"),
        ({f"x{n}": n for n in range(101)}, "101 outputs"),
    ],
)
def test_anything_else_is_named(tmp_path: Path, returned: Any, words: str) -> None:
    with pytest.raises(BadInput) as caught:
        results.kept(returned, tmp_path)
    assert words in caught.value.message


JSONLIKE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.text("abXY_-", max_size=4), JSONLIKE, max_size=3))
def test_whatever_is_returned_is_kept_as_json_or_refused(
    tmp_path_factory: pytest.TempPathFactory, returned: dict[str, Any]
) -> None:
    folder = tmp_path_factory.mktemp("outputs")
    try:
        made = results.kept(returned, folder)
    except BadInput:
        return
    json.dumps([row.value for row in made], allow_nan=False)
    told = [
        {"name": row.name, "kind": row.kind, "value": row.value, "files": row.files} for row in made
    ]
    assert admitted.admitted(told, folder) == made


def test_a_figure_is_the_same_painted_beside_and_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    style.apply()
    made = []
    for here in (False, True):
        monkeypatch.setattr(beside, "alone", lambda here=here: not here)
        figure, axes = pyplot.subplots()
        axes.plot([1, 2], [3, 4])
        results.kept({"same": figure}, tmp_path)
        made.append({file.name: file.read_bytes() for file in tmp_path.iterdir()})
    assert made[0] == made[1]
    assert set(made[0]) == {"same.svg", "same.dark.svg", "same.png", "same.data.csv"}


def test_what_fails_beside_fails_here_and_says_why(tmp_path: Path) -> None:
    figure, _ = pyplot.subplots()
    (tmp_path / "x.png").mkdir()
    with pytest.raises(IsADirectoryError):
        results.kept({"x": figure}, tmp_path)


def test_numbers_in_a_tuple_are_a_table(tmp_path: Path) -> None:
    made = results.kept({"x": (1, 2.5)}, tmp_path)
    assert made[0].value["rows"] == [[1], [2.5]]


def test_a_figure_is_the_same_file_each_time_and_has_a_dark_twin(tmp_path: Path) -> None:
    style.apply()
    names = []
    for name in ("one", "two"):
        figure, axes = pyplot.subplots()
        axes.plot([1, 2], [3, 4], label="up")
        axes.legend()
        results.kept({"same": figure}, tmp_path)
        names.append((tmp_path / "same.svg").read_bytes() + (tmp_path / "same.png").read_bytes())
        assert name
    assert names[0] == names[1]
    light, night = (tmp_path / f"same{end}.svg" for end in ("", ".dark"))
    for svg in (light, night):
        ElementTree.fromstring(svg.read_text())
    assert style.INK in light.read_text()
    assert style.INK not in night.read_text()
    assert dark.turned(style.INK) in night.read_text()
    assert "fill: #ffffff" not in light.read_text()


def test_a_figure_stands_on_its_own_ground_or_on_that_of_all(tmp_path: Path) -> None:
    style.apply()
    for ground, alpha in (("auto", 1.0), ("none", 0.0)):
        with pyplot.rc_context({"savefig.facecolor": ground}):
            figure, _ = pyplot.subplots(facecolor="#ffeecc")
            results.kept({"same": figure}, tmp_path)
        assert imread(tmp_path / "same.png")[0, 0, 3] == alpha


DRAWING = r"""
import os
import sys
from pathlib import Path
from matplotlib import pyplot
from app.lab.outputs import beside, fonts, results, style

pyplot.switch_backend("agg")
style.apply()
folder, made = Path(sys.argv[1]), set()
assert beside.alone() or len(os.sched_getaffinity(0)) == 1
for dpi in (100, 200) * 6:
    figure, axes = pyplot.subplots(2, 2, dpi=dpi)
    for each in axes.flat:
        each.set(title=r"Of $\mathcal{A}$, $\mathfrak{b}$", xlabel="in words", ylabel=r"$x_i$")
    results.figure("same", figure, folder)
    made.add(tuple((folder / f"same.{end}").read_bytes() for end in ("svg", "png")))
    pyplot.close("all")
    fonts.forget()
print(len(made))
"""


def test_the_painter_and_the_writer_never_read_one_open_font(tmp_path: Path) -> None:
    """Ten in thirty failed, or had another glyph, where the painter went on with fonts that were
    opened before its fork; in a process without other threads, as a run is one."""
    drawn = subprocess.run(
        [sys.executable, "-c", DRAWING, str(tmp_path)],
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (drawn.stdout, drawn.stderr) == ("2\n", "")  # one for each layout


@pytest.mark.parametrize("box", [None, "tight"])
@pytest.mark.parametrize("layout", [None, "constrained", "compressed", "tight"])
def test_the_files_are_those_that_savefig_makes(tmp_path: Path, layout: Any, box: Any) -> None:
    style.apply()
    with pyplot.rc_context({"savefig.bbox": box}):
        results.kept({"ours": two_plots(layout)}, tmp_path)
        plain = two_plots(layout)
        plain.get_layout_engine().execute(plain)
        plain.set_layout_engine("none")
        plain.savefig(tmp_path / "plain.svg", metadata={"Date": None, "Creator": None})
        plain.savefig(tmp_path / "plain.png", dpi=200)
    ours, theirs = (imread(tmp_path / f"{name}.png") for name in ("ours", "plain"))
    assert np.array_equal(ours, theirs)
    assert (tmp_path / "ours.svg").read_bytes() == (tmp_path / "plain.svg").read_bytes()


def two_plots(layout: Any) -> Any:
    figure, both = pyplot.subplots(1, 2, layout=layout, facecolor="red")
    figure.colorbar(both[1].imshow(np.arange(12).reshape(3, 4)))
    both[0].plot([0.5, 7], label=r"$\sqrt{x}$")
    both[0].set(title="Two", ylabel="long\nlabel")
    return figure


@given(st.integers(1, 5), st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_a_picture_is_read_back_as_it_was(height: int, width: int, seed: int) -> None:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 4), np.uint8)
    found = imread(io.BytesIO(png.encoded(pixels, 200)))
    assert np.array_equal(np.round(found * 255), pixels)


COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@given(COLOURS)
def test_a_dark_colour_becomes_light_and_a_light_one_dark(colour: str) -> None:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    turned = dark.turned(colour)
    after = [int(turned[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    before = dark.to_oklab(*channels)[0]
    wanted = min(dark.LIGHTEST, max(dark.DARKEST, dark.DARK_INK + dark.SLOPE * (dark.INK - before)))
    assert abs(dark.to_oklab(*after)[0] - wanted) < 0.02


@given(st.text('abc#;:"= fill0123456789', max_size=60))
def test_only_colours_change(text: str) -> None:
    assert len(dark.recoloured(text)) == len(text)
    assert dark.recoloured("no colour: #12345 url(#fill)") == "no colour: #12345 url(#fill)"


def test_what_is_none_is_kept_as_none_with_the_rest(tmp_path: Path) -> None:
    made = results.kept({"a": 1, "ratio": None, "b": "two"}, tmp_path)
    assert [(each.name, each.kind, each.value) for each in made] == [
        ("a", "value", 1),
        ("ratio", "value", None),
        ("b", "text", "two"),
    ]
    told = [vars(each) for each in made]
    assert admitted.admitted(told, tmp_path) == made
