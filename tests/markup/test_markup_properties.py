"""What holds for every note: it renders, the same each time, safely, and page and text agree."""

from __future__ import annotations

import re
from html import escape
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app.markup import Rendered, as_html, canonical, fill, math_rule, page_text, render
from app.markup.parser import parse, rules
from tests.spent import spent

PIECES = [
    *"*_`$[](){}<>!#|\\~^&:-+.\"'\n\t 0a\0\x07\u202e\ud800é",
    *["$$", "[[", "]]", "{{ a.b }}", "{{", "}}", "word ", " 5", "\n\n", "\n    ", "- ", "1. "],
    *["> ", "## ", "[^1]", "[^1]: ", "```\n", "```analysis\nscript: a\n```\n", "```claim\n"],
    *["id: x\ntext: t\ncheck: a\n", "|a|b|\n|-|-|\n", "[x](y.md)", "![x](y.png)", "- [ ] "],
    *["<script>", "</script>", "<b onclick=alert(1)>", "</b>", "<p>", "</p>", "<div>", "</div>"],
    *["javascript:alert(1)", "<a href='javascript:x'>", "<!--", "-->", "<svg onload=x>", "<title>"],
    *["<textarea>", "<img src=x onerror=y>", '<a href="', "gloss:", "<style>", "\\(", "\\)", "\\["],
    *[
        "![[a]]",
        "![[b.png|40]]",
        "![[",
        "%%",
        "\n%%\n",
        "==",
        "#tag",
        "#a/b ",
        " ^id",
        "\n\n^id\n\n",
    ],
    *["> [!note]- t\n", "> > [!tip]\n> ", "\n> [!", "- [/] ", "|40x50]]", "[[#^id]]", "![[#a]]"],
    *["\\label{a}", "\\eqref{a}", "\\tag{b}", "\\newcommand{\\x}{", "\\x", "\\begin{multline}"],
    *["![[", "![[a|400]]", "> [!tip]- t\n> ", "==", "%%", "#tag", " ^id", "@a", "[@a, p. 3]", "^["],
    *["https://a.bc/d", "www.a.bc", "a@b.cd", "&amp;", "~~", "[1]", "\\ref{a}", "\\label{a}"],
    *["\\begin{align}", "\\end{align}", "\\frac", "<details>", "<table>", "<td>", "<plaintext>"],
]
NOTES = st.lists(st.sampled_from(PIECES), max_size=40).map("".join) | st.text(max_size=200)
FILLERS = {
    "link": lambda given: '<a href="/notes/x">',
    "output": lambda given: "<figure></figure>",
    "claim": lambda given: "<aside></aside>",
    "value": lambda given: "1",
    "tag": lambda given: '<a href="/tags/x">',
    "embed": lambda given: "<section></section>",
}
relaxed = settings(
    max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


class Page(HTMLParser):
    """What a browser would find: tags and attributes."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attributes


def assert_safe(html: str) -> None:
    page = Page(html)
    assert not {"script", "style", "form", "iframe", "object", "textarea"} & set(page.tags)
    for name, value in page.attributes:
        assert not name.startswith("on")
        assert name not in ("srcdoc", "action", "formaction")
        if name in ("href", "src"):
            assert not re.match(r"\s*(javascript|data|vbscript):", value or "", re.IGNORECASE)


@given(NOTES)
@relaxed
@example("<script>alert(1)</script>" * 3)
@example("[^1]\n\n[^1]: " * 5)
def test_every_note_renders_safely_and_the_same_each_time(source: str) -> None:
    rendered = render(source, path="a/b")
    assert rendered == render(source, path="a/b")
    page = fill(rendered.html, FILLERS)
    assert "<!--gloss:" not in page
    for html in (page, rendered.summary, *(claim.html for claim in rendered.claims)):
        assert_safe(html)
    assert not re.search(r"gloss[0-9a-f]{32}", rendered.html + rendered.text)


@given(NOTES)
@relaxed
@example("a\n===\n\n- b\n  c\n  ---\n\n> d\ne\n> ---\n\n- f\n***\n|g|\n|-|\nh\n|i|\n|-|\n")
def test_a_parser_that_asks_only_the_rules_that_may_begin_finds_the_same(source: str) -> None:
    source = canonical.characters(source)
    for kind in ({"note": True}, {"note": False}, {"note": False, "named": True}):
        assert parse(source, **kind) == rules(**kind).parse(source, {})


FORMULAS = st.lists(st.sampled_from([*"$$$$\\{} a5_^`\n=A(.é\u00a0", "HOME", "\\alpha", "and "]))


@given(FORMULAS.map("".join))
@relaxed
@example(r"$\`x$ and $`")
@example(r"$a\$")
@example(r"$a{b$c}$")
def test_a_simple_formula_is_one_by_the_whole_rule_too(source: str) -> None:
    for at in range(len(source)):
        simple = math_rule.SIMPLE.match(source, at)
        if simple:
            assert math_rule.run_of_dollars(source, at) == 1
            assert math_rule.closing_dollar(source, at) == simple.end() - 1
            assert math_rule.stripped(simple[1]) == simple[1]


@given(NOTES)
@relaxed
def test_every_annotation_renders_safely_without_ids_and_placeholders(source: str) -> None:
    html = as_html(source)
    assert_safe(html)
    assert "<!--" not in html
    ids = [value for name, value in Page(html).attributes if name == "id"]
    assert all((value or "").startswith("user-") for value in ids)


WORDS = st.text("abc de.,é大", min_size=1, max_size=12).filter(str.strip)
INLINE = st.one_of(
    WORDS,
    WORDS.map(lambda word: f"*{word.strip()}*"),
    WORDS.map(lambda word: f"`{word}`"),
    WORDS.map(lambda word: f"[{word}](other.md)"),
    WORDS.map(lambda word: f"[[{word.strip()}|{word}]]"),
    WORDS.map(lambda word: f"<kbd>{word}</kbd>"),
    st.just("word[^1]"),
)
LINES = st.lists(INLINE, min_size=1, max_size=5).map(" ".join)
BLOCKS = st.one_of(
    LINES,
    LINES.map(lambda line: f"## {line}"),
    LINES.map(lambda line: f"- {line}\n- {line}\n  - {line}"),
    LINES.map(lambda line: f"> {line}\n> {line}"),
    LINES.map(lambda line: f"- [ ] {line}"),
    WORDS.map(lambda word: f"| {word} | b |\n|---|---|\n| c | {word} |"),
    WORDS.map(lambda word: f"```python\n{word}\n```"),
    WORDS.map(lambda word: f"<details><summary>{word}</summary>\n\n{word}\n\n</details>"),
)


def on_the_page(rendered: Rendered) -> str:
    """The note with each placeholder filled as a page would, all that is generated stamped."""
    claims = {claim.id: claim.html for claim in rendered.claims}

    def value(given: dict[str, Any]) -> str:
        return "<span>1.2</span><b> (stale)</b>"

    def output(given: dict[str, Any]) -> str:
        caption = fill(given.get("caption", ""), inner)
        name = "{{" + given["name"] + "}}"
        words = f"<i>Figure 1.</i> <span data-written>{caption}</span>" if caption else "Drawn."
        return f'<figure data-text="{name}"><hr>1<figcaption>{words}</figcaption></figure>'

    def claim(given: dict[str, Any]) -> str:
        sentence = fill(claims[given["id"]], inner)
        return f'<section data-text=""><p data-written>{sentence}</p><p>Holds</p></section>'

    def embed(given: dict[str, Any]) -> str:
        text = escape(canonical.embed(given["target"], given["fragment"]))
        return f'<section class="embed" data-text="{text}"><p>Words.</p></section>'

    inner = {"link": lambda given: '<a href="/notes/x">', "value": value}
    inner |= {"tag": lambda given: '<a href="/tags/x">'}
    return fill(rendered.html, {**inner, "output": output, "claim": claim, "embed": embed})


def assert_page_and_text_agree(rendered: Rendered) -> None:
    page = page_text.read(on_the_page(rendered))
    assert page.text == rendered.text
    for node, start, at, length in page.runs:
        shown, counted = page.nodes[node][start : start + length], page.text[at : at + length]
        assert shown == counted or (not shown.strip(" \t\n\r\f") and counted == " ")
    assert all(line.strip("\n") == line for line in rendered.text.split("\n"))


def assert_lines_are_covered(rendered: Rendered, source: str) -> None:
    """The map to the source covers the text, block by block, and stays within the source."""
    last = len(re.split(r"\r\n?|\n", source))
    at = 0
    for start, end, first, until in rendered.lines:
        assert start == at
        assert start < end <= len(rendered.text)
        assert 1 <= first <= until <= last
        at = end + 1
    assert at == (len(rendered.text) + 1 if rendered.text else 0)


@given(st.lists(BLOCKS, min_size=1, max_size=6).map("\n\n".join))
@relaxed
def test_page_and_canonical_text_agree(source: str) -> None:
    whole = f"{source}\n\n[^1]: A *note*."
    rendered = render(whole, path="a/b")
    assert_page_and_text_agree(rendered)
    assert_lines_are_covered(rendered, whole)


@given(NOTES)
@relaxed
@example("<table>x<td>a<p>b<td>\n\n*c*\n\n</table></div>d")
@example("- <div>a\n\n  b</b>\n- </div>c\n\n<li>d<li>e</ul>")
@example("a<br>b </p> <p>c <a>d <a>e</a>\n\n<b>f\n\ng</b>")
def test_page_and_canonical_text_agree_whatever_is_written(source: str) -> None:
    rendered = render(source, path="a/b")
    assert_page_and_text_agree(rendered)
    assert_lines_are_covered(rendered, source)


HARD = {
    "brackets": "[" * 50_000,
    "stars": "*a " * 20_000,
    "dollars": "$" * 20_000,
    "dollars and words": "$a " * 20_000,
    "dollars and braces": "${" * 20_000,
    "braces": "{{" * 20_000,
    "braces and names": "{{ a." * 20_000,
    "links by name": "[[" * 20_000,
    "many links": "[[a]] " * 5_000,
    "quotes": "> " * 5_000 + "a",
    "one long line": "word " * 200_000,
    "one long word": "a" * 1_000_000,
    "round brackets": "\\(" * 20_000,
    "environments": "\\begin{align}\n" * 5_000,
    "square brackets on lines": "\\[\n" * 5_000,
    "dollars on lines": "$$\na\n\n" * 5_000,
    "references": "[^1]: x\n\n" + "[^" * 20_000,
    "elements": "<div>" * 20_000,
    "formatting elements": "".join(f"<b title={i}>" for i in range(3_000)) + "\n\nx" * 3_000,
    "comments": "a <!--" * 20_000,
    "nested lists": "- " * 3_000 + "a",
    "NUL": "\0" * 50_000,
    "signs of comments": "%%a " * 20_001,
    "comments of lines": "a %% b\n\n" * 3_001,
    "comments without an end": "> %% a\n\n" * 3_000,
    "embeds": "![[a#b|c]] ^d\n\n" * 3_000,
    "embeds that are not closed": "![[" * 20_000,
    "highlights": "==a " * 10_000,
    "tags": "#a/" * 10_000 + " #a" * 10_000,
    "ids of blocks": "- a ^b\n" * 3_000 + "\n^c\n\n" * 3_000,
    "callouts": "> [!note]- a\n\n" * 3_000 + "> " * 3_000 + "[!tip] a",
}


@pytest.mark.parametrize("name", HARD)
def test_hard_input_takes_linear_time(name: str) -> None:
    """A generous limit: each takes 0.1 to 2 seconds, what is quadratic takes minutes."""
    with spent() as taken:
        rendered = render(HARD[name])
    assert isinstance(rendered, Rendered)
    assert taken.seconds < 10


def test_an_author_cannot_forge_what_scripts_act_on() -> None:
    html = render('<b class="run" data-run="1" hx-post="/x" id="main">x</b>').html
    assert Page(html).attributes == [("id", "user-main")]
