"""The small checks that an annotation is made of. Each names the place that is wrong.

A place is written as a path: `target.selector[0].exact`.

    >>> iri("http://example.org/a", "target")
    >>> iri("not an address", "target")
    Traceback (most recent call last):
    app.errors.BadInput: «not an address» is no address (IRI).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Container
from typing import Any

from app.errors import BadInput

Check = Callable[[Any, str], None]

MAX_DEPTH = 32
MAX_VALUES = 10_000  # the largest of the W3C's samples has 60
SHOWN = 60
MOST = 50  # faults that are named at once

# RFC 3987 in the small: a scheme, then no white space and none of what may not stand in an IRI.
IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`\x00-\x20\x7f]+")
MOMENT = re.compile(
    r"-?\d{4,6}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
    r"T([01]\d|2[0-4]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]([01]\d):[0-5]\d)?",
    re.IGNORECASE,
)


class Faults:
    """What is wrong, gathered while the rest is checked: who sent it hears of all at once.

    >>> faults = Faults()
    >>> with faults:
    ...     iri(7, "id")
    >>> with faults:
    ...     text(7, "bodyValue")
    >>> [fault.field for fault in faults.found]
    ['id', 'bodyValue']
    """

    def __init__(self) -> None:
        self.found: list[BadInput] = []

    def __enter__(self) -> None: ...

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> bool:
        if isinstance(error, BadInput):
            self.add(error)
        return isinstance(error, BadInput)

    def add(self, error: BadInput) -> None:
        self.found = [*self.found, *error.all][:MOST]
        error.others = []

    def settle(self, last: str = "") -> None:
        """Raise the first, which knows the others; a fault of `last` comes at the end."""
        if self.found:
            first, *others = sorted(
                self.found, key=lambda fault: bool(last) and fault.field == last
            )
            first.others = others
            raise first


def bounded(value: Any) -> list[str]:
    """The keys in `value`; BadInput where it is too deep, too many, or not storable.

    What can be taken, which is nearly all, is looked through level by level, without its paths.
    """
    level, count = [value], 0
    texts: list[str] = []
    keys: list[str] = []
    for _ in range(MAX_DEPTH + 1):
        count += len(level)
        level = inside(level, texts, keys)
        if not level or count > MAX_VALUES:
            break
    if level or count > MAX_VALUES or not is_text("".join(texts)) or not is_text("".join(keys)):
        explain(value)
    return keys


def inside(level: list[Any], texts: list[str], keys: list[str]) -> list[Any]:
    """What the values of one level hold; the texts among them, and the keys, are put aside."""
    inner: list[Any] = []
    for each in level:
        if isinstance(each, str):
            texts.append(each)
        elif isinstance(each, dict):
            keys.extend(each)
            inner.extend(each.values())
        elif isinstance(each, list):
            inner.extend(each)
        elif isinstance(each, float) and not math.isfinite(each):
            texts.append("\x00")  # so that it is found
    return inner


def is_text(text: str) -> bool:
    return "\x00" not in text and (text.isascii() or encodes(text))


def encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def explain(value: Any, path: str = "", depth: int = 0) -> int:
    """Raise BadInput at the first place that `bounded` could not take; else how many values."""
    if depth > MAX_DEPTH:
        raise BadInput(f"Nested deeper than {MAX_DEPTH} levels.", field=path)
    if isinstance(value, str):
        storable(value, path)
    elif isinstance(value, float) and not math.isfinite(value):
        raise BadInput("A number must be finite.", field=path)
    count = 1
    for key, inner in members(value, path):
        count += explain(inner, key, depth + 1)
        if count > MAX_VALUES:
            raise BadInput(f"More than {MAX_VALUES} values.", field=path)
    return count


def members(value: Any, path: str) -> list[tuple[str, Any]]:
    if isinstance(value, list):
        return [(f"{path}[{index}]", inner) for index, inner in enumerate(value)]
    if isinstance(value, dict):
        for key in value:
            storable(key, path)
        return [(below(path, key), inner) for key, inner in value.items()]
    return []


def storable(text: str, path: str) -> None:
    if "\x00" in text:
        raise BadInput("A text cannot hold the character NUL.", field=path)
    if not encodes(text):
        raise BadInput("Half a surrogate pair: this is no text.", field=path)


def below(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def iri(value: Any, path: str) -> None:
    if not isinstance(value, str):
        raise BadInput("An address (IRI) is a text.", field=path)
    if not IRI.fullmatch(value):
        raise BadInput(f"«{value[:SHOWN]}» is no address (IRI).", field=path)


def text(value: Any, path: str) -> None:
    if not isinstance(value, str):
        raise BadInput("This must be one text.", field=path)


def moment(value: Any, path: str) -> None:
    """A date with its time, as `2026-11-21T14:02:05Z`."""
    if not isinstance(value, str) or not MOMENT.fullmatch(value):
        raise BadInput("A time is written as 2026-11-21T14:02:05Z.", field=path)


def count(value: Any, path: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise BadInput("This must be a whole number, at least 0.", field=path)


def word_of(words: Container[str], *, or_iri: bool = False) -> Check:
    """A check for one of `words`; with `or_iri`, an address is taken too."""

    def check(value: Any, path: str) -> None:
        if isinstance(value, str) and (value in words or (or_iri and IRI.fullmatch(value))):
            return
        raise BadInput(f"{value!r:.{SHOWN}} is not a word that may stand here.", field=path)

    return check


def resource(value: Any, path: str) -> None:
    """An address, or an object that describes the thing (an agent, an audience, a style)."""
    if isinstance(value, dict):
        types(value, path)
        if "id" in value:
            single(iri)(value["id"], below(path, "id"))
        return
    iri(value, path)


def single(check: Check) -> Check:
    """Exactly one; a list of one means the same in JSON-LD."""

    def checked(value: Any, path: str) -> None:
        if not isinstance(value, list):
            check(value, path)
        elif len(value) == 1:
            check(value[0], f"{path}[0]")
        else:
            raise BadInput("There must be exactly one value here.", field=path)

    return checked


def every(check: Check) -> Check:
    """One, or a list of any length."""

    def checked(value: Any, path: str) -> None:
        if not isinstance(value, list):
            check(value, path)
            return
        faults = Faults()
        for index, inner in enumerate(value):
            with faults:
                check(inner, f"{path}[{index}]")
        faults.settle()

    return checked


def fields(value: dict[str, Any], checks: dict[str, Check], path: str) -> None:
    """Check the keys that are there; what is unknown is left alone."""
    faults = Faults()
    for key, inner in value.items():
        if key in checks:
            try:  # without `with`, which costs a third of all checks
                checks[key](inner, below(path, key))
            except BadInput as error:
                faults.add(error)
    faults.settle()


def needed(value: dict[str, Any], key: str, path: str, why: str) -> None:
    if key not in value:
        raise BadInput(why, field=below(path, key))


def without(value: dict[str, Any], keys: tuple[str, ...], path: str, what: str) -> None:
    faults = Faults()
    for key in keys:
        if key in value:
            with faults:
                raise BadInput(f"{what} has no «{key}».", field=below(path, key))
    faults.settle()


def types(value: dict[str, Any], path: str) -> list[str]:
    """The names under `type`, as a list."""
    named = value.get("type", [])
    every(text)(named, below(path, "type"))
    return [named] if isinstance(named, str) else list(named)
