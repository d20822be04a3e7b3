"""How a point ended, from what it told, how its process ended, and what it left on the disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from app.lab import sandbox
from app.lab.fingerprint.opened import admitted as admitted_paths
from app.lab.outputs import admitted
from app.lab.runner import endings
from app.lab.runs import Output
from app.lab.runs.store import LONGEST_MESSAGE
from app.lab.sandbox import folders


def judged(
    told: Mapping[str, Any], status: int, limits: Mapping[str, float], folder: Path
) -> tuple[str, str, Sequence[Output]]:
    """Its status, why, and what is kept of it."""
    if status != 0 or "outputs" not in told:
        return "excepted", failure(told, status, limits), []
    try:
        made = admitted.admitted(told["outputs"], folder)
        if any(row.files or row.kind not in ("value", "text") for row in made):
            raise ValueError("a point keeps numbers and texts")
    except (ValueError, TypeError, KeyError, AttributeError, OSError) as error:
        return "excepted", f"What it returned cannot be kept: {error}.", []
    return "succeeded", "", made


def opened(told: Mapping[str, Any]) -> tuple[str, ...]:
    """The files below the folder of analyses that it says it read."""
    found = told.get("opened")
    texts = [path for path in found if isinstance(path, str)] if isinstance(found, list) else []
    return tuple(admitted_paths(texts))


def failure(told: Mapping[str, Any], status: int, limits: Mapping[str, float]) -> str:
    if "failed" in told:
        short = str(told["failed"])[:LONGEST_MESSAGE]
        return short.encode("utf-8", "replace").decode()
    return endings.failure(status, limits)


def broken_size(folder: Path, limits: Mapping[str, float], unlinked: int = 0) -> str:
    """The limit that its files break, in words."""
    found = folders.measure(folder, endings.MOST_FILES)
    if found.bytes + unlinked > limits["output_mb"] * sandbox.MEGABYTE:
        return endings.size(limits)
    if found.files > endings.MOST_FILES:
        return endings.files()
    return endings.depth() if found.depth > folders.DEEPEST else ""
