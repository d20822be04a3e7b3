"""Terms that a client defines on the spot: each has a meaning of its own, and is only a word.

What would make a word into more is refused: another name for a keyword, a word that is read
backwards, one whose values are graphs or are named by their keys, one that brings a context. So an
annotation speaks in its own words of itself, and whoever is strict can read a page that holds it.

    >>> own = {"ex": "http://example.org/", "mood": "ex:mood"}
    >>> check(own, "@context", own)
    >>> own = {"bad": "worse:x", "worse": "bad:x"}
    >>> check(own, "@context", own)
    Traceback (most recent call last):
    app.errors.BadInput: «bad» is defined by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.annotations.checks import below
from app.errors import BadInput

Terms = Mapping[str, Any]
CONTAINERS = ("@list", "@set", "@language")


def is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def is_word(value: Any) -> bool:
    return value is None or isinstance(value, str)


def is_version(value: Any) -> bool:
    return value == 1.1 and not isinstance(value, bool)


# What may stand in a context beside terms, and in the definition of a term.
OF_CONTEXTS: dict[str, Callable[[Any], bool]] = {
    "@version": is_version,
    "@language": is_word,
    "@protected": is_flag,
}
OF_TERMS: dict[str, Callable[[Any], bool]] = {
    "@id": is_word,
    "@type": lambda value: isinstance(value, str),
    "@language": is_word,
    "@container": lambda value: value in (*CONTAINERS, *([each] for each in CONTAINERS)),
    "@prefix": is_flag,
    "@protected": is_flag,
}


def check(context: Terms, path: str, own: Terms) -> None:
    """BadInput at the first term that defines nothing. `own`: all terms of the document."""
    good: set[str] = set()
    for term, meaning in context.items():
        place = below(path, term)
        if term in OF_CONTEXTS:
            if not OF_CONTEXTS[term](meaning):
                raise BadInput(f"«{term}» cannot be this.", field=place)
        else:
            check_meaning(term, meaning, place, own)
            follow(term, own, good, place)


def check_meaning(term: str, meaning: Any, path: str, own: Terms) -> None:
    if term.startswith("@") or not term:
        raise BadInput(f"«{term[:60]}» cannot stand in a context here.", field=path)
    entries = meaning if isinstance(meaning, dict) else {"@id": meaning}
    for key, value in entries.items():
        if key not in OF_TERMS or not OF_TERMS[key](value):
            where = below(path, key) if entries is meaning else path
            raise BadInput("A term cannot be defined like this here.", field=where)
    named = entries.get("@id")
    if isinstance(named, str) and (named.startswith("@") or not may_name(term, named, own)):
        raise BadInput(f"«{term[:60]}» cannot be another name for this.", field=path)


def may_name(term: str, named: str, own: Terms) -> bool:
    """A term that is an address, whole or behind a prefix, stands for that address alone.

    >>> own = {"ex": "http://example.org/"}
    >>> may_name("ex:a", "ex:a", own), may_name("ex:a", "http://example.org/a", own)
    (True, True)
    >>> may_name("ex:a", "ex:b", own), may_name("a", "ex:b", own)
    (False, True)
    """
    begin, colon, rest = term.partition(":")
    meaning = own.get(begin)
    whole = meaning.get("@id") if isinstance(meaning, dict) else meaning
    return not colon or named in (term, f"{whole}{rest}")


def follow(term: str, own: Terms, good: set[str], path: str) -> None:
    """From a term to the terms that it is made of: they must end at an address."""
    passed: set[str] = set()
    word: str | None = term
    while word is not None and word not in good:
        if word in passed:
            raise BadInput(f"«{term[:60]}» is defined by itself.", field=path)
        passed.add(word)
        word = made_of(word, own, path)
    good |= passed


def made_of(term: str, own: Terms, path: str) -> str | None:
    """The own term that begins the meaning of `term`; None: it means something without one."""
    meaning = own[term]
    if isinstance(meaning, dict):
        meaning = meaning.get("@id", term if ":" in term else "")
    if meaning is None or meaning == term != own[term]:  # nothing, or the address that it is
        return None
    begin, colon, rest = str(meaning).partition(":")
    if not colon and begin not in own:
        raise BadInput(f"«{term[:60]}» means no address (IRI).", field=path)
    return begin if begin in own and not rest.startswith("//") else None
