"""All that a result depends on. Two runs with the same fingerprint compute the same.

The parts tell why a result is stale, in words:

>>> reasons({"packages": {"numpy": "2.3"}}, {"packages": {"numpy": "2.4"}})
['numpy 2.3 → 2.4']

Every file is read once and then known by its stat, so taking a fingerprint again costs a few
stats: no page may become slow by asking whether its outputs still hold.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from app.lab.analyses import Analysis
from app.lab.fingerprint import imports
from app.lab.signature.binding import canonical
from app.settings import Settings

MISSING = "missing"
# Imports that compute nothing: what Gloss gives for the command line, what describes a range.
IDLE = frozenset({"app", "annotated_types"})


@dataclass(frozen=True)
class Fingerprint:
    digest: str
    parts: dict[str, Any]


Take = Callable[[Analysis, Mapping[str, Any]], Fingerprint]


@dataclass(frozen=True)
class Installed:
    """The distributions behind each importable name, as they were when sys.path had `stamp`."""

    stamp: tuple[int, ...]
    names: Mapping[str, list[str]]
    versions: dict[str, str]


_sources: dict[Path, tuple[str, imports.Facts]] = {}
_files: dict[Path, tuple[imports.Stamp, str]] = {}
_installed = Installed((), {}, {})


def take(settings: Settings, analysis: Analysis, params: Mapping[str, Any]) -> Fingerprint:
    """The fingerprint of the analysis with these bound parameters, as everything is now."""
    return taker(settings)(analysis, params)


def taker(settings: Settings) -> Take:
    """Takes the fingerprints of one moment: the files of each analysis are looked at once."""
    seen: dict[Path, dict[str, Any]] = {}

    def taken(analysis: Analysis, params: Mapping[str, Any]) -> Fingerprint:
        if analysis.path not in seen:
            seen[analysis.path] = surroundings(settings.analysis, analysis)
        return complete(seen[analysis.path], params)

    return taken


def surroundings(root: Path, analysis: Analysis) -> dict[str, Any]:
    """The parts that do not depend on the parameters."""
    own = facts_of(analysis)
    reached = imports.reached(root, own.imports)
    return {
        "source": own.digest,
        "modules": {path: found.digest for path, found in reached.modules.items()},
        "inputs": {path: contents(root, path) for path in analysis.signature.inputs},
        "packages": packages(reached.outside),
        "python": f"{sys.version_info.major}.{sys.version_info.minor}",
    }


def complete(around: Mapping[str, Any], params: Mapping[str, Any]) -> Fingerprint:
    parts = {**around, "params": canonical(params)}
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"))
    return Fingerprint(hashlib.sha256(text.encode()).hexdigest(), parts)


def reasons(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """What differs between two fingerprints' parts, in words; empty if nothing does."""
    found = ["its code changed"] if old.get("source") != new.get("source") else []
    for name, before, after in differences(old, new, "modules"):
        found.append(about_module(name, before, after))
    if old.get("params") != new.get("params"):
        found.append("its parameters changed")
    for name, before, after in differences(old, new, "inputs"):
        found.append(about_input(name, before, after))
    for name, before, after in differences(old, new, "packages"):
        found.append(about_package(name, before, after))
    if old.get("python") != new.get("python"):
        found.append(f"Python {old.get('python', '?')} → {new.get('python', '?')}")
    return found


def facts_of(analysis: Analysis) -> imports.Facts:
    known = _sources.get(analysis.path)
    if known is None or known[0] != analysis.source:
        known = (analysis.source, imports.facts(analysis.source, package=""))
        _sources[analysis.path] = known
    return known[1]


def contents(root: Path, path: str) -> str:
    """The SHA-256 of an input, by its stat if it is known; never of a file outside `root`."""
    full = root / path
    try:
        if not full.resolve().is_relative_to(root.resolve()) or not full.is_file():
            return MISSING
        stamp = imports.stamp_of(full)
        known = _files.get(full)
        if known is None or known[0] != stamp:
            with full.open("rb") as file:
                known = (stamp, hashlib.file_digest(file, "sha256").hexdigest())
            _files[full] = known
    except (OSError, RuntimeError):  # RuntimeError: symlinks in a circle
        return MISSING
    return known[1]


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


def differences(
    old: Mapping[str, Any], new: Mapping[str, Any], part: str
) -> list[tuple[str, Any, Any]]:
    """(name, before, after) of every entry that changed; None where there was, or is, none."""
    before, after = old.get(part) or {}, new.get(part) or {}
    names = sorted({*before, *after})
    changes = [(name, before.get(name), after.get(name)) for name in names]
    return [change for change in changes if change[1] != change[2]]


def about_module(name: str, before: str | None, after: str | None) -> str:
    if before is None:
        return f"it now imports `{name}`"
    if after is None:
        return f"it no longer imports `{name}`"
    return f"`{name}`, which it imports, changed"


def about_input(name: str, before: str | None, after: str | None) -> str:
    if before is None:
        return f"it now reads {name}"
    if after is None:
        return f"it no longer reads {name}"
    if after == MISSING:
        return f"{name} is missing"
    return f"{name} is there now" if before == MISSING else f"{name} changed"


def about_package(name: str, before: str | None, after: str | None) -> str:
    if before is None:
        return f"it now uses {name} {after}"
    if after is None:
        return f"it no longer uses {name}"
    return f"{name} {before} → {after}"
