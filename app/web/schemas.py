"""The shapes of what the JSON addresses take and answer, as JSON Schema."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
HTML: Schema = {"type": "string", "contentMediaType": "text/html"}
WHOLE: Schema = {"type": "integer"}
NUMBER: Schema = {"type": "number"}
TRUTH: Schema = {"type": "boolean"}
ANY: Schema = {}
OBJECT: Schema = {"type": "object"}
STATUSES = (
    "queued", "running", "succeeded", "excepted", "errored", "timed_out", "cancelled",
    "interrupted",
)  # fmt: skip


def words(*allowed: str) -> Schema:
    return {"type": "string", "enum": list(allowed)}


def many(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def maybe(schema: Schema) -> Schema:
    return {**schema, "type": [schema["type"], "null"]}


def of(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def record(
    description: str, optional: dict[str, Schema] | None = None, /, **fields: Schema
) -> Schema:
    """An object with all of `fields`, and with `optional` ones where they are known."""
    return {
        "type": "object",
        "description": description,
        "properties": {**fields, **(optional or {})},
        "required": list(fields),
        "additionalProperties": False,
    }


def taken(
    description: str, optional: dict[str, Schema] | None = None, /, **fields: Schema
) -> Schema:
    """The body of a request."""
    return record(description, optional, **fields)


def page_of(name: str) -> Schema:
    return record(
        "One page of the list; `total` counts all of it.", total=WHOLE, results=many(of(name))
    )


VISIBILITY = words("public", "unlisted", "private")
STATUS = words(*STATUSES)
ENTRY: dict[str, Schema] = {
    "id": TEXT,
    "title": TEXT,
    "kind": TEXT,
    "date": TEXT,
    "updated": TEXT,
    "year": maybe(WHOLE),
    "authors": many(TEXT),
    "tags": many(TEXT),
    "visibility": VISIBILITY,
    "summary_html": HTML,
    "url": TEXT,
}
RUN: dict[str, Schema] = {
    "id": WHOLE,
    "script": TEXT,
    "params": OBJECT,
    "status": STATUS,
    "queued": TEXT,
    "started": maybe(TEXT),
    "ended": maybe(TEXT),
    "seconds": maybe(NUMBER),
    "progress": OBJECT,
    "message": TEXT,
    "url": TEXT,
}
REVISION: dict[str, Schema] = {
    "id": WHOLE,
    "at": TEXT,
    "kind": words("before", "saved", "merged", "restored", "outside"),
    "person": TEXT,
    "proposer": TEXT,
    "sha256": TEXT,
    "size": WHOLE,
    "url": TEXT,
}
ANALYSIS: dict[str, Schema] = {
    "name": TEXT,
    "title": TEXT,
    "doc": TEXT,
    "url": TEXT,
    # null, unless the file cannot be read
    "error": {"anyOf": [of("Failure"), {"type": "null"}]},
}

SCHEMAS: dict[str, Schema] = {
    "Entry": record("A note in a list.", **ENTRY),
    "Entries": page_of("Entry"),
    "Note": record(
        "A note; its ETag is `sha256`. `merged`: a change by somebody else is in it, too.",
        {"merged": TRUTH},
        sha256=TEXT,
        markdown=TEXT,
        html=HTML,
        text=TEXT,
        **ENTRY,
    ),
    "NewNote": taken(
        "The whole source with its front matter. Without an id, its title gives one.",
        {"id": TEXT},
        markdown=TEXT,
    ),
    "RevisionEntry": record("A version of a note in a list.", **REVISION),
    "Revisions": page_of("RevisionEntry"),
    "Revision": record(
        "A version of a note; `note`: where it is now.", note=TEXT, markdown=TEXT, **REVISION
    ),
    "NoteChange": taken("The whole source, in place of the old.", markdown=TEXT),
    "NewAddress": taken(
        "Its new path. With `rewrite_links`, the links to it in other notes are written anew.",
        {"rewrite_links": TRUTH},
        id=TEXT,
    ),
    "Moved": record(
        "Where the note is, and its version there; the notes whose links to it were written anew,"
        " and those where that failed.",
        id=TEXT,
        url=TEXT,
        sha256=TEXT,
        rewritten=many(TEXT),
        left=many(TEXT),
    ),
    "Hit": record(
        "What was found, its words marked in title and snippet, in which formulas are TeX, marked"
        " as a whole. `url` leads on it. `heading` stands above it, `note` is the title of the"
        " note that it belongs to, `line` where it stands in an analysis; `reason` is what has the"
        " words where title and snippet do not show them.",
        type=words("note", "code", "annotation", "output"),
        id=TEXT,
        title=TEXT,
        url=TEXT,
        snippet_html=HTML,
        score=NUMBER,
        heading=TEXT,
        date=TEXT,
        note=TEXT,
        line=maybe(WHOLE),
        title_html=HTML,
        reason=TEXT,
    ),
    "Results": record(
        "`relaxed`: few or none have all the words. `note`: how the query was read, where that is"
        " not plain. `is_exact`: whether `total` is, which it always is here.",
        query=TEXT,
        total=WHOLE,
        took_ms=NUMBER,
        relaxed=TRUTH,
        suggestion=maybe(TEXT),
        results=many(of("Hit")),
        note=TEXT,
        is_exact=TRUTH,
    ),
    "Failure": record("Why a file cannot be read; line 0 is all of it.", line=WHOLE, reason=TEXT),
    "Analysis": record("An analysis in a list.", **ANALYSIS),
    "Analyses": record("All that may be seen.", results=many(of("Analysis"))),
    "Parameter": record(
        "One parameter; with `many` it is a list of such.",
        name=TEXT,
        type=words("bool", "int", "float", "str", "date", "choice"),
        default=ANY,
        help=TEXT,
        minimum=ANY,
        maximum=ANY,
        above=ANY,
        below=ANY,
        choices=many(ANY),
        optional=TRUTH,
        many=TRUTH,
        shortest=WHOLE,
        longest=maybe(WHOLE),
    ),
    "Signature": record(
        "An analysis with its signature.",
        parameters=many(of("Parameter")),
        inputs=many(TEXT),
        limits=OBJECT,
        source=TEXT,
        **ANALYSIS,
    ),
    "Output": record(
        "One thing that a run returned; `files` are addresses by format.",
        name=TEXT,
        kind=words("figure", "value", "text", "table"),
        value=ANY,
        files=OBJECT,
    ),
    "RunEntry": record("A run in a list.", **RUN),
    "Runs": page_of("RunEntry"),
    "Run": record(
        "A run. Who asked for it, its log and sandbox are empty for who is not signed in.",
        {"person": TEXT, "log": TEXT, "sandbox": TEXT},
        outputs=many(of("Output")),
        values=OBJECT,
        **RUN,
    ),
    "Difference": record(
        "One thing that differs; null where one of the runs has no such thing.",
        part=TEXT,
        name=TEXT,
        before=ANY,
        after=ANY,
        note=TEXT,
    ),
    "CodeDifference": record(
        "What differs in a file of the code; `whole`: nothing was left out.",
        path=TEXT,
        whole=TRUTH,
        hunks=many(OBJECT),
    ),
    "Comparison": record(
        "Two runs: what differs, how much of each part is the same, and the code, if it was kept.",
        a=of("RunEntry"),
        b=of("RunEntry"),
        differences=many(of("Difference")),
        same=OBJECT,
        code=many(of("CodeDifference")),
        code_note=TEXT,
    ),
    "NewRun": taken(
        "What to run. Without `force`, a result of the same code, data and packages answers.",
        {"params": OBJECT, "force": TRUTH},
        script=TEXT,
    ),
    "Started": record(
        "The run that answers; `cached`: it had answered before.",
        id=WHOLE,
        status=STATUS,
        cached=TRUTH,
    ),
    "NewReruns": taken(
        "`because`: a cause such as module:walks.py, input:data/x.csv, package:numpy, code:walk or"
        " python, or only what stands behind the colon.",
        {"because": TEXT},
    ),
    "Asked": record(
        "The runs and sweeps that were asked for, those waiting already too; `points` of sweeps.",
        runs=many(WHOLE),
        sweeps=many(WHOLE),
        points=WHOLE,
    ),
    "Claim": record(
        "A claim, and whether it holds by the latest results; `runs` are behind it.",
        id=TEXT,
        note=TEXT,
        title=TEXT,
        url=TEXT,
        html=HTML,
        check=TEXT,
        expect=words("holds", "refuted"),
        state=words("holds", "refuted", "unknown"),
        number=maybe(NUMBER),
        reason=TEXT,
        stale=TRUTH,
        runs=many(WHOLE),
    ),
    "Claims": record("All that may be seen.", results=many(of("Claim"))),
    "Suggestions": record(
        "The best of what fits; `insert` is what the text gets.",
        results=many(record("One of them.", insert=TEXT, label=TEXT, detail=TEXT)),
    ),
    "Problem": record(
        "What went wrong (RFC 9457), and what to do.",
        {
            "errors": many(record("One of several faults.", field=TEXT, detail=TEXT)),
            **dict.fromkeys(("hint", "field", "current", "path"), TEXT),
            "line": WHOLE,
        },
        type=TEXT,
        title=TEXT,
        status=WHOLE,
        detail=TEXT,
    ),
    "Description": {"type": "object", "description": "This document."},
}
