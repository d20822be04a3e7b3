"""What a run may touch and use, and the processes that hold it to that."""

from app.lab.sandbox.confine import LIMITS, MEGABYTE, Plan, limit, make_folder, probe, restrict

__all__ = ["LIMITS", "MEGABYTE", "Plan", "limit", "make_folder", "probe", "restrict"]
