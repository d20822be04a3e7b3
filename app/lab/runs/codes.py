"""The code that a run had, as far as it was kept."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping

import zstandard

from app.lab.runs.store import Run

LARGEST = 5_000_000  # bytes of one file


def of(connection: sqlite3.Connection, run: Run) -> dict[str, str] | None:
    """Its files by their paths; None where not all of them are there.

    `run.parts["files"]` has the checksum of each, the table `source` what they said.
    """
    files: Mapping[str, str] = run.parts.get("files") or {}
    if not files:
        return None
    rows = connection.execute(
        "SELECT digest, text FROM source WHERE digest IN (SELECT value FROM json_each(?))",
        [json.dumps(list(files.values()))],
    )
    texts = {row["digest"]: unpacked(row["text"]) for row in rows}
    if not texts.keys() >= set(files.values()):
        return None
    return {path: texts[digest] for path, digest in files.items()}


def unpacked(stored: bytes) -> str:
    data = zstandard.ZstdDecompressor().decompress(stored, max_output_size=LARGEST)
    return data.decode("utf-8", "replace")
