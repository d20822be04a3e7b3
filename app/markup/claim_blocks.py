"""Claim fences: a sentence bound to a check over what the analyses returned.

```claim
id: rms-is-sqrt-n
text: The distance after $N$ steps is $\\sqrt N$.
check: abs(wide.rms_ratio - 1) < 0.02
expect: holds
```
"""

from __future__ import annotations

import re
from typing import Any

from markdown_it.token import Token

from app.markup.blocks import BadBlock, mapping, refuse
from app.markup.page import Page
from app.markup.placeholders import typed
from app.markup.rendered import Claim
from app.markup.sentences import sentence

KEYS = ("id", "text", "check", "expect")
ID = re.compile(r"[A-Za-z0-9][\w-]{0,99}")
EXPECTED = ("holds", "refuted")


def claim(page: Page, token: Token) -> None:
    """A claim: its sentence is the author's and in the canonical text, its state is filled in."""
    try:
        given = read(token.content)
        if any(other.id == given["id"] for other in page.claims):
            raise BadBlock(f"Two claims have the id {given['id']}.")
    except BadBlock as error:
        refuse(page, token, str(error))
        return
    line = page.first_line + page.line
    html, text = sentence(page, given["text"])
    page.claims.append(Claim(given["id"], html, given["check"], given["expect"], line))
    page.insert(typed("claim", {"id": given["id"]}), text)
    page.write("\n")
    page.end_line()


def read(source: str) -> dict[str, str]:
    given = mapping(source, KEYS)
    given.setdefault("expect", EXPECTED[0])
    texts = {key: text_of(given, key) for key in KEYS}
    if not ID.fullmatch(texts["id"]):
        raise BadBlock(f"id is {texts['id']!r}: an id has letters, digits, - and _.")
    if texts["expect"] not in EXPECTED:
        raise BadBlock(f"expect is {texts['expect']!r}: holds or refuted.")
    return texts


def text_of(given: dict[str, Any], key: str) -> str:
    value = given.get(key)
    if value is None or isinstance(value, list | dict) or not str(value).strip():
        raise BadBlock(f"The claim does not say its {key}.")
    return str(value).strip()
