"""Whatever is sent, the JSON addresses answer with what is wrong, never with a mistake of ours."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st

from app.web.asked import MAX_DEPTH


@pytest.mark.parametrize(
    ("data", "kind", "status", "field"),
    [
        (b"{", "application/json", 400, None),
        (b"", "application/json", 400, None),
        (b"\xff", "application/json", 400, None),
        (b"[]", "application/json", 400, None),
        (b"null", "application/json", 400, None),
        (b'{"markdown": NaN}', "application/json", 400, None),
        (b'{"id": "x"}', "application/json", 400, "markdown"),
        (b'{"markdown": 3}', "application/json", 400, "markdown"),
        (b'{"markdown": null}', "application/json", 400, "markdown"),
        (b'{"markdown": "a", "id": 3}', "application/json", 400, "id"),
        (b'{"markdown": "a", "title": "b"}', "application/json", 400, "title"),
        (b'{"markdown": "a\\u0000"}', "application/json", 400, "markdown"),
        (b'{"markdown": "a\\ud800"}', "application/json", 400, "markdown"),
        (b'{"\\ud800": 1}', "application/json", 400, "?"),
        (b"[" * 100_000, "application/json", 400, None),
        (b'{"markdown": ' + b"9" * 5000 + b"}", "application/json", 400, None),
        (b'{"markdown": "a"}', "text/plain", 415, None),
        (b'{"markdown": "a"}', "", 415, None),
        (b"markdown=a", "application/x-www-form-urlencoded", 415, None),
    ],
)
def test_a_body_that_cannot_be_taken_says_why(
    owner: FlaskClient, data: bytes, kind: str, status: int, field: str | None
) -> None:
    response = owner.post("/api/notes", data=data, content_type=kind)
    problem = response.get_json()
    assert (response.status_code, problem.get("field")) == (status, field)
    assert response.content_type == "application/problem+json"
    assert problem["status"] == status
    assert problem["detail"]


def test_the_path_of_a_wrong_value_is_named(owner: FlaskClient) -> None:
    deep: Any = 1
    for _ in range(MAX_DEPTH + 1):
        deep = [deep]
    for params, field in (
        ({"a": ["x", "\ud800"]}, "params.a[1]"),
        ({"a": {"b": 1e999}}, "params.a.b"),
        ({"a": deep}, "params.a" + "[0]" * MAX_DEPTH),
    ):
        data = json.dumps({"script": "shown", "params": params}).replace("Infinity", "1e999")
        response = owner.post("/api/runs", data=data, content_type="application/json")
        assert (response.status_code, response.get_json()["field"]) == (400, field)


def test_a_misspelt_field_is_told_its_name(owner: FlaskClient) -> None:
    problem = owner.post("/api/notes", json={"markdwon": "a"}).get_json()
    assert (problem["field"], problem["hint"]) == ("markdwon", "Did you mean markdown?")


def test_an_unknown_address_or_method_is_a_problem_document(owner: FlaskClient) -> None:
    for response, status in (
        (owner.get("/api/nothing"), 404),
        (owner.get("/api/runs/x"), 404),
        (owner.get(f"/api/runs/{10**30}"), 404),
        (owner.patch("/api/notes/open"), 405),
    ):
        assert response.status_code == status
        assert response.content_type == "application/problem+json"


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(), max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
names = st.sampled_from(["id", "markdown", "script", "params", "force", "steps"])
texts = st.sampled_from(["shown", "open", "a/b", "# T\n\n{{ a.b }} $x$ [[y]]", "---\nid: [\n---"])
params = st.dictionaries(st.sampled_from(["steps", "label", "x"]), values, max_size=2)
bodies = values | st.dictionaries(names, values | texts | params, max_size=4)
requests = st.tuples(
    st.sampled_from(
        [("post", "notes"), ("put", "notes/open"), ("post", "runs"), ("put", "notes/papers/hidden")]
    ),
    bodies,
)


@given(sent=requests)
@trying(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_json_makes_the_server_fail(owner: FlaskClient, sent: tuple[Any, Any]) -> None:
    (method, path), body = sent
    response = getattr(owner, method)(
        f"/api/{path}",
        data=json.dumps(body),
        content_type="application/json",
        headers={"If-Match": "*"},
    )
    assert response.status_code < 500, response.text
    if response.status_code >= 400:
        assert response.get_json()["detail"]


@given(
    path=st.sampled_from(["notes", "search", "runs", "notes/open", "analyses/shown", "claims"]),
    query=st.dictionaries(
        st.sampled_from(["q", "limit", "offset", "year", "tag", "folder", "status", "script"]),
        st.text(max_size=12) | st.sampled_from(["1", "2024", "9" * 30, "papers", "queued", "\0"]),
        max_size=4,
    ),
)
@trying(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_address_makes_the_server_fail(
    public: FlaskClient, path: str, query: dict[str, str]
) -> None:
    response = public.get(f"/api/{path}", query_string=query)
    assert response.status_code in (200, 400), response.text
    assert "esame" not in response.text.replace(query.get("q", "\0"), "")
