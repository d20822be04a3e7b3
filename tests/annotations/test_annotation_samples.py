"""Samples of our own, a file for each rule of the model, beside those of the W3C.

`samples/incorrect.json` says of each wrong one with which status it is refused, and at which place.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.annotations import model, paging
from app.errors import BadInput

SAMPLES = Path(__file__).parent / "samples"
CORRECT = sorted((SAMPLES / "correct").glob("*.json"))
INCORRECT = sorted((SAMPLES / "incorrect").glob("*.json"))
REFUSALS = json.loads((SAMPLES / "incorrect.json").read_bytes())


def test_every_sample_is_there() -> None:
    assert len(CORRECT) == 46
    assert {file.stem for file in INCORRECT} == set(REFUSALS)
    assert len(INCORRECT) == 77


@pytest.mark.parametrize("file", CORRECT, ids=lambda file: file.stem)
def test_a_correct_sample_is_taken_as_it_is(file: Path) -> None:
    assert model.parse(file.read_bytes()) == json.loads(file.read_bytes())


@pytest.mark.parametrize("file", INCORRECT, ids=lambda file: file.stem)
def test_an_incorrect_sample_is_refused_at_its_fault(file: Path) -> None:
    with pytest.raises(BadInput) as caught:
        model.parse(file.read_bytes())
    expected = REFUSALS[file.stem]
    assert (int(caught.value.status), caught.value.field) == (expected["status"], expected["field"])


def test_every_fault_is_named_and_that_of_the_id_last() -> None:
    sent = {
        "@context": model.CONTEXT,
        "id": "two words",
        "type": "Annotation",
        "motivation": ["commenting", "shouting"],
        "body": [{"type": "TextualBody", "textDirection": "down"}, 7],
        "target": {
            "source": "two words",
            "selector": [{"type": "TextPositionSelector", "start": -1}, {"type": "CssSelector"}],
            "styleClass": "red",
        },
    }
    with pytest.raises(BadInput) as caught:
        model.check(sent)
    assert [fault.field for fault in caught.value.all] == [
        "motivation[1]",
        "body[0].textDirection",
        "body[0].value",
        "body[1]",
        "target.source",
        "target.selector[0].start",
        "target.selector[0].end",
        "target.selector[1].value",
        "target.styleClass",
        "id",
    ]


def test_a_flood_of_faults_is_cut() -> None:
    sent = {"@context": model.CONTEXT, "type": "Annotation", "target": [7] * 9_000}
    with pytest.raises(BadInput) as caught:
        model.check(sent)
    assert [fault.field for fault in caught.value.all] == [f"target[{n}]" for n in range(50)]


PAGE = {"id": "urn:p", "type": "AnnotationPage", "items": ["urn:a"]}


@pytest.mark.parametrize(
    ("more", "fields"),
    [
        ({"type": "List", "items": []}, ["type", "items"]),
        ({"id": 7}, ["id"]),
        ({"items": ["urn:a", "two words", 7]}, ["items[1]", "items[2]"]),
        ({"items": [{"type": "Annotation", "target": 7}]}, ["items[0].target"]),
        ({"startIndex": -1, "next": "two words"}, ["startIndex", "next"]),
        ({"partOf": {"id": 7}}, ["partOf.id"]),
    ],
)
def test_a_page_that_is_wrong_is_refused(more: dict[str, object], fields: list[str]) -> None:
    paging.check_page(PAGE, model.check_inner)
    with pytest.raises(BadInput) as caught:
        paging.check_page({**PAGE, **more}, model.check_inner)
    assert [fault.field for fault in caught.value.all] == fields
    whole = {"id": "urn:c", "type": "AnnotationCollection", "first": {**PAGE, **more}}
    with pytest.raises(BadInput) as caught:
        paging.check_collection(whole, model.check_inner)
    assert [fault.field for fault in caught.value.all] == [f"first.{field}" for field in fields]


def test_the_collections_of_the_w3c_are_right(samples: Path) -> None:
    for name in ("collection1", "example41", "example42", "example43"):
        value = json.loads((samples / "samples" / "correct" / f"{name}.json").read_bytes())
        check = paging.check_page if "items" in value else paging.check_collection
        check(value, model.check_inner)
