"""A traceback whose places lead to the lines of the code.

>>> linked('File "walk.py", line 5, in main <x>', lambda name: name == "walk")
'<a href="/analyses/walk#L5">File &quot;walk.py&quot;, line 5</a>, in main &lt;x&gt;'
>>> linked("walk.py, line 7: ZeroDivisionError", lambda name: True)
'<a href="/analyses/walk#L7">walk.py, line 7</a>: ZeroDivisionError'
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from urllib.parse import quote

PLACE = re.compile(r'File "(\w{1,100})\.py", line (\d{1,7})|^(\w{1,100})\.py, line (\d{1,7})(?=:)')


def linked(text: str, is_page: Callable[[str], bool]) -> str:
    """The text as HTML. `is_page` says which names have a page with numbered lines."""
    parts, end = [], 0
    for found in PLACE.finditer(text):
        name, line = found[1] or found[3], found[2] or found[4]
        if is_page(name):
            place = f"/analyses/{quote(name)}#L{int(line)}"
            parts += [escape(text[end : found.start()])]
            parts += [f'<a href="{escape(place)}">{escape(found[0])}</a>']
            end = found.end()
    return "".join([*parts, escape(text[end:])])
