"""Which of its forms an annotation is answered in, by what Accept says.

>>> from werkzeug.datastructures import MIMEAccept
>>> best(MIMEAccept([("text/turtle", 1), ("application/ld+json", 0.5)]))
'turtle'
"""

from __future__ import annotations

from typing import Literal

from werkzeug.datastructures import MIMEAccept
from werkzeug.exceptions import NotAcceptable

from app.annotations.model import CONTEXT

LD_JSON = "application/ld+json"
JSON = (LD_JSON, "application/json")
TURTLE = "text/turtle"
TYPES = {"json": f'{LD_JSON}; profile="{CONTEXT}"', "turtle": f"{TURTLE}; charset=utf-8"}

Form = Literal["json", "turtle", "html"]
# Of what is liked equally the first is answered: a program that takes anything gets JSON-LD.
FORMS: dict[Form, tuple[str, ...]] = {"json": JSON, "turtle": (TURTLE,), "html": ("text/html",)}


def best(accept: MIMEAccept) -> Form:
    """The form that is liked best; NotAcceptable where none is taken."""
    liking = {form: liked(accept, types) for form, types in FORMS.items()}
    form = max(FORMS, key=liking.__getitem__)
    if not liking[form]:
        raise NotAcceptable(f"There is {LD_JSON} here, {TURTLE} and text/html.")
    return form


def asked(accept: MIMEAccept) -> Form:
    """The same; JSON-LD where none is taken, for errors and for what was done already."""
    try:
        return best(accept)
    except NotAcceptable:
        return "json"


def liked(accept: MIMEAccept, types: tuple[str, ...]) -> float:
    """How well one of these types is liked, from 0 to 1; nothing said: JSON-LD.

    The most specific range counts: `application/ld+json;q=0, */*` refuses JSON-LD. Any profile or
    charset is taken for the type itself.
    """
    if not accept:
        return float(types is JSON)
    meant = [name for name in types if name == types[0] or named(accept, name)]
    return max(quality(accept, name) for name in meant)


def named(accept: MIMEAccept, type: str) -> bool:
    return any(plain(asked) == type for asked, _ in accept)


def quality(accept: MIMEAccept, type: str) -> float:
    for wanted in (type, f"{type.partition('/')[0]}/*", "*/*"):
        found = [worth for asked, worth in accept if plain(asked) == wanted]
        if found:
            return max(found)
    return 0


def plain(asked: str) -> str:
    asked = asked.partition(";")[0].strip().lower()
    return "*/*" if asked == "*" else asked
