"""The commands: `python -m app COMMAND`, one module each.

A module's docstring is its help; it offers `arguments(parser)` and `run(settings, options)`,
which returns the exit status: 0 only on success.
"""
