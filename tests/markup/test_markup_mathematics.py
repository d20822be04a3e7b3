"""Typesetting in this process, in its threads and in its children."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.errors import Unavailable
from app.markup import mathematics, render
from app.markup.mathematics import typeset

FORKED = """
import os, sys, warnings
from app.markup.mathematics import typeset
assert typeset("a", display=False).html
warnings.simplefilter("ignore")
child = os.fork()
if child == 0:
    os._exit(0 if typeset("b", display=False).html else 1)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_a_formula_has_mathml_and_its_tex() -> None:
    formula = typeset(r"\frac{a}{b}", display=True)
    assert formula.error is None
    assert "<math" in formula.html
    assert r'application/x-tex">\frac{a}{b}<' in formula.html


def test_macros_are_used_and_are_part_of_the_cache_key() -> None:
    assert typeset(r"\E x", display=False).error == (
        r"\E is not defined: define it in this note, or for all of them in macros.yaml."
    )
    assert "mathbb" in typeset(r"\E x", display=False, macros={r"\E": r"\mathbb{E}"}).html


def test_a_macro_that_a_formula_defines_stays_in_it() -> None:
    assert typeset(r"\gdef\mine{x}\mine", display=False).error is None
    assert typeset(r"\mine", display=False).error


@pytest.mark.parametrize(
    "tex",
    [
        r"\frac{a",
        r"\def\a{\a\a}\a",
        r"\def\a#1{\a{#1#1}}\a{x}",
        "{" * 5_000 + "}" * 5_000,
        "x" * 30_000,
    ],
)
def test_a_bad_formula_has_a_reason(tex: str) -> None:
    formula = typeset(tex, display=False)
    assert formula.html == ""
    assert formula.error


@pytest.mark.parametrize(
    "tex", [r"\href{javascript:alert(1)}{x}", r"\htmlClass{run}{x}", r"\url{javascript:alert(1)}"]
)
def test_commands_that_make_html_of_the_author_do_nothing(tex: str) -> None:
    html = typeset(tex, display=False).html
    assert "href=" not in html
    assert 'class="run"' not in html


def test_a_formula_that_runs_too_long_is_stopped_and_the_next_one_is_typeset(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mathematics, "SECONDS", 0.001)
    slow = r"\begin{matrix}" + r"a&b\\" * 3_000 + r"\end{matrix}"
    assert "seconds" in (typeset(slow, display=False).error or "")
    monkeypatch.undo()
    assert typeset("after", display=False).error is None


def test_a_formula_that_takes_too_much_memory_is_stopped_and_the_next_one_is_typeset(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mathematics, "_engine", mathematics.Engine(mathematics.threading.Lock()))
    monkeypatch.setattr(mathematics, "MEMORY", 12_000_000)
    large = r"\begin{array}{c}" + r"\sqrt{a}\\" * 1_800 + r"\end{array}"
    assert "memory" in (typeset(large, display=True).error or "")
    monkeypatch.setattr(mathematics, "MEMORY", 256_000_000)
    assert typeset("after memory", display=False).error is None


def test_threads_share_the_engine() -> None:
    formulas = [f"x_{{{number}}}" for number in range(60)]
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda tex: typeset(tex, display=False).html, formulas))
    assert all(tex in html for tex, html in zip(formulas, found, strict=True))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_a_forked_child_has_an_engine_of_its_own() -> None:
    done = subprocess.run([sys.executable, "-c", FORKED], timeout=30, check=False)
    assert done.returncode == 0


def test_without_katex_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(mathematics, "KATEX", tmp_path / "missing.js")
    monkeypatch.setattr(mathematics, "_engine", mathematics.Engine(mathematics.threading.Lock()))
    with pytest.raises(Unavailable, match="make setup"):
        typeset("never before", display=False)


def test_a_failed_formula_is_a_problem_with_its_line() -> None:
    rendered = render("Fine.\n\n$$\n\\nope\n$$\n", first_line=7)
    assert [(found.line, found.reason[:5]) for found in rendered.problems] == [(9, "\\nope")]
    assert rendered.text == "Fine.\n$$\\nope$$"


def test_a_process_that_typeset_ends() -> None:
    """V8's own threads kept half of the processes from ending before the engine was closed."""
    code = "from app.markup.mathematics import typeset; typeset('N^2', display=False)"
    for _ in range(8):
        subprocess.run([sys.executable, "-c", code], check=True, timeout=30)


def test_inside_an_event_loop_too() -> None:
    async def inside() -> str:
        return typeset("x^{17} + \\aleph", display=False).html

    with ThreadPoolExecutor(1) as other:  # a browser's test may have a loop in this thread
        assert "katex" in other.submit(asyncio.run, inside()).result()
