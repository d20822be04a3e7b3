"""Versions: each can be had again, in few bytes, with who made it."""

from __future__ import annotations

import hashlib
import random
import secrets
import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import clock, database
from app.accounts import people
from app.errors import DatabaseError, NotFound
from app.library.history import revisions
from app.library.history.packing import packed, unpacked
from app.library.writing import save
from app.settings import Settings

MAX_BYTES = 2_000_000


class Clock:
    """The time of the test, which it moves itself."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 21, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def wait(self, **length: float) -> None:
        self.at += timedelta(**length)


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(clock, "now", found)
    return found


@pytest.fixture
def uid(connection: sqlite3.Connection) -> int:
    return noted(connection, "a")


def noted(connection: sqlite3.Connection, path: str) -> int:
    cursor = connection.execute("INSERT INTO note (path, created) VALUES (?, '')", [path])
    return int(cursor.lastrowid or 0)


def kept(connection: sqlite3.Connection, uid: int) -> list[bytes]:
    """What the history shows, the newest first."""
    return [revisions.contents(connection, r.id) for r in revisions.of_note(connection, uid)]


def test_every_save_is_a_version_with_its_author(
    connection: sqlite3.Connection, uid: int, time: Clock
) -> None:
    ada = people.create(connection, "Ada", "editor")
    for n in range(3):
        revisions.add(connection, uid, b"%d" % n, kind="saved", person_id=ada.id)
    found = revisions.of_note(connection, uid)
    assert [(r.person, r.kind, r.size, r.at) for r in found] == [
        ("Ada", "saved", 1, "2026-11-21T12:00:00Z")
    ] * 3
    assert kept(connection, uid) == [b"2", b"1", b"0"]
    assert revisions.newest(connection, uid) == found[0]
    assert revisions.get(connection, uid, found[1].id) == found[1]


def test_a_version_is_of_its_note(connection: sqlite3.Connection, uid: int) -> None:
    other = noted(connection, "b")
    made = revisions.add(connection, uid, b"x", kind="saved")
    with pytest.raises(NotFound):
        revisions.get(connection, other, made)
    assert revisions.by_hash(connection, other, hashlib.sha256(b"x").hexdigest()) is None
    assert revisions.newest(connection, other) is None
    with pytest.raises(NotFound):
        revisions.contents(connection, made + 1)


def test_the_same_bytes_again_are_no_version(connection: sqlite3.Connection, uid: int) -> None:
    first = revisions.add(connection, uid, b"x", kind="saved")
    assert revisions.add(connection, uid, b"x", kind="saved") == first
    revisions.add(connection, uid, b"y", kind="saved")
    assert revisions.add(connection, uid, b"x", kind="restored") > first
    assert kept(connection, uid) == [b"x", b"y", b"x"]


def test_a_save_of_what_came_from_outside_is_a_version_of_its_own(
    connection: sqlite3.Connection, uid: int
) -> None:
    revisions.outside(connection, uid, b"0", b"1")
    revisions.add(connection, uid, b"1", kind="saved")
    revisions.outside(connection, uid, b"1", b"2")
    assert kept(connection, uid) == [b"2", b"1", b"1", b"0"]


def test_a_thousand_edits_of_10_kb_stay_below_2_mb(
    settings: Settings, connection: sqlite3.Connection, uid: int
) -> None:
    chance = random.Random(0)
    words = [
        "".join(chance.choices("abcdefghijklmnop", k=chance.randint(2, 9))) for _ in range(3000)
    ]
    text = " ".join(chance.choices(words, k=1500))[:10_000]
    expected = []
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    empty = settings.database.stat().st_size
    with database.transaction(connection):
        for _ in range(1000):
            place = chance.randrange(len(text))
            typed = " ".join(chance.choices(words, k=chance.randint(1, 12)))
            text = text[:place] + typed + text[place + len(typed) :]
            made = revisions.add(connection, uid, text.encode(), kind="saved")
            expected.append((made, text.encode()))
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for made, data in expected[::37]:
        assert revisions.contents(connection, made) == data
    grown = settings.database.stat().st_size - empty
    print(f"1,000 versions of {len(text):,} bytes: {grown:,} bytes")
    assert grown < MAX_BYTES
    longest = connection.execute("SELECT count(*) FROM revision WHERE base IS NULL").fetchone()[0]
    assert longest == -(-1000 // revisions.WHOLE_EVERY)
    revisions.forget(connection, uid)
    assert revisions.of_note(connection, uid) == []


def test_a_word_in_5_mb_takes_little(connection: sqlite3.Connection, uid: int) -> None:
    data = random.Random(0).randbytes(2_500_000).hex().encode()
    revisions.add(connection, uid, data, kind="saved")
    changed = data[:2_000_000] + b" a word " + data[2_000_000:-50_000]
    made = revisions.add(connection, uid, changed, kind="saved")
    assert revisions.contents(connection, made) == changed
    row = connection.execute("SELECT length(data) FROM revision WHERE id = ?", [made]).fetchone()
    assert row[0] < 5_000


def test_changes_from_outside_within_five_minutes_are_one(
    connection: sqlite3.Connection, uid: int, time: Clock
) -> None:
    before = b"0"
    for n in range(1, 8):
        revisions.outside(connection, uid, before, b"%d" % n)
        before = b"%d" % n
        time.wait(seconds=90)  # at 0:00, 1:30, 3:00, 4:30 | 6:00, 7:30, 9:00
    assert kept(connection, uid) == [b"7", b"4", b"0"]
    assert [r.kind for r in revisions.of_note(connection, uid)] == ["outside", "outside", "before"]


def test_a_save_between_changes_from_outside_parts_them(
    connection: sqlite3.Connection, uid: int, time: Clock
) -> None:
    revisions.outside(connection, uid, b"0", b"1")
    revisions.add(connection, uid, b"2", kind="saved")
    revisions.outside(connection, uid, b"2", b"3")
    assert kept(connection, uid) == [b"3", b"2", b"1", b"0"]


def test_what_was_not_seen_is_kept_as_it_was_before(
    connection: sqlite3.Connection, uid: int
) -> None:
    revisions.add(connection, uid, b"1", kind="saved")
    revisions.outside(connection, uid, b"changed unseen", b"2")
    assert kept(connection, uid) == [b"2", b"changed unseen", b"1"]
    new = noted(connection, "new")
    revisions.outside(connection, new, None, b"first")
    assert [r.kind for r in revisions.of_note(connection, new)] == ["outside"]


def test_what_came_between_can_be_merged_with_for_an_hour(
    connection: sqlite3.Connection, uid: int, time: Clock
) -> None:
    for n in range(100):
        revisions.outside(connection, uid, None, b"version %d" % n)
        time.wait(seconds=2)
    between = hashlib.sha256(b"version 50").hexdigest()
    assert revisions.by_hash(connection, uid, between) == b"version 50"
    revisions.add(connection, uid, b"saved", kind="saved")
    time.wait(hours=2)
    revisions.outside(connection, uid, b"saved", b"later")
    assert revisions.by_hash(connection, uid, between) is None
    assert kept(connection, uid) == [b"later", b"saved", b"version 99"]
    rows = connection.execute("SELECT count(*) FROM revision").fetchone()
    assert rows[0] == 3


def test_a_damaged_version_is_never_given_out(connection: sqlite3.Connection, uid: int) -> None:
    made = revisions.add(connection, uid, b"text", kind="saved")
    connection.execute("UPDATE revision SET data = ? WHERE id = ?", [packed(b"other", None), made])
    with pytest.raises(DatabaseError, match="damaged"):
        revisions.contents(connection, made)


def test_the_index_is_believed_only_where_it_has_the_same_bytes(
    settings: Settings, connection: sqlite3.Connection
) -> None:
    document = save.create(settings, connection, "n", "# One\n")
    data = document.source.encode()
    revisions.forget(connection, document.uid)
    revisions.add(connection, document.uid, data, kind="saved")
    connection.execute("UPDATE document SET source = 'damaged' WHERE uid = ?", [document.uid])
    revisions.add(connection, document.uid, data + b"Two.\n", kind="saved")
    assert kept(connection, document.uid) == [data + b"Two.\n", data]


def test_within_a_transaction_that_fails_nothing_is_kept(
    connection: sqlite3.Connection, uid: int
) -> None:
    def fail() -> None:
        with database.transaction(connection):
            revisions.add(connection, uid, b"x", kind="saved")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert revisions.of_note(connection, uid) == []


def test_a_note_that_goes_takes_its_versions_along(
    connection: sqlite3.Connection, uid: int
) -> None:
    for n in range(200):
        revisions.add(connection, uid, b"%d" % n, kind="saved")
    connection.execute("DELETE FROM note WHERE uid = ?", [uid])
    assert connection.execute("SELECT count(*) FROM revision").fetchone()[0] == 0


@given(st.binary(), st.one_of(st.none(), st.binary()))
def test_what_is_packed_comes_back(data: bytes, before: bytes | None) -> None:
    assert unpacked(packed(data, before), before) == data


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["saved", "outside", "unseen"]),
        st.sampled_from([1, 100, 4000]),
        st.binary(max_size=60),
    ),
    max_size=80,
)


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_whatever_the_order_nothing_that_was_there_within_an_hour_is_lost(
    connection: sqlite3.Connection, time: Clock, steps: list[tuple[str, int, bytes]]
) -> None:
    """Saves, changes seen and not seen, minutes or hours apart, more than a chain is long."""
    uid = noted(connection, secrets.token_hex(8))
    now = b"a beginning"
    known: list[tuple[datetime, str, bytes]] = []
    for kind, seconds, data in steps:
        time.wait(seconds=seconds)
        text = now[: len(now) // 2] + data + now[len(now) // 2 :] if len(now) < 2000 else data
        if kind == "saved":
            revisions.add(connection, uid, text, kind="saved")
        else:
            before = now if kind == "outside" else data
            known += [(time.at, "before", before)] if before != now else []
            revisions.outside(connection, uid, before, text)
        known.append((time.at, kind, text))
        now = text
    for at, kind, text in known:
        found = revisions.by_hash(connection, uid, hashlib.sha256(text).hexdigest())
        is_kept = kind in ("saved", "before") or time.at - at <= revisions.KEPT_BETWEEN
        assert found == text or (found is None and not is_kept)
    if known:
        assert kept(connection, uid)[0] == now
    for revision in revisions.stored(connection, uid):
        data = revisions.contents(connection, revision.id)
        assert (len(data), hashlib.sha256(data).hexdigest()) == (revision.size, revision.sha256)


def test_a_damaged_version_does_not_take_the_next_along(
    uid: int, connection: sqlite3.Connection
) -> None:
    first = revisions.add(connection, uid, b"First.\n" * 50, kind="saved")
    with database.transaction(connection):
        connection.execute("UPDATE revision SET data = x'616263' WHERE id = ?", [first])
    second = revisions.add(connection, uid, b"First.\n" * 50 + b"Second.\n", kind="saved")
    assert revisions.contents(connection, second).endswith(b"Second.\n")
    with pytest.raises(DatabaseError, match="damaged"):
        revisions.contents(connection, first)
