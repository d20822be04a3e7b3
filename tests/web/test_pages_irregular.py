"""A pipe that is called x.md holds no thread: who asks for it is told what it is."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.settings import Settings

ASKED = {
    "GET /edit/pipe": {},
    "PUT /api/notes/pipe": {"json": {"markdown": "x"}, "headers": {"If-Match": "*"}},
    "DELETE /api/notes/pipe": {},
    "POST /delete/pipe": {},
    "GET /move/pipe": {},
    "POST /move/pipe": {"data": {"id": "other"}},
    "GET /notes/pipe": {},
    "GET /media/pipe.png": {},
}


@pytest.mark.parametrize("asked", ASKED)
def test_a_pipe_is_refused_at_once(
    asked: str, application: Flask, owner: FlaskClient, settings: Settings
) -> None:
    for name in ("pipe.md", "pipe.png"):
        os.mkfifo(settings.notes / name)
    method, _, path = asked.partition(" ")
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(owner.open, path, method=method, **ASKED[asked])
        try:
            assert 400 <= answer.result(8).status_code < 500
        finally:
            for name in ("pipe.md", "pipe.png"):  # whoever waits is let go
                os.close(os.open(settings.notes / name, os.O_RDWR | os.O_NONBLOCK))
