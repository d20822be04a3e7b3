"""All that a result depends on. Two runs with the same fingerprint compute the same.

Every file is read once and then known by its stat, so taking a fingerprint again costs a few
stats: no page may become slow by asking whether its outputs still hold.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from app.lab.analyses import Analysis
from app.lab.fingerprint import files, imports
from app.lab.fingerprint.distributions import packages
from app.lab.fingerprint.opened import CODE
from app.lab.signature.binding import canonical
from app.settings import Settings

HASHED = ("source", "modules", "inputs", "packages", "python", "params")


@dataclass(frozen=True)
class Fingerprint:
    """`parts` has what is hashed, each by its name, and `seen`: the files that an earlier run was
    seen to open, beside those that its code and INPUTS name."""

    digest: str
    parts: dict[str, Any]


class Take(Protocol):
    def __call__(
        self, analysis: Analysis, params: Mapping[str, Any], seen: Iterable[str] = ()
    ) -> Fingerprint: ...


_sources: dict[Path, tuple[str, imports.Facts]] = {}


def take(
    settings: Settings, analysis: Analysis, params: Mapping[str, Any], seen: Iterable[str] = ()
) -> Fingerprint:
    """The fingerprint of the analysis with these bound parameters, as everything is now."""
    return taker(settings)(analysis, params, seen)


def taker(settings: Settings) -> Take:
    """Takes the fingerprints of one moment: the files of each analysis are looked at once."""
    known: dict[tuple[Path, tuple[str, ...]], dict[str, Any]] = {}

    def taken(
        analysis: Analysis, params: Mapping[str, Any], seen: Iterable[str] = ()
    ) -> Fingerprint:
        key = (analysis.path, tuple(sorted(set(seen))))
        if key not in known:
            known[key] = surroundings(settings.analysis, analysis, key[1])
        return complete(known[key], params)

    return taken


def seen_in(parts: Mapping[str, Any]) -> tuple[str, ...]:
    """What the run with this fingerprint was seen to open."""
    return tuple(parts.get("seen") or ())


def surroundings(root: Path, analysis: Analysis, seen: Iterable[str] = ()) -> dict[str, Any]:
    """The parts that do not depend on the parameters."""
    own = facts_of(analysis)
    opened = sorted(set(seen))
    code = [path for path in opened if path.endswith(CODE)]
    reached = imports.reached(root, own.imports, code)
    inputs = {*analysis.signature.inputs, *opened} - {*code}
    found = {
        "source": own.digest,
        "modules": {path: found.digest for path, found in reached.modules.items()},
        "inputs": {path: files.contents(root, path) for path in sorted(inputs)},
        "packages": packages(reached.outside),
        "python": f"{sys.version_info.major}.{sys.version_info.minor}",
    }
    return {**found, "seen": opened} if opened else found


def complete(around: Mapping[str, Any], params: Mapping[str, Any]) -> Fingerprint:
    return of_parts({**around, "params": canonical(params)})


def of_parts(parts: dict[str, Any]) -> Fingerprint:
    hashed = {name: parts[name] for name in HASHED}
    text = json.dumps(hashed, sort_keys=True, separators=(",", ":"))
    return Fingerprint(hashlib.sha256(text.encode()).hexdigest(), parts)


def facts_of(analysis: Analysis) -> imports.Facts:
    known = _sources.get(analysis.path)
    if known is None or known[0] != analysis.source:
        known = (analysis.source, imports.facts(analysis.source, package=""))
        _sources[analysis.path] = known
    return known[1]
