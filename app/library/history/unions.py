"""Lists of the front matter that both sides of a merge changed: what each added, without what each
took away.

    >>> united("tags", "tags: [a, b]\\n", "tags: [a, b, c]\\n", "tags: [b, d]\\n")
    'tags: [b, c, d]\\n'

Which side is ours does not matter. Where both put the items in another order, or a remark of one
side would be lost, there is no such list.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import yaml

from app.errors import Unreadable
from app.library.front import front_matter, header, header_edit

KEYS = ("tags", "aliases", "authors")
REMARK = re.compile(r"(?:^|\s)(#.*)", re.MULTILINE)
FENCE = "---\n"

Items = Sequence[str]


def united(key: str, base: str | None, ours: str | None, theirs: str | None) -> str | None:
    """The text of the key with both changes, each side given as `headers.parts` has it."""
    if ours is None or theirs is None:
        return None
    sides = sorted([ours, theirs])
    try:
        first, second = (listed(key, text) for text in sides)
        together = union(items(key, base or ""), first, second)
        if together is None:
            return None
        for text in sides:
            if all(remarks(other) <= remarks(text) for other in sides):
                changed = header_edit.change(f"{FENCE}{text}{FENCE}", {key: tuple(together)})
                return changed.removeprefix(FENCE).removesuffix(FENCE)
    except (Unreadable, header.Wrong):
        pass
    return None


def listed(key: str, text: str) -> Items:
    """The items of what is written as a list; a value alone is none."""
    if not isinstance(header.read(text)[key].value, yaml.SequenceNode):
        raise header.Wrong("This is no list.", 1)
    return items(key, text)


def items(key: str, text: str) -> tuple[str, ...]:
    found: tuple[str, ...] = getattr(front_matter.parse(f"{FENCE}{text}{FENCE}", "note.md"), key)
    return found


def remarks(text: str) -> set[str]:
    return {match.strip() for match in REMARK.findall(text)}


def union(base: Items, first: Items, second: Items) -> list[str] | None:
    """The items of both, in the order of the side that changed it; None, if both did."""
    if list(base) in (list(first), list(second)) or list(first) == list(second):
        return None  # not the items were changed, but how they are written
    known = [item for item in base if item in first and item in second]
    orders = [[item for item in side if item in known] for side in (first, second)]
    if known not in orders and orders[0] != orders[1]:
        return None
    if orders[0] == known:
        orders.reverse()
        first, second = second, first
    if orders[0] == known:  # neither did
        first, second = sorted([first, second], key=list)
    kept = [item for item in first if item in second or item not in base]
    return kept + [item for item in second if item not in first and item not in base]
