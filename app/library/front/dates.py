"""The day on which a note began, as programs write it: `created`, where `date` is silent.

>>> beginning({"Date created": "2026-03-01 10:00", "rating": 4}), beginning({"created": "soon"})
('2026-03-01', '')
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from app.library.front import fields

BEGINNING = re.compile(r"created(?:[ _-]?(?:at|on|time))?|date[ _-]?created|creation[ _-]?date")


def beginning(extra: Mapping[str, Any]) -> str:
    """The first property of that kind that holds a day; nothing if there is none."""
    days = (day_of(value) for name, value in extra.items() if is_beginning(name))
    return next((day for day in days if day), "")


def is_beginning(name: str) -> bool:
    return BEGINNING.fullmatch(name.strip().lower()) is not None


def day_of(value: Any) -> str:
    """An ISO day; nothing for what is none."""
    try:
        return "" if isinstance(value, dict | list) else fields.day(str(value).strip())
    except ValueError:
        return ""
