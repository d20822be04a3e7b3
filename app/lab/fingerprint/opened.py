"""The files below the folder of analyses that a run opens, as Python itself sees them opened.

In the child, `watch` listens to Python's audit events: `open` (of whatever module; imports too),
`sqlite3.connect`, and `os.listdir` and `os.scandir`, where the names in the folder are what is
read. Processes that it starts are not seen, nor is compiled code that opens files by itself:
INPUTS declares those.

What a child tells is only about itself, and still is checked (`admitted`) before it is believed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from importlib.util import source_from_cache
from pathlib import Path, PurePosixPath
from typing import Any

MOST = 500
LONGEST = 500  # characters of a path
CODE = ".py"
OPENINGS = ("open", "sqlite3.connect")
LISTINGS = ("os.listdir", "os.scandir")
IMPORTING = "<frozen importlib"  # it looks through folders, which is no reading of names


def watch(root: Path) -> Callable[[], list[str]]:
    """From here on, what this process opens to read; the function tells the paths below `root`."""
    found: dict[str, None] = {}
    roots = {os.path.join(each, "") for each in (str(root), os.path.realpath(root))}  # noqa: PTH118 - text, at every open

    def hook(event: str, given: tuple[Any, ...]) -> None:
        if event not in OPENINGS and event not in LISTINGS:
            return
        with suppress(Exception):  # what cannot be noted must not fail the analysis
            note(event, given)

    def note(event: str, given: tuple[Any, ...]) -> None:
        path = place(given[0])
        if path is None or len(found) >= MOST or (event in OPENINGS and writes(given)):
            return
        if event in LISTINGS and sys._getframe(2).f_code.co_filename.startswith(IMPORTING):
            return
        full = os.path.abspath(path)  # noqa: PTH100 - a Path would resolve nothing either, slower
        below = next((each for each in roots if f"{full}/".startswith(each)), None)
        if below is not None:
            found[named(full, below, is_folder=event in LISTINGS or os.path.isdir(full))] = None  # noqa: PTH112

    sys.addaudithook(hook)
    return lambda: list(found)


def place(given: Any) -> str | None:
    """What was asked for, as text; None for a descriptor, or a database that is no file."""
    if given is None:
        return "."
    path = "" if isinstance(given, int) else os.fsdecode(given)
    return path if path and not path.startswith((":", "file:")) else None


def writes(given: tuple[Any, ...]) -> bool:
    flags = given[2] if len(given) > 2 and isinstance(given[2], int) else 0
    return flags & os.O_ACCMODE == os.O_WRONLY


def named(full: str, below: str, *, is_folder: bool) -> str:
    """The path below the root; of compiled code the source's, of a folder with a / at its end."""
    if full.endswith(".pyc"):
        full = source_from_cache(full)
    name = f"{full}/"[len(below) :] if is_folder else full[len(below) :]
    return name or "./"


def admitted(told: list[str]) -> list[str]:
    """Those of the paths that can be of files below the folder of analyses."""
    return list(dict.fromkeys(filter(is_below, told)))[:MOST]


def is_below(path: str) -> bool:
    """
    >>> is_below("data/x.csv"), is_below("./"), is_below("/etc/passwd"), is_below("../x")
    (True, True, False, False)
    """
    parts = PurePosixPath(path).parts
    sound = 0 < len(path) <= LONGEST and "\0" not in path and path.isascii() | is_unicode(path)
    return sound and not path.startswith("/") and ".." not in parts


def is_unicode(path: str) -> bool:
    """Without the halves of characters that stand for bytes of another encoding."""
    return not any("\ud800" <= letter <= "\udfff" for letter in path)
