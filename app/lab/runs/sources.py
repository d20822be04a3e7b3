"""The code of runs as it was: the analysis and the modules that it imports, each text once.

A run names the files by their SHA-256 (`parts["files"]`, outside of the fingerprint, which does
not see comments); the table `source` has their bytes, compressed.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import zstandard

from app.lab.fingerprint import files
from app.lab.runs.store import Run

LARGEST = 4_000_000  # bytes; as much as an analysis may have (analyses.LARGEST_FILE)


def keep(
    connection: sqlite3.Connection, root: Path, script: str, parts: Mapping[str, Any]
) -> dict[str, str]:
    """Store the code that a run of `script` is made of; the hash of each file, by its path.

    What the parts have of it already stays: that was when the run began.
    """
    known: dict[str, str] = dict(parts.get("files") or {})
    wanted = [path for path in (f"{script}.py", *parts.get("modules", ())) if path not in known]
    found = {path: files.contents(root, path) for path in wanted}
    there = stored(connection, found.values())
    for path, digest in found.items():
        if digest in there:
            known[path] = digest
        elif digest != files.MISSING and (text := read(root / path)) is not None:
            known[path] = put(connection, text)
    return dict(sorted(known.items()))


def read(path: Path) -> bytes | None:
    try:
        return path.read_bytes() if path.stat().st_size <= LARGEST else None
    except OSError:
        return None


def put(connection: sqlite3.Connection, text: bytes) -> str:
    """Its hash is of the very bytes that are stored."""
    digest = hashlib.sha256(text).hexdigest()
    connection.execute(
        "INSERT OR IGNORE INTO source VALUES (?, ?)",
        [digest, zstandard.ZstdCompressor().compress(text)],
    )
    return digest


def stored(connection: sqlite3.Connection, digests: Iterable[str]) -> set[str]:
    wanted = json.dumps([*digests])
    rows = connection.execute(
        "SELECT digest FROM source WHERE digest IN (SELECT value FROM json_each(?))", [wanted]
    )
    return {digest for (digest,) in rows}


def of_run(connection: sqlite3.Connection, run: Run) -> dict[str, str]:
    """The code of a run by its path, the analysis first; without what was not kept."""
    named: dict[str, str] = run.parts.get("files") or {}
    rows = connection.execute(
        "SELECT digest, text FROM source WHERE digest IN (SELECT value FROM json_each(?))",
        [json.dumps([*named.values()])],
    )
    texts = {digest: unpacked(text) for digest, text in rows}
    own = f"{run.script}.py"
    order = sorted(named, key=lambda path: (path != own, path))
    return {path: texts[named[path]] for path in order if named[path] in texts}


def unpacked(text: bytes) -> str:
    """As text: what is no UTF-8 in it is shown as such."""
    data = zstandard.ZstdDecompressor().decompress(text, max_output_size=LARGEST)
    return data.decode("utf-8-sig", "replace")


def prune(connection: sqlite3.Connection) -> int:
    """Drop what no run names any more."""
    cursor = connection.execute(
        "DELETE FROM source WHERE digest NOT IN ("
        " SELECT file.value FROM run, json_each(run.parts, '$.files') AS file)"
    )
    return cursor.rowcount
