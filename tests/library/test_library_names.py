"""Ids: what a file's is, and what a new one may be."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import BadInput
from app.library import names


@pytest.mark.parametrize(
    "id",
    [
        "",
        "/etc/passwd",
        "../a",
        "a/../b",
        "a/./b",
        "a//b",
        "a/",
        ".hidden",
        "a/.git/b",
        "a\0b",
        "a\nb",
        "a\x7fb",
        "a\\b",
        "c:a",
        "a*b",
        "a?b",
        "a<b",
        'a"b',
        "a|b",
        "con",
        "papers/NUL",
        "com1.txt",
        "a.",
        "a ",
        " a",
        "a/b /c",
        "x" * 121,
        "é" * 61,
        "/".join(["a" * 100] * 5),
        "a\u202eb",
        "a\u200bb",
        "a\xadb",
        "\ufeffa",
        "a\u2028b",
        "com\u00b9",
        "CONIN$",
        "a\ud800b",
        ".md",
    ],
)
def test_ids_that_no_note_may_have(id: str) -> None:
    with pytest.raises(BadInput) as caught:
        names.checked(id)
    assert caught.value.field == "id"
    assert caught.value.hint


@pytest.mark.parametrize(
    "id",
    ["a", "papers/Shannon 1948", "journal/2026-11-21", "日本/語", "a.b", "C++", "می\u200cخواهم"],
)
def test_ids_that_a_note_may_have(id: str) -> None:
    assert names.checked(id) == id
    assert names.checked(f"{id}.md") == id


def test_what_cannot_be_seen_is_named() -> None:
    with pytest.raises(BadInput, match=r"holds U\+200B \(zero width space\)"):
        names.checked("papers/a\u200bb")


@given(st.text())
def test_names_that_differ_in_case_or_normalisation_look_the_same(text: str) -> None:
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert names.look(unicodedata.normalize(form, text)) == names.look(text)
    assert names.look(names.look(text)) == names.look(text)


def test_an_id_is_in_nfc() -> None:
    assert names.checked("cafe\u0301") == "café"
    assert names.id_of("cafe\u0301.md") == "café"


@given(st.text())
def test_a_slug_is_an_id_that_a_note_may_have(title: str) -> None:
    slug = names.slug(title)
    assert slug == "" or names.checked(slug) == slug


@given(st.text())
def test_keys_do_not_depend_on_case_or_normalisation(text: str) -> None:
    assert names.key(unicodedata.normalize("NFD", text)) == names.key(
        unicodedata.normalize("NFC", text)
    )
    assert names.key(names.key(text)) == names.key(text)
