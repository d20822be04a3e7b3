"""Annotations as RDF: what a sample means, what was stored of it means too; nothing is fetched."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

import pytest
from rdflib import Graph
from rdflib.compare import to_isomorphic

from app.annotations import known_contexts, rdf
from app.annotations.model import CONTEXT, check
from app.errors import BadInput, NotExpressible

GOOD = {"@context": CONTEXT, "id": "urn:a", "type": "Annotation", "target": "urn:b"}


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("something was fetched")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)


def read(turtle: str) -> Graph:
    return Graph().parse(data=turtle, format="turtle")


def test_every_correct_sample_means_what_its_triples_say(samples: Path) -> None:
    files = sorted((samples / "samples" / "correct").glob("*.json"))
    assert len(files) == 45
    for file in files:
        said = read(rdf.turtle(json.loads(file.read_bytes())))
        meant = Graph().parse(samples / "vocab" / f"{file.stem}.nt", format="nt")
        assert to_isomorphic(said) == to_isomorphic(meant), file.name


def test_the_context_beside_us_is_the_one_of_the_w3c(samples: Path) -> None:
    theirs = json.loads((samples / "vocab" / "anno.jsonld").read_bytes())
    assert known_contexts.terms(CONTEXT) == theirs["@context"]


@pytest.mark.parametrize(
    "more",
    [
        {"@context": [CONTEXT, "http://example.org/mine"]},
        {"body": {"@context": "http://example.org/mine", "id": "urn:c"}},
        {"@context": [CONTEXT, {"mine": {"@id": "urn:mine", "@context": "http://example.org/"}}]},
        {"@context": [CONTEXT, {"@import": "http://example.org/"}]},
        {"@context": [CONTEXT, {"mine": "urn:x> <urn:y> <urn:z> . <urn:a"}], "mine": 1},
        {"target": {"@id": "urn:b\n"}},
        {"@reverse": 5},
        {"extra": "x" * rdf.LONGEST},
    ],
)
def test_what_makes_no_rdf_is_refused_and_never_fetched(more: dict[str, Any]) -> None:
    with pytest.raises((NotExpressible, known_contexts.WrongType)):
        rdf.turtle({**GOOD, **more})


@pytest.mark.parametrize(
    "more",
    [
        {"@context": [CONTEXT, {"mine": 5}], "mine": 1},
        {"target": {"@id": "urn:b> . <urn:evil> a <urn:worse"}},
        {"body": {"value": {"@value": "x", "@language": "en . <urn:evil> a <urn:worse> ."}}},
    ],
)
def test_nothing_is_said_that_nobody_said(more: dict[str, Any]) -> None:
    assert all("evil" not in subject for subject in read(rdf.turtle({**GOOD, **more})).subjects())


@pytest.mark.parametrize("meaning", ["ex:mood", {"@id": "ex:mood", "@type": "@id"}])
def test_a_word_behind_a_prefix_may_be_defined_as_what_it_is(meaning: Any) -> None:
    own = {"ex": "http://example.org/", "ex:mood": meaning}
    if isinstance(meaning, str):
        own["ex:mood"] = "http://example.org/mood"
    made = check({**GOOD, "@context": [CONTEXT, own], "ex:mood": "urn:glad"})
    assert "urn:glad" in rdf.turtle(made)
    with pytest.raises(BadInput):
        check({**made, "@context": [CONTEXT, {**own, "ex:mood": "http://example.org/other"}]})


def test_words_cannot_leave_their_quotes() -> None:
    value = 'a " b """ c \\ d\n. <urn:evil> <urn:p> <urn:o> . é 🙂 \u0001'
    said = read(rdf.turtle({**GOOD, "bodyValue": value}))
    assert [str(term) for _, name, term in said if "bodyValue" in name] == [value]
    assert len(said) == 3


def test_a_time_is_said_as_it_was_written() -> None:
    assert '"2016-01-01T24:00:00.500+02:00"' in rdf.turtle(
        {**GOOD, "created": "2016-01-01T24:00:00.500+02:00"}
    )
