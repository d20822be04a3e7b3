"""A vault that exists, served and asked read-only: all is there, and not a byte of it changes."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import unicodedata
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).resolve().parents[2]
NOTES = {
    "Index.md": "---\naliases: [Home]\n---\n# Index\n\n[[Über Räume|spaces]], [[Deep note]],"
    " [[nowhere]], ![[figure one.png]], ![[missing.png]] #todo\n",
    "Über Räume.md": "---\r\ntitle: Räume  # kept\r\nvisibility: public\r\n---\r\nA walker.\r\n",
    f"{unicodedata.normalize('NFD', 'Café')}/Deep note.md": "The walker is deep.\n",
    "Templates/daily.md": "---\ndate: {{date}}\n---\n# {{title}}\n",
    "broken.md": "---\ntags: [unclosed\n---\nBroken.\n",
    "formula.md": "$\\unheardof{x}$ and $x^2$, see [@nobody2020].\n",
    "computed.md": "A walker counts.\n\n```analysis\nscript: count\n```\n",
    "kanban.canvas": '{"nodes": []}',
    ".obsidian/app.json": "{}",
    ".trash/gone.md": "Gone.\n",
    ".gloss-0123456789abcdef": "left by a save",
    "attachments/figure one.png": "no picture, but bytes",
}
ANALYSIS = '"""Counts."""\n\n\ndef main(steps: int = 3) -> dict:\n    return {"total": steps}\n'


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Path]:
    """Written by somebody else long ago, and not writable by permission either."""
    folder = tmp_path / "my vault"
    for name, text in NOTES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    (folder / "linked.md").symlink_to("Index.md")
    (folder / "elsewhere").symlink_to(tmp_path)
    every = [folder, *folder.rglob("*")]
    for path in every:
        os.utime(path, (1_600_000_000, 1_600_000_000), follow_symlinks=False)
    for path in every:
        if not path.is_symlink():
            path.chmod(0o555 if path.is_dir() else 0o444)
    yield folder
    for path in every:
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o755)


Snapshot = dict[str, tuple[object, ...]]


def snapshot(folder: Path) -> Snapshot:
    """Names, bytes, and when each was written; a folder's times tell of files that came and went,
    so this holds even where the tests run as root, whom no permission stops."""
    found = {}
    for path in [folder, *folder.rglob("*")]:
        stat = path.lstat()
        data = path.read_bytes() if path.is_file() else b""
        found[str(path)] = (stat.st_mode, stat.st_mtime_ns, stat.st_ctime_ns, data)
    return found


def run(folders: dict[str, Path], *words: str) -> subprocess.CompletedProcess[str]:
    given = [f"--{name}={folder}" for name, folder in folders.items()]
    return subprocess.run(
        [sys.executable, "-m", "app", *words, *given],
        cwd=PROJECT,
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )


def clean_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("GLOSS_")}


class Browser:
    """What a person does, without scripts."""

    def __init__(self, base: str) -> None:
        self.base = base
        jar = urllib.request.HTTPCookieProcessor(CookieJar())
        self.opener = urllib.request.build_opener(jar)

    def ask(
        self, address: str, form: dict[str, str] | None = None, **headers: str
    ) -> tuple[int, str]:
        data = urllib.parse.urlencode(form).encode() if form is not None else None
        request = urllib.request.Request(self.base + address, data, headers)
        try:
            with self.opener.open(request) as answer:
                return answer.status, answer.read().decode(errors="replace")
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode(errors="replace")


@contextmanager
def serving(folder: Path, *flags: str) -> Iterator[Browser]:
    """`serve --read-only`, started in a folder, and a browser that is signed in."""
    log = folder / "log"
    given = ["--read-only", "--port=0", "--open-browser=no", "--workers=1", "--runners=1", *flags]
    with log.open("w") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "app", "serve", f"--data={folder / 'data'}", *given],
            cwd=folder,
            env={**clean_environment(), "PYTHONPATH": str(PROJECT)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        link = until(lambda: re.search(r"Sign in: (http://[^/]+)(\S+)", log.read_text()))
        browser = Browser(link[1])
        assert browser.ask("/sign-in", {"token": link[2].partition("token=")[2]})[0] == 200
        yield browser
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)


@pytest.fixture
def served(vault: Path, tmp_path: Path) -> Iterator[Browser]:
    """With one analysis."""
    analysis = tmp_path / "analysis"
    analysis.mkdir()
    (analysis / "count.py").write_text(ANALYSIS)
    with serving(tmp_path, f"--notes={vault}", f"--analysis={analysis}") as browser:
        yield browser


def until(ask: Any, seconds: float = 40) -> Any:
    end = time.monotonic() + seconds
    while not (found := ask()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)
    return found


@pytest.fixture
def before(vault: Path) -> Snapshot:
    """The vault as it was before it was served."""
    return snapshot(vault)


def test_a_vault_served_read_only(
    vault: Path, before: Snapshot, served: Browser, subtests: pytest.Subtests
) -> None:
    """Browse, search, run, comment, try to write: only the last fails, the vault is as it was."""
    browser = served
    names = [unicodedata.normalize("NFC", n[:-3]) for n in NOTES if n.endswith(".md")]
    for name in names:
        if name.startswith(".") or name in ("broken", "Templates/daily"):
            continue
        with subtests.test(name):
            assert browser.ask(f"/notes/{urllib.parse.quote(name)}")[0] == 200
    for page in ("/", "/problems", "/browse", "/references", "/analyses", "/report", "/feed.json"):
        assert browser.ask(page)[0] == 200, page
    assert browser.ask("/media/figure%20one.png") == (200, "no picture, but bytes")
    assert browser.ask("/notes/.trash/gone")[0] == 404
    found = json.loads(browser.ask("/api/search?q=walker")[1])
    assert {hit["id"] for hit in found["results"]} >= {"Über Räume", "Café/Deep note", "computed"}
    until(lambda: json.loads(browser.ask("/api/runs")[1])["results"][0]["status"] == "succeeded")
    rerun = {"note": "computed", "block": "count", "script": "count", "steps": "7"}
    assert browser.ask("/runs", rerun)[0] == 200
    comment = {"note": "Index", "comment": "Well said.", "quote": "spaces"}
    assert browser.ask("/annotations/form", comment)[0] == 200
    assert "Well said." in browser.ask("/annotations/", Accept="text/html")[1]
    for address in ("/new", "/edit/Index", "/delete/Index", "/preview"):
        status, words = browser.ask(address, {"title": "Mine", "markdown": "Mine."})
        assert (status, "read-only" in words) == (403, True), address
    assert snapshot(vault) == before


def test_a_vault_has_no_analyses(vault: Path, before: Snapshot, tmp_path: Path) -> None:
    """Also under another name that is a link; the first start says what was understood."""
    (tmp_path / "another name").symlink_to(vault)
    with serving(tmp_path, f"--notes={tmp_path / 'another name'}") as browser:
        for page in ("/", "/analyses", "/claims", "/notes/computed", "/report"):
            assert browser.ask(page)[0] == 200, page
    said = (tmp_path / "log").read_text()
    assert "7 notes" in said
    assert "[[nowhere]]" in said
    assert "Traceback" not in said
    assert snapshot(vault) == before
    named = run(
        {"notes": vault, "data": tmp_path / "data"}, "serve", f"--analysis={tmp_path / 'no'}"
    )
    assert (named.returncode, "There is no folder" in named.stderr) == (1, True)


def test_the_commands_write_nothing_either(vault: Path, tmp_path: Path) -> None:
    folders = {"notes": vault, "data": tmp_path / "data"}
    before = snapshot(vault)
    assert "added" in run(folders, "sync", "--read-only").stdout
    assert "Über Räume" in run(folders, "search", "--read-only", "walker").stdout
    assert "missing.png" in run(folders, "check", "--read-only").stdout
    assert snapshot(vault) == before


def test_data_may_not_lie_in_the_vault(vault: Path) -> None:
    before = snapshot(vault)
    said = run({"notes": vault, "data": vault / "data"}, "sync", "--read-only")
    assert (said.returncode, "lies within the notes" in said.stderr) == (1, True)
    assert snapshot(vault) == before
