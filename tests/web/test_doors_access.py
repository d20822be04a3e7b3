"""Who comes in: permissions of every route, other sites' forms, links, sessions, tokens, hosts."""

from __future__ import annotations

import itertools
import json
import re
import sqlite3

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app, schema
from app.accounts import people
from app.accounts.permissions import Action
from app.lab.runs import queue
from app.settings import Settings, load
from app.web import access

ROLES = ("public", "reader", "annotator", "editor", "owner")
OPEN = (200, 200, 200, 200, 200)
INSIDE = (404, 200, 200, 200, 200)
MARGIN = (401, 403, 200, 200, 200)
WRITING = (401, 403, 403, 200, 200)
REMEMBERING = (401, 200, 200, 200, 200)
GETS = {
    "/": OPEN,
    "/folders/papers": INSIDE,
    "/tags/open": OPEN,
    "/tags/sesame": INSIDE,
    "/authors/Ada%20Example": OPEN,
    "/years/2024": OPEN,
    "/years/99999999999999999999999": (404,) * 5,
    "/notes/open": OPEN,
    "/notes/open.md": OPEN,
    "/notes/by-address": OPEN,
    "/notes/papers/hidden": INSIDE,
    "/notes/papers/hidden.md": INSIDE,
    "/journal": (404,) * 5,
    "/journal/2024-01-01": (404, 404, 404, 303, 303),
    "/search?q=walk": OPEN,
    "/search/more?q=walk": OPEN,
    "/search/typing?q=wal": OPEN,
    "/search/facets?q=walk": OPEN,
    "/search/suggestions?q=wal": OPEN,
    "/opensearch.xml": OPEN,
    "/related/open": OPEN,
    "/related/by-address": OPEN,
    "/related/papers/hidden": INSIDE,
    "/analyses": OPEN,
    "/analyses/shown": OPEN,
    "/analyses/unseen": INSIDE,
    "/analyses/broken": INSIDE,
    "/claims": OPEN,
    "/references": OPEN,
    "/references.bib": OPEN,
    "/annotations/": OPEN,
    "/annotations/?state=unanswered&by=x": OPEN,
    "/annotations/feed.atom": OPEN,
    "/annotations/export/open.md": OPEN,
    "/annotations/export/papers/hidden.csv": INSIDE,
    "/annotations/form?note=open": MARGIN,
    "/annotations/form?note=papers/hidden": MARGIN,
    "/annotations/margin?note=open": OPEN,
    "/annotations/margin?note=papers/hidden": INSIDE,
    "/new": WRITING,
    "/edit/open": WRITING,
    "/api/complete?kind=note&q=o": MARGIN,
    "/api/complete?kind=heading&q=o": WRITING,
    "/move/open": WRITING,
    "/history/open": REMEMBERING,
    "/history/papers/hidden": REMEMBERING,
    "/history/open?version=now": REMEMBERING,
    "/history/open?from=now&to=now": REMEMBERING,
    "/history/none": (401, 404, 404, 404, 404),
    "/problems": WRITING,
    "/trash": WRITING,
    "/trash/99999": (401, 404, 404, 404, 404),
    "/trash/99999999999999999999999": (401, 404, 404, 404, 404),
    "/report": WRITING,
    "/runs/1": OPEN,
    "/runs/1/cell": OPEN,
    "/runs/2": INSIDE,
    "/runs/2/cell": INSIDE,
    "/runs/1/table?sort=none.n": (404,) * 5,
    "/runs/news?note=open": OPEN,
    "/runs/news?note=papers/hidden": INSIDE,
    "/analyses/shown/runs": REMEMBERING,
    "/compare?a=1&b=1": OPEN,
    "/compare?a=2&b=2": INSIDE,
    "/compare?a=1&b=2": (404, 400, 400, 400, 400),
    "/runs/3": (404,) * 5,
    "/runs/99999999999999999999999": (404,) * 5,
    "/sweeps": OPEN,
    "/sweeps/99999": (404,) * 5,
    "/sweeps/99999/state": (404,) * 5,
    "/sweeps/99999.csv": (404,) * 5,
    "/sweeps/99999999999999999999999": (404,) * 5,
    "/sign-in": OPEN,
    "/browse": OPEN,
    "/healthz": OPEN,
    "/feed.atom": OPEN,
    "/feed.json": OPEN,
    "/api/openapi.json": OPEN,
}
POSTS = {
    "/new": ({"title": "Mine", "kind": "note"}, (401, 403, 403, 303, 409)),
    "/edit/open": ({"markdown": "x"}, (401, 403, 403, 428, 428)),
    "/delete/open": ({"base": "0"}, (401, 403, 403, 412, 412)),
    "/move/open": ({"id": "open"}, (401, 403, 403, 400, 400)),
    "/history/open": ({"version": "now"}, (401, 403, 403, 303, 303)),
    "/trash/restore": ({"note": "99999"}, (401, 403, 403, 404, 404)),
    "/trash/99999": ({"id": "other"}, (401, 403, 403, 404, 404)),
    "/trash/empty": ({"note": "99999:"}, (401, 403, 403, 303, 303)),
    "/problems/moved": ({"note": "99999", "to": "open"}, (401, 403, 403, 404, 404)),
    "/problems/removals": ({}, (401, 403, 403, 303, 303)),
    "/preview": ({"markdown": "x"}, WRITING),
    "/drafts": ({"draft": "0" * 16, "markdown": "x"}, WRITING),
    "/drafts/drop": ({"draft": "0" * 16}, (401, 403, 403, 303, 303)),
    "/drafts/drop-all": ({"draft": "0" * 16}, (401, 403, 403, 303, 303)),
    "/bibtex": ({"bibtex": "@misc{a, title={T}}"}, WRITING),
    "/media": ({"words": "no file"}, (401, 403, 403, 400, 400)),
    "/runs": ({"script": "shown"}, (401, 403, 403, 303, 303)),
    "/runs/stale": ({}, (401, 403, 403, 303, 303)),
    "/runs/pin": ({"run": "1"}, (401, 403, 403, 303, 303)),
    "/runs/keep": (
        {"note": "open", "block": "shown", "base": "0", "p.steps": "6"},
        (401, 403, 403, 412, 412),
    ),
    "/sweeps": ({"script": "shown", "p.steps": "1,2"}, (401, 403, 403, 303, 303)),
    "/sweeps/99999/cancel": ({}, (401, 403, 403, 404, 404)),
    "/sweeps/99999/resume": ({}, (401, 403, 403, 404, 404)),
    "/runs/1/cancel": ({}, (401, 403, 403, 303, 303)),
    "/runs/99999999999999999999999/cancel": ({}, (401, 403, 403, 404, 404)),
    "/annotations/form": ({"note": "open", "comment": "Well."}, (401, 403, 303, 303, 303)),
    "/annotations/none/delete": ({}, (401, 403, 404, 404, 404)),
    "/annotations/none/edit": ({"comment": "x"}, (401, 403, 404, 404, 404)),
    "/annotations/none/undo": ({}, (401, 403, 404, 404, 404)),
    "/annotations/none/accept": ({}, (401, 403, 403, 404, 404)),
    "/annotations/none/decline": ({"reason": "No."}, (401, 403, 403, 404, 404)),
    "/sign-in": ({"token": "none"}, (410,) * 5),
}


@pytest.fixture
def finished(owner: FlaskClient, settings: Settings, connection: sqlite3.Connection) -> None:
    """Run 1 is of the public note, run 2 of the private one."""
    for number, sent in (
        (1, {"script": "shown", "params": {"steps": 5}}),
        (2, {"script": "unseen"}),
    ):
        assert owner.post("/api/runs", json=sent).get_json()["id"] == number
        queue.finish(settings, connection, number, "succeeded", seconds=0.5)


def test_every_route_says_what_it_needs(application: Flask) -> None:
    for rule in application.url_map.iter_rules():
        assert isinstance(application.view_functions[rule.endpoint].needs, Action), rule
        changes = (rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}
        needed = application.view_functions[rule.endpoint].needs
        if changes and rule.rule not in ("/sign-in", "/sign-out"):
            assert needed not in (Action.VISIT, Action.READ, Action.LIST), rule


def test_an_application_with_a_view_that_does_not_say_cannot_be_made() -> None:
    app = Flask("bare")
    app.add_url_rule("/bare", "bare", lambda: "")
    with pytest.raises(RuntimeError, match="bare"):
        access.install(app)


def test_what_each_role_gets(
    visitors: dict[str, FlaskClient], finished: None, subtests: pytest.Subtests
) -> None:
    """The journal's page is tested empty: a list that is empty by its filter does not exist."""
    for address, expected in GETS.items():
        found = tuple(
            visitors[role].get(address, headers={"Accept": "text/html"}).status_code
            for role in ROLES
        )
        with subtests.test(address):
            assert found == expected


def test_what_each_role_may_send(
    visitors: dict[str, FlaskClient], finished: None, subtests: pytest.Subtests
) -> None:
    for address, (form, expected) in POSTS.items():
        found = tuple(visitors[role].post(address, data=form).status_code for role in ROLES)
        with subtests.test(address):
            assert found == expected


def test_every_page_has_been_asked_by_every_role(application: Flask) -> None:
    """A new page must be put into the tables above."""
    adapter = application.url_map.bind("localhost")
    pages = [address.split("?")[0] for address in GETS if not address.startswith("/years/9")]
    asked = {adapter.match(page)[0] for page in pages}
    asked |= {adapter.match(address, method="POST")[0] for address in POSTS}
    own_tests = {"assets.ours", "assets.package", "notes.media", "runs.output", "people.sign_out"}
    own_tests.add("annotations.create")  # the protocol's
    endpoints = {
        rule.endpoint
        for rule in application.url_map.iter_rules()
        if not rule.rule.startswith("/api/") and "<id>" not in rule.rule
    }
    assert endpoints - asked == own_tests


ORIGINS = {None: True, "http://localhost": True, "http://evil.example": False, "null": False}
SITES = {None: None, "same-origin": True, "none": True, "same-site": False, "cross-site": False}


@pytest.mark.parametrize(("site", "origin"), list(itertools.product(SITES, ORIGINS)))
def test_a_form_of_another_site_changes_nothing(
    visitors: dict[str, FlaskClient], settings: Settings, site: str | None, origin: str | None
) -> None:
    headers = {"Sec-Fetch-Site": site, "Origin": origin}
    sent = {name: value for name, value in headers.items() if value is not None}
    answer = visitors["editor"].post(
        "/new", data={"title": "From afar", "kind": "note"}, headers=sent
    )
    allowed = ORIGINS[origin] if SITES[site] is None else SITES[site]
    assert answer.status_code == (303 if allowed else 403)
    assert (settings.notes / "from-afar.md").exists() is allowed


def test_an_origin_of_another_port_or_scheme_is_another_site(
    visitors: dict[str, FlaskClient],
) -> None:
    for origin in ("http://localhost:81", "https://localhost", "http://localhost.evil.example", ""):
        answer = visitors["editor"].post("/preview", headers={"Origin": origin})
        assert answer.status_code == 403, origin


def test_another_site_cannot_sign_a_browser_in_or_out(
    visitors: dict[str, FlaskClient], connection: sqlite3.Connection
) -> None:
    link = people.create_link(connection, people.owner(connection))
    headers = {"Sec-Fetch-Site": "cross-site"}
    refused = visitors["public"].post("/sign-in", data={"token": link}, headers=headers)
    assert (refused.status_code, "Set-Cookie" in refused.headers) == (403, False)
    assert people.link_is_good(connection, link)
    assert visitors["owner"].post("/sign-out", headers=headers).status_code == 403
    assert visitors["owner"].get("/new").status_code == 200


def test_with_a_token_cookies_do_not_count(
    visitors: dict[str, FlaskClient], connection: sqlite3.Connection
) -> None:
    browser = visitors["owner"]
    for header in ("Bearer wrong", "Bearer ", "Basic b3duZXI6eA==", "Bearer\tx", "wrong"):
        answer = browser.get("/notes/papers/hidden", headers={"Authorization": header})
        assert answer.status_code == 401, header
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    reader = people.create_token(
        connection, people.create(connection, "low", "reader"), "t", "reader"
    )
    assert browser.get("/new", headers={"Authorization": f"Bearer {reader}"}).status_code == 403
    foreign = {"Authorization": f"Bearer {reader}", "Sec-Fetch-Site": "cross-site"}
    assert browser.post("/preview", headers=foreign).status_code == 403  # by its role, not the site


def test_a_token_has_the_lower_of_the_two_roles(
    application: Flask, connection: sqlite3.Connection
) -> None:
    may_write = {}
    for person_role, lent in itertools.product(("reader", "editor"), ("reader", "owner")):
        person = people.create(connection, f"{person_role} {lent}", person_role)
        token = people.create_token(connection, person, "t", lent)
        answer = application.test_client().get("/new", headers={"Authorization": f"bearer {token}"})
        may_write[person_role, lent] = answer.status_code == 200
    assert may_write == {
        ("reader", "reader"): False,
        ("reader", "owner"): False,
        ("editor", "reader"): False,
        ("editor", "owner"): True,
    }


def test_a_revoked_token_is_unknown(application: Flask, connection: sqlite3.Connection) -> None:
    token = people.create_token(connection, people.owner(connection), "lost", "owner")
    headers = {"Authorization": f"Bearer {token}"}
    assert application.test_client().get("/new", headers=headers).status_code == 200
    people.revoke_tokens(connection, "lost")
    assert application.test_client().get("/new", headers=headers).status_code == 401


def test_a_link_signs_in_once_and_only_when_it_is_pressed(
    application: Flask, connection: sqlite3.Connection
) -> None:
    link = people.create_link(connection, people.owner(connection))
    browser = application.test_client()
    for _ in range(3):
        page = browser.get(f"/sign-in?token={link}")
        assert page.status_code == 200
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["Referrer-Policy"] == "no-referrer"
    assert browser.get("/new").status_code == 401
    entered = browser.post("/sign-in", data={"token": link})
    assert (entered.status_code, entered.headers["Location"]) == (303, "/")
    flags = entered.headers["Set-Cookie"].split("; ")
    assert {"HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=2592000"} <= set(flags)
    assert browser.get("/new").status_code == 200
    assert browser.get(f"/sign-in?token={link}").status_code == 410
    again = application.test_client().post("/sign-in", data={"token": link})
    assert (again.status_code, "Set-Cookie" in again.headers) == (410, False)
    assert "used already" in again.text


def test_behind_https_the_cookie_is_secure(
    settings: Settings, connection: sqlite3.Connection
) -> None:
    folders = {name: str(getattr(settings, name)) for name in ("notes", "analysis", "data")}
    app = create_app(load({**folders, "base_url": "https://notes.example"}, {}))
    link = people.create_link(connection, people.owner(connection))
    answer = app.test_client().post(
        "/sign-in",
        data={"token": link},
        base_url="http://notes.example",
        headers={"Origin": "https://notes.example"},
    )
    assert answer.status_code == 303
    assert "Secure" in answer.headers["Set-Cookie"].split("; ")


def test_links_and_sessions_end_by_their_date(
    application: Flask, connection: sqlite3.Connection
) -> None:
    owner = people.owner(connection)
    old, good = (people.create_link(connection, owner) for _ in range(2))
    past = "2020-01-01T00:00:00Z"
    connection.execute(
        "UPDATE sign_in_link SET expires = ? WHERE hash = ?", [past, people.digest(old)]
    )
    browser = application.test_client()
    assert browser.get(f"/sign-in?token={old}").status_code == 410
    assert browser.post("/sign-in", data={"token": old}).status_code == 410
    browser.post("/sign-in", data={"token": good})
    assert browser.get("/new").status_code == 200
    connection.execute("UPDATE session SET expires = ?", [past])
    assert browser.get("/new").status_code == 401


def test_signing_out_ends_the_session_also_for_a_copied_cookie(
    application: Flask, visitors: dict[str, FlaskClient]
) -> None:
    browser = visitors["owner"]
    cookie = browser.get_cookie("gloss_session")
    assert cookie
    left = browser.post("/sign-out")
    assert left.status_code == 303
    assert browser.get_cookie("gloss_session") is None
    thief = application.test_client()
    thief.set_cookie("gloss_session", cookie.value)
    assert thief.get("/new").status_code == 401


def test_no_secret_is_logged_or_stored(
    application: Flask, connection: sqlite3.Connection, capfd: pytest.CaptureFixture[str]
) -> None:
    owner = people.owner(connection)
    link = people.create_link(connection, owner)
    token = people.create_token(connection, owner, "t", "owner")
    browser = application.test_client()
    browser.get(f"/sign-in?token={link}")
    browser.post("/sign-in", data={"token": link})
    session = browser.get_cookie("gloss_session")
    browser.get("/notes/open?q=whatever")
    application.test_client().get("/nothing", headers={"Authorization": f"Bearer {token}"})
    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    assert [line["path"] for line in lines] == ["/sign-in", "/sign-in", "/notes/open", "/nothing"]
    assert [line["status"] for line in lines] == [200, 303, 200, 404]
    stored = "\n".join(connection.iterdump())
    for secret in (link, token, session.value if session else ""):
        assert secret
        assert secret not in json.dumps(lines)
        assert secret not in stored


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "x@localhost"]
)
def test_a_foreign_host_is_refused_in_words_and_never_kept(public: FlaskClient, host: str) -> None:
    for _ in range(2):
        answer = public.get("/notes/open", headers={"Host": host})
        assert answer.status_code == 400
        assert "is not trusted" in answer.text
        assert "Walks in the open" not in answer.text
    assert public.get("/api/notes", headers={"Host": host}).status_code == 400
    etag = public.get("/notes/open").headers["ETag"]
    conditional = {"Host": host, "If-None-Match": etag}
    assert public.get("/notes/open", headers=conditional).status_code == 400


@pytest.mark.parametrize("host", ["localhost", "localhost:9", "127.0.0.1:8000", "[::1]:8000"])
def test_loopback_by_any_port_is_trusted(public: FlaskClient, host: str) -> None:
    assert public.get("/", headers={"Host": host}).status_code == 200


def test_looking_changes_nothing(
    application: Flask,
    visitors: dict[str, FlaskClient],
    finished: None,
    connection: sqlite3.Connection,
    settings: Settings,
) -> None:
    link = people.create_link(connection, people.owner(connection))
    before, files = owned(connection), sorted(settings.notes.rglob("*"))
    addresses = [*GETS, f"/sign-in?token={link}", "/notes/open?run=shown:1", "/api/runs/1"]
    rules = [rule for rule in application.url_map.iter_rules() if "GET" in (rule.methods or set())]
    addresses += [re.sub("<[^>]*(id|year)>", "1", rule.rule) for rule in rules]
    for address, accept in itertools.product(addresses, ("text/html", "application/json")):
        visitors["owner"].get(address, headers={"Accept": accept})
        visitors["owner"].head(address, headers={"Accept": accept})
    assert owned(connection) == before
    assert sorted(settings.notes.rglob("*")) == files


def owned(connection: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    return {
        table: sorted(map(tuple, connection.execute(f"SELECT * FROM {table}")), key=repr)
        for table in schema.OWNED
    }
