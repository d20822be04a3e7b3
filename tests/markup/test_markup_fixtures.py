"""Notes in our own sentences that hold what notes of others do: each comes out whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.library.front import front_matter
from app.markup import Rendered, page_text, render

FIXTURES = sorted((Path(__file__).parent / "fixtures").glob("*.md"))


def rendered(path: Path) -> tuple[str, Rendered]:
    source = path.read_text(encoding="utf-8")
    front = front_matter.parse(source, path.name)
    return source, render(front.body, path=path.stem, first_line=front.body_line)


def test_every_fixture_is_loaded() -> None:
    assert len(FIXTURES) == 3


@pytest.mark.parametrize("path", FIXTURES, ids=[path.stem for path in FIXTURES])
def test_nothing_of_it_is_a_problem(path: Path) -> None:
    _, note = rendered(path)
    assert note.problems == []
    assert page_text.read(note.html).text == note.text
    assert not any(sign in note.text for sign in ("**", "[^", "^[", "~~", "- ["))


@pytest.mark.parametrize("path", FIXTURES, ids=[path.stem for path in FIXTURES])
def test_each_block_is_on_its_lines(path: Path) -> None:
    """The first word of each block stands on the lines that the map gives."""
    source, note = rendered(path)
    lines = source.split("\n")
    for start, end, first, last in note.lines:
        word = note.text[start:end].split()[0].strip("$*{}")
        assert word in "\n".join(lines[first - 1 : last])
