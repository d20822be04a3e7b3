"""Look again at what is under way: for a page without scripts, which does not follow it.

`?look=17-2` is the second look at run 17, `?look=s3-1` the first at sweep 3: each has an address of
its own, as a browser loads nothing anew for a link that leads to another place of the same page.
"""

from __future__ import annotations

import re
from urllib.parse import quote, urlencode

from flask import request

from app.web import choices
from app.web.templates import address

LOOK = re.compile("(s?[0-9]{1,18})-([0-9]{1,6})")
MOST = 10**6


def looked() -> tuple[str, int]:
    """At what the address looks, and for how many times."""
    found = LOOK.fullmatch(request.args.get("look", ""))
    return (found[1], int(found[2])) if found else ("", 0)


def again(place: str, what: str, block: str) -> str:
    look = f"look={what}-{(looked()[1] + 1) % MOST}"
    return f"{place}{'&' if '?' in place else '?'}{look}#block-{quote(block)}"


def again_at_sweep(note: str, sweep: int, block: str) -> str:
    query = urlencode(choices.others(block))
    return again(f"{address(note)}?{query}" if query else address(note), f"s{sweep}", block)
