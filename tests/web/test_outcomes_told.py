"""However an analysis ends, the note and the page of the run say so, and what can be done.

The words are made by what makes them in the runner; that each end has these words is tested where
runs are run (tests/lab/runner).
"""

from __future__ import annotations

import errno
import re
import socket
import sqlite3
from collections.abc import Callable
from html import unescape
from pathlib import Path
from signal import SIGABRT, SIGKILL, SIGSEGV
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.errors import GlossError
from app.lab import analyses
from app.lab.outputs import results
from app.lab.runner import attempt, child, endings
from app.lab.runner.child import Job
from app.lab.runs import Output, queue
from app.settings import Settings

LIMITS = {
    "wall_seconds": 20, "cpu_seconds": 40, "memory_mb": 500, "processes": 64, "output_mb": 100,
    "file_mb": 50,
}  # fmt: skip
MORE = 'Give it less to do, or more in its file: LIMITS = {{"{}": …}}.'
READS = (
    "(an analysis reads the folder of analyses and installed packages, and writes only to"
    " temporary files)"
)
NETWORK = "(an analysis has no network: put what it reads below the folder of analyses)"

Made = Callable[[Path], str]


def raised(error: BaseException) -> Made:
    """What is said of an exception in its third line."""

    def words(folder: Path) -> str:
        source = "\n\ndef main(): raise error\n"
        path = folder / "shown.py"
        names: dict[str, Any] = {"error": error}
        exec(compile(source, str(path), "exec"), names)
        try:
            names["main"]()
        except BaseException as found:
            return child.explained(found, Job("shown", path, {}, LIMITS, folder), folder)
        raise AssertionError

    return words


def returned(value: Any) -> Made:
    def words(folder: Path) -> str:
        with pytest.raises(GlossError) as caught:
            results.kept(value, folder)
        return str(caught.value)

    return words


def unreadable(folder: Path) -> str:
    """Of a file that was changed while its run waited."""
    source = "def main( -> dict:\n"
    (folder / "typo.py").write_text(source)
    found = analyses.described("typo", folder / "typo.py", len(source))
    assert found
    assert found.error
    return str(found.error)


def always(words: str) -> Made:
    return lambda _: words


CASES: dict[str, tuple[str, Made, str]] = {
    "an infinite loop": (
        "timed_out", always(endings.wall(LIMITS)),
        f"It ran longer than its limit of 20 s. {MORE.format('wall_seconds')}",
    ),
    "an infinite loop on many processors": (
        "excepted", always(endings.cpu(LIMITS)),
        "It computed longer than its limit of 40 s of processor time."
        f" {MORE.format('cpu_seconds')}",
    ),
    "a fork bomb": (
        "excepted", always(endings.processes(LIMITS)),
        f"It started more than 64 processes. {MORE.format('processes')}",
    ),
    "a fork that is refused": (
        "excepted", raised(BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")),
        "(an analysis may have 64 processes: processes in its LIMITS)",
    ),
    "100 GB in one process": (
        "excepted", raised(MemoryError()),
        f"It needed more memory than its limit of 500 MB. {MORE.format('memory_mb')}",
    ),
    "100 GB in many processes": (
        "excepted", always(endings.memory(LIMITS)),
        f"It needed more memory than its limit of 500 MB. {MORE.format('memory_mb')}",
    ),
    "a flood of output": (
        "excepted", always(endings.printed(attempt.MOST_PRINTED // 1_000_000)),
        "It printed more than 50 MB. Let it print less, or return it as a table.",
    ),
    "files without end": (
        "excepted", always(endings.size(LIMITS)),
        f"It wrote more than 100 MB of files. {MORE.format('output_mb')}",
    ),
    "a large file": (
        "excepted", raised(OSError(errno.EFBIG, "File too large")),
        "(a file may have 50 MB: file_mb in its LIMITS)",
    ),
    "writing outside": (
        "excepted", raised(PermissionError(errno.EACCES, "Permission denied", "/etc/x")), READS,
    ),
    "reading the database": (
        "excepted", raised(PermissionError(errno.EACCES, "Permission denied", "gloss.db")), READS,
    ),
    "another user's files": (
        "excepted", raised(PermissionError(errno.EPERM, "Not permitted", "/home/x")), READS,
    ),
    "a TCP socket": (
        "excepted", raised(OSError(errno.ENETUNREACH, "Network is unreachable")), NETWORK,
    ),
    "a UDP socket": (
        "excepted", raised(socket.gaierror(-3, "Temporary failure in name resolution")), NETWORK,
    ),
    "os._exit": (
        "excepted", always(endings.failure(256 * 3, LIMITS)),
        "It ended itself with exit status 3 before main had returned. Let main return instead.",
    ),
    "sys.exit": (
        "excepted", raised(SystemExit(0)), "It called exit(0) instead of returning from main.",
    ),
    "a segfault": (
        "excepted", always(endings.failure(SIGSEGV, LIMITS)),
        "It crashed: a segmentation fault, in compiled code. Let it print before each step, to see"
        " in which.",
    ),
    "abort()": (
        "excepted", always(endings.failure(SIGABRT, LIMITS)),
        "It crashed: compiled code called abort(). Let it print before each step, to see in which.",
    ),
    "a signal to itself": (
        "excepted", always(endings.failure(SIGKILL, LIMITS)),
        "It was killed: by itself, or by the system for want of memory. Give it less to do, or run"
        " it again when less else runs.",
    ),
    "a signal to the parent": (
        "excepted", raised(ProcessLookupError(errno.ESRCH, "No such process")),
        "ProcessLookupError: [Errno 3] No such process (an analysis sees no processes but its own)",
    ),
    "a signal to a neighbour": (
        "excepted", raised(PermissionError(errno.EPERM, "Operation not permitted")),
        "(an analysis changes nothing but its own files and processes)",
    ),
    "a signal that stops it": (
        "excepted", always(endings.frozen()),
        "It was stopped (SIGSTOP), and nobody was left in it to let it go on. Let it send no such"
        " signal.",
    ),
    "what cannot be shown": (
        "excepted", returned({"x": {1, 2}}),
        "main returned 'x' of type set: return a figure, a number, text, or a table (a list of"
        " dicts, or an array with rows and columns).",
    ),
    "nothing returned": (
        "excepted", returned(None),
        'main returned None: return a dict, as in {"figure": figure, "ratio": 1.003}.',
    ),
    "a syntax error": ("excepted", unreadable, "typo.py:1"),
    "a missing package": (
        "excepted", raised(ModuleNotFoundError("No module named 'nowhere'", name="nowhere")),
        "There is no module named nowhere. Is its package installed?",
    ),
    "a missing file": (
        "excepted", raised(FileNotFoundError(errno.ENOENT, "No such file", "x.csv")),
        "there is no file x.csv (a relative path begins in the folder of analyses)",
    ),
}  # fmt: skip
WORDS = {"excepted": "The analysis failed", "timed_out": "Stopped: it took too long"}


def plain(html: str) -> str:
    return " ".join(unescape(re.sub("<[^>]+>", "", html)).split())


@pytest.mark.parametrize("case", CASES)
def test_how_it_failed_stands_in_the_note_and_on_the_page_of_the_run(
    owner: FlaskClient,
    settings: Settings,
    connection: sqlite3.Connection,
    tmp_path: Path,
    case: str,
) -> None:
    status, make, words = CASES[case]
    message = make(tmp_path)
    assert words in message
    run = owner.post("/api/runs", json={"script": "shown", "params": {"steps": 5}}).get_json()["id"]
    assert queue.claim(settings, connection)
    queue.finish(settings, connection, run, status, message=message, seconds=1.0)
    note, own = owner.get("/notes/open").text, owner.get(f"/runs/{run}").text
    state = f'<span class="state {status}">{WORDS[status]}</span>'
    assert state in note
    assert state in own
    (reason,) = re.findall('<span class="reason">(.*?)</span>', note, re.DOTALL)
    (lede,) = re.findall('<p class="lede">(.*?)</p>', own, re.DOTALL)
    assert plain(reason) == plain(lede) == " ".join(message.split())
    assert ">Run</button>" in note, "it can be run again"


def test_a_syntax_error_stands_in_the_note_before_anything_runs(
    owner: FlaskClient, settings: Settings
) -> None:
    (settings.analysis / "shown.py").write_text('"""Adds."""\ndef main( -> dict:\n')
    for address in ("/notes/open", "/analyses/shown"):
        page = plain(owner.get(address).text)
        assert "shown.py:2: " in page, address
    assert owner.post("/runs", data={"script": "shown"}).status_code == 422


def test_what_is_no_failure_is_shown_as_it_is(
    owner: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    """NaN and infinity, a picture that was made smaller, what an import printed, a daemon gone."""
    size = {"width": 28_800, "height": 28_800, "alt": "large"}
    made = [
        Output("ratio", "value", "nan", {}),
        Output("sum", "value", "inf", {}),
        Output("least", "value", "-inf", {}),
        Output("plot", "figure", size, {"png": "plot.png"}),
    ]
    run = owner.post("/api/runs", json={"script": "shown", "params": {"steps": 5}}).get_json()["id"]
    assert queue.claim(settings, connection)
    log = "printed by <an import>\n"
    queue.finish(settings, connection, run, "succeeded", outputs=made, log=log, seconds=1.0)
    for address in ("/notes/open", f"/runs/{run}"):
        page = owner.get(address).text
        for name, shown in (("ratio", "NaN"), ("sum", "∞"), ("least", "−∞")):
            assert re.search(rf"<dt>{name}</dt>\s*<dd>{shown}</dd>", page), (address, name)
        assert f'src="/outputs/{run}/plot.png"' in page
        assert "printed by &lt;an import&gt;" in page
        assert "Up to date" in page
