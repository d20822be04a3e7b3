"""The JSON-LD contexts that Gloss knows. They lie beside this file, and nothing is ever fetched.

`contexts/anno.json` is the context of the W3C (http://www.w3.org/ns/anno.jsonld) as it was
published; `contexts/ldp.json` has the terms of http://www.w3.org/ns/ldp.jsonld that a container
can use. Another one named by its address says nothing to us, wherever it stands: in the
annotation, in one of its parts or in the definition of a term. Terms of their own may be defined
on the spot (`own_terms`), but not those that we read: what is shown would not be what was meant.

    >>> local({"@context": ANNOTATION})["@context"]["Annotation"]
    'oa:Annotation'
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from app.annotations import own_terms
from app.annotations.checks import below
from app.errors import BadInput, WrongType

ANNOTATION = "http://www.w3.org/ns/anno.jsonld"
LDP = "http://www.w3.org/ns/ldp.jsonld"
FILES = {ANNOTATION: "anno.json", LDP: "ldp.json"}
FOLDER = Path(__file__).parent / "contexts"
HOLDERS = ("@context", "@import")
MOST = 30  # contexts in a document: each is read by itself
HINT = f"Gloss knows {ANNOTATION} and {LDP}, and fetches no other."


@cache
def terms(address: str) -> dict[str, Any]:
    """What a known context defines."""
    defined: dict[str, Any] = json.loads((FOLDER / FILES[address]).read_bytes())["@context"]
    return defined


def check(document: dict[str, Any]) -> set[str]:
    """The terms that it defines itself. WrongType at the first context that is not known.

    BadInput where one cannot be taken for what it is; see `own_terms`.
    """
    places = list(islice(each_named(document), MOST + 1))
    if len(places) > MOST:
        raise BadInput(f"There are more than {MOST} contexts here.", field=places[-1][1])
    own: dict[str, Any] = {}
    for context, path in places:
        if isinstance(context, dict):
            check_terms(context, path)
            own |= context
        elif not isinstance(context, str) or context not in FILES:
            raise WrongType("This context is not known here.", field=path, hint=HINT)
    for context, path in places:
        if isinstance(context, dict):
            own_terms.check(context, path, own)
    return set(own)


def each_named(document: dict[str, Any]) -> Iterator[tuple[Any, str]]:
    """Every single context, those in lists too, with its place."""
    for holder, context, path in named(document, ""):
        if holder == "@import" or context is None:
            raise WrongType("A context cannot be taken away or changed here.", field=path)
        if isinstance(context, list):
            yield from ((inner, f"{path}[{index}]") for index, inner in enumerate(context))
        else:
            yield context, path


def check_terms(context: dict[str, Any], path: str) -> None:
    ours = terms(ANNOTATION)
    for term, meaning in context.items():
        if term in ("@base", "@vocab") or (term in ours and meaning != ours[term]):
            raise WrongType(
                f"«{term[:60]}» has its meaning already.",
                field=below(path, term),
                hint="Give a term of your own another name.",
            )


def named(value: Any, path: str) -> Iterator[tuple[str, Any, str]]:
    """Every place in a document where a context stands, however deep: holder, context, path."""
    if isinstance(value, list):
        for index, inner in enumerate(value):
            yield from named(inner, f"{path}[{index}]")
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key in HOLDERS:
                yield key, inner, below(path, key)
            yield from named(inner, below(path, key))


def local(value: Any) -> Any:
    """The document with each known context in the place of its address; WrongType: not known."""
    if isinstance(value, list):
        return [local(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    return {key: spelled(inner) if key in HOLDERS else local(inner) for key, inner in value.items()}


def spelled(context: Any) -> Any:
    if isinstance(context, list):
        return [spelled(inner) for inner in context]
    if isinstance(context, str):
        if context not in FILES:
            raise WrongType("This context is not known here.", hint=HINT)
        return terms(context)
    return local(context)
