"""Files that a save put aside, on the page of what could not be read."""

from __future__ import annotations

import sqlite3

from flask.testing import FlaskClient

from app.library.documents import get
from app.library.syncing.sync import sync
from app.library.writing import aside
from app.settings import Settings

OLD = ".gloss-65a00000-0f0f"


def test_they_stand_apart_with_their_note_their_words_and_what_to_do(
    visitors: dict[str, FlaskClient], settings: Settings, connection: sqlite3.Connection
) -> None:
    note = get(connection, "open")
    assert note
    known = f"papers/{OLD}-{note.uid:x}-{'b' * 64}-{'c' * 16}"
    (settings.notes / known).write_text("Late <words>.\n")
    (settings.notes / OLD).write_bytes(b"\xff" + b"x" * (aside.MOST_SHOWN + 5))
    sync(settings, connection)
    page = visitors["editor"].get("/problems").text
    part = page[page.index("Words that no note has") :]
    assert 'Of <a href="/notes/open">Walks in the open</a>' in part
    assert 'href="/history/open"' in part
    assert "Late &lt;words&gt;." in part
    assert f"<code>{known}</code>" in part
    assert "11 Jan 2024" in part
    assert "Of a note that is not known" in part
    assert "x …</pre>" in part
    assert "Read, but not all understood" not in page
    (settings.notes / known).unlink()
    assert "Walks in the open" not in visitors["editor"].get("/problems").text
    (settings.notes / OLD).unlink()
    assert "Words that no note has" not in visitors["editor"].get("/problems").text
    assert visitors["reader"].get("/problems").status_code == 403


def test_a_link_of_that_name_is_not_followed(
    visitors: dict[str, FlaskClient], settings: Settings, connection: sqlite3.Connection
) -> None:
    (settings.notes / OLD).write_text("Words.\n")
    sync(settings, connection)
    secret = settings.notes.parent / "secret"
    secret.write_text("Outside.\n")
    (settings.notes / OLD).unlink()
    (settings.notes / OLD).symlink_to(secret)
    assert "Outside." not in visitors["editor"].get("/problems").text
