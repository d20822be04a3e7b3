"""Numbers in a sentence: `{{ wide.rms_ratio | .3f }}`.

>>> reference("wide.rms_ratio | .3f")
Reference(block='wide', key='rms_ratio', format='.3f')
>>> format(1.0034, ".3f"), format(12345.678, ",.0f"), format(0.1 + 0.2)
('1.003', '12,346', '0.3')

The format is a small part of Python's own, and is never given to str.format, which would let a
sentence reach into objects.
"""

from __future__ import annotations

import builtins
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

REFERENCE = re.compile(
    r"(?P<block>[^\W\d]\w{0,99})\.(?P<key>[^\W\d]\w{0,99})(\s*\|\s*(?P<format>\S{0,20}))?"
)
# sign, zeros, width, thousands, digits after the point, the kind of number
SPEC = re.compile(r"[-+ ]?0?(?:[1-9]\d?)?[,_]?(?:\.[0-3]?\d)?[eEfFgG%d]?")
WORDS = {"nan": "NaN", "inf": "∞", "-inf": "−∞"}  # as outputs store them


@dataclass(frozen=True)
class Reference:
    block: str
    key: str
    format: str = ""


def reference(text: str) -> Reference | None:
    """What stands between the braces; None where it names no value."""
    found = REFERENCE.fullmatch(text.strip())
    return Reference(found["block"], found["key"], found["format"] or "") if found else None


def look_up(wanted: Reference, namespace: Mapping[str, Mapping[str, Any] | None]) -> str | None:
    """The value as it is shown; None where it is not known, or not to be shown so."""
    values = namespace.get(wanted.block)
    return format(values[wanted.key], wanted.format) if values and wanted.key in values else None


def format(value: Any, spec: str = "") -> str | None:  # noqa: A001 - read as values.format
    """`value` in the words of the format; None where the two do not fit."""
    if not SPEC.fullmatch(spec):
        return None
    if isinstance(value, bool):
        return str(value).lower() if not spec else None
    if isinstance(value, str):
        return WORDS.get(value, value if not spec else None)
    if not isinstance(value, int | float):
        return None
    return number(value, spec)


def number(value: int | float, spec: str) -> str | None:
    if isinstance(value, float) and not math.isfinite(value):
        return WORDS[str(value)]
    if spec.endswith("d") and isinstance(value, float):
        value = round(value)
    if not spec and isinstance(value, float):
        spec = ".10g"  # enough for every result, too little for the noise of the last bits
    try:
        return builtins.format(value, spec)
    except (ValueError, OverflowError):
        return None
