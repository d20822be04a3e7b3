"""A block's caption: the author's sentence, in the placeholder and in the canonical text."""

from __future__ import annotations

from app.markup import fill, render

NOTE = """Before.

```analysis
script: walk
caption: "Walkers in $2$ dimensions, see [[length]]: <script>alert(1)</script> *faint*."
```
"""


def given_of(html: str) -> dict[str, str]:
    found: list[dict[str, str]] = []
    fill(html, {"output": lambda given: found.append(given) or ""})  # type: ignore[func-returns-value]
    return found[0]


def test_a_caption_is_safe_html_with_formulas_and_links() -> None:
    rendered = render(NOTE)
    caption = given_of(rendered.html)["caption"]
    assert "katex" in caption
    assert "<em>faint</em>" in caption
    assert "<script" not in caption
    filled = fill(caption, {"link": lambda given: f'<a href="/{given["target"]}">'})
    assert '<a href="/length">length</a>' in filled
    assert [link.target for link in rendered.links] == ["length"]


def test_a_caption_is_in_the_canonical_text_on_a_line_of_its_own() -> None:
    before, block, caption = render(NOTE).text.split("\n")
    assert (before, block) == ("Before.", "{{walk}}")
    assert caption.startswith("Walkers in $2$ dimensions, see length:")


def test_without_a_caption_there_is_none() -> None:
    assert "caption" not in given_of(render("```analysis\nscript: walk\n```\n").html)


def test_a_caption_that_is_no_sentence_is_a_problem() -> None:
    (problem,) = render("```analysis\nscript: walk\ncaption: [1]\n```\n").problems
    assert "caption is a sentence" in problem.reason
