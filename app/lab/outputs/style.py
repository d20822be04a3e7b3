"""How figures look by default: as calm as the page around them.

The sizes are for a column of 34rem; the ground is transparent, so that a figure stands on the
page's own colour, light or dark (see dark.py). An analysis may change any of it.
"""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
from cycler import cycler

INK = "#1d1c1a"
SOFT = "#6b675f"
HAIRLINE = "#d9d5cc"
CYCLE = (INK, "#9a3b26", "#2f6b4f", "#8a6410", "#3f5f8a", "#7a4a78")

STYLE: dict[Any, Any] = {
    "figure.figsize": (6.0, 3.6),
    "figure.dpi": 100,
    "figure.constrained_layout.use": True,
    "figure.facecolor": "none",
    "savefig.facecolor": "none",
    "axes.facecolor": "none",
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "axes.labelsize": 9,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "legend.fontsize": 8,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.edgecolor": SOFT,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "axes.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.minor.width": 0.4,
    "ytick.minor.width": 0.4,
    "xtick.major.size": 3,
    "ytick.major.size": 3,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.prop_cycle": cycler(color=CYCLE),
    "grid.color": HAIRLINE,
    "grid.linewidth": 0.5,
    "lines.linewidth": 1.3,
    "lines.markersize": 4,
    "legend.frameon": False,
    "image.cmap": "cividis",
    "text.hinting": "none",  # the PNG has twice the pixels of the page
    "svg.fonttype": "path",  # the reader's machine needs no font
    "svg.hashsalt": "gloss",  # the same figure is the same file
}


def apply() -> None:
    mpl.rcParams.update(STYLE)
