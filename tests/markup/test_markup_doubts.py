"""What a note refers to in itself and does not have, with its line."""

from __future__ import annotations

import pytest

from app.markup import render


def found(source: str) -> list[tuple[int, str]]:
    return [(problem.line, problem.reason) for problem in render(source, first_line=10).problems]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("A[^missing].", [(10, "The footnote «missing» is not defined.")]),
        ("One\ntwo\\\nthree [^no]", [(12, "The footnote «no» is not defined.")]),
        ("> - *A[^q]*\n", [(10, "The footnote «q» is not defined.")]),
        ("A[^1]\n\n[^1]: B[^2]", [(12, "The footnote «2» is not defined.")]),
        ("A[^n] b[^n]\nc[^n]", [(line, "The footnote «n» is not defined.") for line in (10, 11)]),
        ("A\n\n[^un]: Unused.", [(12, "Nothing refers to the footnote «un».")]),
        (
            "[a](#b) [[#C d]]",
            [(10, "This note has no heading «b»."), (10, "This note has no heading «c-d».")],
        ),
        ("A\n\n[[#^b]]", [(12, "This note has no block «^b».")]),
        ("[[#A#B]]\n\n## B", []),
        ("# T\n\n## A *b*\n\n[a](#a-b) [[#A b]] [[#T]] [top](#) [[#^x]]\n\nWords. ^x", []),
        ("A[^1] b[^B] ^[in place]\n\n[^1]: One[^2].\n[^2]: Two.\n[^b]: B.", []),
        ("`[^code]` $[^m]$ \\[^esc] [^text](https://example.org)\n\n    [^block]\n", []),
        ("```\n[^fence]\n```\n\nThe pattern [^a-z]+, or [^,;] or [^0-9].", []),
    ],
)
def test_doubts(source: str, expected: list[tuple[int, str]]) -> None:
    assert found(source) == expected
