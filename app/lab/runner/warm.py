"""What every analysis needs and no analysis should wait for: imported and used once.

`python script.py` spends 0.7 of its second on importing matplotlib. The runner does it once and
forks. It imports nothing from the folder of analyses and starts no thread: a fork while another
thread is inside BLAS would hang.
"""

from __future__ import annotations

import gc
import io
import os
import sysconfig
import warnings
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib import pyplot

from app.lab.outputs import fonts, png, results, style
from app.lab.runner import seed


def up() -> None:
    """Take on our style; draw once: fonts found, caches filled."""
    style.apply()
    seed.start({})  # imports numpy.random, which takes 10 ms
    np.linalg.svd(np.eye(3))
    draw()


def draw() -> None:
    """A figure of each format, as a run draws it; afterwards no file is open."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        figure, axes = pyplot.subplots()
        axes.plot(np.linspace(1, 10, 20), np.linspace(1, 10, 20) ** 2, label="$x^2$ once")
        axes.set(title="Once", xlabel="$x$", ylabel="$y$")
        axes.legend()
        with results.laid_out(figure):
            png.encoded(png.painted(figure, 200), 200)
            figure.savefig(io.BytesIO(), format="svg")
        pyplot.close("all")
    fonts.forget()
    gc.collect()
    gc.freeze()  # a collection in a child would touch, and so copy, all that we share with it


def known_fonts() -> list[Path]:
    """Where matplotlib has noted which fonts there are, which takes it a second to find out."""
    return list(Path(mpl.get_cachedir()).glob("fontlist-*.json"))


def threads() -> int:
    """How many threads this process has; more than one, and it must not fork."""
    tasks = Path("/proc/self/task")
    return len(os.listdir(tasks)) if tasks.exists() else 1  # noqa: PTH208 - counted, not visited


def installed() -> tuple[int, ...]:
    """Changes when a distribution is installed or removed: pip touches these folders."""
    folders = {sysconfig.get_path(name) for name in ("purelib", "platlib")}
    return tuple(Path(folder).stat().st_mtime_ns for folder in sorted(folders))
