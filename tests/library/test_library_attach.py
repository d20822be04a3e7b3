"""Uploads: checked by content, each content once, whole or not there, whoever is killed."""

from __future__ import annotations

import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app import database
from app.errors import TooLarge, WrongType
from app.library.writing import attach, attachment
from app.settings import Settings, environment, load

PDF = b"%%PDF-1.4\n%s\n%%%%EOF\n"
KILLS = 20
# Stores files of 300 kB one after the other and says each when it is stored.
WRITER = """
import os, sys
from app import database
from app.library.writing import attach
from app.settings import load

settings = load()
connection = database.connect(settings.database)
for number in range(10_000):
    data = b"%PDF-1.4\\n" + f"{sys.argv[1]}-{number} ".encode() * 30_000 + b"\\n%%EOF\\n"
    name = attach.put(settings, connection, data, f"file {number % 3}.pdf")
    print(name, number, flush=True)
"""


def test_killed_at_any_moment_every_file_is_whole(
    settings: Settings, connection: sqlite3.Connection
) -> None:
    dice, stored = random.Random(4), {}
    for round_ in range(KILLS):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(round_)],
            env={**os.environ, **environment(settings)},
            stdout=subprocess.PIPE,
            text=True,
        ) as writer:
            assert writer.stdout
            said = [writer.stdout.readline()]  # it has begun
            time.sleep(dice.random() * 0.05)
            writer.send_signal(signal.SIGKILL)
            said += writer.stdout.readlines()
        for line in said:
            if line.endswith("\n"):
                path, number = line.split()
                stored[path] = f"{round_}-{number} ".encode()
    assert len(stored) > KILLS
    for path, words in stored.items():
        assert words * 30_000 in (settings.notes / path).read_bytes(), path
    for file in (settings.notes / "media").iterdir():
        if not file.name.startswith("."):
            assert attachment.checked(file.read_bytes(), file.name) == "pdf"
    assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


def test_many_at_once_store_each_content_once(
    settings: Settings, connection: sqlite3.Connection
) -> None:
    def one(number: int) -> str:
        own = database.of_this_thread(settings.database)
        return attach.put(settings, own, PDF % str(number % 5).encode(), "same name.pdf")

    with ThreadPoolExecutor(8) as pool:
        paths = list(pool.map(one, range(40)))
    for number, path in enumerate(paths):
        assert (settings.notes / path).read_bytes() == PDF % str(number % 5).encode()
    assert len(set(paths)) == 5
    kept = {file.name for file in (settings.notes / "media").iterdir()}
    assert kept == {path.removeprefix("media/") for path in paths}
    rows = connection.execute("SELECT path FROM media_file")
    assert {row[0] for row in rows} == set(paths)


def test_a_file_that_is_too_large_is_refused(
    settings: Settings, connection: sqlite3.Connection
) -> None:
    flags = {name: str(getattr(settings, name)) for name in ("notes", "analysis", "data")}
    strict = load({**flags, "max_upload_bytes": "100"}, {})
    with pytest.raises(TooLarge, match="101 bytes"):
        attach.put(strict, connection, b"x" * 101, "a.png")
    assert not (settings.notes / "media").exists()


def test_a_disk_that_is_full_leaves_nothing(tmp_path: Path) -> None:
    """A limit on the size of files does what a full disk does, in the middle of a write."""
    code = """
import resource, sys
from app import database
from app.errors import GlossError
from app.library.writing import attach
from app.settings import load

settings = load()
connection = database.connect(settings.database)
database.migrate(connection)
import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    attach.put(settings, connection, b"%PDF-1.4\\n" + b"x" * 200_000 + b"%%EOF", "a.pdf")
except GlossError as error:
    print(error)
"""
    (tmp_path / "notes").mkdir()
    flags = {name: str(tmp_path / name) for name in ("notes", "analysis", "data")}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **environment(load(flags, {}))},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "a.pdf cannot be saved" in done.stdout
    assert list((tmp_path / "notes" / "media").iterdir()) == []


STARTS = [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF89a", b"RIFF", b"\0\0\0\x1cftypavif"]
STARTS += [b"%PDF-", b"<svg>", b"<?xml version='1.0' encoding='x'?><svg/>", b"<svg a='", b""]


@given(
    st.sampled_from(STARTS),
    st.binary(max_size=60),
    st.sampled_from(["png", "svg", "pdf", "", "exe"]),
)
@example(b"<svg>", b"&" + b"a" * 50 + b";</svg>", "svg")
def test_any_bytes_are_something_that_is_taken_or_are_refused(
    start: bytes, rest: bytes, ending: str
) -> None:
    found = ""
    with suppress(WrongType, TooLarge):
        found = attachment.checked(start + rest, f"x.{ending}")
    assert found in ("", *attachment.IMAGES, "pdf")


@given(st.text(max_size=300))
def test_any_name_becomes_one_of_a_file(name: str) -> None:
    for choice in attach.choices(b"x", name, "png"):
        assert re.fullmatch(r"[^/\\.\0\s:*?\"<>|][^/\\\0\s:*?\"<>|]*\.png", choice)
        assert len(choice.encode()) < 200
