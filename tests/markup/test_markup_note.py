"""What `render` finds in a note besides its HTML."""

from __future__ import annotations

from app.markup import Block, Claim, Heading, Link, as_html, fill, render
from app.markup.placeholders import typed

NOTE = """\
# Walks in $d$ dimensions

![A picture](a.png)

The *first* paragraph, with [a link](steps.md#Long%20Step) and $x^2$.[^1] Another sentence.

## Steps

```analysis
script: random_walk
params: {dimensions: [5, 10], seed: 1}
show: distances
as: wide
```

```claim
id: slow
text: It is [[slow]].
check: wide.ratio < 2
```

```python
x = 1
```

[^1]: A note.
"""


def test_title_summary_and_headings() -> None:
    rendered = render(NOTE, path="papers/walks", first_line=5)
    assert rendered.title == "Walks in $d$ dimensions"
    assert "Walks" not in rendered.html
    assert rendered.summary.startswith("The <em>first</em> paragraph, with a link and <span")
    assert rendered.summary.endswith(". Another sentence.")
    assert rendered.headings == [Heading(2, "steps", "Steps")]


def test_links_have_their_sentence() -> None:
    sentence = "The first paragraph, with a link and $x^2$."
    assert render(NOTE, path="papers/walks").links == [
        Link("./steps", "long-step", sentence),
        Link("slow", "", "It is slow."),
    ]


def test_sentences_of_several_links() -> None:
    source = "One [[a]].  Two [[b]]\nand [[c]]! Three."
    found = [link.sentence for link in render(source).links]
    assert found == ["One a.", "Two b and c!", "Two b and c!"]


def test_blocks_claims_media_and_code() -> None:
    rendered = render(NOTE, path="papers/walks", first_line=5)
    params = {"dimensions": [5, 10], "seed": 1}
    assert rendered.blocks == [Block("wide", "random_walk", params, ["distances"], 13)]
    html = 'It is <!--gloss:link {"target":"slow","fragment":""}-->slow</a>.'
    assert rendered.claims == [Claim("slow", html, "wide.ratio < 2", "holds", 20)]
    assert rendered.media == ["papers/a.png"]
    assert rendered.code == "x = 1\n"
    assert rendered.problems == []


def test_a_note_without_a_heading_has_no_title() -> None:
    assert render("Words.").title is None
    assert render("").html == ""


def test_lines_of_problems_count_in_the_file() -> None:
    rendered = render("a\n\n```claim\nid: x\n```\n\n![x](../y.png)\n", path="n", first_line=10)
    assert [(found.line, found.reason[:9]) for found in rendered.problems] == [
        (12, "The claim"),
        (16, "The image"),
    ]


def test_fill_gives_each_filler_what_it_stands_for() -> None:
    given = {"name": "a-->b", "key": "<script>&", "format": "{}", "source": '"'}
    html = f"x {typed('value', given)} y{typed('other', {})}"
    seen = []
    assert fill(html, {"value": lambda found: seen.append(found) or "1"}) == "x 1 y"
    assert seen == [given]
    assert html.count("-->") == 2


def test_an_annotation_is_only_text() -> None:
    html = as_html("# Big\n\n[x](y.md) [[z]] {{ a.b }}[^1] https://e.org\n\n```analysis\na: 1\n```")
    assert html.startswith("<h2>Big</h2>\n<p><a rel=")
    assert "[[z]] {{ a.b }}[^1]" in html
    assert '<pre class="code language-analysis" tabindex="0"><code>a: 1\n</code></pre>' in html


def test_thousands_of_entities_in_one_text_stay_as_they_are() -> None:
    rendered = render("&" * 2500 + " <b>and</b> " + "x<" * 1500, path="note")
    assert rendered.html == f"<p>{'&amp;' * 2500} <b>and</b> {'x&lt;' * 1500}</p>\n"
    assert rendered.text == "&" * 2500 + " and " + "x<" * 1500


def test_the_summary_is_the_beginning_of_a_long_paragraph() -> None:
    rendered = render("One *long " + "word " * 400 + "end* and $x$ more.\n\nNext.", path="note")
    assert rendered.summary.startswith("One <em>long word word")
    assert rendered.summary.endswith("word…</em>")
    assert len(rendered.summary) < 1_020
    assert render("A short one, with $x$.", path="note").summary.endswith("</span>.")
    formulas = render("a " * 480 + "$" + "x+" * 50 + "x$ b", path="note").summary
    assert formulas.endswith(" …")
