"""A request's body keeps its limits: it is whole, small and in time, or nothing is done."""

from __future__ import annotations

import dataclasses
import sqlite3
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import create_app
from app.accounts import people
from app.errors import TooSlow
from app.settings import Settings

FORM = urlencode({"title": "Arrived", "kind": "note", "markdown": "Words."}).encode()
JSON = b'{"markdown": "Words.", "id": "arrived"}'
KINDS = {
    "/new": (FORM, "application/x-www-form-urlencoded"),
    "/api/notes": (JSON, "application/json"),
    "/annotations/": (b'{"type": "Annotation"}', "application/ld+json"),
}


class Late:
    """A connection that has brought nothing when the time is over; see test_web_rsgi.py."""

    def read(self, size: int = -1) -> bytes:
        raise TooSlow("The request's body did not arrive within 1 seconds.")


class Unread:
    def read(self, size: int = -1) -> bytes:
        raise AssertionError("nobody should have read this")


class Cut:
    """A connection that broke: it says so by the end of the stream."""

    def __init__(self, part: bytes) -> None:
        self.part = part

    def read(self, size: int = -1) -> bytes:
        part, self.part = self.part[: max(size, 0)], b""
        return part


@pytest.fixture
def strict(application: Flask, settings: Settings) -> Flask:
    return create_app(dataclasses.replace(settings, body_seconds=1, max_body_bytes=1000))


@pytest.fixture
def editor(strict: Flask, connection: sqlite3.Connection) -> FlaskClient:
    person = people.create(connection, "Edda", "editor")
    token = people.create_token(connection, person, "t", "editor")
    client: Any = strict.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return client


def send(
    client: FlaskClient, address: str, stream: Any, length: int | None, **more: Any
) -> TestResponse:
    stated = {"wsgi.input": stream, "CONTENT_LENGTH": "" if length is None else str(length)}
    kind = KINDS[address][1]
    return client.post(address, content_type=kind, environ_overrides=stated, **more)


@pytest.fixture(autouse=True)
def nothing_arrives(settings: Settings, request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    whole = "whole" in request.node.name
    assert bool(list(settings.notes.glob("arrived.md"))) is whole


@pytest.mark.parametrize("address", KINDS)
def test_a_late_body_is_answered_408_and_the_connection_closed(
    editor: FlaskClient, address: str
) -> None:
    answer = send(editor, address, Late(), len(KINDS[address][0]))
    assert (answer.status_code, answer.headers["Connection"]) == (408, "close")
    assert "did not arrive within 1 seconds" in answer.text


@pytest.mark.parametrize("address", KINDS)
def test_a_body_that_is_too_large_is_refused_unread(editor: FlaskClient, address: str) -> None:
    answer = send(editor, address, Unread(), 1001)
    assert answer.status_code == 413
    if address.startswith("/api/"):
        assert answer.mimetype == "application/problem+json"
        assert answer.get_json()["status"] == 413
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("address", KINDS)
def test_a_body_in_chunks_is_refused(editor: FlaskClient, address: str) -> None:
    chunked = {"headers": {"Transfer-Encoding": "chunked"}}
    answer = send(editor, address, Unread(), None, **chunked)
    assert answer.status_code == 400
    assert "Content-Length" in answer.text


@pytest.mark.parametrize("address", KINDS)
def test_a_compressed_body_is_refused_unread(editor: FlaskClient, address: str) -> None:
    answer = send(editor, address, Unread(), 500, headers={"Content-Encoding": "gzip"})
    assert answer.status_code == 415
    assert "not compressed" in answer.text


@pytest.mark.parametrize("address", KINDS)
def test_a_body_that_was_cut_short_saves_nothing(editor: FlaskClient, address: str) -> None:
    body = KINDS[address][0]
    answer = send(editor, address, Cut(body[:-1]), len(body))
    assert answer.status_code == 400
    assert "connection broke" in answer.text


@pytest.mark.parametrize("address", KINDS)
def test_who_may_not_write_is_refused_before_the_body_is_read(strict: Flask, address: str) -> None:
    assert send(strict.test_client(), address, Unread(), 500).status_code == 401


@pytest.mark.parametrize("address", ["/new", "/api/notes"])
def test_a_whole_body_is_taken(editor: FlaskClient, address: str) -> None:
    body = KINDS[address][0]
    assert send(editor, address, Cut(body), len(body)).status_code in (201, 303)


def test_a_form_of_too_many_fields_is_refused(editor: FlaskClient, strict: Flask) -> None:
    strict.config["MAX_CONTENT_LENGTH"] = None
    body = b"--b\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n" * 15 + b"--b--\r\n"
    answer = editor.post("/new", data=body, content_type="multipart/form-data; boundary=b")
    assert answer.status_code in (400, 413)
