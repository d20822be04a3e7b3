"""How much memory processes have together, and that nobody waits long to know."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.lab.sandbox import memory

HOLDS = (
    "import sys; held = bytearray(b'x') * 50_000_000; print('here', flush=True); sys.stdin.read()"
)


@pytest.fixture
def holder() -> Iterator[int]:
    """A process that holds 50 MB."""
    given = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", HOLDS], **given) as process:
        assert process.stdout
        assert process.stdout.readline() == b"here\n"
        yield process.pid
        process.kill()


def state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def test_the_sum_is_known_in_steps_each_nearer_to_the_truth(
    holder: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "PATIENCE", 30.0)
    exact = memory.told_apart([holder, 2**22 + 1], 0)
    assert exact is not None
    assert 50_000_000 < exact < 100_000_000
    assert memory.at_most([holder, 2**22 + 1]) > 50_000_000
    assert memory.told_apart([holder], 10**9) == pytest.approx(exact + 10**9, rel=0.1)


def test_who_does_not_let_us_look_in_time_is_stopped_for_a_moment_only(
    holder: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that forks all the time kept the runner waiting for six minutes."""
    tries: list[float] = []
    walked = memory.walked

    def late(pids: list[int], patience: float) -> tuple[int, int] | None:
        tries.append(patience)
        if len(tries) == 1:
            return None
        while state(holder) != "T":
            time.sleep(0.001)
        return walked(pids, 30.0)

    monkeypatch.setattr(memory, "walked", late)
    assert memory.told_apart([holder], 0) is not None
    assert len(tries) == 2
    assert state(holder) != "T"
    monkeypatch.setattr(memory, "walked", walked)
    monkeypatch.setattr(memory, "PATIENCE", 0.0)
    monkeypatch.setattr(memory, "walk", lambda pids, writer: memory.os._exit(0))
    assert memory.told_apart([holder], 0) is None
    assert state(holder) != "T"
