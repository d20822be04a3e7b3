"""Every promise of speed, measured against a baseline that does the same work.

`python -m bench` (make bench) runs them all, `python -m bench NAME` one. A measure is a module
here with `measure() -> list[Ratio]`. Absolute times are noisy on shared machines, so only ratios
count: both sides run in one process tree, by turns, and the median of the rounds is what is told.
"""
