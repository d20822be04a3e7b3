r"""What a run printed: its beginning and its end, and how far it says it is.

    >>> printed = Printed("/srv/analysis")
    >>> printed.take(b"step 1\rstep 2\n/srv/analysis/x.py:3: UserWarning\n 40% done\r 50% done")
    >>> print(printed.text)
    step 2
    x.py:3: UserWarning
     50% done
    >>> printed.bar
    {'n': 50, 'total': 100, 'desc': ''}

A line that was drawn anew over itself is what it was at last.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

HEAD = TAIL = 30_000  # bytes that are kept
COUNTED = re.compile(r"(?<![\d.])(\d{1,12}) ?/ ?(\d{1,12})(?![\d.])")
PERCENT = re.compile(r"(?<![\d.])(\d{1,3}(?:\.\d{1,3})?) ?%")


@dataclass
class Printed:
    analysis: str  # the folder whose files are named without it
    head: bytes = b""
    tail: bytes = b""
    size: int = 0

    def take(self, data: bytes) -> None:
        self.size += len(data)
        room = HEAD - len(self.head)
        self.head += data[:room]
        self.tail = (self.tail + data[room:])[-TAIL:] if room < len(data) else self.tail

    @property
    def text(self) -> str:
        cut = self.size - len(self.head) - len(self.tail)
        middle = f"\n… {cut} bytes are left out …\n".encode() if cut else b""
        whole = (self.head + middle + self.tail).decode("utf-8", "replace").replace("\0", "␀")
        if "\r" in whole:
            whole = "\n".join(map(last_drawn, whole.split("\n")))
        return whole.replace(f"{self.analysis}/", "")

    @property
    def bar(self) -> dict[str, Any] | None:
        """How far it is, by a line that it draws anew; None where it says nothing of the kind."""
        end = (self.head + self.tail)[-1_000:].decode("utf-8", "replace").rpartition("\n")[2]
        if "\r" not in end:
            return None
        line = last_drawn(end)
        if found := COUNTED.search(line):
            n, total = map(int, found.groups())
            return {"n": n, "total": total, "desc": ""} if n <= total else None
        if (found := PERCENT.search(line)) and (percent := float(found[1])) <= 100:
            return {"n": int(percent), "total": 100, "desc": ""}
        return None


def last_drawn(line: str) -> str:
    return line.rstrip("\r").rpartition("\r")[2]
