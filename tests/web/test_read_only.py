"""A library opened read-only: every way to change a note is closed, everything else open."""

from __future__ import annotations

import dataclasses
import os
import re
import sqlite3
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.accounts import people
from app.accounts.permissions import Action
from app.errors import ReadOnly
from app.library.syncing import sync
from app.library.writing import save
from app.settings import Settings

HTML = {"Accept": "text/html"}
Snapshot = dict[str, tuple[int, int, bytes]]


@pytest.fixture
def closed(settings: Settings, application: Flask) -> Settings:
    return dataclasses.replace(settings, read_only=True)


@pytest.fixture
def reading(closed: Settings, connection: sqlite3.Connection) -> FlaskClient:
    """The owner, in a browser, of the library that `application` has filled."""
    client = create_app(closed).test_client()
    link = people.create_link(connection, people.owner(connection))
    session = people.sign_in(connection, link, 1)
    assert session
    client.set_cookie("gloss_session", session)
    return client


def snapshot(folder: Path) -> Snapshot:
    """Every name, every byte, and when each was written; a folder's time tells of files that
    came and went."""
    found = {}
    for path in [folder, *sorted(folder.rglob("*"))]:
        stat = path.lstat()
        data = path.read_bytes() if path.is_file() else b""
        found[str(path)] = (stat.st_mtime_ns, stat.st_ctime_ns, data)
    return found


def test_every_way_to_write_is_refused_in_words(
    reading: FlaskClient, closed: Settings, subtests: pytest.Subtests
) -> None:
    """The routes are asked for, so that a new one is tested too."""
    application, before, tried = reading.application, snapshot(closed.notes), 0
    for rule in application.url_map.iter_rules():
        if application.view_functions[rule.endpoint].needs is not Action.WRITE:
            continue
        given = {name: "open" if name in ("id", "path") else 1 for name in rule.arguments}
        address = application.url_map.bind("localhost").build(
            rule.endpoint, given, force_external=False
        )
        for method in (rule.methods or set()) - {"OPTIONS", "HEAD"}:
            answer = reading.open(address, method=method, headers=HTML)
            tried += 1
            with subtests.test(f"{method} {address}"):
                assert answer.status_code == 403
                assert "read-only" in answer.text
    assert tried >= 9
    assert snapshot(closed.notes) == before


def test_programs_are_told_the_same(reading: FlaskClient) -> None:
    note = {"id": "mine", "markdown": "Mine.\n"}
    for answer in (
        reading.post("/api/notes", json=note),
        reading.put("/api/notes/open", json={"markdown": "x"}, headers={"If-Match": "*"}),
        reading.delete("/api/notes/open"),
        reading.post("/api/moves/open", json={"id": "x"}, headers={"If-Match": "*"}),
    ):
        problem = answer.get_json()
        assert (answer.status_code, problem["status"]) == (403, 403)
        assert answer.content_type == "application/problem+json"
        assert "read-only" in problem["detail"]
        assert "--read-only" in problem["hint"]


def test_who_may_not_write_anyway_is_told_that(closed: Settings) -> None:
    assert create_app(closed).test_client().get("/new").status_code == 401


@pytest.mark.parametrize(
    "page", ["/", "/notes/open", "/problems", "/journal", "/search?q=walk", "/notes/none"]
)
def test_no_page_offers_to_write(reading: FlaskClient, page: str) -> None:
    html = reading.get(page, headers=HTML).text
    assert "</html>" in html
    offered = re.findall(r'(?:href|action|hx-post)="(/(?:new|edit|delete|preview)\b[^"]*)"', html)
    assert offered == []


def test_a_day_without_an_entry_leads_to_no_form(reading: FlaskClient) -> None:
    assert reading.get("/journal/2024-01-01").status_code == 404


def test_what_is_not_editing_works(
    reading: FlaskClient, closed: Settings, connection: sqlite3.Connection
) -> None:
    before = snapshot(closed.notes)
    assert "open.md" in reading.get("/notes/open").text  # its source may be had
    assert reading.get("/notes/open.md").data == (closed.notes / "open.md").read_bytes()
    assert reading.get("/api/search?q=walk").get_json()["total"] == 3
    run = reading.post("/api/runs", json={"script": "shown", "params": {"steps": 5}})
    assert (run.status_code, run.get_json()["status"]) == (202, "queued")
    comment = {"note": "open", "comment": "Well.", "quote": "A walk of"}
    assert reading.post("/annotations/form", data=comment).status_code == 303
    assert "Well." in reading.get("/notes/open").text
    assert snapshot(closed.notes) == before


def test_an_erratum_is_declined_but_not_accepted(reading: FlaskClient, closed: Settings) -> None:
    before = snapshot(closed.notes)
    given = {"note": "open", "kind": "erratum", "quote": "A walk of", "replacement": "A run of"}
    made = reading.post("/annotations/form", data=given).location.partition("#annotation-")[2]
    page = reading.get("/notes/open").text
    assert "read-only: nothing is accepted here" in page
    assert f"/annotations/{made}/accept" not in page
    seen = re.search(r'name="seen" value="(\w+)"', page)
    assert seen
    refused = reading.post(f"/annotations/{made}/accept", data={"seen": seen[1]}, headers=HTML)
    assert (refused.status_code, "opened read-only" in refused.text) == (403, True)
    data = {"seen": seen[1], "reason": "It is a walk."}
    assert reading.post(f"/annotations/{made}/decline", data=data).status_code == 303
    page = reading.get("/notes/open").text
    assert "Declined" in page
    assert "It is a walk." in page
    assert snapshot(closed.notes) == before


def test_what_a_missing_note_has_become_may_be_said(
    reading: FlaskClient, closed: Settings, connection: sqlite3.Connection
) -> None:
    """It is who the note is that changes, and no file."""
    old = closed.notes / "once.md"
    old.write_text("A note by itself.\n")
    sync.sync(closed, connection)
    uid = connection.execute("SELECT uid FROM note WHERE path = 'once'").fetchone()["uid"]
    old.unlink()
    sync.sync(closed, connection)
    (closed.notes / "sub").mkdir()
    (closed.notes / "sub" / "once.md").write_text("Another text altogether.\n")
    sync.sync(closed, connection)
    before = snapshot(closed.notes)
    for page in ("/problems", "/trash", "/notes/sub/once"):
        assert "It is sub/once" in reading.get(page, headers=HTML).text, page
    said = reading.post("/problems/moved", data={"note": uid, "to": "sub/once"})
    assert (said.status_code, said.location) == (303, "/notes/sub/once")
    assert "It is sub/once" not in reading.get("/problems").text
    assert snapshot(closed.notes) == before


def test_the_library_itself_refuses(closed: Settings, connection: sqlite3.Connection) -> None:
    before = snapshot(closed.notes)
    base = save.read(closed, "open")[1]
    with pytest.raises(ReadOnly):
        save.create(closed, connection, "mine", "Mine.\n")
    with pytest.raises(ReadOnly):
        save.update(closed, connection, "open", "Mine.\n", base)
    with pytest.raises(ReadOnly):
        save.delete(closed, connection, "open", base)
    assert snapshot(closed.notes) == before


def test_sync_cleans_nothing_away(closed: Settings, connection: sqlite3.Connection) -> None:
    """What a killed save left an hour ago would go, if the folder were ours."""
    left = closed.notes / ".gloss-0123456789abcdef"
    left.touch()
    os.utime(left, (1_000_000_000, 1_000_000_000))
    (closed.notes / "new.md").write_text("New.\n")
    before = snapshot(closed.notes)
    assert sync.sync(closed, connection).added == 1
    assert snapshot(closed.notes) == before
    sync.sync(dataclasses.replace(closed, read_only=False), connection)
    assert not left.exists()
