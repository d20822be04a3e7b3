"""What a run may touch and use, and the processes that hold it to that."""

from app.lab.sandbox.confine import LIMITS, MEGABYTE, Plan, limit, make_folder, probe, restrict
from app.lab.sandbox.inner import Inner

__all__ = ["LIMITS", "MEGABYTE", "Inner", "Plan", "limit", "make_folder", "probe", "restrict"]
