"""The description is of exactly what there is: every address, every field of every answer."""

from __future__ import annotations

import re
import sqlite3
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.annotations.model import CONTEXT
from app.lab.runs import Output, queue
from app.library.history import revisions
from app.settings import Settings

Json = dict[str, Any]


LD = {"Content-Type": "application/ld+json"}
SWEEP = {"script": "shown", "sweep": {"steps": "5:8"}}


@pytest.fixture
def description(public: FlaskClient) -> Json:
    found: Json = public.get("/api/openapi.json").get_json()
    return found


def test_every_route_is_described_and_nothing_else(application: Flask, description: Json) -> None:
    routes = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in application.url_map.iter_rules()
        if rule.rule.startswith("/api/") or rule.rule in ("/annotations/", "/annotations/<id>")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    described = {
        (path, method) for path, methods in description["paths"].items() for method in methods
    }
    assert described == routes
    assert len(described) == 29


def test_every_reference_leads_somewhere_and_every_schema_is_used(description: Json) -> None:
    text = str(description)
    used = set(re.findall(r"#/components/schemas/(\w+)", text))
    assert used == set(description["components"]["schemas"])
    assert description["openapi"] == "3.1.0"
    assert description["servers"] == [{"url": "http://localhost"}]


def test_names_of_operations_are_unique_and_parameters_of_paths_described(
    description: Json,
) -> None:
    operations = [each for path in description["paths"].values() for each in path.values()]
    names = [each["operationId"] for each in operations]
    assert len(set(names)) == len(names)
    for path, methods in description["paths"].items():
        for each in methods.values():
            inside = {one["name"] for one in each["parameters"] if one["in"] == "path"}
            assert inside == set(re.findall(r"{(\w+)}", path))


def problems(value: Any, schema: Json, schemas: Json, place: str = "") -> list[str]:
    """Where a value is not as its schema says: types, required and unknown fields, enums."""
    if "$ref" in schema:
        return problems(value, schemas[schema["$ref"].rpartition("/")[2]], schemas, place)
    if "anyOf" in schema:
        tried = [problems(value, each, schemas, place) for each in schema["anyOf"]]
        return min(tried, key=len)
    kinds = {"string": str, "integer": int, "number": (int, float), "boolean": bool,
             "object": dict, "array": list, "null": type(None)}  # fmt: skip
    allowed = schema.get("type", list(kinds))
    allowed = [allowed] if isinstance(allowed, str) else allowed
    if not any(isinstance(value, kinds[kind]) for kind in allowed):
        return [f"{place}: {value!r} is no {allowed}"]
    if value is not None and value not in schema.get("enum", [value]):
        return [f"{place}: {value!r} is none of {schema['enum']}"]
    found = []
    if isinstance(value, dict) and "properties" in schema:
        found += [f"{place}.{name} is missing" for name in set(schema["required"]) - value.keys()]
        found += [f"{place}.{name} is unknown" for name in value.keys() - schema["properties"]]
        for name in value.keys() & schema["properties"]:
            found += problems(value[name], schema["properties"][name], schemas, f"{place}.{name}")
    for number, inner in enumerate(value if isinstance(value, list) else []):
        found += problems(inner, schema.get("items", {}), schemas, f"{place}[{number}]")
    return found


@pytest.fixture
def answers(
    owner: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> list[tuple[str, str, Any]]:
    """An answer of every operation that has one: method, address in the description, response."""
    run = owner.post("/api/runs", json={"script": "shown", "params": {"steps": 5}})
    number = run.get_json()["id"]
    outputs = [Output("total", "value", 7, {}), Output("t", "text", "x", {})]
    queue.finish(settings, connection, number, "succeeded", outputs=outputs)
    note = {"markdown": "# New\n"}
    uid = connection.execute("SELECT uid FROM note WHERE path = 'open'").fetchone()[0]
    revision = revisions.add(connection, uid, b"# Old\n", kind="before")
    star = {"If-Match": "*"}
    said = {"@context": CONTEXT, "type": "Annotation", "target": "/notes/open", "bodyValue": "A."}
    made = owner.post("/annotations/", json=said, headers=LD)
    name = made.get_json()["id"].removeprefix("http://localhost")
    return [
        ("post", "/api/runs", run),
        ("post", "/api/runs/stale", owner.post("/api/runs/stale", json={})),
        ("get", "/api/runs", owner.get("/api/runs")),
        ("get", "/api/runs/{id}", owner.get(f"/api/runs/{number}")),
        ("delete", "/api/runs/{id}", owner.delete(f"/api/runs/{number}")),
        ("get", "/api/runs/{id}", owner.get("/api/runs/99")),
        ("get", "/api/compare", owner.get(f"/api/compare?a={number}&b={number}")),
        ("get", "/api/compare", owner.get("/api/compare?a=1")),
        ("post", "/api/sweeps", owner.post("/api/sweeps", json=SWEEP)),
        ("post", "/api/sweeps", owner.post("/api/sweeps", json={"script": "shown"})),
        ("get", "/api/sweeps", owner.get("/api/sweeps?script=shown")),
        ("get", "/api/sweeps/{id}", owner.get("/api/sweeps/1")),
        ("delete", "/api/sweeps/{id}", owner.delete("/api/sweeps/1")),
        ("get", "/api/sweeps/{id}", owner.get("/api/sweeps/99")),
        ("get", "/api/notes", owner.get("/api/notes")),
        ("post", "/api/notes", owner.post("/api/notes", json=note)),
        ("post", "/api/notes", owner.post("/api/notes", json={})),
        ("get", "/api/notes/{id}", owner.get("/api/notes/open")),
        ("put", "/api/notes/{id}", owner.put("/api/notes/open", json=note, headers=star)),
        ("put", "/api/notes/{id}", owner.put("/api/notes/open", json=note)),
        (
            "put",
            "/api/notes/{id}",
            owner.put("/api/notes/new", json=note, headers={"If-Match": "x"}),
        ),
        ("post", "/api/moves/{id}", owner.post("/api/moves/new", json={"id": "x/new"})),
        (
            "post",
            "/api/moves/{id}",
            owner.post("/api/moves/new", json={"id": "x/new"}, headers=star),
        ),
        ("post", "/api/moves/{id}", owner.post("/api/moves/new", json={"id": "y"}, headers=star)),
        ("get", "/api/notes/{id}", owner.get("/api/notes/new")),
        ("put", "/api/notes/{id}", owner.put("/api/notes/new", json=note, headers=star)),
        ("delete", "/api/notes/{id}", owner.delete("/api/notes/new")),
        ("delete", "/api/notes/{id}", owner.delete("/api/notes/open")),
        ("get", "/api/history/{id}", owner.get("/api/history/open")),
        ("get", "/api/history/{id}", owner.get("/api/history/none")),
        ("get", "/api/revisions/{id}", owner.get(f"/api/revisions/{revision}")),
        ("get", "/api/search", owner.get("/api/search?q=walk")),
        ("get", "/api/analyses", owner.get("/api/analyses")),
        ("get", "/api/analyses/{name}", owner.get("/api/analyses/shown")),
        ("get", "/api/claims", owner.get("/api/claims")),
        ("get", "/api/complete", owner.get("/api/complete?kind=analysis&q=sh")),
        ("get", "/api/complete", owner.get("/api/complete?kind=nonsense&q=")),
        ("post", "/annotations/", made),
        ("post", "/annotations/", owner.post("/annotations/", json={}, headers=LD)),
        ("post", "/annotations/", owner.post("/annotations/", data="x")),
        ("get", "/annotations/", owner.get("/annotations/")),
        ("get", "/annotations/", owner.get("/annotations/?page=0")),
        ("get", "/annotations/{id}", owner.get(name)),
        ("put", "/annotations/{id}", owner.put(name, json=said, headers={**LD, "If-Match": "x"})),
        ("put", "/annotations/{id}", owner.put(name, json=said, headers=LD)),
        ("delete", "/annotations/{id}", owner.delete(name)),
        ("get", "/annotations/{id}", owner.get(name)),
        ("get", "/api/openapi.json", owner.get("/api/openapi.json")),
    ]


def test_every_answer_is_as_described(
    description: Json, answers: list[tuple[str, str, Any]]
) -> None:
    schemas = description["components"]["schemas"]
    for method, path, response in answers:
        described = description["paths"][path][method]["responses"]
        assert str(response.status_code) in described, (method, path, response.status_code)
        assert ("Location" in described[str(response.status_code)].get("headers", {})) == (
            response.status_code == 308 and bool(response.location)
        )
        content = described[str(response.status_code)].get("content", {})
        if not content:
            assert response.data == b""
            continue
        typed = {kind.partition(";")[0]: inner for kind, inner in content.items()}
        schema = typed[response.mimetype]["schema"]
        assert problems(response.get_json(), schema, schemas) == []
    asked = {(method, path) for method, path, _ in answers}
    assert asked == {(m, path) for path, methods in description["paths"].items() for m in methods}


def test_the_check_of_answers_can_fail() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}
    assert problems({"a": "x"}, schema, {}) == [".a: 'x' is no ['integer']"]
    assert problems({"b": 1}, schema, {}) == [".a is missing", ".b is unknown"]
