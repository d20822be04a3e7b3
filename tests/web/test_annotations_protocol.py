"""The Web Annotation Protocol over HTTP: the MUSTs of the list, by their numbers, then the rest.

39 (HTTPS) cannot hold on loopback and is waived; 59 (Turtle) stands in test_annotations_turtle.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from app import create_app
from app.accounts import people
from app.annotations import model, paging
from app.library.syncing.sync import sync
from app.settings import PROJECT, Settings, load

C = "http://localhost/annotations/"
LDJ = "application/ld+json"
PAGE = 3
LDP = "http://www.w3.org/ns/ldp#"
OA = "http://www.w3.org/ns/oa#"
Json = dict[str, Any]


@pytest.fixture
def application(settings: Settings, connection: sqlite3.Connection) -> Flask:
    """A library of two notes, one public and one private."""
    for name, visibility in (("walk", "public"), ("own", "private")):
        front = f"---\ntitle: The {name}\nvisibility: {visibility}\n---\n"
        (settings.notes / f"{name}.md").write_text(f"{front}A walk of N steps goes far.\n")
    flags = {name: str(getattr(settings, name)) for name in ("notes", "analysis", "data")}
    small = load({**flags, "page_size": str(PAGE)}, {})
    sync(small, connection)
    return create_app(small)


@pytest.fixture
def public(application: Flask) -> Iterator[FlaskClient]:
    with application.test_client() as client:
        yield client


@pytest.fixture
def tokens(connection: sqlite3.Connection) -> dict[str, Json]:
    """The headers with which each person is known."""
    made = {}
    for name in ("annotator", "reader", "owner", "other"):
        role = "annotator" if name == "other" else name
        person = people.create(connection, name, role)
        token = people.create_token(connection, person, "test", role)
        made[name] = {"Authorization": f"Bearer {token}"}
    return made


def annotation(target: Any = "http://localhost/notes/walk", **more: Any) -> Json:
    body = {"type": "TextualBody", "value": "Why?"}
    return {"@context": model.CONTEXT, "type": "Annotation", "body": body, "target": target, **more}


def post(client: FlaskClient, headers: Json, sent: Any, **more: Any) -> TestResponse:
    data = sent if isinstance(sent, bytes) else json.dumps(sent)
    given = {"Content-Type": LDJ, **headers, **more}
    return client.post("/annotations/", data=data, headers=given)


@pytest.fixture
def made(public: FlaskClient, tokens: dict[str, Json]) -> list[Json]:
    """Seven annotations: three pages."""
    return [post(public, tokens["annotator"], annotation()).get_json() for _ in range(7)]


def links(response: TestResponse) -> set[str]:
    return set(response.headers.getlist("Link"))


def test_1_to_6_the_container_answers_json_ld(public: FlaskClient, made: list[Json]) -> None:
    for headers in ({}, {"Accept": LDJ}, {"Accept": "*/*"}):
        response = public.get("/annotations/", headers=headers)
        assert response.status_code == 200
        assert response.content_type == f'{LDJ}; profile="{model.CONTEXT}"'
        assert {"GET", "HEAD", "OPTIONS"} <= set(response.headers["Allow"].split(", "))
    head, options = public.head("/annotations/"), public.options("/annotations/")
    assert (head.status_code, options.status_code) == (200, 200)
    assert (head.data, options.data) == (b"", b"")
    for name in ("ETag", "Link", "Content-Type", "Allow", "Vary"):
        assert head.headers[name] == response.headers[name]


def test_7_to_15_the_container_says_what_it_is(
    public: FlaskClient, made: list[Json], connection: sqlite3.Connection
) -> None:
    response = public.get("/annotations/")
    whole = response.get_json()
    assert {"BasicContainer", "AnnotationCollection"} == set(whole["type"])
    for each in (response, public.head("/annotations/"), public.options("/annotations/")):
        assert f'<{LDP}BasicContainer>; rel="type"' in links(each)
        constrained = f'rel="{LDP}constrainedBy"'
        assert f"<http://www.w3.org/TR/annotation-protocol/>; {constrained}" in links(each)
        assert LDJ in each.headers["Accept-Post"]
        assert {"Accept", "Prefer"} <= set(each.headers["Vary"].split(", "))
    assert response.headers["ETag"]
    assert response.headers["Content-Location"] == whole["id"] == C
    assert (whole["first"], whole["last"]) == (f"{C}?page=0", f"{C}?page=2")
    assert (whole["total"], whole["label"]) == (7, "Annotations in Gloss")
    assert whole["@context"] == [model.CONTEXT, "http://www.w3.org/ns/ldp.jsonld"]
    newest = connection.execute("SELECT max(modified) FROM annotation").fetchone()[0]
    assert whole["modified"] == newest


def test_an_empty_container_has_no_pages(public: FlaskClient) -> None:
    whole = public.get("/annotations/").get_json()
    assert whole["total"] == 0
    assert not {"first", "last", "modified"} & set(whole)
    assert public.get("/annotations/?page=0").status_code == 404


@pytest.mark.parametrize(
    ("wish", "iris"),
    [(f"{OA}PreferContainedIRIs", True), (f"{OA}PreferContainedDescriptions", False)],
)
def test_17_and_18_a_page_is_embedded_where_prefer_asks(
    public: FlaskClient, made: list[Json], wish: str, iris: bool
) -> None:
    prefer = {"Prefer": f'return=representation;include="{wish}"'}
    response = public.get("/annotations/", headers=prefer)
    whole = response.get_json()
    assert whole["first"]["type"] == "AnnotationPage"
    expected = [each["id"] for each in made[:PAGE]] if iris else made[:PAGE]
    assert whole["first"]["items"] == expected
    assert response.headers["Content-Location"] == whole["id"] == f"{C}?iris={int(iris)}"
    assert "Prefer" not in response.headers
    page = public.get(whole["first"]["id"]).get_json()
    assert (page["items"], page["partOf"]["id"]) == (expected, whole["id"])


def test_16_a_minimal_container_holds_nothing(public: FlaskClient, made: list[Json]) -> None:
    prefer = {"Prefer": f'return=representation;include="{LDP}PreferMinimalContainer"'}
    whole = public.get("/annotations/", headers=prefer).get_json()
    assert not {"items", "ldp:contains", "contains"} & set(whole)
    assert isinstance(whole["first"], str)


@pytest.mark.parametrize(
    ("prefer", "embedded"),
    [
        (f'return=representation; omit="{OA}PreferContainedDescriptions"', None),
        (f'return=representation; omit="{LDP}PreferMinimalContainer";'
         f' include="{OA}PreferContainedIRIs"', "iris"),
        (f'return=representation; include="{OA}PreferContainedIRIs {OA}x"; include="y"', "iris"),
        (f'wait=9, RETURN = representation ;INCLUDE="{OA}PreferContainedDescriptions"', "whole"),
        (f'return=representation; x="{OA}PreferContainedIRIs"', None),
        (f'x="return=representation; include={OA}PreferContainedIRIs"', None),
        (f'return=minimal; include="{OA}PreferContainedIRIs"', None),
        (f'return=minimal, return=representation; include="{OA}PreferContainedIRIs"', None),
        (f'return=representation; include="{OA}PreferContainedIRIsAndMore"', None),
        ('return=representation; include="' + OA, None),
        (";=,,;\"\\", None),
    ],
)  # fmt: skip
def test_prefer_is_read_as_it_is_written(
    public: FlaskClient, made: list[Json], prefer: str, embedded: str | None
) -> None:
    response = public.get("/annotations/", headers={"Prefer": prefer})
    first = response.get_json()["first"]
    items = first["items"] if isinstance(first, dict) else []
    form = {str: "iris", dict: "whole"}[type(items[0])] if items else None
    assert form == embedded
    assert ("Preference-Applied" in response.headers) == bool(embedded)


def test_19_to_22_pages_lead_to_each_other(public: FlaskClient, made: list[Json]) -> None:
    whole = public.get("/annotations/").get_json()
    address, found, starts = whole["first"], [], []
    previous = None
    while address:
        response = public.get(address)
        page = response.get_json()
        assert (page["id"], page["type"]) == (address, "AnnotationPage")
        assert page["partOf"]["id"] == whole["id"]
        assert (page["partOf"]["total"], page["partOf"]["modified"]) == (7, whole["modified"])
        assert page.get("prev") == previous
        assert response.headers["Allow"] == "GET, HEAD, OPTIONS"
        previous, address = address, page.get("next")
        found += page["items"]
        starts.append(page["startIndex"])
    assert (found, starts, previous) == (made, [0, 3, 6], whole["last"])
    assert all(each["@context"] == model.CONTEXT for each in found)
    for path in ("?page=3", "?page=-1", "?page=x", "?page=" + "9" * 99, "?page=²"):
        assert public.get(f"/annotations/{path}").status_code in (400, 404)


def test_the_container_and_its_pages_are_as_the_model_says(
    public: FlaskClient, made: list[Json]
) -> None:
    for wish in ("", "PreferContainedIRIs", "PreferContainedDescriptions"):
        prefer = {"Prefer": f'return=representation;include="{OA}{wish}"'}
        whole = public.get("/annotations/", headers=prefer).get_json()
        paging.check_collection(whole, model.check_inner)
        first = whole["first"]["id"] if wish else whole["first"]
        for address in (first, whole["last"]):
            paging.check_page(public.get(address).get_json(), model.check_inner)


def test_a_refusal_names_every_fault(public: FlaskClient, tokens: dict[str, Json]) -> None:
    sent = annotation(target=[7], created="yesterday", id="two words")
    problem = post(public, tokens["annotator"], sent).get_json()
    assert [fault["field"] for fault in problem["errors"]] == ["created", "target[0]", "id"]
    assert (problem["field"], problem["detail"]) == ("created", problem["errors"][0]["detail"])


def test_a_page_takes_no_post(public: FlaskClient, tokens: dict[str, Json]) -> None:
    headers = {"Content-Type": LDJ, **tokens["annotator"]}
    response = public.post("/annotations/?page=0", data=json.dumps(annotation()), headers=headers)
    assert response.status_code == 405
    assert public.get("/annotations/").get_json()["total"] == 0


def test_23_to_29_an_annotation_is_answered(public: FlaskClient, made: list[Json]) -> None:
    address = made[0]["id"]
    response = public.get(address)
    for each in (response, public.head(address), public.options(address)):
        assert each.status_code == 200
        assert {"GET", "HEAD", "OPTIONS", "PUT", "DELETE"} == set(each.headers["Allow"].split(", "))
        assert f'<{LDP}Resource>; rel="type"' in links(each)
        assert "Accept" in each.headers["Vary"]
    assert response.content_type.startswith(LDJ)
    assert response.headers["ETag"] == public.head(address).headers["ETag"]
    assert response.get_json() == made[0]


def test_30_to_34_a_post_creates(public: FlaskClient, tokens: dict[str, Json]) -> None:
    sent = annotation(id="http://example.org/1", canonical="urn:x:1")
    response = post(public, tokens["annotator"], sent)
    created = response.get_json()
    assert response.status_code == 201
    assert response.content_type.startswith(LDJ)
    made = public.get(created["id"])  # the answer is of what was made, not of the container
    assert (
        links(response)
        == links(made)
        == {
            f'<{LDP}Resource>; rel="type"',
            f'<{OA}Annotation>; rel="type"',
        }
    )
    assert response.headers["Allow"] == made.headers["Allow"]
    name = created["id"].removeprefix(C)
    assert name != created["id"]
    assert "/" not in name
    assert response.headers["Location"] == created["id"]
    assert (created["canonical"], created["via"]) == ("urn:x:1", "http://example.org/1")
    assert created["target"] == "http://localhost/notes/walk"
    assert public.get(created["id"]).headers["ETag"] == response.headers["ETag"]


@pytest.mark.parametrize(
    "base", ["http://127.0.0.1", "http://[::1]", "http://127.0.0.1:8000", "http://localhost:8000"]
)
def test_this_machine_s_own_names_mean_this_library(
    public: FlaskClient, tokens: dict[str, Json], base: str
) -> None:
    """It was asked under `localhost`, and listens to port 8000."""
    made = post(public, tokens["annotator"], annotation(f"{base}/notes/walk")).get_json()
    assert made["target"] == "http://localhost/notes/walk"
    other = f"{base.replace(':8000', '')}:9999/notes/walk"
    assert post(public, tokens["annotator"], annotation(other)).get_json()["target"] == other


@pytest.mark.parametrize(
    ("sent", "headers", "status", "field"),
    [
        (b"this is not json", {}, 400, None),
        (b"[" * 50_000, {}, 400, None),
        (annotation(created="yesterday"), {}, 400, "created"),
        ({**annotation(), "@context": "http://example.org/"}, {}, 415, "@context"),
        ({**annotation(), "type": "AnnotationCollection"}, {}, 415, "type"),
        (annotation(), {"Content-Type": "text/turtle"}, 415, None),
        (annotation("http://localhost/notes/nowhere"), {}, 400, "target"),
        (annotation(extra="x" * 300_000), {}, 413, None),
        (annotation(), {"Authorization": "Bearer nonsense"}, 401, None),
    ],
)
def test_35_a_failed_creation_has_its_status_and_the_path_of_the_fault(
    public: FlaskClient,
    tokens: dict[str, Json],
    sent: Any,
    headers: Json,
    status: int,
    field: str | None,
) -> None:
    response = post(public, tokens["annotator"], sent, **headers)
    assert response.status_code == status
    assert response.content_type == "application/problem+json"
    assert response.get_json().get("field") == field
    assert public.get("/annotations/").get_json()["total"] == 0


def test_36_a_put_replaces(public: FlaskClient, tokens: dict[str, Json], made: list[Json]) -> None:
    state = {**made[0], "target": "http://example.org/elsewhere"}
    headers = {"Content-Type": LDJ, **tokens["annotator"]}
    response = public.put(made[0]["id"], data=json.dumps(state), headers=headers)
    assert response.status_code == 200
    assert response.get_json() == state
    assert public.get(made[0]["id"], headers=tokens["reader"]).get_json() == state
    assert public.get(made[0]["id"]).status_code == 404, "about no public note: not for the public"


def test_37_38_and_57_a_deleted_one_is_gone_for_good(
    public: FlaskClient, tokens: dict[str, Json], made: list[Json]
) -> None:
    address = made[0]["id"]
    assert public.delete(address, headers=tokens["annotator"]).status_code == 204
    assert public.get(address).status_code == 410
    assert public.delete(address, headers=tokens["annotator"]).status_code == 410
    first = public.get("/annotations/?page=0").get_json()
    assert first["partOf"]["total"] == 6
    assert address not in [each["id"] for each in first["items"]]
    again = post(public, tokens["annotator"], annotation(), Slug=address.rpartition("/")[2])
    assert again.get_json()["id"] != address


def test_54_a_slug_names_it(public: FlaskClient, tokens: dict[str, Json]) -> None:
    response = post(public, tokens["annotator"], annotation(), Slug="on-steps")
    assert response.headers["Location"] == f"{C}on-steps"


def test_55_where_it_came_from_cannot_change(public: FlaskClient, tokens: dict[str, Json]) -> None:
    headers = {"Content-Type": LDJ, **tokens["annotator"]}
    created = post(public, tokens["annotator"], annotation(canonical="urn:x:1")).get_json()
    for change in ({"canonical": "urn:x:2"}, {"id": f"{C}other"}):
        data = json.dumps({**created, **change})
        assert public.put(created["id"], data=data, headers=headers).status_code == 409


def test_56_if_match_guards_a_change(
    public: FlaskClient, tokens: dict[str, Json], made: list[Json]
) -> None:
    address, headers = made[0]["id"], {"Content-Type": LDJ, **tokens["annotator"]}
    data = json.dumps({**made[0], "motivation": "questioning"})
    old = public.get(address).headers["ETag"]
    changed = public.put(address, data=data, headers={**headers, "If-Match": old})
    assert changed.status_code == 200
    assert changed.headers["ETag"] == public.get(address).headers["ETag"] != old
    late = public.put(address, data=data, headers={**headers, "If-Match": old})
    assert (late.status_code, f'"{late.get_json()["current"]}"') == (412, changed.headers["ETag"])
    for stale in (old, '"x"', "W/" + changed.headers["ETag"], "nonsense"):
        gone = public.delete(address, headers={**headers, "If-Match": stale})
        assert gone.status_code == 412
    assert public.delete(address, headers={**headers, "If-Match": "*"}).status_code == 204


def test_what_has_not_changed_is_304(public: FlaskClient, made: list[Json]) -> None:
    for address in ("/annotations/", "/annotations/?page=0", made[0]["id"]):
        etag = public.get(address).headers["ETag"]
        again = public.get(address, headers={"If-None-Match": etag})
        assert (again.status_code, again.data) == (304, b"")


def test_cors_lets_everybody_read_and_nobody_use_a_session(
    public: FlaskClient, tokens: dict[str, Json], made: list[Json]
) -> None:
    origin = {"Origin": "https://elsewhere.example"}
    answers = [
        public.get("/annotations/", headers=origin),
        public.get(made[0]["id"], headers=origin),
        public.options(made[0]["id"], headers=origin),
        public.get("/annotations/unknown", headers=origin),
    ]
    for response in answers:
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in response.headers
        assert "PUT" in response.headers["Access-Control-Allow-Methods"]
        assert "If-Match" in response.headers["Access-Control-Allow-Headers"]
        assert "Location" in response.headers["Access-Control-Expose-Headers"]


def test_58_a_note_says_where_its_annotations_are(public: FlaskClient) -> None:
    service = f'</annotations/>; rel="{OA}annotationService"'
    for _ in range(2):
        assert service in links(public.get("/notes/walk"))
    assert service not in links(public.get("/notes/walk.md"))


def test_the_errors_of_the_table(
    public: FlaskClient, tokens: dict[str, Json], made: list[Json]
) -> None:
    address = made[0]["id"]
    refused = post(public, {}, annotation())
    assert refused.status_code == 401
    assert "token create --role annotator --name NAME" in refused.get_json()["hint"]
    assert post(public, tokens["reader"], annotation()).status_code == 403
    assert public.delete(address, headers=tokens["other"]).status_code == 403
    assert public.get("/annotations/unknown").status_code == 404
    assert public.patch(address, headers=tokens["annotator"]).status_code == 405
    refused = public.put("/annotations/", headers=tokens["annotator"])
    assert refused.status_code == 405
    assert f'<{LDP}BasicContainer>; rel="type"' in links(refused)  # on all of its answers
    assert refused.headers["Access-Control-Allow-Origin"] == "*"
    assert refused.headers["Allow"] == "GET, HEAD, OPTIONS, POST"
    assert public.get(address, headers={"Accept": "image/png"}).status_code == 406
    assert public.get("/annotations/x", headers={"Accept": "image/png"}).status_code in (404, 406)
    assert public.get("/annotations").status_code == 308
    assert public.delete(address, headers=tokens["owner"]).status_code == 204


def test_a_hidden_note_shows_nothing_of_its_margin(
    public: FlaskClient, tokens: dict[str, Json]
) -> None:
    created = post(public, tokens["annotator"], annotation("http://localhost/notes/own")).get_json()
    private = annotation(visibility="private")
    own = post(public, tokens["annotator"], private).get_json()
    assert own["visibility"] == "private"
    assert public.get("/annotations/").get_json()["total"] == 0
    for address in (created["id"], own["id"]):
        assert public.get(address).status_code == 404
        assert public.delete(address).status_code in (401, 404)
    known = public.get("/annotations/", headers=tokens["reader"]).get_json()
    assert known["total"] == 1


def test_every_correct_sample_is_taken_and_comes_back(
    public: FlaskClient, tokens: dict[str, Json]
) -> None:
    folder = PROJECT.parent / "shared" / "w3c-annotation" / "samples" / "correct"
    if not folder.is_dir():
        assert not os.environ.get("CI"), f"{folder} is missing"
        pytest.skip(f"not run: {folder} is missing")
    files = sorted(folder.glob("anno*.json"))
    assert len(files) == 41
    for file in files:
        sent = json.loads(file.read_bytes())
        response = post(public, tokens["annotator"], sent)
        assert response.status_code == 201, file.name
        answered = public.get(response.headers["Location"], headers=tokens["reader"]).get_json()
        via = [sent["via"], sent["id"]] if "via" in sent else sent["id"]
        assert answered == {**sent, "id": response.headers["Location"], "via": via}


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from([*annotation(), "id", "source", "selector", "items"]), inner
        )
    ),
    max_leaves=10,
)


@given(
    sent=ANY | st.dictionaries(st.sampled_from([*annotation(), "id", "via"]), ANY),
    whole=st.booleans(),
)
@hypothesis_settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_json_makes_the_server_fail(
    public: FlaskClient, tokens: dict[str, Json], sent: Any, whole: bool
) -> None:
    if whole and isinstance(sent, dict):
        sent = {**annotation(), "extra": 1, **sent}
    response = post(public, tokens["annotator"], sent)
    assert response.status_code in (201, 400, 409, 413, 415)
    if response.status_code == 201:
        assert (
            public.get(response.headers["Location"], headers=tokens["annotator"]).status_code == 200
        )
        page = public.get("/annotations/", headers={**tokens["annotator"], "Accept": "text/html"})
        assert page.status_code == 200
