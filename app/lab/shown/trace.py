"""A traceback whose places lead to the lines of the code.

>>> linked('File "walk.py", line 5, in main <x>', lambda name, line: f"/{name}#L{line}")
'<a href="/walk#L5">File &quot;walk.py&quot;, line 5</a>, in main &lt;x&gt;'
>>> linked("walk.py, line 7: ZeroDivisionError", lambda name, line: "")
'walk.py, line 7: ZeroDivisionError'
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape

PLACE = re.compile(r'File "(\w{1,100})\.py", line (\d{1,7})|^(\w{1,100})\.py, line (\d{1,7})(?=:)')


def linked(text: str, place: Callable[[str, int], str]) -> str:
    """The text as HTML. `place` says where a line of a file is shown; it is empty for nowhere."""
    parts, end = [], 0
    for found in PLACE.finditer(text):
        name, line = found[1] or found[3], found[2] or found[4]
        href = place(name, int(line))
        if href:
            parts += [escape(text[end : found.start()])]
            parts += [f'<a href="{escape(href)}">{escape(found[0])}</a>']
            end = found.end()
    return "".join([*parts, escape(text[end:])])
