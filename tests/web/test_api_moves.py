"""/api/moves: a program gives a note another address; what old addresses answer to programs."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from app.settings import Settings

STAR = {"If-Match": "*"}


def test_a_note_is_moved_and_links_to_it_on_request(owner: FlaskClient, settings: Settings) -> None:
    owner.post("/api/notes", json={"id": "linking", "markdown": "To [[open]].\n"})
    etag = owner.get("/api/notes/open").headers["ETag"]
    first = owner.post("/api/moves/open", json={"id": "walks/wide"}, headers={"If-Match": etag})
    assert (first.status_code, first.headers["ETag"]) == (200, etag)
    assert first.get_json() == {
        "id": "walks/wide",
        "url": "/notes/walks/wide",
        "sha256": etag.strip('"'),
        "rewritten": [],
        "left": [],
    }
    assert (settings.notes / "linking.md").read_text() == "To [[open]].\n"
    sent = {"id": "walks/wider", "rewrite_links": True}
    second = owner.post("/api/moves/walks/wide", json=sent, headers={"If-Match": etag})
    assert second.get_json()["rewritten"] == ["linking"]
    assert (settings.notes / "linking.md").read_text() == "To [[wider]].\n"
    now = owner.get("/api/notes/walks/wider").headers["ETag"]
    assert second.headers["ETag"] == now


def test_only_the_version_that_is_named_is_moved(owner: FlaskClient, settings: Settings) -> None:
    made = owner.post("/api/notes", json={"id": "a", "markdown": "One.\n"})
    stale = {"If-Match": made.headers["ETag"]}
    (settings.notes / "a.md").write_text("Two, by an editor.\n")
    refused = owner.post("/api/moves/a", json={"id": "b"}, headers=stale)
    assert refused.status_code == 412
    current = refused.get_json()["current"]
    assert owner.post("/api/moves/a", json={"id": "b"}).status_code == 428
    assert (settings.notes / "a.md").exists()
    both = {"If-Match": f'{made.headers["ETag"]}, "{current}"'}
    assert owner.post("/api/moves/a", json={"id": "b"}, headers=both).status_code == 200
    assert (settings.notes / "b.md").read_text() == "Two, by an editor.\n"


@pytest.mark.parametrize(
    ("sent", "status", "field"),
    [
        ({"id": "by-address"}, 409, "id"),
        ({"id": "open"}, 400, "id"),
        ({"id": "../out"}, 400, "id"),
        ({"id": ""}, 400, "id"),
        ({"id": 3}, 400, "id"),
        ({}, 400, "id"),
        ({"id": "x", "rewrite_links": "yes"}, 400, "rewrite_links"),
        ({"id": "x", "links": True}, 400, "links"),
    ],
)
def test_what_cannot_be_is_refused_by_its_name(
    owner: FlaskClient, settings: Settings, sent: dict[str, object], status: int, field: str
) -> None:
    answer = owner.post("/api/moves/open", json=sent, headers=STAR)
    assert (answer.status_code, answer.get_json().get("field")) == (status, field)
    assert (settings.notes / "open.md").exists()
    assert owner.post("/api/moves/none", json={"id": "x"}, headers=STAR).status_code == 404
    form = owner.post("/api/moves/open", data={"id": "x"}, headers=STAR)
    assert form.status_code == 415


@pytest.mark.parametrize(
    ("role", "status"),
    [("public", 401), ("reader", 403), ("annotator", 403), ("editor", 200), ("owner", 200)],
)
def test_who_may_write_may_move(
    visitors: dict[str, FlaskClient], settings: Settings, role: str, status: int
) -> None:
    answer = visitors[role].post("/api/moves/open", json={"id": "moved"}, headers=STAR)
    assert answer.status_code == status
    assert (settings.notes / "moved.md").exists() == (status == 200)


def test_old_addresses_answer_programs_in_their_way(visitors: dict[str, FlaskClient]) -> None:
    editor, public = visitors["editor"], visitors["public"]
    editor.post("/api/moves/open", json={"id": "walks/wide open"}, headers=STAR)
    editor.post("/api/moves/papers/hidden", json={"id": "papers/secret"}, headers=STAR)
    for answer, there in (
        (public.get("/api/notes/open"), "/api/notes/walks/wide%20open"),
        (editor.delete("/api/notes/open"), "/api/notes/walks/wide%20open"),
        (
            editor.post("/api/moves/open", json={"id": "x"}, headers=STAR),
            "/api/moves/walks/wide%20open",
        ),
        (visitors["reader"].get("/api/notes/papers/hidden"), "/api/notes/papers/secret"),
    ):
        assert (answer.status_code, answer.location) == (308, there)
        assert answer.content_type == "application/problem+json"
        assert answer.get_json()["status"] == 308
        assert "no-cache" in answer.headers["Cache-Control"]
    assert public.get("/api/notes/papers/hidden").status_code == 404
    assert public.get("/notes/open").content_type.startswith("text/html")
