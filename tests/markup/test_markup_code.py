"""Highlighting of code: what is plain because a lexer could take too long for it."""

from __future__ import annotations

import pytest

from app.markup import code, render

LINE = "int x;\n"


def is_highlighted(html: str) -> bool:
    return "<span class=" in html


@pytest.mark.parametrize(
    "source",
    [
        LINE * 10 + "\n \n" * 5_400,
        LINE * 3_000,
        LINE + "a" * 1_001,
        LINE + "(" * 200,
        LINE + " " * 200 + "x",
    ],
)
def test_code_that_no_program_has_is_plain(source: str) -> None:
    html = render(f"```c\n{source}\n```", path="n").html
    assert "int x;" in html
    assert not is_highlighted(html)


def test_code_with_some_blank_lines_and_long_lines_is_highlighted() -> None:
    ruled = "// " + "-" * 120 + "\n"
    source = ruled + LINE + "\n" * 10 + LINE + 'char *y = "' + "a" * 700 + '";\n'
    assert is_highlighted(render(f"```c\n{source}```", path="n").html)


def test_a_block_that_takes_too_long_is_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(code, "SECONDS", -1.0)
    html = code.highlight("int too_long;\n", "c")
    assert html == "int too_long;\n"


@pytest.mark.parametrize(("limit", "value"), [("IN_A_NOTE", 10), ("SECONDS_OF_NOTE", 0.0)])
def test_what_a_note_has_beyond_its_share_is_plain(
    monkeypatch: pytest.MonkeyPatch, limit: str, value: float
) -> None:
    monkeypatch.setattr(code, limit, value)
    body = f"```c\nint {limit.lower()}_a;\n```\n\nand\n\n```c\nint b_of_note;\n```\n"
    first, second = render(body, path="n").html.split("and")
    assert is_highlighted(first)
    assert not is_highlighted(second)
    assert render(body, path="n").html == f"{first}and{second}"
