"""The figures of a whole page: numbered as they stand on it; a picture that is not there says so.

Both are known only when the page is put together: embedded notes bring figures of their own, and
files come and go while the stored HTML of a note stays. One query, and none without pictures.

    >>> numbered('<!--gloss:figure {"kind":"Table"}--> a <!--gloss:figure {"kind":"Table"}-->')
    '<b data-text="">Table 1.</b>  a <b data-text="">Table 2.</b> '
"""

from __future__ import annotations

import re
from collections import Counter
from html import escape, unescape
from typing import Any
from urllib.parse import unquote

from flask import g

from app.library import media
from app.markup import fill
from app.markup.images import MEDIA
from app.web import access, citing

IMAGE = re.compile(r'<img\b(?:[^">]|"[^"]*")*>')
ATTRIBUTE = re.compile(r' ([a-z-]+)="([^"]*)"')


def finished(html: str) -> str:
    return with_gaps(numbered(html))


def numbered(html: str) -> str:
    """Each `figure` becomes `Figure 3.`; `again` is the number just given, `coming` the next."""
    if "<!--gloss:figure " not in html:
        return html
    counts: Counter[str] = Counter()
    last = [""]

    def figure(given: dict[str, Any]) -> str:
        kind = str(given["kind"])
        counts[kind] += 1
        last[0] = str(counts[kind])
        return label(kind, last[0])

    kinds = {"again": lambda _: last[0], "coming": lambda given: str(counts[given["kind"]] + 1)}
    return fill(html, {"figure": figure, **kinds, "cite": citing.later})


def label(kind: str, number: str) -> str:
    return f'<b data-text="">{escape(kind)} {escape(number)}.</b> '


def with_gaps(html: str) -> str:
    """`html` with the name and the reason in place of each picture that is not there."""
    if "<img" not in html:
        return html
    known = [attributes(tag[0]) for tag in IMAGE.finditer(html)]
    wanted = {path for each in known if (path := path_of(each)) is not None}
    found = media.named(g.db, wanted)
    lost = {path for path in wanted if not is_there(path, found)}
    return IMAGE.sub(lambda tag: shown(tag[0], lost), html)


def attributes(tag: str) -> dict[str, str]:
    return {name: unescape(value) for name, value in ATTRIBUTE.findall(tag)}


def path_of(given: dict[str, str]) -> str | None:
    source = given.get("src", "")
    return unquote(source.removeprefix(MEDIA)) if source.startswith(MEDIA) else None


def is_there(path: str, found: media.Named) -> bool:
    """In the index, or on the disk, where the index is a moment behind."""
    if media.choose(found, path):
        return True
    try:
        return ".." not in path.split("/") and (access.settings().notes / path).is_file()
    except OSError:  # a name that no file can have
        return False


def shown(tag: str, lost: set[str]) -> str:
    given = attributes(tag)
    path = path_of(given)
    if path is not None:
        reason = "there is no such file below the notes"
        return gap(path.rpartition("/")[2], reason, given) if path in lost else tag
    if given.get("src"):
        return tag
    name = given.get("data-nowhere", "")
    return gap(name, "its address is none below the notes and none of the web", given)


def gap(name: str, reason: str, given: dict[str, str]) -> str:
    alt = given.get("alt", "")
    words = f" ({escape(alt)})" if alt and alt != name else ""
    title = f"<code>{escape(name)}</code>" if name else ""
    return (
        f'<span class="gap" data-text="" role="note"><b>No picture</b> {title}{words}:'
        f' <span class="reason">{escape(reason)}.</span></span>'
    )
