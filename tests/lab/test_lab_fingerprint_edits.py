"""Whatever is edited in whatever order: what a process remembers never decides a fingerprint."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from app.lab import analyses
from app.lab.fingerprint import Fingerprint, files, imports, take, taking
from app.settings import Settings, load

MAIN = """'''{prose}'''
import steps
INPUTS = ["x.csv"]
def main() -> dict:
    return {{"x": {code}}}  # {prose}
"""
STEPS = '"""{prose}"""\n{imports}\nx = {code}\n# {prose}\n'

# What may be edited, and to what: `prose` alone must change nothing.
EDITS = st.one_of(
    st.tuples(st.sampled_from(["main.code", "steps.code", "more.code"]), st.integers(0, 3)),
    st.tuples(st.sampled_from(["main.prose", "steps.prose", "more.prose"]), st.integers(0, 9)),
    st.tuples(st.sampled_from(["data", "seen", "folder"]), st.integers(0, 3)),
    st.tuples(st.just("imports"), st.integers(0, 1)),
    st.tuples(st.just("later"), st.just(0)),  # what was read before counts as known from then on
)
State = dict[str, int]


def write(root: Path, state: State) -> None:
    """The library as the state says; the same bytes again where nothing of a file changed."""
    imported = "import more" if state["imports"] else ""
    texts = {
        "walk.py": MAIN.format(code=state["main.code"], prose=state["main.prose"]),
        "steps.py": STEPS.format(
            code=state["steps.code"], prose=state["steps.prose"], imports=imported
        ),
        "more.py": STEPS.format(code=state["more.code"], prose=state["more.prose"], imports=""),
        "x.csv": str(state["data"]),
        "seen/y.csv": str(state["seen"]),
    }
    for name, text in texts.items():
        if not (root / name).exists() or (root / name).read_text() != text:
            (root / name).write_text(text)
    for number in range(1, 4):
        file = root / "seen" / f"{number}.csv"
        file.write_text("") if number <= state["folder"] else file.unlink(missing_ok=True)


def meaning(state: State) -> tuple[int, ...]:
    """What of it decides the result: of a module that is not imported, nothing."""
    more = state["more.code"] if state["imports"] else -1
    return (
        more,
        *(state[name] for name in ("main.code", "steps.code", "data", "seen", "folder", "imports")),
    )


def taken(settings: Settings) -> Fingerprint:
    return take(settings, analyses.get(settings, "walk"), {}, ["seen/", "seen/y.csv"])


def taken_anew(settings: Settings) -> Fingerprint:
    """As a process takes it that has read nothing yet; this one then knows what it knew."""
    caches: list[dict[Path, Any]] = [files._known, imports._read, taking._sources, analyses._read]
    before = [dict(cache) for cache in caches]
    for cache in caches:
        cache.clear()
    found = taken(settings)
    for cache, kept in zip(caches, before, strict=True):
        cache.clear()
        cache.update(kept)
    return found


@effort(max_examples=25, deadline=None)
@given(st.lists(EDITS, max_size=12))
def test_a_fingerprint_is_that_of_a_new_process_and_of_the_meaning_alone(
    edits: list[tuple[str, int]],
) -> None:
    names = [f"{file}.{what}" for file in ("main", "steps", "more") for what in ("code", "prose")]
    state = dict.fromkeys([*names, "data", "seen", "folder", "imports", "later"], 0)
    known: dict[tuple[int, ...], str] = {}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name in ("notes", "analysis", "analysis/seen"):
            (root / name).mkdir()
        settings = load({each: str(root / each) for each in ("notes", "analysis", "data")}, {})
        for name, value in [("imports", 0), *edits]:
            state[name] = value
            time.sleep(0.025 if name == "later" else 0)
            write(settings.analysis, state)
            remembered = taken(settings)
            assert taken_anew(settings) == remembered
            assert known.setdefault(meaning(state), remembered.digest) == remembered.digest
    assert len(set(known.values())) == len(known)


def test_the_property_can_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that trusts a stamp of this very moment answers for what is no more."""
    monkeypatch.setattr(files, "is_settled", lambda stamp: True)
    monkeypatch.setattr(files, "stamp_of", lambda path: (0, 0, 0, 0))
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "x").write_text("1")
        first = files.contents(root, "x")
        (root / "x").write_text("2")
        assert files.contents(root, "x") == first
