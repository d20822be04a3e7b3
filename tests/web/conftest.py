"""A small library behind the JSON addresses, and clients of it in each role."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.accounts import people
from app.library.syncing.sync import sync
from app.settings import Settings

NOTES = {
    "open": """---
title: Walks in the open
visibility: public
date: 2024-03-05
tags: [walks, open]
authors: [Ada Example]
---
A walk of $N$ steps, see [[hidden]].

```analysis
script: shown
params: {steps: 5}
```

```claim
id: small
text: The sum is small.
check: shown.total < 10
expect: holds
```
""",
    "papers/hidden": "---\ntitle: Sesame\nvisibility: private\ntags: [sesame]\n---\n"
    "Sesame walks.\n\n```analysis\nscript: unseen\n```\n\n"
    "```claim\nid: sesame\ntext: Sesame.\ncheck: unseen.total < 1\n```\n",
    "by-address": "---\ntitle: Unlisted walk\nvisibility: unlisted\ndate: 2023-01-01\n---\nWalk.\n",
}
ANALYSES = {
    "shown": '"""Adds steps."""\n'
    'def main(steps: int = 3, label: str = "") -> dict:\n    return {}\n',
    "unseen": '"""Sesame."""\nINPUTS = []\ndef main(steps: int = 3) -> dict:\n    return {}\n',
    "broken": "def main(steps): ...\n",
}


@pytest.fixture
def application(settings: Settings, connection: sqlite3.Connection) -> Flask:
    (settings.notes / "papers").mkdir()
    for name, source in NOTES.items():
        (settings.notes / f"{name}.md").write_text(source)
    for name, source in ANALYSES.items():
        (settings.analysis / f"{name}.py").write_text(source)
    assert not sync(settings, connection).failed
    return create_app(settings)


@pytest.fixture
def public(application: Flask) -> Iterator[FlaskClient]:
    with application.test_client() as client:
        yield client


def client_of(application: Flask, connection: sqlite3.Connection, role: str) -> FlaskClient:
    """A client that sends the token of a person of its own."""
    person = people.create(connection, f"the {role}", role)
    token = people.create_token(connection, person, "test", role)
    client: Any = application.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return client


@pytest.fixture
def owner(application: Flask, connection: sqlite3.Connection) -> FlaskClient:
    return client_of(application, connection, "owner")


@pytest.fixture
def reader(application: Flask, connection: sqlite3.Connection) -> FlaskClient:
    return client_of(application, connection, "reader")


@pytest.fixture
def visitors(application: Flask, connection: sqlite3.Connection) -> dict[str, FlaskClient]:
    """A browser of each role, signed in by its cookie, and one of the public."""
    found = {"public": application.test_client()}
    for role in ("reader", "annotator", "editor", "owner"):
        person = people.create(connection, f"a browsing {role}", role)
        session = people.sign_in(connection, people.create_link(connection, person), 1)
        assert session
        found[role] = application.test_client()
        found[role].set_cookie("gloss_session", session)
    return found
