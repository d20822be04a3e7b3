r"""Signs that nobody sees: a text is kept as it is, and shown so that they are seen.

>>> visible("a\u202eb"), visible("می\u200cخواهم") == "می\u200cخواهم"
('a[U+202E]b', True)
>>> visible("\U0001f3f4\U000e0067\U000e007f"), visible("a\U000e0067")
('🏴\U000e0067\U000e007f', 'a[U+E0067]')

A right-to-left mark can turn the line around in which a value is shown, and a control character
moves the cursor of a terminal. Joiners belong to the writing of words and stay.
"""

from __future__ import annotations

import re

CONTROL = "\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # all but tabs and the ends of lines
FORMAT = (
    "\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\u115f\u1160\u2800\u3164\uffa0"
)
# Tags spell which flag a black one is; anywhere else they are unseen, too.
FLAG, TAGS = "\U0001f3f4", "\U000e0000-\U000e007f"
CONTROLS = re.compile(f"[{CONTROL}]")
UNSEEN = re.compile(f"({FLAG}[{TAGS}]{{1,7}})|([{CONTROL}{FORMAT}{TAGS}])")


def visible(text: str) -> str:
    return UNSEEN.sub(lambda match: match[1] or f"[U+{ord(match[2]):04X}]", text)
