"""How a point ended, from what it told, how its process ended, and what it left on the disk."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from app.lab import sandbox
from app.lab.outputs import results
from app.lab.runner import attempt
from app.lab.runs import Output
from app.lab.sandbox import folders


def judged(
    told: Mapping[str, Any], status: int, limits: Mapping[str, float], folder: Path
) -> tuple[str, str, Sequence[Output]]:
    """Its status, why, and what is kept of it."""
    if status != 0 or "outputs" not in told:
        return "excepted", failure(told, status, limits), []
    try:
        made = results.admitted(told["outputs"], folder)
        if any(row.files or row.kind not in ("value", "text") for row in made):
            raise ValueError("a point keeps numbers and texts")
    except (ValueError, TypeError, KeyError, OSError) as error:
        return "excepted", f"What it returned cannot be kept: {error}.", []
    return "succeeded", "", made


def failure(told: Mapping[str, Any], status: int, limits: Mapping[str, float]) -> str:
    if "failed" in told:
        return str(told["failed"])
    if not os.WIFSIGNALED(status):
        code = os.waitstatus_to_exitcode(status)
        return f"It ended itself with exit status {code} before main had returned."
    number = signal.Signals(os.WTERMSIG(status))
    if number == signal.SIGXCPU:
        return attempt.cpu_words(limits)
    return attempt.SIGNALS.get(number, f"It was ended by signal {number}.")


def broken_size(folder: Path, limits: Mapping[str, float]) -> str:
    """The limit that its files break, in words."""
    size = folders.measure(folder, attempt.MOST_FILES)
    if size.depth > folders.DEEPEST:
        return f"It made folders more than {folders.DEEPEST} deep."
    if size.files > attempt.MOST_FILES:
        return f"It wrote more than {attempt.MOST_FILES} files."
    most = limits["output_mb"]
    too_much = size.bytes > most * sandbox.MEGABYTE
    return f"It wrote more than {most:g} MB of files." if too_much else ""
