"""The model: what is right is taken and kept, what is wrong is refused at its place."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.annotations import model, rdf, reading
from app.errors import BadInput, TooLarge, WrongType

CORRECT = 41  # of the 45 correct samples; the others are a collection, and pages
COLLECTIONS = ("collection1.json", "example41.json", "example42.json", "example43.json")

GOOD: dict[str, Any] = {
    "@context": model.CONTEXT,
    "type": "Annotation",
    "motivation": "commenting",
    "body": {"type": "TextualBody", "value": "Why?"},
    "target": {
        "source": "http://example.org/page",
        "selector": [
            {"type": "TextQuoteSelector", "exact": "steps", "prefix": "N ", "suffix": " go"},
            {"type": "TextPositionSelector", "start": 12, "end": 17},
        ],
    },
}


QUOTES = ("steps", "")


def changed(path: str, value: Any) -> dict[str, Any]:
    """GOOD with one place set, or (value is ...) taken out."""
    whole = copy.deepcopy(GOOD)
    *way, last = path.replace("[", ".[").split(".")
    inner: Any = whole
    for step in way:
        inner = inner[int(step[1:-1]) if step.startswith("[") else step]
    key = int(last[1:-1]) if last.startswith("[") else last
    if value is ...:
        del inner[key]
    else:
        inner[key] = value
    return whole


def refusal(value: Any) -> BadInput:
    with pytest.raises(BadInput) as caught:
        model.check(value)
    return caught.value


def test_every_correct_annotation_is_taken_and_unchanged(samples: Path) -> None:
    files = [
        file
        for file in sorted((samples / "samples" / "correct").glob("*.json"))
        if file.name not in COLLECTIONS
    ]
    assert len(files) == CORRECT
    for file in files:
        assert model.parse(file.read_bytes()) == json.loads(file.read_bytes()), file.name


def test_the_examples_of_the_protocol_suite_are_taken(samples: Path) -> None:
    files = sorted((samples / "protocol" / "annotations").glob("*.json"))
    assert len(files) == 41
    for file in files:
        model.parse(file.read_bytes())


def test_every_incorrect_sample_is_refused(samples: Path) -> None:
    files = sorted((samples / "samples" / "incorrect").glob("*.json"))
    assert len(files) == 39
    for file in files:
        with pytest.raises(BadInput):
            model.parse(file.read_bytes())


def test_incorrect_samples_are_refused_for_their_fault_not_only_for_their_id(
    samples: Path,
) -> None:
    """Most of them also have two ids; the named fault comes before that of the id."""
    fields = {}
    for number in (2, 3, 4, 5, 8, 9, 11, *range(26, 37), 38, 39):
        sample = json.loads((samples / f"samples/incorrect/anno{number}.json").read_bytes())
        error = refusal(sample)
        fields[number] = error.field
        if not isinstance(sample.get("id", ""), str) and not isinstance(error, WrongType):
            assert error.all[-1].field == "id"
    assert fields[9] == "type"
    assert fields[11] == "target"
    assert fields[28] == "created"
    assert fields[31] == "modified"
    assert fields[36] == "canonical"
    assert fields[38] == "target.source"


def test_collections_are_not_annotations(samples: Path) -> None:
    for name in COLLECTIONS:
        with pytest.raises(WrongType):
            model.parse((samples / "samples" / "correct" / name).read_bytes())


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        ("@context", "http://example.org/mine", "@context"),
        ("type", "Squirrel", "type"),
        ("target", ..., "target"),
        ("target", [], "target"),
        ("target", "not an address", "target"),
        ("target", None, "target"),
        ("target.source", ..., "target.id"),
        ("target.source", 7, "target.source"),
        ("target.selector[0].exact", ..., "target.selector[0].exact"),
        ("target.selector[0].exact", ["a", "b"], "target.selector[0].exact"),
        ("target.selector[0].prefix", 3, "target.selector[0].prefix"),
        ("target.selector[0].type", "MindSelector", "target.selector[0].type"),
        ("target.selector[1].start", -1, "target.selector[1].start"),
        ("target.selector[1].start", True, "target.selector[1].start"),
        ("target.selector[1].end", 11, "target.selector[1].end"),
        ("target.selector[1].end", 17.5, "target.selector[1].end"),
        ("body.value", ..., "body.value"),
        ("body.value", ["two", "texts"], "body.value"),
        ("body.purpose", "shouting", "body.purpose"),
        ("body", "two words", "body"),
        ("body", [{"id": "http://example.org/b", "purpose": "tagging"}], "body[0].purpose"),
        ("body", {"type": "Choice", "items": []}, "body.items"),
        ("body", {"type": ["Choice", "List"], "items": ["a:b"]}, "body.type"),
        ("body", {"items": ["a:b"]}, "body.type"),
        ("body", {"id": "a:b", "textDirection": "down"}, "body.textDirection"),
        ("bodyValue", "doppelganger", "bodyValue"),
        ("motivation", "shouting", "motivation"),
        ("visibility", "everybody", "visibility"),
        ("created", "yesterday", "created"),
        ("creator", 6, "creator"),
        ("target.styleClass", "red", "target.styleClass"),
        ("target.state", {"type": "TimeState"}, "target.state.sourceDate"),
    ],
)
def test_a_fault_is_named_by_its_path(path: str, value: Any, field: str) -> None:
    assert refusal(changed(path, value)).field == field


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("target", "/notes/papers/shannon"),
        ("target", ["http://example.org/a", "urn:isbn:0451450523"]),
        ("target.selector", {"type": "FragmentSelector", "value": "para5"}),
        ("target.selector[0].refinedBy", {"type": "CssSelector", "value": "p"}),
        ("body", ...),
        ("body", []),
        ("motivation", ["questioning", "oa:commenting"]),
        ("my own key", {"kept": [1, None, 2.5]}),
    ],
)
def test_what_the_model_allows_is_taken(path: str, value: Any) -> None:
    sent = changed(path, value)
    assert model.check(copy.deepcopy(sent)) == sent


def test_depth_and_size_are_bounded() -> None:
    deep: Any = "x"
    for _ in range(40):
        deep = [deep]
    assert "deeper" in refusal({**GOOD, "extra": deep}).message
    assert "values" in refusal({**GOOD, "extra": [0] * 20_000}).message
    with pytest.raises(TooLarge):
        model.parse(b" " * (model.MAX_BYTES + 1))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"this is not json",
        b"[" * 100_000,
        b'{"a": NaN}',
        b'{"a": ' + b"9" * 5_000 + b"}",
        b"\xff\xfe{}",
        b"[]",
        b"null",
        b'"text"',
    ],
)
def test_what_is_no_json_object_is_bad_input(raw: bytes) -> None:
    with pytest.raises(BadInput):
        model.parse(raw)


@pytest.mark.parametrize("text", ["\ud800", "a\x00b"])
def test_text_that_cannot_be_stored_is_refused_at_its_place(text: str) -> None:
    assert refusal(changed("body.value", text)).field == "body.value"
    raw = json.dumps(changed("body.value", 1e308)).replace("1e+308", "1e999")
    with pytest.raises(BadInput, match="finite"):
        model.parse(raw.encode())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)
PLACES = st.sampled_from(
    ["@context", "id", "type", "body", "bodyValue", "target", "motivation", "creator", "via",
     "created", "stylesheet", "visibility", "target.source", "target.selector", "target.state",
     "target.items", "target.type", "target.selector[0]", "target.selector[1].start",
     "target.selector[0].type", "body.type", "body.items", "body.value", "body.purpose"]
)  # fmt: skip


@given(PLACES, JSON)
def test_any_json_anywhere_is_taken_or_is_bad_input(path: str, value: Any) -> None:
    sent = changed(path, value)
    try:
        taken = model.check(sent)
    except BadInput:
        return
    assert taken is sent
    assert reading.read(taken).quote in (*QUOTES, value)


OWN = "http://127.0.0.1:8000"
VICTIM = f"{OWN}/annotations/victim"


def own(**terms: Any) -> dict[str, Any]:
    return {"@context": [model.CONTEXT, terms]}


@pytest.mark.parametrize(
    ("more", "status", "field"),
    [
        (own(a="b:x", b="a:y"), 400, "@context[1].a"),
        (own(a=5), 400, "@context[1].a"),
        (own(a="no-address"), 400, "@context[1].a"),
        (own(a="@graph"), 400, "@context[1].a"),
        (own(a={"@id": "@type"}), 400, "@context[1].a"),
        (own(a={"@reverse": "oa:hasBody"}), 400, "@context[1].a.@reverse"),
        (own(a={"@id": "urn:a", "@container": "@graph"}), 400, "@context[1].a.@container"),
        (own(a={"@id": "urn:a", "@container": "@id"}), 400, "@context[1].a.@container"),
        (own(a={"@id": "urn:a", "@context": {"b": "urn:b"}}), 400, "@context[1].a.@context"),
        (own(**{"@version": 1.0}), 400, "@context[1].@version"),
        (own(**{f"t{n}": f"t{n + 1}:x" for n in range(3_000)}, t3000="urn:x"), 400, "@context"),
        ({"body": [{"@context": model.CONTEXT, "value": "x"}] * 31}, 400, "body[29].@context"),
        ({"@graph": [{"id": VICTIM}]}, 415, "@graph"),
        ({"@included": [{"id": VICTIM}]}, 415, "@included"),
        ({"creator": {"@reverse": {"oa:hasBody": VICTIM}}}, 415, "creator.@reverse"),
        ({"@value": "x"}, 400, "@value"),
        ({"@list": ["x"]}, 400, "@list"),
        ({"@index": "x", "@language": "de"}, 400, "@index"),
        ({"@id": VICTIM}, 400, "@id"),
        ({"dcterms:title": {"@value": "a", "id": "urn:a"}}, 400, "dcterms:title.@value"),
        ({"creator": {"type": 5}}, 400, "creator.type"),
        ({"dcterms:relation": {"id": "victim", "creator": "urn:me"}}, 400, "dcterms:relation.id"),
        ({"body": {"id": VICTIM, "body": "urn:forged"}}, 415, "body"),
        ({"creator": {"id": VICTIM, "creator": "urn:me"}}, 415, "creator"),
        ({"target": {"id": "/annotations/victim", "format": "text/html"}}, 415, "target"),
        ({"audience": {"id": f"{OWN}/annotations/?page=0", "total": 7}}, 415, "audience"),
        ({**own(v=f"{OWN}/annotations/"), "v:x": {"id": "v:a", "name": "x"}}, 415, "@context"),
    ],
)  # fmt: skip
def test_an_annotation_is_json_ld_and_speaks_of_itself(
    more: dict[str, Any], status: int, field: str
) -> None:
    sent = {"@context": model.CONTEXT, "type": "Annotation", "target": "urn:a", **more}
    with pytest.raises(BadInput) as caught:
        model.check(sent, [OWN])
    assert (int(caught.value.status), caught.value.field) == (status, field)


@pytest.mark.parametrize(
    "more",
    [
        own(ex="http://example.org/", mood={"@id": "ex:mood", "@type": "xsd:string"})
        | {"mood": "x"},
        own(**{"@language": "de", "@version": 1.1}) | {"bodyValue": "Warum?"},
        own(ex="http://example.org/", **{"ex:p": {"@type": "@id"}}) | {"ex:p": "urn:b"},
        {"dcterms:title": {"@value": "Titel", "@language": "de"}},
        {"dcterms:relation": {"@id": "http://example.org/"}},
        {"target": {"id": "/annotations/other", "type": "Annotation"}, "motivation": "replying"},
        {"body": {"id": f"{VICTIM}#body", "type": "TextualBody", "value": "x"}},
        {"mine": {"id": 7, "@graph": []}},
    ],
)
def test_what_speaks_of_itself_in_its_own_words_is_taken(more: dict[str, Any]) -> None:
    sent = {"@context": model.CONTEXT, "type": "Annotation", "target": "urn:a", **more}
    assert model.check(copy.deepcopy(sent), [OWN]) == sent


def test_what_is_in_the_words_of_the_w3c_is_not_expanded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rdf, "graph", lambda _: pytest.fail("this would take longer"))
    model.check({**GOOD, "body": {"@context": model.CONTEXT, "type": "TextualBody", "value": "x"}})
