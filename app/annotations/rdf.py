"""Annotations, pages and the container as RDF, written in Turtle.

rdflib reads the JSON-LD; every context is put into the document before it does, so that it has
nothing to fetch. It is loaded when somebody asks for Turtle first: most libraries never do, and it
takes a tenth of a second.

    >>> said = {"@context": known_contexts.ANNOTATION, "id": "urn:a", "target": "urn:b"}
    >>> print(turtle(said).strip())
    @prefix oa: <http://www.w3.org/ns/oa#> .
    <BLANKLINE>
    <urn:a> oa:hasTarget <urn:b> .
"""

from __future__ import annotations

import json
import logging
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from app.annotations import known_contexts
from app.annotations.own_addresses import ANNOTATIONS
from app.annotations.paging import PAGE
from app.errors import GlossError, NotExpressible

if TYPE_CHECKING:
    from rdflib import Graph

SAFE = re.compile(r"[^\x00-\x20<>\"{}|\\^`\x7f]*")
LONGEST = 1_000_000  # characters of JSON, of which each on a page has its share: 1 s


def turtle(document: dict[str, Any]) -> str:
    """`document` in Turtle; NotExpressible where its own terms make no RDF.

    Of a page each annotation is said by itself: one that cannot be said, or that says something of
    another one, is only named, and takes nothing from the rest.
    """
    held: list[dict[str, Any]] = []
    said = emptied(document, held)
    if len(json.dumps(said)) > LONGEST:
        raise NotExpressible("This is too long for Turtle.", hint="Ask for JSON-LD.")
    try:
        made = graph(said)
    except GlossError:
        raise
    # What a client's own terms do to the library that reads them cannot be listed.
    except Exception as error:
        raise NotExpressible("This cannot be said in Turtle.", hint="Ask for JSON-LD.") from error
    for each in held:
        with suppress(Exception):
            add(made, each, LONGEST // len(held))
    return made.serialize(format="turtle")


def emptied(document: dict[str, Any], held: list[dict[str, Any]]) -> dict[str, Any]:
    """A container or a page with the names of its annotations alone; they are put into `held`."""
    inner, context = document.get("first"), document.get("@context")
    if isinstance(inner, dict):
        return {**document, "first": emptied({"@context": context, **inner}, held)}
    if document.get("type") != PAGE:
        return document
    items = document["items"]
    held += ({"@context": context, **each} for each in items if isinstance(each, dict))
    return {**document, "items": [e["id"] if isinstance(e, dict) else e for e in items]}


def add(made: Graph, annotation: dict[str, Any], longest: int) -> None:
    """What an annotation says of itself; nothing where it is too long or speaks of others."""
    from rdflib import BNode

    if len(json.dumps(annotation)) > longest:
        return
    said = graph(annotation)
    if speaks_of_others(annotation["id"], {str(each) for each in said.subjects()}):
        return
    own: dict[Any, Any] = {}  # a name without an address is of this annotation alone
    for triple in said:
        new = [own.setdefault(e, BNode()) if isinstance(e, BNode) else e for e in triple]
        made.add((new[0], new[1], new[2]))


def speaks_of_others(name: str, subjects: set[str]) -> bool:
    """Whether one of the subjects is another annotation beside the one of this name."""
    base, room, _ = name.partition(ANNOTATIONS)
    return bool(room) and any(
        each.startswith(base + room) and "#" not in each for each in subjects - {name}
    )


def graph(document: dict[str, Any]) -> Graph:
    """The statements that a document makes."""
    import rdflib
    from rdflib.plugins.parsers.jsonld import to_rdf

    rdflib.NORMALIZE_LITERALS = False  # a time is answered as it was written
    logging.getLogger("rdflib.term").setLevel(logging.CRITICAL)  # it reports what clients wrote
    made = rdflib.Graph()
    to_rdf(known_contexts.local(document), made, base=document["id"])
    addresses = {term for triple in made for term in triple if isinstance(term, rdflib.URIRef)}
    if not all(map(SAFE.fullmatch, addresses)):
        raise ValueError("an address would end before its end")
    return made
