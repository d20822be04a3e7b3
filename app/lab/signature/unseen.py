r"""Signs that nobody sees: a text is kept as it is, and shown so that they are seen.

>>> visible("a\u202eb"), visible("می\u200cخواهم") == "می\u200cخواهم"
('a[U+202E]b', True)

A right-to-left mark can turn the line around in which a value is shown, and a control character
moves the cursor of a terminal. Joiners belong to the writing of words and stay.
"""

from __future__ import annotations

import re

CONTROL = "\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # all but tabs and the ends of lines
FORMAT = (
    "\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f"
)
CONTROLS = re.compile(f"[{CONTROL}]")
UNSEEN = re.compile(f"[{CONTROL}{FORMAT}]")


def visible(text: str) -> str:
    return UNSEEN.sub(lambda match: f"[U+{ord(match[0]):04X}]", text)
