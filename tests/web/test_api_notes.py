"""/api/notes and /api/search: reading, writing with versions, and who sees what."""

from __future__ import annotations

import hashlib
import json
import sqlite3

import pytest
from flask.testing import FlaskClient

from app.library.syncing.sync import sync
from app.settings import Settings

NEW = "---\ntitle: A new walk\nvisibility: public\n---\nIt *begins*.\n"


def ids(client: FlaskClient, query: str = "") -> list[str]:
    answer = client.get(f"/api/notes{query}").get_json()
    return [each["id"] for each in answer["results"]]


def test_the_list_shows_each_what_they_may_list(public: FlaskClient, reader: FlaskClient) -> None:
    assert ids(public) == ["open"]
    assert public.get("/api/notes").get_json()["total"] == 1
    assert set(ids(reader)) == {"open", "by-address", "papers/hidden"}
    (entry,) = public.get("/api/notes").get_json()["results"]
    assert entry["title"] == "Walks in the open"
    assert entry["tags"] == ["walks", "open"]
    assert entry["url"] == "/notes/open"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?tag=WALKS", ["open"]),
        ("?folder=papers", ["papers/hidden"]),
        ("?kind=paper", ["papers/hidden"]),
        ("?author=ada example", ["open"]),
        ("?year=2023", ["by-address"]),
        ("?year=1900", []),
        ("?tag=walks&year=2023", []),
    ],
)
def test_the_list_is_filtered(owner: FlaskClient, query: str, expected: list[str]) -> None:
    assert ids(owner, query) == expected


def test_pages_of_the_list_make_the_whole(owner: FlaskClient) -> None:
    pages = [ids(owner, f"?limit=1&offset={start}") for start in range(4)]
    assert [len(page) for page in pages] == [1, 1, 1, 0]
    assert [each for page in pages for each in page] == ids(owner)


@pytest.mark.parametrize("address", ["/api/notes?", "/api/search?q=walk&", "/api/runs?"])
@pytest.mark.parametrize(
    "wrong", ["limit=0", "limit=201", "limit=x", "limit=", "limit=²", "offset=-1", "offset=1e9"]
)
def test_an_impossible_page_is_refused_by_its_name(
    public: FlaskClient, address: str, wrong: str
) -> None:
    response = public.get(address + wrong)
    assert response.status_code == 400
    assert response.content_type == "application/problem+json"
    assert response.get_json()["field"] == wrong.partition("=")[0]


def test_a_note_has_everything_and_the_hash_of_its_file_as_its_etag(
    public: FlaskClient, settings: Settings
) -> None:
    response = public.get("/api/notes/open")
    data = (settings.notes / "open.md").read_bytes()
    note = response.get_json()
    assert note["markdown"].encode() == data
    assert note["sha256"] == hashlib.sha256(data).hexdigest()
    assert response.headers["ETag"] == f'"{note["sha256"]}"'
    assert "katex" in note["html"]
    assert "<!--gloss" not in note["html"]
    assert note["text"].startswith("A walk of $N$ steps")


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_a_hidden_note_is_the_same_as_none(public: FlaskClient, method: str) -> None:
    hidden = getattr(public, method)("/api/notes/papers/hidden", json={"markdown": ""})
    absent = getattr(public, method)("/api/notes/papers/absent", json={"markdown": ""})
    assert hidden.status_code == absent.status_code == (404 if method == "get" else 401)
    assert "Sesame" not in hidden.text


def test_an_unlisted_note_is_read_by_its_address_alone(public: FlaskClient) -> None:
    assert public.get("/api/notes/by-address").get_json()["visibility"] == "unlisted"
    assert "by-address" not in ids(public)


def test_search_answers_what_each_may_find(public: FlaskClient, owner: FlaskClient) -> None:
    found = public.get("/api/search?q=walk").get_json()
    assert [hit["id"] for hit in found["results"]] == ["open"]
    assert found["total"] == 1
    assert "<mark>walk</mark>" in found["results"][0]["snippet_html"]
    assert owner.get("/api/search?q=walk").get_json()["total"] == 3
    assert public.get("/api/search?q=sesame").get_json()["total"] == 0
    assert owner.get("/api/search?q=sesame&limit=1").get_json()["total"] == 1


def test_search_without_a_query_says_what_is_missing(public: FlaskClient) -> None:
    response = public.get("/api/search")
    assert (response.status_code, response.get_json()["field"]) == (400, "q")


def test_a_note_is_made_found_changed_and_deleted(owner: FlaskClient, settings: Settings) -> None:
    made = owner.post("/api/notes", json={"id": "new/walk", "markdown": NEW})
    assert made.status_code == 201
    assert made.headers["Location"] == "/api/notes/new/walk"
    file = settings.notes / "new/walk.md"
    assert file.read_text() == NEW
    assert owner.get("/api/search?q=begins").get_json()["total"] == 1

    read = owner.get(made.headers["Location"])
    etag = read.headers["ETag"]
    assert etag == made.headers["ETag"]
    change = {"markdown": NEW.replace("begins", "ends")}
    changed = owner.put("/api/notes/new/walk", json=change, headers={"If-Match": etag})
    assert changed.status_code == 200
    assert "ends" in file.read_text()

    late = owner.put("/api/notes/new/walk", json={"markdown": "x"}, headers={"If-Match": etag})
    assert late.status_code == 412
    assert f'"{late.get_json()["current"]}"' == changed.headers["ETag"]
    assert owner.delete("/api/notes/new/walk", headers={"If-Match": etag}).status_code == 412
    assert "ends" in file.read_text()

    assert owner.delete("/api/notes/new/walk").status_code == 204
    assert not file.exists()
    assert owner.get("/api/notes/new/walk").status_code == 404
    assert owner.get("/api/search?q=ends").get_json()["total"] == 0


def test_changes_of_different_parts_both_arrive(owner: FlaskClient, settings: Settings) -> None:
    text = "---\ntitle: Two\n---\nOne.\n\nTwo.\n\nThree.\n"
    etag = owner.post("/api/notes", json={"id": "two", "markdown": text}).headers["ETag"]
    answers = [
        owner.put(
            "/api/notes/two",
            json={"markdown": text.replace(*change)},
            headers={"If-Match": etag},
        )
        for change in (("One", "Eins"), ("Three", "Drei"), ("Three", "Trois"))
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 412]
    assert ["merged" in answer.get_json() for answer in answers[:2]] == [False, True]
    both = text.replace("One", "Eins").replace("Three", "Drei")
    assert answers[1].get_json()["markdown"] == both
    assert (settings.notes / "two.md").read_text() == both
    assert answers[1].headers["ETag"] == f'"{answers[2].get_json()["current"]}"'


def test_a_change_needs_a_base_and_a_star_takes_whatever_is_there(owner: FlaskClient) -> None:
    bare = owner.put("/api/notes/open", json={"markdown": NEW})
    assert bare.status_code == 428
    assert "If-Match" in bare.get_json()["hint"]
    weak = owner.get("/api/notes/open").headers["ETag"]
    refused = owner.put(
        "/api/notes/open", json={"markdown": NEW}, headers={"If-Match": f"W/{weak}"}
    )
    assert refused.status_code == 412
    star = owner.put("/api/notes/open", json={"markdown": NEW}, headers={"If-Match": "*"})
    assert (star.status_code, star.get_json()["markdown"]) == (200, NEW)


def test_a_delete_with_the_right_version_is_done(owner: FlaskClient) -> None:
    etag = owner.get("/api/notes/open").headers["ETag"]
    assert owner.delete("/api/notes/open", headers={"If-Match": etag}).status_code == 204


def test_a_file_changed_behind_the_index_is_not_overwritten(
    owner: FlaskClient, settings: Settings
) -> None:
    etag = owner.get("/api/notes/open").headers["ETag"]
    (settings.notes / "open.md").write_text("typed in an editor")
    late = owner.put("/api/notes/open", json={"markdown": NEW}, headers={"If-Match": etag})
    assert late.status_code == 412
    assert (settings.notes / "open.md").read_text() == "typed in an editor"


def test_a_file_that_is_no_text_can_be_mended_and_deleted(
    owner: FlaskClient, settings: Settings
) -> None:
    for name in ("mended", "deleted"):
        (settings.notes / f"{name}.md").write_bytes(b"\xff\xfeN\x00o\x00")
    star = {"If-Match": "*"}
    mended = owner.put("/api/notes/mended", json={"markdown": "Words."}, headers=star)
    assert mended.status_code == 200
    assert (settings.notes / "mended.md").read_bytes() == b"Words."
    assert owner.delete("/api/notes/deleted", headers=star).status_code == 204
    assert not (settings.notes / "deleted.md").exists()


def test_without_an_id_the_title_names_the_note_and_namesakes_are_numbered(
    owner: FlaskClient,
) -> None:
    made = [owner.post("/api/notes", json={"markdown": NEW}).get_json()["id"] for _ in range(3)]
    assert made == ["a-new-walk", "a-new-walk-2", "a-new-walk-3"]
    heading = owner.post("/api/notes", json={"markdown": "# Über Ω\n\nText."})
    assert heading.get_json()["id"] == "über-ω"
    assert heading.headers["Location"] == "/api/notes/%C3%BCber-%CF%89"
    untitled = owner.post("/api/notes", json={"markdown": "No title."})
    assert (untitled.status_code, untitled.get_json()["field"]) == (400, "id")


@pytest.mark.parametrize("id", ["../out", "/etc/passwd", "a/../b", "con", "a\tb", ".git/x", ""])
def test_an_id_that_leads_out_is_refused(owner: FlaskClient, settings: Settings, id: str) -> None:
    before = sorted(settings.notes.parent.rglob("*.md"))
    response = owner.post("/api/notes", json={"id": id, "markdown": NEW})
    assert (response.status_code, response.get_json()["field"]) == (400, "id")
    assert sorted(settings.notes.parent.rglob("*.md")) == before


def test_a_taken_id_is_a_conflict_and_broken_front_matter_names_its_line(
    owner: FlaskClient,
) -> None:
    assert owner.post("/api/notes", json={"id": "open", "markdown": NEW}).status_code == 409
    broken = owner.post("/api/notes", json={"id": "b", "markdown": "---\na: [\n---\nText"})
    assert broken.status_code == 422
    assert broken.get_json()["line"] >= 1


def test_writing_needs_a_person_and_a_right(public: FlaskClient, reader: FlaskClient) -> None:
    for client, status in ((public, 401), (reader, 403)):
        responses = [
            client.post("/api/notes", json={"id": "x", "markdown": NEW}),
            client.put("/api/notes/open", json={"markdown": NEW}, headers={"If-Match": "*"}),
            client.delete("/api/notes/open"),
            client.post("/api/runs", json={"script": "shown"}),
            client.delete("/api/runs/1"),
        ]
        assert {response.status_code for response in responses} == {status}
        for response in responses:
            assert response.content_type == "application/problem+json"
            assert (response.headers.get("WWW-Authenticate") == "Bearer") == (status == 401)
    assert public.get("/api/notes/open").status_code == 200


def test_an_unknown_token_is_nobody(public: FlaskClient) -> None:
    response = public.get("/api/notes", headers={"Authorization": "Bearer gloss_unknown"})
    assert response.status_code == 401
    assert json.loads(response.text)["title"] == "Unauthorized"


def test_a_note_that_cannot_be_read_can_be_repaired(
    owner: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    (settings.notes / "bad.md").write_text("---\na: [\n---\nText")
    sync(settings, connection)
    broken = owner.get("/api/notes/bad")
    assert (broken.status_code, broken.get_json()["path"]) == (422, "bad.md")
    repaired = owner.put("/api/notes/bad", json={"markdown": NEW}, headers={"If-Match": "*"})
    assert repaired.status_code == 200
    assert owner.get("/api/notes/bad").get_json()["title"] == "A new walk"


def test_an_id_in_an_address_leads_nowhere_else(owner: FlaskClient, settings: Settings) -> None:
    (settings.notes.parent / "outside.md").write_text("secret")
    for place in ("../outside", "..%2Foutside", "%2e%2e/outside", "/outside", "a%00b", "open.md"):
        for response in (
            owner.get(f"/api/notes/{place}"),
            owner.put(f"/api/notes/{place}", json={"markdown": "x"}, headers={"If-Match": "*"}),
            owner.delete(f"/api/notes/{place}"),
        ):
            assert response.status_code in (308, 400, 404), (place, response.text)
            assert "secret" not in response.text
    assert (settings.notes.parent / "outside.md").read_text() == "secret"
    assert (settings.notes / "open.md").exists()
