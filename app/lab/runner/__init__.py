"""The runner: one process that executes what is asked for, and its door for all the others.

Web processes import the door alone, which does not load matplotlib.
`python -m app.lab.runner` becomes the runner.
"""

from app.lab.runner.door import is_running, run_now, wake, work

__all__ = ["is_running", "run_now", "wake", "work"]
