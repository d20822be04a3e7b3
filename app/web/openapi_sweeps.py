"""The part of the table of JSON addresses that is about sweeps."""

from __future__ import annotations

from app.web.operation import PAGED, WRITES, Operation

SWEEPS = (
    Operation(
        "get",
        "/api/sweeps",
        "List sweeps, newest first",
        {200: "Sweeps"},
        (*PAGED, "script"),
        problems=(400,),
    ),
    Operation(
        "post",
        "/api/sweeps",
        "Run an analysis at every point of a grid; one that was stopped goes on",
        {202: "SweepEntry"},
        takes="NewSweep",
        problems=(*WRITES, 404, 422),
    ),
    Operation(
        "get",
        "/api/sweeps/{id}",
        "Read a sweep and its points",
        {200: "Sweep"},
        PAGED,
        problems=(400, 404),
    ),
    Operation(
        "delete",
        "/api/sweeps/{id}",
        "Cancel a sweep: 202 while points are ending, 200 when they have",
        {200: "SweepEntry", 202: "SweepEntry"},
        problems=(401, 403, 404),
    ),
)
