"""Analyses that mean harm to whoever runs them: each has an ending of its own, and no other."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from app.lab import runs
from app.lab.runner import attempt
from app.lab.runs import Run
from app.lab.sandbox import folders
from tests.lab.runner.conftest import PATIENCE, Lab, left_over


def ends(lab: Lab, run: Run, *words: str) -> None:
    """It is the analysis that failed, with these words; nothing of it stays; the next run works."""
    assert (run.status, run.outputs) == ("excepted", ()), run
    for word in words:
        assert word in run.message
    assert not runs.folder(lab.settings, run.id).exists()
    assert not (lab.settings.outputs / f"{run.id}.tmp").exists()
    assert lab.process.poll() is None
    assert lab.run("next", "return {'x': 1}").values == {"x": 1}
    assert left_over(lab) == []


NEST = """
os.chdir(os.environ["HOME"])
for _ in range(1_050):
    os.mkdir("d")
    os.chdir("d")
"""


def test_a_thousand_nested_folders_end_their_run_alone(lab: Lab) -> None:
    """They ended the runner for good: whatever calls itself for each level fails."""
    run = lab.run("nested", f"{NEST}\ntime.sleep(60)", "import os, time")
    ends(lab, run, f"folders more than {folders.DEEPEST} deep")
    until = time.monotonic() + PATIENCE
    while [*lab.settings.outputs.glob(f"*{attempt.GONE}")]:  # a little at a time
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_folder_closed_to_its_own_user_is_no_failure_of_ours(lab: Lab) -> None:
    body = """
for name in ("a", "a/b"):
    os.mkdir(os.path.join(os.environ["HOME"], name))
open(os.environ["HOME"] + "/a/b/c", "w").close()
os.chdir(os.environ["HOME"])
for name in ("a/b", "a", "..", "."):
    os.chmod(name, 0)
return {"x": 1}
"""
    run = lab.run("closed", body, "import os")
    assert (run.status, run.values) == ("succeeded", {"x": 1}), run.message
    assert list(runs.folder(lab.settings, run.id).iterdir()) == []
    assert not (lab.settings.outputs / f"{run.id}.tmp").exists()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("os._exit(70)", "exit status 70"),
        ("os.closerange(3, 4096)\nreturn {'x': 1}", "closed the files through which"),
        ("os.closerange(0, 600)\nprint('deaf')\nreturn {'x': 1}", "closed the files through which"),
        ("os.closerange(0, 600)\nraise ValueError", "closed the files through which"),
        ("os.kill(os.getpid(), 40)", "ended by signal 40"),
        ("os.fork()\nos.kill(os.getpid(), signal.SIGSTOP)", "It was stopped"),
    ],
)
def test_it_is_the_analysis_that_failed(lab: Lab, body: str, words: str) -> None:
    ends(lab, lab.run("fails", body, "import os, signal"), words)


def test_a_program_that_closes_what_it_does_not_know_is_heard_all_the_same(lab: Lab) -> None:
    run = lab.run("closes", "os.closerange(3, 400)\nreturn {'x': 1}", "import os")
    assert (run.status, run.values) == ("succeeded", {"x": 1}), run


MEMORY = "LIMITS = {'memory_mb': 300, 'output_mb': 50, 'file_mb': 40}\nimport ctypes, os, time\n"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("os.memfd_create('x')", "Function not implemented"),
        (
            "libc = ctypes.CDLL(None, use_errno=True)\nassert libc.shmget(0, 10**8, 0o1600) == -1\n"
            "raise OSError(ctypes.get_errno(), 'refused')",
            "refused",
        ),
        (
            "for n in range(8):\n    with open(f'/dev/shm/{n}', 'wb') as file:\n"
            "        file.write(bytes(30_000_000))\nx = bytearray(os.urandom(1000)) * 150_000\n"
            "time.sleep(60)",
            "more memory than its limit of 300 MB",
        ),
        (
            "held = []\nfor n in range(4):\n    path = os.environ['HOME'] + f'/{n}'\n"
            "    held.append(open(path, 'wb', 0))\n    os.unlink(path)\n"
            "    held[-1].write(bytes(30_000_000))\ntime.sleep(60)",
            "more than 50 MB of files",
        ),
    ],
    ids=["memory without a process", "segments", "shared memory", "files without a name"],
)
def test_what_hides_from_the_sum_of_memory_or_disk(lab: Lab, body: str, words: str) -> None:
    ends(lab, lab.run("hides", body, MEMORY), words)


def test_processor_time_that_nobody_waits_for_counts(lab: Lab) -> None:
    body = """
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
while True:
    if (pid := os.fork()) == 0:
        until = time.process_time() + 0.6
        while time.process_time() < until: pass
        os._exit(0)
    with contextlib.suppress(OSError):
        os.waitpid(pid, 0)
"""
    top = "import contextlib, os, signal, time\nLIMITS = {'cpu_seconds': 1.5, 'wall_seconds': 20}"
    ends(lab, lab.run("burners", body, top), "processor time")


def test_nothing_stays_where_everybody_may_write(lab: Lab) -> None:
    body = """
for place in ("/dev/shm", "/tmp", "/var/tmp", "."):
    try:
        open(os.path.join(place, "gloss-left"), "w").close()
    except OSError:
        pass
return {}
"""
    run = lab.run("leaves", body, "import os")
    if run.sandbox.startswith("sandboxed"):
        assert not [
            place
            for place in ("/dev/shm", "/tmp", "/var/tmp")
            if (Path(place) / "gloss-left").exists()
        ]
    assert not (lab.settings.analysis / "gloss-left").exists()


FORGED = """
import app.lab.runner.child as child
import json
for number in range(3, 600):
    try:
        if os.readlink(f"/proc/self/fd/{number}").startswith("pipe:"):
            os.write(number, json.dumps(TOLD).encode() + b"\\n")
    except OSError:
        pass
os._exit(0)
"""


@pytest.mark.parametrize(
    "told",
    [
        {"outputs": [{"name": "x", "kind": "value", "value": {"a": [1]}, "files": {}}]},
        {"outputs": [{"name": "x", "kind": "table", "value": 3, "files": {}}]},
        {"outputs": [{"name": "x", "kind": "figure", "value": {"width": 1}, "files": {}}]},
        {"outputs": [{"name": "x", "kind": "value", "value": 1, "files": []}] * 2},
        {"outputs": [{"name": "x", "kind": "text", "value": "x", "files": {"svg": "../x"}}]},
        {"outputs": {"name": "x"}},
        {"outputs": [[]]},
    ],
)
def test_what_a_child_forges_is_refused(lab: Lab, told: object) -> None:
    run = lab.run("forged", FORGED, f"import os\nTOLD = {told!r}")
    if told == {"outputs": {"name": "x"}}:
        assert (run.status, run.outputs) == ("succeeded", ())
        return
    ends(lab, run, "cannot be kept")


@pytest.mark.parametrize(
    "line",
    [
        "b'{\"k%d\": \"' % n + b'x' * 1_000_000 + b'\"}\\n'",
        "b'[' * 1_000_000 + b'\\n'",
        "b'x' * 1_000_000",
    ],
    ids=["words that nobody knows", "lists in lists", "a line without an end"],
)
def test_what_a_child_tells_is_bounded(lab: Lab, line: str) -> None:
    """It filled the runner's memory until its time was over, and that of every child after it."""
    body = f"""
pipe = max(int(n) for n in os.listdir("/proc/self/fd") if n.isdigit() and int(n) < 512)
for n in range(60):
    text = memoryview({line})
    while text:
        text = text[os.write(pipe, text):]
time.sleep(60)
"""
    run = lab.run("tells", body, "import os, time\nLIMITS = {'wall_seconds': 20}")
    ends(lab, run, "too large for a page")


def test_half_a_character_is_stored_nowhere(lab: Lab) -> None:
    told = {"failed": "\ud800!", "progress": [{"n": {}, "total": "x", "desc": ["\ud800"]}]}
    body = FORGED.replace("json.dumps(TOLD)", "json.dumps({'failed': TOLD['failed']})")
    assert lab.run("half", body, f"import os\nTOLD = {told!r}").message in ("?!", "�!")
    body = FORGED.replace("json.dumps(TOLD)", "json.dumps({'progress': TOLD['progress']})")
    assert lab.run("half", body, f"import os\nTOLD = {told!r}").status == "excepted"
