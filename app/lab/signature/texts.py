"""Parameters as text, in both directions: what a form sends and shows, what is typed at a prompt.

>>> walk = Signature("walk", "", "", (Parameter("sizes", "int", [5], many=True),))
>>> bind_text(walk, {"sizes": "5, 10, 20"}), as_text(walk["sizes"], [5, 10])
({'sizes': [5, 10, 20]}, '5, 10')

A list is written with commas. An item that holds one stands in double quotes, and so does one that
holds a semicolon, which stands between lists in a sweep. Brackets around a list mean nothing, but
where its items are texts. Nothing written is the default, or None; so is `none`, where it could be
no text or choice. A list of nothing is `[]`, and where None is allowed a text of nothing is `""`
(one that is made of several quotes has one more). Of a value that was sent several times the last
one counts, so that a hidden `no` can stand before a checkbox.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from typing import Any

from app.errors import BadInput
from app.lab.signature.binding import bind, check_name, wrong
from app.lab.signature.parameters import LONGEST_TEXT, MOST_ITEMS, Parameter, Signature

TRUTHS = {"1": True, "true": True, "yes": True, "on": True}
TRUTHS |= {"0": False, "false": False, "no": False, "off": False}
LONGEST = 100_000
NO_ITEMS = "[]"
NONE = "none"


def bind_text(signature: Signature, given: Mapping[str, str | Sequence[str]]) -> dict[str, Any]:
    """As `bind`, from texts. Nothing written means the default, or None where that is allowed."""
    values = {}
    for name, written in given.items():
        check_name(signature, name)
        parameter = signature[name]
        texts = [written] if isinstance(written, str) else list(written)
        if sum(map(len, texts)) > LONGEST or len(texts) > MOST_ITEMS:
            raise BadInput(f"{name} is too long.", field=f"params.{name}")
        values[name] = many(parameter, texts) if parameter.many else last(parameter, texts)
    return bind(signature, values)


def retyped(
    signature: Signature, shown: Mapping[str, Any], typed: Mapping[str, str]
) -> dict[str, Any]:
    """`shown`, all parameters bound, with what was typed over the form that shows them.

    Only what reads otherwise than the form counts.

    >>> walk = Signature("walk", "", "", (Parameter("sizes", "int", [5], many=True),))
    >>> retyped(walk, {"sizes": []}, {"sizes": "[]"}), retyped(walk, {"sizes": []}, {"sizes": "7"})
    ({'sizes': []}, {'sizes': [7]})
    """
    before = {name: as_text(signature[name], value) for name, value in shown.items()}
    changed = {name: text for name, text in typed.items() if before.get(name) != text}
    bound = bind_text(signature, changed)
    return {**shown, **{name: bound[name] for name in changed}}


def as_text(parameter: Parameter, value: Any) -> str:
    """How a form shows the value; `bind_text` reads the same value from it."""
    if isinstance(value, list):
        return ", ".join(quoted(as_text(parameter, item)) for item in value) or NO_ITEMS
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float():
            return str(value).removesuffix(".0")
        case str() if parameter.type == "choice":
            return choice_text(parameter, value)
        case str() if has_empty(parameter):
            return more_quotes(value)
    return str(value)


def in_words(parameter: Parameter, value: Any) -> str:
    """The same for reading: also what is nothing has a word.

    >>> in_words(Parameter("p", "str"), ""), in_words(Parameter("p", "int", optional=True), None)
    ('empty', 'none')
    """
    return NONE if value is None else as_text(parameter, value) or "empty"


def way_to_none(parameter: Parameter) -> str:
    """How None is written, where it is allowed."""
    if not parameter.optional:
        return ""
    return f"or {NONE}" if is_word(parameter) else "or none, which is nothing written"


def is_word(parameter: Parameter) -> bool:
    """Whether `none` can mean None: for a text it is a text."""
    is_choice = NONE in (str(choice).lower() for choice in parameter.choices)
    return parameter.optional and parameter.type != "str" and not is_choice


def is_none(parameter: Parameter, written: str) -> bool:
    return is_word(parameter) and written.strip().lower() == NONE


def has_empty(parameter: Parameter) -> bool:
    """Whether its empty text has to be told from None."""
    return parameter.type == "str" and parameter.optional and not parameter.many


def more_quotes(value: str) -> str:
    """Of nothing two, of several one more: no other text is made of two alone."""
    if not value:
        return '""'
    return f'{value}"' if len(value) > 1 and not value.strip('"') else value


def fewer_quotes(written: str) -> str:
    """What `more_quotes` was given."""
    if written == '""':
        return ""
    return written[:-1] if len(written) > 2 and not written.strip('"') else written


def choice_text(parameter: Parameter, value: str) -> str:
    """In quotes where it would be taken for a number among the choices, or for nothing."""
    core = value.strip('"')
    numbers = {str(known) for known in parameter.choices if isinstance(known, int)}
    return value if core and core == core.strip() and core not in numbers else f'"{value}"'


def last(parameter: Parameter, texts: list[str]) -> Any:
    written = texts[-1] if texts else ""
    if parameter.type != "str":
        written = written.strip()
    if not written and (parameter.optional or parameter.type != "str"):
        return None if parameter.optional else parameter.default
    return None if is_none(parameter, written) else value_of(parameter, written)


def many(parameter: Parameter, texts: list[str]) -> Any:
    given = [written for written in texts if written.strip()]
    if not given:
        return None if parameter.optional else parameter.default
    if is_none(parameter, given[-1]):
        return None
    return [value_of(parameter, item) for written in given for item in split(parameter, written)]


def split(parameter: Parameter, written: str) -> list[str]:
    if written.strip() == NO_ITEMS:
        return []
    bare = without_brackets(parameter, written)
    try:
        rows = list(csv.reader([bare], skipinitialspace=True, strict=True))
    except csv.Error:
        raise wrong(parameter, written, "is a list with commas; quotes come in pairs") from None
    return [item for row in rows for item in row]


def without_brackets(parameter: Parameter, written: str) -> str:
    """`[0.5, 1]` as in a note; of a text they may be part."""
    core = written.strip()
    is_list = parameter.type != "str" and core.startswith("[") and core.endswith("]")
    choices = [str(choice) for choice in parameter.choices]
    return core[1:-1] if is_list and core not in choices else written


def quoted(item: str) -> str:
    plain = item and item == item.strip() and not any(sign in item for sign in ',;"\r\n')
    return item if plain and item != NO_ITEMS else '"' + item.replace('"', '""') + '"'


def value_of(parameter: Parameter, written: str) -> Any:
    """The JSON value that is written there; what cannot be read is left to `bind` to refuse."""
    match parameter.type:
        case "bool":
            return TRUTHS.get(written.strip().lower(), written)
        case "int" | "float":
            return number(written)
        case "choice":
            texts = [choice for choice in parameter.choices if isinstance(choice, str)]
            known: dict[str, str | int] = {f'"{choice}"': choice for choice in texts}
            known |= {as_text(parameter, choice): choice for choice in parameter.choices}
            return known.get(written, written)
        case "date":
            return written.strip()
    return fewer_quotes(written) if has_empty(parameter) else written


def number(written: str) -> int | float | str:
    for read in (int, float):
        try:
            return read(written)
        except ValueError:
            continue
    return written[:LONGEST_TEXT]
