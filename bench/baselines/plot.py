"""One plot, as an analysis and as a plain script that draws it and saves it as PNG and SVG.

As an analysis it is run by the runner; as `python plot.py DIR` it imports, draws and saves.
"""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np


def main(rate: float = 0.2) -> dict:
    steps = np.linspace(0, 10, 400)
    figure, axes = plt.subplots()
    axes.plot(steps, np.exp(-rate * steps) * np.cos(steps))
    axes.set(xlabel="time", ylabel="height", title="A damped wave")
    return {"wave": figure}


def save(folder: Path) -> None:
    """What a script does with its figure. Only the style is ours, so that it looks the same."""
    from app.lab.outputs import style

    plt.switch_backend("agg")
    style.apply()
    figure = main()["wave"]
    figure.savefig(folder / "wave.png", dpi=200)
    figure.savefig(folder / "wave.svg")


if __name__ == "__main__":
    save(Path(sys.argv[1]))
