"""A note that moved: its form, its old addresses, and who may follow them."""

from __future__ import annotations

import sqlite3

import pytest
from flask.testing import FlaskClient

from app.library import identity
from app.library.moving import moving
from app.library.syncing.sync import sync
from app.library.writing import save
from app.settings import Settings


def moved(client: FlaskClient, old: str, new: str) -> None:
    answer = client.post(f"/move/{old}", data={"id": new, "links": "on"})
    there = (answer.location or "").partition("?")[0]
    assert (answer.status_code, there) == (303, f"/notes/{new.replace(' ', '%20')}")


def test_old_addresses_lead_to_the_note(visitors: dict[str, FlaskClient]) -> None:
    moved(visitors["editor"], "open", "walks/wide open")
    public = visitors["public"]
    for old, new in (
        ("/notes/open", "/notes/walks/wide%20open"),
        ("/notes/open.md", "/notes/walks/wide%20open.md"),
        ("/notes/open?run=a:1", "/notes/walks/wide%20open?run=a:1"),
        ("/api/notes/open", "/api/notes/walks/wide%20open"),
    ):
        answer = public.get(old)
        assert (answer.status_code, answer.location) == (308, new)
        assert "no-cache" in answer.headers["Cache-Control"]
        assert public.get(new).status_code == 200
    sent = {"json": {"markdown": "x"}, "headers": {"If-Match": "*"}}
    for answer in (
        visitors["editor"].put("/api/notes/open", **sent),
        visitors["editor"].delete("/api/notes/open"),
    ):
        assert (answer.status_code, answer.location) == (308, "/api/notes/walks/wide%20open")


def test_an_old_address_tells_nobody_of_a_hidden_note(visitors: dict[str, FlaskClient]) -> None:
    moved(visitors["editor"], "papers/hidden", "papers/secret")
    for address in ("/notes/papers/hidden", "/api/notes/papers/hidden", "/notes/papers/hidden.md"):
        answer, never = visitors["public"].get(address), visitors["public"].get("/notes/never")
        assert (answer.status_code, "secret" in answer.text) == (404, False)
        assert never.status_code == 404
        assert visitors["reader"].get(address).status_code == 308


def test_a_new_note_takes_an_old_address(visitors: dict[str, FlaskClient]) -> None:
    editor = visitors["editor"]
    moved(editor, "open", "elsewhere")
    made = editor.post("/api/notes", json={"id": "open", "markdown": "# New"})
    assert made.status_code == 201
    assert editor.get("/notes/open").status_code == 200
    editor.delete("/api/notes/open")
    assert editor.get("/notes/open").status_code == 308


def test_what_is_wrong_stands_at_the_field_and_what_was_typed_stays(
    visitors: dict[str, FlaskClient], settings: Settings
) -> None:
    editor = visitors["editor"]
    for typed, status in (("by-address", 409), ("../out", 400), ("open", 400), ("a\tb", 400)):
        answer = editor.post("/move/open", data={"id": typed})
        assert answer.status_code == status
        assert 'aria-invalid="true"' in answer.text
        assert f'value="{typed}"' in answer.text
    assert (settings.notes / "open.md").exists()
    assert editor.get("/move/none").status_code == 404


def test_links_to_an_old_address_lead_to_the_note_for_who_may_read_it(
    visitors: dict[str, FlaskClient],
) -> None:
    editor, public = visitors["editor"], visitors["public"]
    text = "---\nvisibility: public\n---\nTo [[open]], [[hidden]] and [[never]].\n"
    editor.post("/api/notes", json={"id": "linking", "markdown": text})
    assert public.get("/notes/linking").text.count('href="/notes/papers/hidden"') == 0
    for old, new in (("open", "walks/wide"), ("papers/hidden", "papers/secret")):
        assert editor.post(f"/move/{old}", data={"id": new}).status_code == 303
    for visitor, address, count in (
        (public, "walks/wide", 1),
        (public, "papers/secret", 0),
        (visitors["reader"], "papers/secret", 1),
    ):
        assert visitor.get("/notes/linking").text.count(f'href="/notes/{address}"') == count
    assert "secret" not in public.get("/notes/linking").text
    assert 'href="/notes/linking"' in public.get("/notes/walks/wide").text


def test_the_public_learns_no_name_that_a_note_had_while_it_was_private(
    visitors: dict[str, FlaskClient], settings: Settings, connection: sqlite3.Connection
) -> None:
    public, reader = visitors["public"], visitors["reader"]
    shown = "---\nvisibility: public\n---\n"
    save.create(settings, connection, "layoffs-2027", "Not yet.\n")
    moving.move(settings, connection, "layoffs-2027", "plans")
    save.update(settings, connection, "plans", f"{shown}Now.\n", save.read(settings, "plans")[1])
    save.create(settings, connection, "source", f"{shown}See [[layoffs-2027]].\n")
    for address in ("/notes/layoffs-2027", "/notes/layoffs-2027.md", "/api/notes/layoffs-2027"):
        assert public.get(address).status_code == 404
        assert reader.get(address).status_code == 308
    assert "/notes/plans" not in public.get("/notes/source").text
    assert "/notes/plans" in reader.get("/notes/source").text
    assert "source" not in public.get("/notes/plans").text.partition("Linked")[2]
    moving.move(settings, connection, "plans", "future")
    assert public.get("/notes/plans").location == "/notes/future"


@pytest.mark.parametrize("address", ["/notes/open", "/edit/open", "/history/open", "/trash/1"])
def test_an_old_address_keeps_what_was_asked(
    visitors: dict[str, FlaskClient],
    settings: Settings,
    connection: sqlite3.Connection,
    address: str,
) -> None:
    moving.move(settings, connection, "open", "walks/open")
    uid = identity.uid_of(connection, "walks/open")
    answer = visitors["editor"].get(f"{address.replace('1', str(uid))}?version=now&x=a%20b")
    assert (answer.status_code, answer.location.partition("?")[2]) == (
        303 if "trash" in address else 308,
        "version=now&x=a%20b",
    )
    assert "/walks/open?" in answer.location


def test_a_name_that_ends_like_a_file_is_led_on_too(
    visitors: dict[str, FlaskClient], settings: Settings, connection: sqlite3.Connection
) -> None:
    for name in ("d", "odd.md"):
        (settings.notes / f"{name}.md").write_text(f"{name}\n")
    sync(settings, connection)
    moving.move(settings, connection, "odd.md", "even")
    moving.move(settings, connection, "d", "e")
    for old, new in (
        ("/edit/odd.md", "/edit/even"),
        ("/notes/odd.md.md", "/notes/even.md"),
        ("/notes/d.md", "/notes/e.md"),
        ("/notes/d", "/notes/e"),
    ):
        assert visitors["editor"].get(old).location == new
