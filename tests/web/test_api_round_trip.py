"""What a program reads and sends back is the file, byte for byte, whatever its header holds."""

from __future__ import annotations

import sqlite3

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given
from hypothesis import settings as limits
from hypothesis import strategies as st

from app.library.front import front_matter
from app.library.syncing import sync
from app.settings import Settings

HEADER = """---
# a comment before everything
title:   "Quoted: with a colon"   # and one after
zotero-key: ABCD1234
'odd key': {nested: [1, 2.50, 0x1F, 007], "deep": {a: ~}}
tags:
- one        # not indented
- 'two'
date: 2024-03-05T10:00:00+01:00
empty:
literal: |
  kept   as it is
    indented
folded: >-
  one
  two
anchor: &a [x]
yes: no
cssclasses: [wide]
dataview:: not yaml but text
---
"""
BODIES = {
    "plain": HEADER + "\n# Text\n\nWords.\n",
    "no newline at the end": HEADER + "Words.",
    "windows": (HEADER + "Words.\n").replace("\n", "\r\n"),
    "mixed newlines": HEADER + "One.\r\nTwo.\nThree.\r\n",
    "spaces at the ends": HEADER + "  \nWords.  \n\t\n\n\n",
    "byte order mark": "\ufeff" + HEADER + "Words.\n",
    "no header": "Words.\n---\nnot: a header\n---\n",
    "a lone rule": "---\n\nWords.\n",
    "unicode": HEADER.replace("ABCD", "é e\u0301 \u2028 日本 🎈") + "\u00a0Words.\u200b\n",
}


@pytest.mark.parametrize("name", BODIES)
def test_read_and_sent_back_it_is_the_same_file(
    owner: FlaskClient, settings: Settings, connection: sqlite3.Connection, name: str
) -> None:
    path, data = settings.notes / "theirs.md", BODIES[name].encode()
    path.write_bytes(data)
    assert sync.sync(settings, connection).failed == []
    assert path.read_bytes() == data
    read = owner.get("/api/notes/theirs")
    assert owner.get("/notes/theirs.md").data == data
    sent = {"markdown": read.get_json()["markdown"]}
    answer = owner.put("/api/notes/theirs", json=sent, headers={"If-Match": read.headers["ETag"]})
    assert answer.status_code == 200
    assert path.read_bytes() == data
    assert answer.headers["ETag"] == read.headers["ETag"]


@pytest.mark.parametrize("name", BODIES)
def test_what_is_posted_is_the_file(owner: FlaskClient, settings: Settings, name: str) -> None:
    """Byte for byte."""
    answer = owner.post("/api/notes", json={"id": "mine", "markdown": BODIES[name]})
    assert answer.status_code == 201
    written = (settings.notes / "mine.md").read_bytes()
    assert written == BODIES[name].encode()


LINES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=20)
KEYS = st.from_regex(r"[a-z][a-z-]{0,8}", fullmatch=True)


@limits(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(header=st.dictionaries(KEYS, LINES, max_size=5), body=st.lists(LINES, max_size=8))
def test_a_change_of_the_text_leaves_the_header_alone(
    owner: FlaskClient, settings: Settings, header: dict[str, str], body: list[str]
) -> None:
    known = {"x-" + key: value for key, value in header.items()}
    source = front_matter.compose({"title": "T", **known}, "\n".join(body) + "\n")
    path = settings.notes / "made.md"
    path.write_bytes(source.encode())
    changed = source + "More.\n"
    answer = owner.put("/api/notes/made", json={"markdown": changed}, headers={"If-Match": "*"})
    assert answer.status_code == 200
    assert path.read_bytes() == changed.encode()
