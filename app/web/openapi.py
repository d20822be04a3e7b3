"""The description of the addresses for programs, made from one table: `/api/openapi.json`.

A test holds the table against the routes: each is described, and nothing else.
"""

from __future__ import annotations

from typing import Any

from app.web.openapi_annotations import ANNOTATIONS, SCHEMAS_OF_ANNOTATIONS
from app.web.openapi_sweeps import SWEEPS
from app.web.operation import PAGED, WRITES, Operation
from app.web.schemas import SCHEMAS, TEXT, WHOLE, Schema, of, words
from app.web.schemas_lab import LAB_SCHEMAS

VERSION = "1.0.0"


OPERATIONS = (
    Operation(
        "get",
        "/api/notes",
        "List notes, newest first",
        {200: "Entries"},
        (*PAGED, "kind", "tag", "folder", "author", "year"),
        problems=(400,),
    ),
    Operation(
        "post",
        "/api/notes",
        "Write a new note",
        {201: "Note"},
        takes="NewNote",
        problems=(*WRITES, 409, 413, 422),
    ),
    Operation(
        "get",
        "/api/notes/{id}",
        "Read a note",
        {200: "Note"},
        problems=(308, 404, 422),
    ),
    Operation(
        "put",
        "/api/notes/{id}",
        "Change a note",
        {200: "Note"},
        headers=("If-Match",),
        takes="NoteChange",
        problems=(308, *WRITES, 404, 412, 413, 422, 428),
    ),
    Operation(
        "delete",
        "/api/notes/{id}",
        "Delete a note",
        {204: ""},
        headers=("If-Match",),
        problems=(308, 401, 403, 404, 412),
    ),
    Operation(
        "post",
        "/api/moves/{id}",
        "Give a note another address, to which its old one leads",
        {200: "Moved"},
        headers=("If-Match",),
        takes="NewAddress",
        problems=(308, *WRITES, 404, 409, 412, 413, 422, 428),
    ),
    Operation(
        "get",
        "/api/history/{id}",
        "List the versions of a note, newest first",
        {200: "Revisions"},
        PAGED,
        problems=(400, 401, 404),
    ),
    Operation(
        "get",
        "/api/revisions/{id}",
        "Read a version of a note",
        {200: "Revision"},
        problems=(401, 404),
    ),
    Operation(
        "get",
        "/api/search",
        "Search notes, annotations, code and outputs",
        {200: "Results"},
        ("q", *PAGED, "order"),
        problems=(400, 503),
    ),
    Operation("get", "/api/analyses", "List the analyses", {200: "Analyses"}),
    Operation(
        "get",
        "/api/analyses/{name}",
        "Read an analysis and its signature",
        {200: "Signature"},
        problems=(404,),
    ),
    Operation(
        "get",
        "/api/runs",
        "List runs, newest first",
        {200: "Runs"},
        (*PAGED, "script", "status"),
        problems=(400,),
    ),
    Operation(
        "post",
        "/api/runs",
        "Run an analysis",
        {202: "Started"},
        takes="NewRun",
        problems=(*WRITES, 404, 422),
    ),
    Operation(
        "post",
        "/api/runs/stale",
        "Run what is stale: all of it, or because of one thing",
        {202: "Asked"},
        takes="NewReruns",
        problems=WRITES,
    ),
    Operation("get", "/api/runs/{id}", "Read a run", {200: "Run"}, problems=(404,)),
    Operation(
        "delete",
        "/api/runs/{id}",
        "Cancel a run: 202 while it is ending, 200 when it has",
        {200: "Run", 202: "Run"},
        problems=(401, 403, 404),
    ),
    *SWEEPS,
    *ANNOTATIONS,
    Operation(
        "get",
        "/api/compare",
        "Compare two runs of an analysis",
        {200: "Comparison"},
        ("a", "b"),
        problems=(400, 404),
    ),
    Operation(
        "get",
        "/api/complete",
        "What may follow the letters that somebody typed",
        {200: "Suggestions"},
        ("kind", "q", "note", "target"),
        problems=(400, 401, 403),
    ),
    Operation("get", "/api/claims", "List claims and whether they hold", {200: "Claims"}),
    Operation("get", "/api/openapi.json", "This description", {200: "Description"}),
)
QUERY: dict[str, tuple[str, Schema]] = {
    "limit": ("how many", {**WHOLE, "minimum": 1, "maximum": 200}),
    "offset": ("how many to leave out first", {**WHOLE, "minimum": 0}),
    "kind": (
        "only notes of this kind; of suggestions: note, embed, heading, tag, work or analysis",
        TEXT,
    ),
    "note": ("the note in which it is typed", TEXT),
    "target": ("the note whose headings may follow, as the link names it", TEXT),
    "tag": ("only notes with this tag", TEXT),
    "folder": ("only notes in this folder and below", TEXT),
    "author": ("only notes by this author", TEXT),
    "year": ("only notes of this year", WHOLE),
    "q": ("words, OR, -not, “phrase”, prefix*, parentheses, and fields such as tag:", TEXT),
    "order": ("by relevance, or by date: the newest first", words("relevance", "date")),
    "a": ("the number of the one run", WHOLE),
    "b": ("the number of the other", WHOLE),
    "script": ("only runs, or sweeps, of this analysis", TEXT),
    "status": ("only runs that are so", TEXT),
    "page": ("the number of a page, from 0", WHOLE),
    "iris": ("1: addresses alone, 0: whole annotations", words("0", "1")),
}
HEADERS = {
    "If-Match": "the ETag of the version that the change is based on, or *",
    "Accept": "application/ld+json or text/turtle",
    "Prefer": "return=representation, and what of it to include",
    "Slug": "the name that its address should end with",
}
IN_PATH: dict[str, tuple[str, Schema]] = {
    "/api/notes/{id}": ("the path below notes/ without .md; its slashes stay slashes", TEXT),
    "/api/moves/{id}": ("the path of the note as it is now", TEXT),
    "/api/history/{id}": ("the path of the note, also one in the trash", TEXT),
    "/api/revisions/{id}": ("the number of the version", WHOLE),
    "/api/sweeps/{id}": ("the number of the sweep", WHOLE),
    "/api/runs/{id}": ("the number of the run", WHOLE),
    "/annotations/{id}": ("the end of its address", TEXT),
    "/api/analyses/{name}": ("the name of its file without .py", TEXT),
}
MEANINGS = {
    200: "Here it is.",
    201: "Made; Location says where.",
    202: "Taken; ask again at Location.",
    204: "Gone.",
    308: "The note has moved: ask the same at Location.",
    400: "Something sent cannot be taken; `field` names it.",
    401: "Send Authorization: Bearer TOKEN.",
    403: "This role may not.",
    404: "There is no such thing, or not for you.",
    406: "There is no such form of it.",
    409: "There is one already, or it stays as it is.",
    410: "It was deleted.",
    412: "It has changed; `current` is its version now.",
    413: "Too large.",
    415: "Send the media type that the body of the request has here.",
    422: "It cannot be understood; `line` says where.",
    428: "Send If-Match.",
    503: "This takes too long, or is not ready; ask again, or for less.",
}


def document(title: str, server: str) -> dict[str, Any]:
    """The whole description, as OpenAPI 3.1."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method] = described(operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": VERSION},
        "servers": [{"url": server}],
        "paths": paths,
        "components": {
            "schemas": {**SCHEMAS, **LAB_SCHEMAS, **SCHEMAS_OF_ANNOTATIONS},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        # Without a token too: the public reads what is public.
        "security": [{"token": []}, {}],
    }


def described(operation: Operation) -> dict[str, Any]:
    answers = {
        str(status): answer(status, name, operation.media)
        for status, name in operation.answers.items()
    }
    answers |= {str(status): problem(status) for status in sorted(operation.problems)}
    found: dict[str, Any] = {
        "operationId": operation_id(operation),
        "summary": operation.summary,
        "parameters": parameters(operation),
        "responses": answers,
    }
    if operation.takes:
        content = {operation.media: {"schema": of(operation.takes)}}
        found["requestBody"] = {"required": True, "content": content}
    if 401 in operation.problems:
        found["security"] = [{"token": []}]
    return found


def operation_id(operation: Operation) -> str:
    noun = operation.path.removeprefix("/api/").replace("/{", " by ").strip("/}")
    return f"{operation.method} {noun}".title().replace(" ", "").replace(".", "")


def parameters(operation: Operation) -> list[dict[str, Any]]:
    found = [("query", name, *QUERY[name], name in ("q", "a", "b")) for name in operation.query]
    found += [("header", name, HEADERS[name], TEXT, False) for name in operation.headers]
    if operation.path in IN_PATH:
        name = operation.path.partition("{")[2].rstrip("}")
        found.append(("path", name, *IN_PATH[operation.path], True))
    return [
        {"in": place, "name": name, "description": text, "schema": schema, "required": required}
        for place, name, text, schema, required in found
    ]


def answer(status: int, schema: str, media: str) -> dict[str, Any]:
    if not schema:
        return {"description": MEANINGS[status]}
    content = {media: {"schema": of(schema)}}
    return {"description": MEANINGS[status], "content": content}


def problem(status: int) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": of("Problem")}}
    found: dict[str, Any] = {"description": MEANINGS[status], "content": content}
    return {**found, "headers": {"Location": {"schema": TEXT}}} if status == 308 else found
