"""The commands: `python -m app COMMAND`, one module each.

A module's docstring is its help; it offers `arguments(parser)` and `run(settings, options)`,
which returns the exit status: 0 only on success.
"""

from __future__ import annotations

import sys

from app.library.backup import swap
from app.settings import Settings


def begin(settings: Settings) -> None:
    """Before any command: nothing may be read while a restore is half in place."""
    if swap.finish(settings.data / swap.PAPER):
        print("A restore that was interrupted is finished now.", file=sys.stderr)
