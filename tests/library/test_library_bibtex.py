"""BibTeX as it is found: every entry that can be understood, and the line of what cannot."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.library.citations import bibtex, latex


def one(source: str) -> dict[str, Any]:
    found = bibtex.read(source)
    assert [problem.reason for problem in found.problems] == []
    assert len(found.works) == 1
    return found.works[0].csl


@pytest.mark.parametrize(
    ("source", "field", "expected"),
    [
        (r"@misc{a, title = {G{\"o}del, {\ss} and \c{c}}}", "title", "Gödel, ß and ç"),
        (
            r"@misc{a, title = {The $O(n)$ case --- 50\% done}}",
            "title",
            "The $O(n)$ case — 50% done",
        ),
        ('@misc{a, title = "In {"}quotes{"}"}', "title", 'In "quotes"'),
        ("@misc{a, title = {{DNA} of {{Double} braces}}}", "title", "DNA of Double braces"),
        ("@misc{a, title = {Over\n   two lines}}", "title", "Over two lines"),
        ("@MISC(a, TITLE = {Round brackets})", "title", "Round brackets"),
        ("@misc{a, title = {T}, year = 2004,}", "issued", {"date-parts": [[2004]]}),
        ("@misc{a, year = 2004, month = mar}", "issued", {"date-parts": [[2004, 3]]}),
        ("@misc{a, year = 2004, month = mar # {~15}}", "issued", {"date-parts": [[2004, 3, 15]]}),
        ("@misc{a, year = 2004, month = {March}}", "issued", {"date-parts": [[2004, 3]]}),
        ("@misc{a, year = {2004}, month = 12}", "issued", {"date-parts": [[2004, 12]]}),
        ("@misc{a, date = {2004-05-06}}", "issued", {"date-parts": [[2004, 5, 6]]}),
        ("@misc{a, year = {in press}}", "issued", {"literal": "in press"}),
        ("@misc{a, doi = {https://doi.org/10.1000/a\\_b}}", "DOI", "10.1000/a_b"),
        ("@misc{a, url = { https://example.org/a%20b }}", "URL", "https://example.org/a%20b"),
        ("@misc{a, howpublished = {\\url{https://example.org/x}}}", "URL", "https://example.org/x"),
        (
            "@misc{a, eprint = {2212.13881}, archivePrefix = {arXiv}}",
            "URL",
            "https://arxiv.org/abs/2212.13881",
        ),
        (r"@misc{a, title = {{The {\TeX}book} and \LaTeX{}}}", "title", "The TeXbook and LaTeX"),
        (r"@misc{a, title = {\BibTeX: {\ss}, {\o} \& \'{\i}}}", "title", "BibTeX: ß, ø & í"),
        ("@article{a, pages = {1 -- 10}}", "page", "1-10"),
        ("@article{a, journal = {J}, number = 2}", "issue", "2"),
        ("@phdthesis{a, school = {A {\\'E}cole}}", "publisher", "A École"),
        (
            '@string{j = "Journal"}\n@article{a, journal = j # " of X"}',
            "container-title",
            "Journal of X",
        ),
    ],
)
def test_fields(source: str, field: str, expected: object) -> None:
    assert one(source)[field] == expected


@pytest.mark.parametrize(
    "fields",
    [
        "eprint={2209.04836}, archivePrefix={arXiv}, primaryClass={cs.LG}",
        "eprint={arXiv:2209.04836}",
        "eprint={2209.04836}, eprinttype={arxiv}, eprintclass={cs.LG}, url={https://example.org}",
        "arxiv={2209.04836}",
        "journal={arXiv preprint arXiv:2209.04836}",
        "doi={10.48550/arXiv.2209.04836}, publisher={arXiv}",
        "url={https://arxiv.org/abs/2209.04836}",
    ],
)
@pytest.mark.parametrize("kind", ["misc", "article", "online"])
def test_a_preprint_has_its_number(kind: str, fields: str) -> None:
    work = one(f"@{kind}{{a, title={{Grokking}}, {fields}}}")
    assert (work["type"], work["publisher"]) == ("article", "arXiv:2209.04836")
    assert (work["archive"], work["archive_location"]) == ("arXiv", "2209.04836")
    assert "container-title" not in work


def test_what_was_published_elsewhere_is_no_preprint() -> None:
    work = one("@article{a, journal={J}, eprint={math/0309136}, archivePrefix={arXiv}}")
    assert (work["type"], work["container-title"]) == ("article-journal", "J")
    assert "publisher" not in work
    assert work["URL"] == "https://arxiv.org/abs/math/0309136"
    assert "archive" not in one("@misc{a, eprint={2209.04836}, archivePrefix={hal}}")
    assert "archive" not in one("@misc{a, eprint={<script>}, archivePrefix={arXiv}}")


def test_names() -> None:
    source = (
        r"@misc{a, author = {D{\"o}e, Ann and Ludwig van Beethoven and {The Great Group}"
        " and King, Jr., Martin Luther and others}}"
    )
    assert one(source)["author"] == [
        {"family": "Döe", "given": "Ann"},
        {"family": "Beethoven", "given": "Ludwig", "non-dropping-particle": "van"},
        {"family": "The Great Group"},
        {"family": "King", "given": "Martin Luther", "suffix": "Jr."},
        {"literal": "others"},
    ]


def test_a_part_has_what_its_whole_has() -> None:
    found = bibtex.read(
        "@inproceedings{part, title = {A Part}, crossref = {whole}}\n"
        "@proceedings{whole, title = {The Whole}, year = 1999, editor = {Roe, Ann}}\n"
    )
    part = found.works[0].csl
    assert (part["title"], part["container-title"]) == ("A Part", "The Whole")
    assert part["issued"] == {"date-parts": [[1999]]}
    assert "crossref" not in found.works[0].bibtex


def test_what_is_wrong_has_its_line_and_the_rest_is_read() -> None:
    found = bibtex.read(
        "% a comment\n@comment{jabref-meta: x;}\nwords\n"
        "@misc{good, title = {Good}}\n"
        "@misc{open, title = {Open\n"
        "@misc{after, title = {After}}\n"
        "@misc{no comma title = {x}}\n"
        "@misc{Good, title = {Again}}\n"
        "@misc{, title = {No key}}\n",
        line=11,
    )
    assert [work.key for work in found.works] == ["good", "after"]
    assert [work.line for work in found.works] == [14, 16]
    assert [problem.line for problem in found.problems] == [15, 17, 18, 19]
    assert "second time" in found.problems[2].reason
    assert "no key" in found.problems[3].reason


def test_the_clean_form_needs_no_other_file_and_tells_nothing_of_the_machine() -> None:
    found = bibtex.read(
        '@string{j = "Journal"}\n'
        "@article{a, journal = j, title = {T}, file = {:home/ann/a.pdf}, bdsk-url-1 = {x},"
        " annote = {mine}, timestamp = {now}}"
    )
    clean = found.works[0].bibtex
    assert clean == "@article{a,\n  journal = {Journal},\n  title = {T},\n}\n"
    assert bibtex.read(clean).works[0].csl == found.works[0].csl


PIECES = st.lists(
    st.sampled_from(
        [*'@{}(),="\\#%$\n ~', "@misc{", "@string{", "title", " = ", "author", " and ", "\\'e", "É"]
    ),
    max_size=40,
).map("".join)


@settings(deadline=None)
@given(st.one_of(PIECES, st.text(max_size=60), PIECES.map(lambda text: f"@misc{{k, title={text}")))
def test_nothing_raises(source: str) -> None:
    found = bibtex.read(source)
    for work in found.works:
        assert isinstance(bibtex.sort_key(work.csl), str)
        bibtex.read(work.bibtex)


def test_deep_braces_and_long_values_take_no_time() -> None:
    found = bibtex.read("@misc{a, title = " + "{" * 5000 + "x" + "}" * 5000 + "}")
    assert len(found.works) == 1
    assert found.works[0].csl["title"] == "x"
    assert bibtex.read("@misc{a, title = {" + r"\'e" * 50_000 + "}}").works[0].key == "a"


def test_a_long_value_is_cut() -> None:
    found = bibtex.read("@misc{a, title={" + "{\\'e} " * 20_000 + "}}").works[0].csl
    assert found["title"].startswith("é é")
    assert len(found["title"]) <= latex.LONGEST
