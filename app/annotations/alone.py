"""One annotation, which speaks of itself: what JSON-LD could say beside that is refused.

A page of the container puts the annotations of many people into one document. There one of them
must not say what another one said, nor be no JSON-LD at all: then nobody could read the page.

    >>> check({"target": "/notes/a", "@included": [{"id": "/annotations/b"}]}, set())
    Traceback (most recent call last):
    app.errors.WrongType: «@included» says more than one annotation does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from app.annotations import checks, known_contexts, rdf
from app.annotations.checks import below
from app.annotations.own_addresses import ANNOTATIONS, OURS
from app.annotations.reading import first
from app.errors import BadInput, WrongType

MORE = ("@graph", "@included", "@reverse", "@nest")
NAMES = ("@id", "@type")
OF_VALUES = ("@value", "@type", "@language", "@direction", "@context")
SCALARS = (str, int, float, bool)
WITHIN = (*OURS, "_:")  # a relative address of ours, or a name within the document
NOWHERE = "http://gloss.invalid"
Ours = tuple[str, ...]  # with what the addresses of our annotations begin


def is_plain(annotation: dict[str, Any], keys: list[str]) -> bool:
    """Whether there is nothing to look for, as in nearly all: no keyword, no word with a prefix,
    and nothing in it that has a name. `keys`: all that there are in it, however deep."""
    letters = "".join(keys)
    is_named = keys.count("id") > ("id" in annotation)
    return not is_named and letters.count("@") == 1 and ":" not in letters


def check(annotation: dict[str, Any], own: AbstractSet[str], bases: Sequence[str] = ()) -> None:
    """`own`: the terms that it defines itself; without such it need not be expanded to be known.

    `bases` are the addresses of this library.
    """
    ours = (ANNOTATIONS, *(base.rstrip("/") + ANNOTATIONS for base in bases))
    for thing, path in objects(
        annotation, "", known_contexts.terms(known_contexts.ANNOTATION), own
    ):
        check_keywords(thing, path)
        check_names(thing, path)
        check_about(thing, path, ours)
    if own:
        check_expanded(annotation, (bases or [NOWHERE])[0].rstrip("/"), ours[1:])


def objects(
    value: Any, path: str, ours: dict[str, Any], own: AbstractSet[str]
) -> Iterator[tuple[dict[str, Any], str]]:
    """Every object that says something: what stands under a word without a meaning does not."""
    if isinstance(value, list):
        for index, inner in enumerate(value):
            yield from objects(inner, f"{path}[{index}]", ours, own)
    elif isinstance(value, dict):
        yield value, path
        for key, inner in value.items():
            means = key in ours or key in own or ":" in key or key.startswith("@")
            if means and key != "@context" and isinstance(inner, dict | list):
                yield from objects(inner, below(path, key), ours, own)


def check_keywords(thing: dict[str, Any], path: str) -> None:
    """A keyword stands where JSON-LD has it: values, lists, and other names for id and type."""
    words = [key for key in thing if key.startswith("@") and key != "@context"]
    for word in words:
        if word in MORE:
            raise WrongType(
                f"«{word}» says more than one annotation does.", field=below(path, word)
            )
    if words and not (is_value(thing) or is_list(thing) or is_named(thing, words, path)):
        raise BadInput(
            f"«{words[0][:60]}» cannot stand here in JSON-LD.", field=below(path, words[0])
        )


def is_value(thing: dict[str, Any]) -> bool:
    single = isinstance(thing.get("@value"), SCALARS)
    typed = "@type" in thing and ("@language" in thing or "@direction" in thing)
    words = all(isinstance(thing[key], str) for key in OF_VALUES[1:4] if key in thing)
    return single and words and not typed and set(thing) <= {*OF_VALUES}


def is_list(thing: dict[str, Any]) -> bool:
    return len(thing) == 1 and not thing.keys().isdisjoint(("@list", "@set"))


def is_named(thing: dict[str, Any], words: list[str], path: str) -> bool:
    """Its own name and type are told by the words of the annotation, and nothing twice."""
    return all(word in NAMES and path and word[1:] not in thing for word in words)


def check_names(thing: dict[str, Any], path: str) -> None:
    """Its types are texts, and its name is whole: each page would make another of half a one."""
    for key in ("type", "@type"):
        if key in thing:
            checks.every(checks.text)(thing[key], below(path, key))
    for key in ("id", "@id"):
        name = thing.get(key)
        if path and key in thing and not (isinstance(name, str) and name.startswith(WITHIN)):
            checks.single(checks.iri)(name, below(path, key))


def check_about(thing: dict[str, Any], path: str, ours: Ours) -> None:
    """Of another annotation of ours its address is said, and no more than that it is one."""
    name = first(thing.get("id", thing.get("@id")))
    if not path or not is_ours(name, ours):
        return
    told = {key for key in thing if key not in ("id", "@id")}
    if told and not (told == {"type"} and first(thing["type"]) == "Annotation"):
        refuse_told(path)


def is_ours(address: str, ours: Ours) -> bool:
    """An annotation, or the container; a part of one, behind a «#», is who made it's to name."""
    return address.startswith(ours) and "#" not in address


def refuse_told(path: str) -> None:
    raise WrongType(
        "What is said here of another annotation would be taken for its own words.",
        field=path,
        hint="Name it by its address alone.",
    )


def check_expanded(annotation: dict[str, Any], base: str, ours: Ours) -> None:
    """BadInput where its own terms make no statements, or make some about others of ours."""
    name = f"{base}{ANNOTATIONS}new"
    subjects: set[str] = set()
    try:
        subjects = {str(each) for each in rdf.graph({**annotation, "id": name}).subjects()}
    # What a client's own terms do to the library that reads them cannot be listed.
    except Exception as error:
        raise BadInput(
            "This cannot be expanded: with its own terms it is no JSON-LD.", field="@context"
        ) from error
    if name not in subjects:
        raise BadInput("With its own terms this says nothing.", field="@context")
    if any(is_ours(each, ours) for each in subjects - {name}):
        refuse_told("@context")
