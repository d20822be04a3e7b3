"""One spelling for what can be written in several: what finds what, and where it is marked."""

from __future__ import annotations

import re
import sqlite3
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.search import folding, identifiers
from app.search.excerpt import excerpt
from app.search.find import search
from app.search.fts import wanted
from app.search.query import parse
from tests.search.test_search_find import OWNER, add, found

NFD = unicodedata.normalize("NFD", "データベースと한국어 ガウス")


@pytest.mark.parametrize(
    ("text", "query", "marked"),
    [
        (NFD, "データベース", unicodedata.normalize("NFD", "データベース")),
        (NFD, "한국어", unicodedata.normalize("NFD", "한국어")),
        ("データベース", unicodedata.normalize("NFD", "データベース"), "データベース"),
        ("ｶﾞｳｽ過程", "ガウス", "ｶﾞｳｽ"),
        ("the ﬁnite state", "finite", "ﬁnite"),
        ("the ﬁnite state", '"finite state"', "ﬁnite state"),
        ("the finite state", "ﬁnite", "finite"),
        ("a ﬀt of oﬃces", "office", "oﬃces"),
        ("ＡＢＣ", "abc", "ＡＢＣ"),
        ("softmax", "ｓｏｆｔｍａｘ", "softmax"),
        ("soft\u00adhyphen", "softhyphen", "soft\u00adhyphen"),
        ("by Łojasiewicz", "lojasiewicz", "Łojasiewicz"),
        ("by Ørsted", "orsted", "Ørsted"),
        ("eine große Straße", "strasse", "Straße"),
        ("eine große Straße", '"große Straße"', "große Straße"),
        ("STRASSE", "straße", "STRASSE"),
        ("Þór and Æsop, œuvre", "oeuvre", "œuvre"),
        ("ılık", "ilik", "ılık"),
        (r"put $\beta$ in", "β", r"$\beta$"),
        ("put β in", r"\beta", "β"),
        ("a β-VAE", "β-VAE", "β-VAE"),
        ("2πr", r"\pi", "π"),
        ("μ of it", "µ", "μ"),
        (r"on $\mathbb{R}$", "ℝ", r"$\mathbb{R}$"),
        ("on ℝ", r"\mathbb{R}", "ℝ"),
        ("x² + 1", "x^2", "x²"),
        (r"it is $x^{2}$", "x²", "$x^{2}$"),
        (r"so $\varphi$", "φ", None),  # found as a variant; there is no such word to mark
        ("computeMeanSquare(x)", "MeanSquare", "MeanSquare"),
        ("computeMeanSquare(x)", "mean", "Mean"),
        ("computeMeanSquare(x)", '"mean square"', "MeanSquare"),
        ("computeMeanSquare(x)", "computemeansquare", "computeMeanSquare"),
        ("getHTTPResponse()", "HTTPResponse", "HTTPResponse"),
        ("getHTTPResponse()", "http", "HTTP"),
        ("Синий цвет", "синий", "Синий"),
    ],
)
def test_what_is_found_and_marked(
    connection: sqlite3.Connection, text: str, query: str, marked: str | None
) -> None:
    add(connection, 1, text)
    add(connection, 2, "Another one.")
    (hit,) = search(connection, OWNER, query).results
    assert (re.findall("<mark>(.*?)</mark>", hit.snippet_html) or [None])[0] == marked


def test_what_is_shown_is_as_it_was_written(connection: sqlite3.Connection) -> None:
    add(connection, 1, "Die Straße der ﬁnsteren Ørsted.", title="Łódź", headings="Größe")
    (hit,) = search(connection, OWNER, "finsteren").results
    assert hit.snippet_html == "Die Straße der <mark>ﬁnsteren</mark> Ørsted."
    assert hit.title == "Łódź"
    (hit,) = search(connection, OWNER, "title:lodz").results
    assert found(connection, "title:Łódź") == {"n1"}


def test_no_phrase_goes_across_what_stands_between_two_runs(connection: sqlite3.Connection) -> None:
    add(connection, 1, "機械。学 meanSquare otherName")
    assert found(connection, "械学") == set()
    assert found(connection, '"square other"') == set()


@pytest.mark.parametrize("tag", ["Äpfel", "äpfel", "ÄPFEL", unicodedata.normalize("NFD", "Äpfel")])
def test_tags_and_kinds_are_compared_as_names_are(connection: sqlite3.Connection, tag: str) -> None:
    add(connection, 1, tags=("Äpfel",))
    add(connection, 2, tags=("äpfel/rot",))
    add(connection, 3, tags=("Apfel",), kind="Übung")
    assert found(connection, f'tag:"{tag}"') == {"n1", "n2"}
    assert found(connection, "kind:übung") == {"n3"}


@given(st.text() | st.text(alphabet="aβγ²ℝﬁßøŁ\u0301\u3099ハ한ᄒ\u00adＡｶﾞ機𝔼∑ x", max_size=60))
def test_folding_is_done_once_and_knows_where_letters_stand(text: str) -> None:
    new = folding.folded(text)
    assert folding.folded(new) == new
    mapped, origins = folding.mapped(text)
    assert mapped == (new if not text.isascii() else text)
    assert len(origins) == len(mapped) + 1
    assert origins == sorted(origins)
    assert origins[-1] == len(text)
    tree = parse(text).tree
    if tree:
        shown = excerpt(text, wanted(tree))
        assert shown is None or 0 <= shown.start < shown.end <= len(text)


@given(st.text(alphabet="abAB1_ \\var", max_size=80))
def test_parts_of_names_are_found_in_any_text(text: str) -> None:
    words = identifiers.of_text(text).replace("\ue000", " ").split()
    bare = text.replace("_", " ")
    assert all(word in bare for word in words)


def test_names_take_no_time() -> None:
    assert len(identifiers.of_text("aB" * 100_000)) < 10_000
    assert identifiers.of_text("x" * 100_000 + "Y") == ""
