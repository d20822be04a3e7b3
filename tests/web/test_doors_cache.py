"""Pages of the public are kept until the library changes, and for nobody else."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient

from app import database
from app.accounts import people
from app.commands.watch import index_analyses
from app.lab import runs
from app.lab.runs import Output, queue
from app.library.syncing.sync import sync
from app.library.writing import save
from app.settings import Settings
from app.web import cache

KEPT = ("/", "/notes/open", "/analyses", "/analyses/shown", "/claims", "/tags/open", "/years/2024")


@contextmanager
def statements(settings: Settings) -> Iterator[list[str]]:
    """The SQL that this thread's pages send."""
    traced: list[str] = []
    connection = database.of_this_thread(settings.database)
    connection.set_trace_callback(traced.append)
    yield traced
    connection.set_trace_callback(None)


@pytest.mark.parametrize("address", KEPT)
def test_the_second_visitor_gets_the_same_bytes_for_two_queries(
    public: FlaskClient, settings: Settings, address: str
) -> None:
    first = public.get(address)
    with statements(settings) as traced:
        second = public.get(address)
    assert first.status_code == second.status_code == 200
    assert (first.data, first.headers) == (second.data, second.headers)
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert first.headers["Vary"] == "Cookie, Authorization"
    assert len(traced) == 1, traced


@pytest.mark.parametrize("address", [*KEPT, "/feed.atom", "/feed.json", "/notes/open.md"])
def test_who_has_the_page_is_told_so(public: FlaskClient, address: str) -> None:
    whole = public.get(address)
    etag = whole.headers["ETag"]
    for sent in (etag, f"W/{etag}", f'"other", {etag}'):
        same = public.get(address, headers={"If-None-Match": sent})
        assert (same.status_code, same.data, same.headers["ETag"]) == (304, b"", etag), sent
    other = public.get(address, headers={"If-None-Match": '"other"'})
    assert (other.status_code, other.data) == (200, whole.data)


@pytest.mark.parametrize("address", KEPT)
def test_head_answers_as_get_without_the_body(public: FlaskClient, address: str) -> None:
    for _ in range(2):  # made anew, then kept
        head = public.head(address)
        assert (head.status_code, head.data) == (200, b"")
    whole = public.get(address)
    assert whole.data
    assert head.headers == whole.headers
    etag = {"If-None-Match": whole.headers["ETag"]}
    assert public.head(address, headers=etag).status_code == 304


def test_a_save_a_sync_and_a_finished_run_make_pages_new(
    public: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    def etags() -> list[str]:
        return [public.get(address).headers["ETag"] for address in ("/", "/notes/open")]

    seen = [etags()]
    source, base = save.read(settings, "open")
    save.update(settings, connection, "open", source.replace("Walks", "Steps"), base)
    seen.append(etags())
    assert "Steps in the open" in public.get("/").text
    (settings.notes / "open.md").write_text(source.replace("Walks", "Paths"))
    sync(settings, connection)
    seen.append(etags())
    assert "Paths in the open" in public.get("/").text
    run, _ = runs.enqueue(settings, connection, "shown", {"steps": 5}, people.owner(connection))
    assert "Waiting to run" in public.get("/notes/open").text
    outputs = [Output("total", "value", 7, {})]
    queue.finish(settings, connection, run.id, "succeeded", outputs=outputs, seconds=1.0)
    seen.append(etags())
    assert "Up to date" in public.get("/notes/open").text
    (settings.analysis / "shown.py").write_text(
        '"""Adds anew."""\ndef main(steps: int = 3, label: str = "") -> dict:\n    return {1: 2}\n'
    )
    index_analyses(settings, connection)
    assert "Stale" in public.get("/notes/open").text
    assert all(len({pages[number] for pages in seen}) > 2 for number in (0, 1))


def test_what_changes_nothing_visible_keeps_the_pages(
    public: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    etag, version = public.get("/").headers["ETag"], database.version(connection)
    people.create_link(connection, people.owner(connection))
    sync(settings, connection)
    assert public.get("/").headers["ETag"] == etag
    assert database.version(connection) - version <= 1  # the owner was made


def test_a_session_or_a_token_is_never_answered_from_what_is_kept(
    public: FlaskClient, visitors: dict[str, FlaskClient], owner: FlaskClient, settings: Settings
) -> None:
    for address in KEPT:
        etag = public.get(address).headers["ETag"]
        for client in (visitors["reader"], visitors["owner"], owner):
            answer = client.get(address, headers={"If-None-Match": etag})
            assert answer.status_code == 200, address
            assert "Signed in as" in answer.text
            assert answer.headers["Cache-Control"] == "private, no-cache"
        assert "Signed in as" not in public.get(address).text
    wrong = {"Authorization": "Bearer wrong", "If-None-Match": public.get("/").headers["ETag"]}
    assert public.get("/", headers=wrong).status_code == 401


def test_a_query_is_part_of_the_address(public: FlaskClient) -> None:
    public.get("/")
    assert public.get("/?offset=x").status_code == 400
    assert public.get("/?offset=9000").data != public.get("/").data


def key(path: str, query: str = "") -> cache.Key:
    return ("host", path, query, "library", None, "public")


def test_the_kept_pages_have_a_bound() -> None:
    pages, body = cache.Pages(), b"x" * 1_000_000
    for number in range(60):
        pages.put(key(f"/{number}"), cache.Page(1, '"etag"', body, Response()))
        assert pages.get(key("/0"), 1)  # used all the time: never dropped
    assert pages.bytes == sum(cache.size(*kept) for kept in pages.kept.items()) <= cache.MAX_BYTES
    assert pages.get(key("/59"), 1)
    assert not pages.get(key("/1"), 1)


def test_one_page_that_is_too_large_does_not_drop_the_others() -> None:
    pages = cache.Pages()
    small, large = (
        key("/small"),
        key("/large"),
    )
    pages.put(small, cache.Page(1, '"a"', b"small", Response()))
    pages.put(large, cache.Page(1, '"b"', b"x" * (cache.MAX_BYTES + 1), Response()))
    assert pages.get(small, 1)
    assert not pages.get(large, 1)
    assert list(pages.kept) == [small]


def test_addresses_alone_cannot_fill_the_memory() -> None:
    """A visitor chooses the query; thousands of small pages under long addresses count as well."""
    pages = cache.Pages()
    for number in range(2000):
        pages.put(
            key("/", f"{number}{'q' * 50_000}"),
            cache.Page(1, '"a"', b"x", Response()),
        )
    assert len(pages.kept) * 50_000 <= cache.MAX_BYTES


def test_two_libraries_in_one_process_share_nothing(
    application: Flask, public: FlaskClient, settings: Settings
) -> None:
    keys = [key for key in cache.PAGES.kept if key[3] == str(settings.database)]
    public.get("/")
    after = [key for key in cache.PAGES.kept if key[3] == str(settings.database)]
    assert len(after) == len(keys) + 1


def test_only_who_got_a_page_is_answered_at_once(public: FlaskClient, settings: Settings) -> None:
    """What is answered in the event loop is at hand for this reader, not for another."""
    public.get("/notes/open")
    asked = {"HTTP_HOST": "localhost", "PATH_INFO": "/notes/open", "QUERY_STRING": ""}
    assert cache.is_kept(dict(asked), settings)
    assert not cache.is_kept({**asked, "HTTP_COOKIE": "session=other"}, settings)
    assert not cache.is_kept({**asked, "HTTP_AUTHORIZATION": "Bearer other"}, settings)
    public.set_cookie("session", "other")
    public.get("/notes/open")
    assert cache.is_kept({**asked, "HTTP_COOKIE": "session=other"}, settings)
