"""The margin for people, without scripts: the list, the form, and what it says when it refuses."""

from __future__ import annotations

import sqlite3
from html import escape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.accounts import people
from app.accounts.permissions import PUBLIC
from app.annotations import listing, model, store
from app.library.syncing.sync import sync
from app.settings import Settings

HTML = "text/html,application/xhtml+xml,*/*;q=0.8"
FRONT = "---\ntitle: The walk\nvisibility: public\n---\n"
BODY = "A walk of N steps goes far.\n\nA second walk does not.\n"


@pytest.fixture
def application(settings: Settings, connection: sqlite3.Connection) -> Flask:
    (settings.notes / "walk & run.md").write_text(FRONT + BODY)
    sync(settings, connection)
    return create_app(settings)


def browser(application: Flask, connection: sqlite3.Connection, name: str = "") -> FlaskClient:
    """A browser, signed in as a person of that role."""
    client = application.test_client()
    client.environ_base["HTTP_ACCEPT"] = HTML
    if name:
        person = people.create(connection, name, name)
        session = people.sign_in(connection, people.create_link(connection, person), 1)
        client.set_cookie("gloss_session", session or "")
    return client


@pytest.fixture
def public(application: Flask, connection: sqlite3.Connection) -> FlaskClient:
    return browser(application, connection)


@pytest.fixture
def annotator(application: Flask, connection: sqlite3.Connection) -> FlaskClient:
    return browser(application, connection, "annotator")


def send(client: FlaskClient, **typed: str) -> Any:
    fields = {"note": "walk & run", "quote": "", "comment": "", "visibility": "shared", **typed}
    return client.post("/annotations/form", data=fields)


def test_a_comment_is_added_found_and_shown_at_its_passage(
    annotator: FlaskClient, public: FlaskClient, connection: sqlite3.Connection
) -> None:
    response = send(annotator, quote="second walk", comment="But *which* one?\n\n$x^2$")
    assert response.status_code == 303
    place, _, mark = response.location.partition("#")
    assert place == "/notes/walk%20%26%20run"
    page = public.get(place).text
    assert f'id="{mark}"' in page
    assert "<em>which</em>" in page
    assert "katex" in page
    assert "/annotations/export/walk%20%26%20run.jsonld" in page
    overview = public.get("/annotations/").text
    assert "second walk" in overview
    named = mark.removeprefix("annotation-")
    assert f'href="{place}?annotation={named}#{mark}"' in overview
    assert f'href="{place}#:~:text=second%20walk"' in overview
    assert "annotator" in overview
    hits = public.get("/api/search?q=which+in:annotations").json["results"]
    assert [hit["url"] for hit in hits] == [response.location]


@pytest.mark.parametrize(
    ("typed", "message", "field"),
    [
        ({"comment": ""}, "Write what you want to say.", "comment"),
        ({"comment": "x", "quote": "no such <b>words"}, "do not stand in the note", "quote"),
        ({"comment": "x", "quote": "walk"}, "stand 2 times", "quote"),
        ({"comment": "x", "visibility": "all"}, "Choose who may read it.", "visibility"),
    ],
)
def test_the_form_comes_again_with_what_was_typed(
    annotator: FlaskClient, typed: dict[str, str], message: str, field: str
) -> None:
    response = send(annotator, **typed)
    assert response.status_code == 400
    before, _, after = response.text.partition(message)
    assert after
    assert f'id="wrong-{field}"' in before
    assert f'aria-describedby="wrong-{field}"' in response.text
    for words in typed.values():
        assert escape(words) in response.text
    assert "<b>words" not in response.text


def test_a_form_for_an_unknown_note_is_404(annotator: FlaskClient) -> None:
    for note in ("nothing", "", "../walk", "a\0b"):
        assert send(annotator, note=note, comment="x").status_code == 404
    assert annotator.get("/annotations/form?note=walk+%26+run&quote=far").status_code == 200


def test_only_who_may_sees_and_sends_the_form(
    application: Flask, connection: sqlite3.Connection, public: FlaskClient
) -> None:
    assert send(public, comment="x").status_code == 401
    reader = browser(application, connection, "reader")
    assert send(reader, comment="x").status_code == 403
    for client in (public, reader):
        assert "/annotations/form" not in client.get("/notes/walk%20%26%20run").text


def test_another_site_cannot_send_the_form(annotator: FlaskClient) -> None:
    fields = {"note": "walk & run", "comment": "x"}
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://elsewhere.example"}
    response = annotator.post("/annotations/form", data=fields, headers=headers)
    assert response.status_code == 403
    assert "Access-Control-Allow-Origin" not in response.headers


def test_a_comment_is_deleted_from_the_page(annotator: FlaskClient, public: FlaskClient) -> None:
    mark = send(annotator, comment="xylophone").location.rpartition("-")[2]
    assert f"/annotations/{mark}/delete" in annotator.get("/notes/walk%20%26%20run").text
    assert f"/annotations/{mark}/delete" not in public.get("/notes/walk%20%26%20run").text
    assert public.post(f"/annotations/{mark}/delete").status_code == 401
    assert annotator.post(f"/annotations/{mark}/delete").status_code == 303
    assert "xylophone" not in public.get("/annotations/").text
    assert public.get(f"/annotations/{mark}").status_code == 410


def test_a_private_comment_is_shown_to_its_writer_alone(
    annotator: FlaskClient, public: FlaskClient
) -> None:
    send(annotator, comment="xylophone", visibility="private")
    for path in ("/annotations/", "/notes/walk%20%26%20run"):
        assert "xylophone" in annotator.get(path).text
        assert "xylophone" not in public.get(path).text


def test_the_two_faces_of_one_address(annotator: FlaskClient, public: FlaskClient) -> None:
    location = send(annotator, comment="Why?").location
    page = public.get("/annotations/")
    assert page.mimetype == "text/html"
    assert "Accept" in page.headers["Vary"]
    data = public.get("/annotations/", headers={"Accept": "application/ld+json"})
    assert data.mimetype == "application/ld+json"
    one = f"/annotations/{location.rpartition('annotation-')[2]}"
    assert public.get(one).location == location
    assert public.get(one, headers={"Accept": "application/json"}).get_json()["target"] == (
        "http://localhost/notes/walk%20%26%20run"
    )


def test_the_list_is_newest_first_and_in_pages(
    application: Flask, connection: sqlite3.Connection, public: FlaskClient
) -> None:
    person = people.create(connection, "writer", "annotator")
    for number in range(35):
        body = {"type": "TextualBody", "value": f"number {number}."}
        sent = {"@context": model.CONTEXT, "type": "Annotation", "body": body}
        store.create(connection, person, {**sent, "target": "/notes/walk%20%26%20run"})
    first, second = public.get("/annotations/").text, public.get("/annotations/?page=1").text
    assert first.index("number 34.") < first.index("number 33.")
    assert "number 4." not in first
    assert "number 4." in second
    assert 'rel="next"' in first
    assert 'rel="prev"' in second
    a_page_names_the_thread_beyond_its_first(connection, public)


def a_page_names_the_thread_beyond_its_first(
    connection: sqlite3.Connection, public: FlaskClient
) -> None:
    """A permalink leads there without scripts, and shows no thread twice."""
    plain = public.get("/notes/walk%20%26%20run").text
    every = [row["id"] for row in connection.execute("SELECT id FROM annotation")]
    last = next(name for name in every if f'id="annotation-{name}"' not in plain)
    place, _, mark = public.get(f"/annotations/{last}").location.partition("#")
    assert (place, mark) == (f"/notes/walk%20%26%20run?annotation={last}", f"annotation-{last}")
    page = public.get(place).text
    assert page.count(f'id="{mark}"') == 1
    assert "15 more" in page
    first = plain.partition('id="annotation-')[2].partition('"')[0]
    named = public.get(f"/notes/walk%20%26%20run?annotation={first}").text
    assert named.count(f'id="annotation-{first}"') == 1
    assert 'id="not-here"' not in named
    none = public.get("/notes/walk%20%26%20run?annotation=none")
    assert none.status_code == 200
    assert "not here: it was deleted, or you may not read it." in none.text


def test_a_list_takes_the_same_number_of_queries_however_long(
    application: Flask, connection: sqlite3.Connection
) -> None:
    person = people.create(connection, "writer", "annotator")
    counts = []
    for _ in range(2):
        for _ in range(5):
            sent = {"@context": model.CONTEXT, "type": "Annotation"}
            store.create(connection, person, {**sent, "target": "/notes/walk%20%26%20run"})
        seen: list[str] = []
        connection.set_trace_callback(seen.append)
        listing.page(connection, PUBLIC, limit=30)
        connection.set_trace_callback(None)
        counts.append(len(seen))
    assert counts == [2, 2]


def test_a_comment_is_written_with_the_macros_of_its_note(
    settings: Settings, connection: sqlite3.Connection, application: Flask
) -> None:
    (settings.notes / "macros.yaml").write_text("R: '\\mathbb{R}'\n")
    own = "---\nvisibility: public\nmacros: {Q: '\\mathbb{Q}'}\n---\nA field.\n"
    (settings.notes / "field.md").write_text(own)
    sync(settings, connection)
    annotator = browser(application, connection, "annotator")
    assert send(annotator, note="field", comment=r"in $\R$ and $\Q$").status_code == 303
    page = annotator.get("/notes/field").text
    assert page.count('class="katex"') == 2
    assert "Unknown command" not in page
    overview = annotator.get("/annotations/").text
    assert 'class="katex"' in overview


def test_who_replies_on_a_page_of_its_own_sees_what_is_answered(annotator: FlaskClient) -> None:
    asked = send(annotator, quote="second walk", comment="Which <one>?").location
    form = annotator.get(f"/annotations/form?reply_to={asked.partition('#annotation-')[2]}").text
    assert "<blockquote>second walk</blockquote>" in form
    assert "Which &lt;one&gt;?" in form
    assert "The walk</a>" in form
