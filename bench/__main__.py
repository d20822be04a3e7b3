"""`python -m bench [NAME …]`: measure, print the ratios, end with 1 if a promise is broken."""

from __future__ import annotations

import importlib
import sys
import time

from bench.ratios import Ratio

MEASURES = (
    "pages",
    "margin_page",
    "indexing",
    "markup",
    "scanning",
    "rerunning",
    "saving",
    "annotating",
    "searching",
    "searching_annotations",
    "anchoring",
    "sweeping",
)


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in MEASURES]
    if unknown:
        print(f"No measure {', '.join(unknown)}; there are: {', '.join(MEASURES)}.")
        return 2
    ratios = [ratio for name in names or MEASURES for ratio in run(name)]
    print(table(ratios))
    return 0 if all(ratio.kept for ratio in ratios) else 1


def run(name: str) -> list[Ratio]:
    started = time.monotonic()
    print(f"{name} … ", end="", flush=True)
    ratios: list[Ratio] = importlib.import_module(f"bench.{name}").measure()
    print(f"{time.monotonic() - started:.0f} s", flush=True)
    return ratios


def table(ratios: list[Ratio]) -> str:
    """A line a promise: what was measured, what was promised, and what the numbers were."""
    wide = max(len(ratio.name) for ratio in ratios)
    return "\n".join(line(ratio, wide) for ratio in ratios)


def line(ratio: Ratio, wide: int) -> str:
    word = "kept  " if ratio.kept else "BROKEN"
    promise = f"{ratio.bound} {ratio.limit:g}"
    return f"{word}  {ratio.name:<{wide}}  {ratio.value:6.2f}  ({promise:<13})  {ratio.detail}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
