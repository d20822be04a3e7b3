"""The shapes of what the JSON addresses of sweeps take and answer."""

from __future__ import annotations

from app.web.schemas import (
    NUMBER,
    OBJECT,
    STATUSES,
    TEXT,
    WHOLE,
    Schema,
    many,
    maybe,
    page_of,
    record,
    taken,
    words,
)

SWEEP = {
    "id": WHOLE,
    "script": TEXT,
    "params": OBJECT,
    "axes": OBJECT,
    "lengths": OBJECT,
    "counts": OBJECT,
    "points": WHOLE,
    "created": TEXT,
    "url": TEXT,
}
LAB_SCHEMAS: dict[str, Schema] = {
    "SweepEntry": record(
        "An analysis over a grid. `axes`: the values of what varies, the first 100 of each,"
        " `lengths`: how many there are, `params`: the values of what does not vary,"
        " `counts`: how many points have which status.",
        **SWEEP,
    ),
    "Sweeps": page_of("SweepEntry"),
    "Sweep": record(
        "The same, with a page of its points.",
        results=many(
            record(
                "A point: a run of its own, with numbers and texts alone.",
                run=WHOLE,
                params=OBJECT,
                status=words(*STATUSES),
                seconds=maybe(NUMBER),
                message=TEXT,
                values=OBJECT,
            )
        ),
        **SWEEP,
    ),
    "NewSweep": taken(
        "What to compute. `sweep`: of each parameter that varies a list of values, or a text as in"
        " 0:20.",
        {"params": OBJECT},
        script=TEXT,
        sweep=OBJECT,
    ),
}
