"""One plot, as an analysis and as a plain script that draws and saves the same files.

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
    """What `app.lab.outputs` does with a figure: the same three files, byte for byte."""
    from app.lab.outputs import dark, png, style

    plt.switch_backend("agg")
    style.apply()
    figure = main()["wave"]
    canvas = png.canvas_of(figure, 200)
    figure.get_layout_engine().execute(figure)
    with plt.rc_context({"figure.constrained_layout.use": False}):
        figure.set_layout_engine(None)
        (folder / "wave.png").write_bytes(png.encoded(png.painted(canvas, 200), 200))
        figure.savefig(folder / "wave.svg", metadata={"Date": None, "Creator": None})
        twin = dark.recoloured((folder / "wave.svg").read_text("utf-8"))
        (folder / "wave.dark.svg").write_text(twin, "utf-8")


if __name__ == "__main__":
    save(Path(sys.argv[1]))
