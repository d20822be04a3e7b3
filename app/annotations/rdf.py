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
from typing import TYPE_CHECKING, Any

from app.annotations import known_contexts
from app.errors import GlossError, NotExpressible

if TYPE_CHECKING:
    from rdflib import Graph

SAFE = re.compile(r"[^\x00-\x20<>\"{}|\\^`\x7f]*")
LONGEST = 1_000_000  # characters of JSON; a page of the largest annotations would take seconds


def turtle(document: dict[str, Any]) -> str:
    """`document` in Turtle; NotExpressible where its own terms make no RDF."""
    if len(json.dumps(document)) > LONGEST:
        raise NotExpressible("This is too long for Turtle.", hint="Ask for JSON-LD.")
    try:
        return graph(document).serialize(format="turtle")
    except GlossError:
        raise
    # What a client's own terms do to the library that reads them cannot be listed.
    except Exception as error:
        raise NotExpressible("This cannot be said in Turtle.", hint="Ask for JSON-LD.") from error


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
