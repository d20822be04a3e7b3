"""Works in words: the styles, what is odd in a work, and nothing of it as HTML."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import BadSetting
from app.markup import references
from app.markup.references import entry, label, narrative

WALKS = {
    "id": "doe2004",
    "type": "article-journal",
    "title": "Walks & <b>drifts</b> in $O(n)$ steps",
    "author": [{"family": "Doe", "given": "Ann"}, {"family": "Roe", "given": "Bob"}],
    "issued": {"date-parts": [[2004, 3]]},
    "container-title": "Journal of Walks",
    "volume": "3",
    "issue": "2",
    "page": "1-10",
    "DOI": "10.1000/xyz",
}


def written(**changes: object) -> str:
    return json.dumps({**WALKS, **changes})


def test_a_citation_in_the_standard_style() -> None:
    assert label(written(), "harvard") == "Doe and Roe, 2004"
    assert label(written(), "harvard", "p. 3") == "Doe and Roe, 2004, p. 3"
    assert label(written(), "harvard", "pp. 3-5, Theorem 2") == (
        "Doe and Roe, 2004, pp. 3–5, Theorem 2"
    )
    assert label(written(), "harvard", "Theorem 2") == "Doe and Roe, 2004, Theorem 2"
    assert label(written(), "harvard", no_author=True) == "2004"
    assert narrative(written(), "harvard") == ("Doe and Roe", "2004")
    assert label(written(**{"year-suffix": "b"}), "harvard") == "Doe and Roe, 2004b"


def test_an_entry_has_links_and_formulas_and_no_html_of_the_work() -> None:
    shown = entry(written(), "harvard")
    assert "&amp; &lt;b&gt;drifts&lt;/b&gt;" in shown
    assert '<span class="katex">' in shown
    assert '<a href="https://doi.org/10.1000/xyz" rel="noopener noreferrer">' in shown
    assert "<i>Journal of Walks</i>, 3(2), pp. 1–10" in shown


def test_the_numbered_style() -> None:
    style = references.style("numbered")
    assert (style.numeric, style.prefix, style.suffix) == (True, "[", "]")
    assert label(written(title="Walks"), "numbered", "p. 3") == "1, p. 3"
    assert entry(written(title="Walks"), "numbered") == (
        "A. Doe and B. Roe. “Walks”. <i>Journal of Walks</i> 3(2), pp. 1–10, 2004."
        ' <a href="https://doi.org/10.1000/xyz" rel="noopener noreferrer">'
        "https://doi.org/10.1000/xyz</a>."
    )


PREPRINT = {"type": "article", "title": "Walks", "publisher": "arXiv:2209.04836v2"}
LINKED = '<a href="https://arxiv.org/abs/2209.04836v2" rel="noopener noreferrer">arXiv:2209.04836v2'


@pytest.mark.parametrize("style", ["harvard", "numbered"])
def test_the_number_of_a_preprint_is_a_link(style: str) -> None:
    shown = entry(json.dumps({"id": "a", **PREPRINT}), style)
    assert f"{LINKED}</a>" in shown
    address = "https://doi.org/10.48550/arXiv.2209.04836"
    assert f'href="{address}"' in entry(
        written(DOI=address.removeprefix("https://doi.org/")), style
    )


@pytest.mark.parametrize("style", ["harvard", "numbered"])
def test_a_journal_without_a_volume_is_no_preprint(style: str) -> None:
    bare = {name: WALKS[name] for name in ("id", "type", "title", "author", "container-title")}
    shown = entry(json.dumps({**bare, "title": "On DNA and mRNA"}), style)
    assert "Preprint" not in shown
    assert "On DNA and mRNA" in shown
    assert "<i>Journal of Walks</i>" in shown


def test_more_authors_than_were_named() -> None:
    one = [{"family": "Doe", "given": "Ann"}, {"literal": "others"}]
    assert label(written(author=one), "harvard") == "Doe <i>et al.</i>, 2004"


def test_a_style_of_ones_own(tmp_path: Path) -> None:
    own = tmp_path / "own.csl"
    own.write_text(
        (references.OWN / "numbered.csl").read_text().replace('prefix="["', 'prefix="<"')
    )
    with pytest.raises(BadSetting, match="no such style") as refused:
        references.style(str(own))  # no XML any more
    assert "harvard, numbered" in refused.value.hint
    own.write_text(
        (references.OWN / "numbered.csl").read_text().replace('prefix="["', 'prefix="{"')
    )
    assert references.style(str(own)).prefix == "{"
    with pytest.raises(BadSetting):
        references.style("no-such-style")


def test_an_address_ends_where_a_reader_would_end_it() -> None:
    shown = entry(written(title="See https://example.org/a_(b)).", DOI="", URL=""), "harvard")
    assert 'href="https://example.org/a_(b)"' in shown
    address = 'https://example.org/"onclick="x'
    quoted = entry(json.dumps({"id": "a", "type": "webpage", "URL": address}), "harvard")
    assert 'href="https://example.org/%22onclick=%22x"' in quoted


@pytest.mark.parametrize(
    "item",
    [
        {"type": "webpage", "URL": "https://a.b/$x$/c"},
        {"type": "book", "title": "See https://a.b/$x$/c and https://a.b/<i>$x$"},
        {"type": "book", "title": "T", "DOI": "10.1000/$x$"},
        {"type": "book", "title": "https://a.b/\ue100\ue000 $x$"},
    ],
)
@pytest.mark.parametrize("style", ["harvard", "numbered"])
def test_no_formula_stands_in_an_address(item: dict[str, str], style: str) -> None:
    shown = entry(json.dumps({"id": "a", **item}), style)
    addresses = re.findall(r'href="([^"]*)"', shown)
    assert addresses
    assert not any("<" in address or "katex" in address for address in addresses)
    assert shown.count("<a ") == shown.count("</a>") == len(addresses)


def test_an_entry_is_bounded() -> None:
    shown = entry(written(title="$x$ " * 12_000), "harvard")
    assert shown.count('class="katex"') == references.MOST_FORMULAS
    assert len(shown) < references.TYPESET + 20_000
    assert len(entry(written(title="word " * 12_000), "harvard")) < 3_000
    long = r"\frac{x}{y}" * 20
    assert len(entry(written(title=f"${long}$ " * 50), "harvard")) < references.TYPESET + 40_000
    many = [{"family": f"Roe{number}"} for number in range(3_000)]
    assert len(entry(written(author=many), "numbered")) < 10_000


NAMES = st.fixed_dictionaries(
    {}, optional={"family": st.text(max_size=20), "given": st.text(max_size=20)}
)
ITEMS = st.fixed_dictionaries(
    {"id": st.text(min_size=1, max_size=10), "type": st.sampled_from(["book", "article", "odd"])},
    optional={
        "title": st.text(max_size=60),
        "author": st.lists(NAMES, max_size=4),
        "issued": st.one_of(
            st.just({"date-parts": [[2004, 13, 99]]}), st.just({"literal": "in press"})
        ),
        "page": st.text(max_size=10),
        "edition": st.text(max_size=10),
        "container-title": st.text(max_size=20),
    },
)


@settings(max_examples=60, deadline=None)
@given(ITEMS, st.text(max_size=20), st.sampled_from(["harvard", "numbered"]))
def test_no_work_is_too_odd(item: dict[str, object], locator: str, style: str) -> None:
    work = json.dumps(item)
    for shown in (entry(work, style), label(work, style, locator)):
        assert "<script" not in shown.lower()
        assert not any("\ue000" <= character <= "\uf8ff" for character in shown)
