"""The versions of the installed distributions that imported names belong to."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from app.lab.fingerprint.files import MISSING

# Imports that compute nothing: what Gloss gives for the command line, what describes a range.
IDLE = frozenset({"app", "annotated_types"})


@dataclass(frozen=True)
class Installed:
    """The distributions behind each importable name, as they were when sys.path had `stamp`."""

    stamp: tuple[int, ...]
    names: Mapping[str, list[str]]
    versions: dict[str, str]


_installed = Installed((), {}, {})


def packages(names: Iterable[str]) -> dict[str, str]:
    """The version of each distribution that one of the imported names belongs to."""
    installed = installed_now()
    found = {each for name in {*names} - IDLE for each in installed.names.get(name, ())}
    return {each: version(installed, each) for each in sorted(found)}


def installed_now() -> Installed:
    """Read again when a folder of sys.path has changed: installing always changes one."""
    global _installed
    stamp = tuple(changed_at(path) for path in sys.path)
    if stamp != _installed.stamp:
        _installed = Installed(stamp, metadata.packages_distributions(), {})
    return _installed


def changed_at(path: str) -> int:
    try:
        return Path(path or ".").stat().st_mtime_ns
    except OSError:
        return 0


def version(installed: Installed, name: str) -> str:
    if name not in installed.versions:
        try:
            installed.versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            installed.versions[name] = MISSING
    return installed.versions[name]
