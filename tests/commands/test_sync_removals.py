"""`python -m app sync` where most of the notes are missing: it stops and asks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from app.settings import Settings

PROJECT = Path(__file__).resolve().parents[2]


def run(settings: Settings, *words: str) -> subprocess.CompletedProcess[str]:
    folders = [f"--notes={settings.notes}", f"--data={settings.data}"]
    folders.append(f"--analysis={settings.analysis}")
    command = [sys.executable, "-m", "app", "sync", *folders, *words]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=60)


def test_a_vanished_folder_is_an_error_until_it_is_accepted(settings: Settings) -> None:
    for number in range(25):
        (settings.notes / f"n{number}.md").write_text(f"# {number}\n")
    assert run(settings).returncode == 0
    for path in settings.notes.glob("*.md"):
        path.unlink()
    for words in ((), ("--rebuild",)):
        done = run(settings, *words)
        assert done.returncode == 1
        assert "25 of 25 notes are missing" in done.stdout + done.stderr
        assert "--accept-removals" in done.stdout + done.stderr
        assert "Traceback" not in done.stderr
    done = run(settings, "--accept-removals")
    assert (done.returncode, "25 removed" in done.stdout) == (0, True)
    assert run(settings).returncode == 0
