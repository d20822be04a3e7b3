"""`python -m app check`: errors fail, remarks are advice, unless somebody is strict."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from app.settings import Settings

PROJECT = Path(__file__).resolve().parents[2]
ADVICE = "See [^a].\n\n[^b]: Nobody's.\n"
# What stands in a note, and the kind under which it is found.
ERRORS = {
    "---\ntags: [x\n---\n": "unread",
    "---\ndate: someday\n---\n": "part",
    "```claim\nid: [\n```\n": "part",
    "See [below](#nowhere).\n": "part",
    "$\\unheard$\n": "formula",
    "$a^b^c$\n": "formula",
    "[[nowhere]]\n": "link",
    "![[lost.png]]\n": "link",
    "[@doe99]\n": "citation",
    "```analysis\nscript: none\n```\n": "analysis",
    "```claim\nid: a\ntext: A.\ncheck: 1 > 2\n```\n": "claim",
}


def run(settings: Settings, *words: str) -> subprocess.CompletedProcess[str]:
    folders = [f"--{name}={getattr(settings, name)}" for name in ("notes", "analysis", "data")]
    command = [sys.executable, "-m", "app", "check", *folders, *words]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=60)


def found(settings: Settings) -> list[dict[str, Any]]:
    findings: list[dict[str, Any]] = json.loads(run(settings, "--json").stdout)
    return findings


def test_a_library_in_order_passes(settings: Settings) -> None:
    (settings.notes / "a.md").write_text("# A\n")
    done = run(settings, "--strict")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("Everything holds.\n")


def test_remarks_are_printed_and_fail_only_where_somebody_is_strict(settings: Settings) -> None:
    (settings.notes / "a.md").write_text(ADVICE)
    done = run(settings)
    assert done.returncode == 0
    remarks = done.stdout.partition("Remarks:\n")[2]
    assert "a.md:1: The footnote «a» is not defined." in remarks
    assert "a.md:3: Nothing refers to the footnote «b»." in remarks
    assert remarks.endswith("Everything holds.\n")
    strict = run(settings, "--strict")
    assert (strict.returncode, strict.stdout) == (1, done.stdout)
    assert {each["kind"] for each in found(settings)} == {"remark"}


@pytest.mark.parametrize("text", ERRORS)
def test_an_error_fails_and_has_its_kind(settings: Settings, text: str) -> None:
    (settings.notes / "a.md").write_text(ADVICE)
    (settings.notes / "b.md").write_text(text)
    done = run(settings, "--json")
    findings = json.loads(done.stdout)
    assert done.returncode == 1
    assert ERRORS[text] in {each["kind"] for each in findings if each["path"].startswith("b")}
    assert "remark" not in {each["kind"] for each in findings if each["path"].startswith("b")}


def test_a_file_that_a_killed_save_left_is_a_remark(settings: Settings) -> None:
    left = settings.notes / ".gloss-0123456789abcdef"
    left.write_text("Words that no note has.")
    long_ago = time.time() - 86_400
    os.utime(left, (long_ago, long_ago))
    (finding,) = found(settings)
    assert (finding["kind"], finding["path"]) == ("remark", left.name)
    assert run(settings).returncode == 0
    assert "Could not be read" not in run(settings).stdout
