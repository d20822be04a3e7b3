"""The part of the table of addresses that is about annotations: the protocol of the W3C.

What they take and answer is the model of the W3C, https://www.w3.org/TR/annotation-model/.
"""

from __future__ import annotations

from app.web import formats
from app.web.operation import WRITES, Operation
from app.web.schemas import Schema

TYPE = formats.TYPES["json"]
SCHEMAS_OF_ANNOTATIONS: dict[str, Schema] = {
    "Annotation": {
        "type": "object",
        "description": "What was said of a passage, in the terms of the W3C. Needed are @context"
        " (http://www.w3.org/ns/anno.jsonld), type (Annotation) and target, the address of a note.",
        "required": ["@context", "type", "target"],
    },
    "AnnotationCollection": {
        "type": "object",
        "description": "The container, or with ?page= one page of it.",
        "required": ["@context", "id", "type"],
    },
}
ANNOTATIONS = (
    Operation(
        "get",
        "/annotations/",
        "List annotations: a container of the W3C and its pages",
        {200: "AnnotationCollection"},
        ("page", "iris"),
        headers=("Accept", "Prefer"),
        problems=(400, 404, 406),
        media=TYPE,
    ),
    Operation(
        "post",
        "/annotations/",
        "Write an annotation",
        {201: "Annotation"},
        headers=("Slug",),
        takes="Annotation",
        problems=(*WRITES, 413),
        media=TYPE,
    ),
    Operation(
        "get",
        "/annotations/{id}",
        "Read an annotation",
        {200: "Annotation"},
        headers=("Accept",),
        problems=(404, 406, 410),
        media=TYPE,
    ),
    Operation(
        "put",
        "/annotations/{id}",
        "Change an annotation",
        {200: "Annotation"},
        headers=("If-Match",),
        takes="Annotation",
        problems=(*WRITES, 404, 409, 410, 412, 413),
        media=TYPE,
    ),
    Operation(
        "delete",
        "/annotations/{id}",
        "Delete an annotation; its address answers 410 from then on",
        {204: ""},
        headers=("If-Match",),
        problems=(401, 403, 404, 410, 412),
    ),
)
