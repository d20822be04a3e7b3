"""/api/analyses, /api/runs and /api/claims: what is computed, and who sees it."""

from __future__ import annotations

import sqlite3

import pytest
from flask.testing import FlaskClient

from app.lab.runs import Output, queue
from app.settings import Settings

OUTPUTS = (
    Output("total", "value", 7, {}),
    Output("fit", "table", {"columns": ["a"], "rows": [[1]]}, {"csv": "the fit.csv"}),
)


@pytest.fixture
def finished(
    owner: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> dict[str, int]:
    """A run that the public note shows, one with other parameters, one of a hidden note."""
    wanted = {
        "shown": {"script": "shown", "params": {"steps": 5}},
        "other": {"script": "shown", "params": {"steps": 6}},
        "unseen": {"script": "unseen"},
    }
    made = {}
    for name, sent in wanted.items():
        made[name] = owner.post("/api/runs", json=sent).get_json()["id"]
        queue.finish(
            settings, connection, made[name], "succeeded", outputs=OUTPUTS, seconds=0.5, log="dear"
        )
    return made


def test_a_run_is_taken_and_then_answers_from_what_is_known(
    owner: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    first = owner.post("/api/runs", json={"script": "shown", "params": {"steps": 9}})
    assert first.status_code == 202
    started = first.get_json()
    assert started == {"id": started["id"], "status": "queued", "cached": False}
    assert first.headers["Location"] == f"/api/runs/{started['id']}"
    queue.finish(settings, connection, started["id"], "succeeded", outputs=OUTPUTS)
    again = owner.post("/api/runs", json={"script": "shown", "params": {"steps": 9}}).get_json()
    assert again == {"id": started["id"], "status": "succeeded", "cached": True}
    forced = owner.post(
        "/api/runs", json={"script": "shown", "params": {"steps": 9}, "force": True}
    ).get_json()
    assert forced["id"] != started["id"]
    assert not forced["cached"]


def test_a_run_shows_its_outputs_and_values(owner: FlaskClient, finished: dict[str, int]) -> None:
    run = owner.get(f"/api/runs/{finished['shown']}").get_json()
    assert run["values"] == {"total": 7}
    assert run["params"] == {"steps": 5, "label": ""}
    assert [output["name"] for output in run["outputs"]] == ["total", "fit"]
    assert run["outputs"][1]["files"] == {"csv": f"/outputs/{run['id']}/the%20fit.csv"}
    assert (run["log"], run["person"]) == ("dear", "the owner")


def test_the_public_sees_the_runs_that_a_public_note_shows(
    public: FlaskClient, reader: FlaskClient, finished: dict[str, int]
) -> None:
    answers = {name: public.get(f"/api/runs/{number}") for name, number in finished.items()}
    assert {name: answer.status_code for name, answer in answers.items()} == {
        "shown": 200, "other": 404, "unseen": 404,
    }  # fmt: skip
    shown = answers["shown"].get_json()
    assert not any(shown[name] for name in ("log", "person", "sandbox", "message"))
    listed = public.get("/api/runs").get_json()
    assert [run["id"] for run in listed["results"]] == [finished["shown"]]
    assert listed["total"] == 1
    assert reader.get("/api/runs").get_json()["total"] == 3


def test_runs_are_listed_by_script_and_status(owner: FlaskClient, finished: dict[str, int]) -> None:
    def listed(query: str) -> list[int]:
        return [run["id"] for run in owner.get(f"/api/runs?{query}").get_json()["results"]]

    assert listed("") == sorted(finished.values(), reverse=True)
    assert listed("script=unseen") == [finished["unseen"]]
    assert listed("status=queued") == []
    assert listed("limit=1&offset=1") == [finished["other"]]
    wrong = owner.get("/api/runs?status=done")
    assert (wrong.status_code, wrong.get_json()["field"]) == (400, "status")


def test_a_waiting_run_is_cancelled_at_once_and_a_running_one_is_asked_to_end(
    owner: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    waiting = owner.post("/api/runs", json={"script": "shown"}).get_json()["id"]
    ended = owner.delete(f"/api/runs/{waiting}")
    assert (ended.status_code, ended.get_json()["status"]) == (200, "cancelled")
    running = owner.post("/api/runs", json={"script": "shown", "params": {"steps": 1}}).get_json()
    assert queue.claim(settings, connection) is not None
    asked = owner.delete(f"/api/runs/{running['id']}")
    assert (asked.status_code, asked.get_json()["status"]) == (202, "running")
    assert queue.to_cancel(connection) == {running["id"]}
    assert owner.delete("/api/runs/999").status_code == 404


@pytest.mark.parametrize(
    ("sent", "status", "field"),
    [
        ({"script": "shown", "params": {"stops": 1}}, 400, "params.stops"),
        ({"script": "shown", "params": {"steps": "many"}}, 400, "params.steps"),
        ({"script": "shown", "params": [1]}, 400, "params"),
        ({"script": "shown", "force": 1}, 400, "force"),
        ({"script": 3}, 400, "script"),
        ({}, 400, "script"),
        ({"script": "nothing"}, 404, None),
        ({"script": "../shown"}, 404, None),
        ({"script": "broken"}, 422, None),
    ],
)
def test_what_cannot_be_run_is_refused_by_its_name(
    owner: FlaskClient, sent: object, status: int, field: str | None
) -> None:
    response = owner.post("/api/runs", json=sent)
    assert (response.status_code, response.get_json().get("field")) == (status, field)
    assert owner.get("/api/runs").get_json()["total"] == 0


def test_the_public_sees_the_analyses_that_public_notes_show(
    public: FlaskClient, owner: FlaskClient
) -> None:
    names = [each["name"] for each in public.get("/api/analyses").get_json()["results"]]
    assert names == ["shown"]
    assert public.get("/api/analyses/unseen").status_code == 404
    every = {each["name"]: each for each in owner.get("/api/analyses").get_json()["results"]}
    assert every.keys() == {"broken", "shown", "unseen"}
    assert every["broken"]["error"]["line"] == 1
    assert every["shown"]["error"] is None
    signature = public.get("/api/analyses/shown").get_json()
    assert [(each["name"], each["type"], each["default"]) for each in signature["parameters"]] == [
        ("steps", "int", 3),
        ("label", "str", ""),
    ]


def test_claims_are_judged_and_hidden_ones_stay_hidden(
    public: FlaskClient, owner: FlaskClient, finished: dict[str, int]
) -> None:
    (claim,) = public.get("/api/claims").get_json()["results"]
    assert (claim["note"], claim["id"], claim["state"], claim["number"]) == (
        "open", "small", "holds", 7,
    )  # fmt: skip
    assert claim["url"] == "/notes/open#claim-small"
    everything = owner.get("/api/claims").get_json()["results"]
    assert {each["id"]: each["state"] for each in everything} == {
        "small": "holds", "sesame": "refuted",
    }  # fmt: skip
