"""All that a result depends on, in one hash, and in words what of it changed."""

from app.lab.fingerprint.taking import Fingerprint, Take, reasons, take, taker

__all__ = ["Fingerprint", "Take", "reasons", "take", "taker"]
