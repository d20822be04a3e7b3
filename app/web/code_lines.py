"""Where the lines of code are that a run ran: a traceback leads there.

To the page of the analysis while the file is what it was, else to the code as it was, which stands
on the page of the run.
"""

from __future__ import annotations

import hashlib
from html import escape
from urllib.parse import quote

from flask import request

from app.lab import analyses
from app.lab.runs import Run
from app.lab.shown import trace
from app.web import access


def linked(text: str, run: Run) -> str:
    """What a run said, as HTML, with its places as links."""
    return trace.linked(text, lambda name, line: place(run, name, line))


def place(run: Run, name: str, line: int) -> str:
    """The address of a line of `name.py`; empty where no page has it."""
    file = f"{name}.py"
    then = (run.parts.get("files") or {}).get(file)
    own = f"/runs/{run.id}"
    if then is not None and request.path == own:
        return f"#{quote(anchor(file, line))}"
    if then is not None and then != now(file):
        return f"{own}#{quote(anchor(file, line))}"
    is_page = analyses.load(access.settings(), name) is not None
    return f"/analyses/{quote(name)}#{anchor('', line)}" if is_page else ""


def now(file: str) -> str:
    """The hash of a file below the folder of analyses, as runs have it; empty where it is gone."""
    try:
        return hashlib.sha256((access.settings().analysis / file).read_bytes()).hexdigest()
    except OSError:
        return ""


def anchor(file: str, line: int) -> str:
    return f"{file}-L{line}" if file else f"L{line}"


def with_anchors(html: str, file: str = "") -> str:
    r"""Highlighted code with an anchor on each line; no element in it goes over lines.

    >>> with_anchors("a\n<b>c</b>")
    '<span id="L1">a</span>\n<span id="L2"><b>c</b></span>'
    """
    lines = enumerate(html.split("\n"), 1)
    return "\n".join(
        f'<span id="{escape(anchor(file, number))}">{line}</span>' for number, line in lines
    )
