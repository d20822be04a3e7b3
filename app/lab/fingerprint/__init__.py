"""All that a result depends on, in one hash, and in words what of it changed."""

from app.lab.fingerprint.ending import begun, ended
from app.lab.fingerprint.taking import Fingerprint, Take, seen_in, take, taker
from app.lab.fingerprint.words import Cause, causes, reasons

__all__ = [
    "Cause",
    "Fingerprint",
    "Take",
    "begun",
    "causes",
    "ended",
    "reasons",
    "seen_in",
    "take",
    "taker",
]
