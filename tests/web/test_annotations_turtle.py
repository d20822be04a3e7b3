"""The Web Annotation Protocol in Turtle: which form is answered, and that it means the same."""

from __future__ import annotations

import json
import socket
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from rdflib import Graph, URIRef
from rdflib.compare import to_isomorphic

from app import create_app
from app.accounts import people
from app.annotations import rdf
from app.annotations.model import CONTEXT
from app.library.syncing.sync import sync
from app.settings import Settings, load
from tests.annotations.conftest import samples as samples

LDJ = "application/ld+json"
TURTLE = "text/turtle"
C = "http://localhost/annotations/"
OA = "http://www.w3.org/ns/oa#"
Json = dict[str, Any]


@pytest.fixture
def writer(settings: Settings, connection: sqlite3.Connection) -> Json:
    (settings.notes / "walk.md").write_text("---\nvisibility: public\n---\nA walk goes far.\n")
    sync(settings, connection)
    person = people.create(connection, "annotator", "annotator")
    token = people.create_token(connection, person, "test", "annotator")
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def client(
    settings: Settings, writer: Json, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FlaskClient]:
    """Two annotations on a page; what would fetch something fails."""
    flags = {name: str(getattr(settings, name)) for name in ("notes", "analysis", "data")}
    application: Flask = create_app(load({**flags, "page_size": "2"}, {}))

    def refuse(*_: object) -> None:
        raise AssertionError("something was fetched")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    with application.test_client() as made:
        yield made


def post(client: FlaskClient, writer: Json, sent: Json, **more: str) -> Any:
    headers = {"Content-Type": LDJ, **writer, **more}
    return client.post("/annotations/", data=json.dumps(sent), headers=headers)


def annotation(**more: Any) -> Json:
    target = "http://localhost/notes/walk"
    return {"@context": CONTEXT, "type": "Annotation", "target": target, **more}


def graph(turtle: str) -> Graph:
    return Graph().parse(data=turtle, format="turtle")


def test_59_an_annotation_the_container_and_its_pages_are_said_in_turtle(
    client: FlaskClient, writer: Json
) -> None:
    for number in range(3):
        post(client, writer, annotation(bodyValue=f"Why {number}?"))
    whole = client.get("/annotations/").get_json()
    page = client.get(whole["first"]).get_json()
    for address in (C, whole["first"], whole["last"], page["items"][0]["id"]):
        response = client.get(address, headers={"Accept": TURTLE})
        assert (response.status_code, response.mimetype) == (200, TURTLE)
        assert "Accept" in response.headers["Vary"].split(", ")
        document = client.get(address, headers={"Accept": LDJ}).get_json()
        said = graph(response.text)
        assert to_isomorphic(said) == to_isomorphic(rdf.graph(document))
        assert (URIRef(address), None, None) in said
        head = client.head(address, headers={"Accept": TURTLE})
        assert (head.headers["ETag"], head.data) == (response.headers["ETag"], b"")


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("", LDJ),
        ("*/*", LDJ),
        ("text/turtle", TURTLE),
        ("text/turtle;charset=utf-8", TURTLE),
        ("TEXT/Turtle", TURTLE),
        ("text/*", TURTLE),
        ("text/turtle, application/ld+json", LDJ),
        ("text/turtle, application/ld+json;q=0.9", TURTLE),
        ("text/turtle;q=0.4, application/json;q=0.5", LDJ),
        ("application/ld+json;q=0, */*", TURTLE),
        (f'{LDJ}; profile="{CONTEXT}"', LDJ),
        ("text/html, text/turtle;q=0.9", "text/html"),
        ("text/turtle, text/html", TURTLE),
        ("image/png, text/turtle;q=0.1", TURTLE),
        ("image/png", None),
        ("text/turtle;q=0", None),
        ("*/*;q=0", None),
    ],
)
def test_what_accept_likes_best_is_answered(
    client: FlaskClient, accept: str, form: str | None
) -> None:
    response = client.get("/annotations/", headers={"Accept": accept} if accept else {})
    if form is None:
        assert (response.status_code, response.mimetype) == (406, "application/problem+json")
        assert all(form in response.get_json()["detail"] for form in (LDJ, TURTLE, "text/html"))
    else:
        assert (response.status_code, response.mimetype) == (200, form)


def test_each_form_has_an_etag_of_its_own_and_either_guards_a_change(
    client: FlaskClient, writer: Json
) -> None:
    address = post(client, writer, annotation()).headers["Location"]
    tags = {
        form: client.get(address, headers={"Accept": form}).headers["ETag"]
        for form in (LDJ, TURTLE)
    }
    assert tags[LDJ] != tags[TURTLE]
    for form, tag in tags.items():
        again = client.get(address, headers={"Accept": form, "If-None-Match": tag})
        assert again.status_code == 304
    guard = {"If-Match": tags[TURTLE], **writer}
    assert client.delete(address, headers=guard).status_code == 204


def test_what_was_created_is_answered_as_asked(
    client: FlaskClient, writer: Json, connection: sqlite3.Connection
) -> None:
    response = post(client, writer, annotation(), Accept=TURTLE)
    assert (response.status_code, response.mimetype) == (201, TURTLE)
    assert (URIRef(response.headers["Location"]), None, None) in graph(response.text)
    response = post(client, writer, annotation(), Accept="image/png")
    assert (response.status_code, response.mimetype) == (201, LDJ)
    strange = json.dumps(annotation(**{"@reverse": 5}))  # an older Gloss has taken it
    connection.execute("UPDATE annotation SET stored = ?", [strange])
    address = response.headers["Location"]
    response = client.get(address, headers={"Accept": TURTLE})
    assert (response.status_code, response.mimetype) == (406, "application/problem+json")
    assert "JSON-LD" in response.get_json()["hint"]


def test_a_page_names_what_cannot_be_said_and_says_the_rest(
    client: FlaskClient, writer: Json, connection: sqlite3.Connection
) -> None:
    """Among them what an older Gloss has taken: it spoke of others, or was no JSON-LD at all."""
    victim = post(client, writer, annotation(bodyValue="Mine.")).headers["Location"]
    other = post(client, writer, annotation(bodyValue="Other.")).headers["Location"]
    kept = annotation(target="/notes/walk", bodyValue="Other.")
    told = {"id": victim, "bodyValue": "Forged."}
    for more in (
        {"@context": [CONTEXT, {"a": "b:x", "b": "a:y"}]},
        {"@included": [told]},
        {"creator": told},
        {"@value": "x"},
        {"mine:words": "x" * (rdf.LONGEST // 2)},
    ):
        stored = json.dumps({**kept, **more})
        connection.execute("UPDATE annotation SET stored = ? WHERE id = ?",
                           [stored, other.rpartition("/")[2]])  # fmt: skip
        for wish in ("", "return=representation;include="
                     '"http://www.w3.org/ns/oa#PreferContainedDescriptions"'):  # fmt: skip
            asked = {"Accept": TURTLE, "Prefer": wish}
            address = "/annotations/" if wish else "/annotations/?page=0"
            said = graph(client.get(address, headers=asked).text)
            assert {str(words) for words in said.objects(URIRef(victim), None)} >= {"Mine."}
            assert "Forged." not in map(str, said.objects())
            assert URIRef(other) in set(said.objects())  # it is named
            assert (URIRef(other), None, None) not in said


def test_names_without_an_address_are_of_one_annotation(client: FlaskClient, writer: Json) -> None:
    for name in ("Ann", "Bob"):
        about = {"id": "_:who", "foaf:name": name}
        assert post(client, writer, annotation(**{"dcterms:x": about})).status_code == 201
    said = graph(client.get("/annotations/?page=0", headers={"Accept": TURTLE}).text)
    names = URIRef("http://xmlns.com/foaf/0.1/name")
    assert len(set(said.subjects(names))) == 2


def test_no_turtle_is_taken(client: FlaskClient, writer: Json) -> None:
    headers = {"Content-Type": TURTLE, **writer}
    response = client.post("/annotations/", data="<urn:a> a <urn:b> .", headers=headers)
    assert (response.status_code, response.mimetype) == (415, "application/problem+json")


def test_what_is_stored_of_a_sample_means_what_the_sample_means(
    client: FlaskClient, writer: Json, samples: Path
) -> None:
    """Only its name is ours; what it was called elsewhere stands beside, in `via`."""
    files = sorted((samples / "samples" / "correct").glob("anno*.json"))
    assert len(files) == 41
    via = URIRef(f"{OA}via")
    for file in files:
        sent = json.loads(file.read_bytes())
        address = post(client, writer, sent).headers["Location"]
        text = client.get(address, headers={"Accept": TURTLE, **writer}).text
        theirs = Graph().parse(samples / "vocab" / f"{file.stem}.nt", format="nt")
        ours = renamed(graph(text), address, sent["id"])
        ours.remove((URIRef(sent["id"]), via, URIRef(sent["id"])))
        assert to_isomorphic(ours) == to_isomorphic(theirs), file.name


def renamed(made: Graph, before: str, after: str) -> Graph:
    names = {URIRef(before): URIRef(after)}
    other = Graph()
    for triple in made:
        other.add(tuple(names.get(term, term) for term in triple))
    return other
