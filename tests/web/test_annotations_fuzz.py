"""Five thousand requests, a fifth of them stored: each answered as the table says, never by 500."""

from __future__ import annotations

import json
import os
import sqlite3
from collections import Counter
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import create_app, database
from app.accounts import people
from app.annotations.model import CONTEXT
from app.library.syncing.sync import sync
from app.settings import Settings
from tests.web.annotation_cases import Case, cases

CASES = 5_200
STORED = 1_000
SEED = int(os.environ.get("GLOSS_FUZZ_SEED", "7"))
LDJ = "application/ld+json"
TABLE = {400, 401, 403, 404, 405, 406, 409, 410, 412, 413, 415}
Json = dict[str, Any]


@pytest.fixture
def application(settings: Settings, connection: sqlite3.Connection) -> Flask:
    for name, visibility in (("walk", "public"), ("own", "private")):
        source = f"---\nvisibility: {visibility}\n---\nA walk of N steps goes far.\n"
        (settings.notes / f"{name}.md").write_text(source)
    sync(settings, connection)
    return create_app(settings)


@pytest.fixture
def writer(connection: sqlite3.Connection) -> dict[str, str]:
    person = people.create(connection, "annotator", "annotator")
    token = people.create_token(connection, person, "test", "annotator")
    return {"Authorization": f"Bearer {token}"}


def test_no_request_makes_the_server_fail(
    application: Flask, writer: dict[str, str], settings: Settings
) -> None:
    database.of_this_thread(settings.database).execute("PRAGMA synchronous = OFF")
    found: Counter[int] = Counter()
    with application.test_client() as client:
        for number, case in enumerate(cases(CASES, SEED)):
            response = send(client, case, writer)
            found[response.status_code] += 1
            assert_answered(response, case)
            if response.status_code == 201:
                assert_kept(client, writer, case, response.headers["Location"], number)
        for page in ("/annotations/?page=0", "/annotations/?page=9"):
            assert client.get(page, headers=writer).status_code == 200
            turtle = client.get(page, headers={**writer, "Accept": "text/turtle"})
            assert turtle.status_code in (200, 406)
            assert client.get(page, headers={**writer, "Accept": "text/html"}).status_code == 200
        total = client.get("/annotations/", headers=writer).get_json()["total"]
        assert total == found[201] >= STORED, found
        assert {400, 413, 415} <= set(found), found
        print(found)


def send(client: FlaskClient, case: Case, writer: dict[str, str]) -> TestResponse:
    headers = {"Content-Type": LDJ, **writer, **case.headers}
    return client.post("/annotations/", data=case.raw, headers=headers)


def assert_answered(response: TestResponse, case: Case) -> None:
    shown = f"seed {SEED}: {case.raw[:2_000]!r} {case.headers}"
    if response.status_code == 201:
        return
    assert not case.whole, shown
    assert response.status_code in TABLE, shown
    if case.headers.get("Accept") == "text/html":
        return
    assert response.content_type == "application/problem+json", shown
    problem = response.get_json()
    assert problem["status"] == response.status_code, shown
    assert problem["detail"], shown
    faults = problem.get("errors", [])
    assert all(fault["detail"] and fault["field"] for fault in faults), shown
    assert (not faults and "field" not in problem) or faults[0]["field"] == problem["field"]


def assert_kept(
    client: FlaskClient, writer: dict[str, str], case: Case, address: str, number: int
) -> None:
    """It comes back as it was sent, but for its name and for the addresses of our notes."""
    response = client.get(address, headers=writer)
    assert response.status_code == 200, case
    sent, answered = plain(case.raw), plain(response.data)
    assert answered.pop("id") == address
    via = answered.pop("via", [])
    assert sent.pop("id", None) in (None, via, *(via if isinstance(via, list) else [])), case
    sent.pop("via", None)
    assert answered == sent, case
    if number % 10 == 0:
        turtle = client.get(address, headers={**writer, "Accept": "text/turtle"})
        assert turtle.status_code in (200, 406), case


def plain(raw: bytes) -> Json:
    """The document, with the addresses of our notes relative."""
    text = json.dumps(json.loads(raw))
    made: Json = json.loads(text.replace('"http://localhost/notes/', '"/notes/'))
    return made


@pytest.mark.parametrize("method", ["put", "delete", "patch", "get", "post"])
@pytest.mark.parametrize(
    "name", ["%00", "%ff", "a" * 5_000, "..%2f..", "é🙂", "form%00", "x?page=0"]
)
def test_no_address_makes_the_server_fail(
    application: Flask, writer: dict[str, str], method: str, name: str
) -> None:
    annotation = {"@context": CONTEXT, "type": "Annotation", "target": "urn:a"}
    with application.test_client() as client:
        headers = {"Content-Type": LDJ, **writer}
        send_to = getattr(client, method)
        response = send_to(f"/annotations/{name}", data=json.dumps(annotation), headers=headers)
    assert response.status_code in TABLE
    assert response.content_type == "application/problem+json"
