"""The history of a note: who changed what and when, and back again."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from html import unescape

import pytest
from flask.testing import FlaskClient

from app.library.history import restoring, revisions, trash, versions
from app.library.syncing.sync import sync
from app.library.writing import save
from app.settings import Settings
from tests.web.test_pages_editor import fields, whole

FIRST = "---\ntitle: A walk\nvisibility: public\n---\nA short walk.\n"
SECOND = FIRST.replace("short", "long")
SECRET = "What nobody but us may read."


@pytest.fixture
def editor(visitors: dict[str, FlaskClient]) -> FlaskClient:
    return visitors["editor"]


@pytest.fixture
def walk(settings: Settings, connection: sqlite3.Connection, editor: FlaskClient) -> list[int]:
    """A public note with three versions, the second of which says a secret; their numbers."""
    person = connection.execute(
        "SELECT id FROM person WHERE name = 'a browsing editor'"
    ).fetchone()[0]
    document = save.create(settings, connection, "walk", FIRST, person_id=person)
    for text in (FIRST + SECRET + "\n", SECOND):
        document = save.update(
            settings, connection, "walk", text, document.sha256, person_id=person
        )
    return [revision.id for revision in reversed(revisions.of_note(connection, document.uid))]


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def words(page: str) -> str:
    """What a page says, without its tags."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_the_list_says_who_when_how_and_how_much(editor: FlaskClient, walk: list[int]) -> None:
    page = editor.get("/history/walk")
    assert page.status_code == 200
    assert "History · 3 versions A walk" in words(page.text)
    assert page.text.count("a browsing editor saved") == 3
    assert f"{len(FIRST) + len(SECRET) + 1} bytes, {len(SECRET) + 1} more" in words(page.text)
    assert f'href="/history/walk?from={walk[1]}&amp;to={walk[2]}"' in page.text
    assert (
        page.headers["Cache-Control"] == "private, no-cache"
        or "no-store" in (page.headers["Cache-Control"])
    )


def test_two_versions_are_compared_by_word(editor: FlaskClient, walk: list[int]) -> None:
    page = editor.get(f"/history/walk?from={walk[0]}&to={walk[2]}").text
    assert "A <del>short</del><ins>long</ins> walk." in page
    assert "1 word added, 1 removed" in words(page)
    assert "1 line the same" not in page  # a line alone is shown
    beside = editor.get(f"/history/walk?from={walk[0]}&to={walk[2]}&view=beside").text
    assert "A <del>short</del> walk." in beside
    assert "A <ins>long</ins> walk." in beside
    newest = editor.get("/history/walk?to=" + str(walk[2])).text
    assert SECRET in re.search(r"<del>.*?</del>", newest, re.DOTALL)[0]  # type: ignore[index]


def test_one_version_is_shown_whole_and_as_text(
    editor: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    hostile = "<script>alert(1)</script> & <b>x</b>\n"
    document = save.create(settings, connection, "hostile", hostile)
    changed = save.update(settings, connection, "hostile", f"</pre>{hostile}", document.sha256)
    newest, first = revisions.of_note(connection, changed.uid)
    for address in (f"?version={first.id}", f"?from={first.id}&to={newest.id}"):
        page = editor.get(f"/history/hostile{address}").text
        assert "<script>alert" not in page
        assert "<b>x" not in page
        shown = unescape(re.sub(r"</?(?:ins|del)>", "", page))
        assert hostile in shown


def test_a_visitor_learns_nothing_of_what_a_note_said_before(
    visitors: dict[str, FlaskClient], walk: list[int]
) -> None:
    public = visitors["public"]
    answers = [
        public.get(f"{address}{end}")
        for address in ("/history/walk", "/history/papers/hidden", "/history/none")
        for end in ("", f"?version={walk[1]}", f"?from={walk[0]}&to={walk[1]}")
    ]
    answers += [public.get(f"/api/history/{note}") for note in ("walk", "papers/hidden", "none")]
    answers += [public.get(f"/api/revisions/{n}") for n in (walk[1], 10**6)]
    answers.append(public.post("/history/walk", data={"version": str(walk[1])}))
    for answer in answers:
        assert answer.status_code == 401
        assert SECRET not in answer.text
        assert "browsing editor" not in answer.text
    assert len({re.sub(r"/(?:api/)?history\S*", "", answer.text) for answer in answers[:9]}) == 1
    note = public.get("/notes/walk").text
    assert "/history/" not in note
    assert 'href="/history/walk"' in visitors["reader"].get("/notes/walk").text


def test_a_reader_sees_the_history_and_changes_nothing(
    visitors: dict[str, FlaskClient], walk: list[int]
) -> None:
    reader = visitors["reader"]
    page = reader.get(f"/history/walk?version={walk[0]}").text
    assert "A short walk." in page
    assert "Restore" not in page
    assert reader.post("/history/walk", data={"version": str(walk[0])}).status_code == 403


def test_a_version_is_restored_as_a_new_one(
    editor: FlaskClient, settings: Settings, connection: sqlite3.Connection, walk: list[int]
) -> None:
    page = editor.get(f"/history/walk?version={walk[0]}").text
    assert "Restore this version" in page
    form = {"version": str(walk[0]), "base": sha(SECOND)}
    answer = editor.post("/history/walk", data=form)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/notes/walk")
    assert (settings.notes / "walk.md").read_text() == FIRST
    assert "A short walk." in editor.get("/notes/walk").text
    found = versions.of(connection, "walk")
    assert [version.kind for version in found.versions] == ["restored", "saved", "saved", "saved"]
    assert found.versions[0].person == "a browsing editor"
    assert [revision.id for revision in found.revisions[1:]] == walk[::-1]
    assert "Restore" not in editor.get(f"/history/walk?version={walk[0]}").text


def test_restoring_keeps_every_byte(
    editor: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    old = "\ufeff---\r\ntitle: X\r\n---\r\nOnce.\r\n".encode()
    file = settings.notes / "old.md"
    file.write_bytes(old)
    sync(settings, connection)
    document = save.update(settings, connection, "old", "Now.\n", hashlib.sha256(old).hexdigest())
    first = revisions.of_note(connection, document.uid)[-1]
    editor.post("/history/old", data={"version": str(first.id)})
    assert file.read_bytes() == old


def test_restoring_over_what_somebody_saved_meanwhile_loses_nothing(
    editor: FlaskClient, settings: Settings, connection: sqlite3.Connection, walk: list[int]
) -> None:
    theirs = SECOND.replace("A long", "Theirs: a longer")
    save.update(settings, connection, "walk", theirs, sha(SECOND))
    form = {"version": str(walk[0]), "base": sha(SECOND)}
    answer = editor.post("/history/walk", data=form)
    assert answer.status_code == 412
    assert (settings.notes / "walk.md").read_text() == theirs
    assert "Two versions" in answer.text
    assert "Theirs: a longer" in words(answer.text)
    again = fields(answer).values
    assert (whole(again), again["base"]) == (FIRST, sha(theirs))
    assert "What you typed" not in answer.text
    assert editor.get("/edit/walk").text.count("Go on with it") == 0  # nobody typed anything
    assert editor.post("/edit/walk", data=again).location == "/notes/walk"
    assert (settings.notes / "walk.md").read_text() == FIRST
    found = versions.of(connection, "walk")
    assert sha(theirs) in [version.sha256 for version in found.versions]


def test_restoring_beside_what_somebody_saved_meanwhile_keeps_both_and_says_so(
    editor: FlaskClient, settings: Settings, connection: sqlite3.Connection, walk: list[int]
) -> None:
    theirs = SECOND.replace("title: A walk", "title: Their walk")
    save.update(settings, connection, "walk", theirs, sha(SECOND))
    form = {"version": str(walk[0]), "base": sha(SECOND)}
    answer = editor.post("/history/walk", data=form, follow_redirects=True)
    assert answer.status_code == 200
    assert "was kept too" in answer.text
    merged = FIRST.replace("title: A walk", "title: Their walk")
    assert (settings.notes / "walk.md").read_text() == merged
    assert versions.of(connection, "walk").versions[0].kind == "merged"


def test_a_page_of_a_note_in_the_trash_overwrites_nothing_after_it_came_back(
    editor: FlaskClient, settings: Settings, connection: sqlite3.Connection, walk: list[int]
) -> None:
    save.delete(settings, connection, "walk", None)
    page = editor.get(f"/history/walk?version={walk[0]}").text
    base = re.search(r'name="base" value="([0-9a-f]+)"', page)
    assert base
    restoring.restore(settings, connection, trash.every(connection)[0].uid)
    theirs = SECOND.replace("A long", "Theirs: a longer")
    save.update(settings, connection, "walk", theirs, sha(SECOND))
    form = {"version": str(walk[0]), "base": base[1]}
    assert editor.post("/history/walk", data=form).status_code == 412
    assert (settings.notes / "walk.md").read_text() == theirs


def test_restoring_over_what_is_no_text_any_more_shows_that(
    editor: FlaskClient, settings: Settings, walk: list[int]
) -> None:
    (settings.notes / "walk.md").write_bytes(b"\xff\xfe broken")
    form = {"version": str(walk[0]), "base": sha(SECOND)}
    answer = editor.post("/history/walk", data=form)
    assert (answer.status_code, whole(fields(answer).values)) == (412, FIRST)
    assert "not UTF-8" in answer.text
    assert (settings.notes / "walk.md").read_bytes() == b"\xff\xfe broken"


def test_a_note_in_the_trash_has_its_history_and_comes_back_as_it_was_then(
    editor: FlaskClient, settings: Settings, connection: sqlite3.Connection, walk: list[int]
) -> None:
    uid = versions.of(connection, "walk").uid
    save.delete(settings, connection, "walk", None)
    assert editor.get("/notes/walk").status_code == 404
    page = editor.get("/history/walk")
    assert "in the trash" in words(page.text)
    assert page.text.count("<li>") == 3
    assert SECRET in editor.get(f"/history/walk?version={walk[1]}").text
    editor.post("/history/walk", data={"version": str(walk[1])})
    assert (settings.notes / "walk.md").read_text() == FIRST + SECRET + "\n"
    found = versions.of(connection, "walk")
    assert (found.uid, found.trashed) == (uid, "")
    assert [revision.id for revision in found.revisions[1:]] == walk[::-1]


def test_a_note_that_cannot_be_read_can_be_restored(
    editor: FlaskClient, settings: Settings, connection: sqlite3.Connection, walk: list[int]
) -> None:
    (settings.notes / "walk.md").write_bytes(b"\xff\xfe broken")
    sync(settings, connection)
    assert editor.get("/history/walk").status_code == 200
    editor.post("/history/walk", data={"version": str(walk[2])})
    assert (settings.notes / "walk.md").read_text() == SECOND
    kept = {versions.data(connection, found, version) for found in [versions.of(connection, "walk")]
            for version in found.versions}  # fmt: skip
    assert b"\xff\xfe broken" in kept


def test_old_addresses_lead_to_the_history(
    editor: FlaskClient, connection: sqlite3.Connection, walk: list[int]
) -> None:
    uid = versions.of(connection, "walk").uid
    connection.execute("INSERT INTO former_path VALUES ('was/here', ?, 'here', 'public')", [uid])
    answer = editor.get(f"/history/was/here?version={walk[0]}")
    assert answer.status_code == 308
    assert answer.headers["Location"] == f"/history/walk?version={walk[0]}"


def test_a_note_that_was_never_changed_is_its_only_version(editor: FlaskClient) -> None:
    page = words(editor.get("/history/open").text)
    assert "1 version Walks in the open Nobody has changed it here yet" in page
    assert "Nothing differs." in editor.get("/history/open?from=now&to=now").text


@pytest.mark.parametrize(
    "address",
    ["none", "walk?version=x", "walk?version=99999", "walk?version=1e3", "walk?from=%C2%B2&to=now",
     "walk?version=999999999999999999999999", "open?version=1"],
)  # fmt: skip
def test_what_is_not_there_is_not_found(editor: FlaskClient, walk: list[int], address: str) -> None:
    assert editor.get(f"/history/{address}").status_code == 404


def test_a_view_that_there_is_not_is_refused(editor: FlaskClient, walk: list[int]) -> None:
    assert editor.get("/history/walk?to=now&view=upside-down").status_code in (400, 404)
    assert editor.get(f"/history/walk?to={walk[0]}&view=upside-down").status_code == 400
    assert editor.get("/history/walk?offset=-1").status_code == 400


def test_a_long_history_comes_in_pages(
    editor: FlaskClient, connection: sqlite3.Connection, walk: list[int]
) -> None:
    uid = versions.of(connection, "walk").uid
    for n in range(120):
        revisions.add(connection, uid, b"version %d" % n, kind="saved")
    first, last = editor.get("/history/walk").text, editor.get("/history/walk?offset=100").text
    assert first.count("<li>") == 50
    assert 'href="/history/walk?offset=50"' in first
    assert last.count("<li>") == 24  # 123 that are kept, and the text as it is now
    assert f"?from={walk[0]}&amp;to={walk[1]}" in last


def test_programs_read_the_history(owner: FlaskClient, walk: list[int]) -> None:
    found = owner.get("/api/history/walk?limit=2").get_json()
    assert found["total"] == 3
    assert [entry["id"] for entry in found["results"]] == [walk[2], walk[1]]
    assert owner.get(found["results"][0]["url"]).status_code == 200
    one = owner.get(f"/api/revisions/{walk[1]}").get_json()
    assert (one["note"], one["kind"], one["person"]) == ("walk", "saved", "a browsing editor")
    assert one["markdown"] == FIRST + SECRET + "\n"
    assert one["sha256"] == sha(one["markdown"])
    assert owner.get("/api/revisions/999999999999999999999").status_code == 404
