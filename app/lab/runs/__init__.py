"""Runs: asked for, executed once, kept with what they returned."""

from app.lab.runs.store import (
    ENDED,
    KEPT,
    Latest,
    Output,
    Run,
    cancel,
    cancel_all,
    counts,
    enqueue,
    folder,
    get,
    latest,
    load,
    newest_first,
)

__all__ = [
    "ENDED",
    "KEPT",
    "Latest",
    "Output",
    "Run",
    "cancel",
    "cancel_all",
    "counts",
    "enqueue",
    "folder",
    "get",
    "latest",
    "load",
    "newest_first",
]
