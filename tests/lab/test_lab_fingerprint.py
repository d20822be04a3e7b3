"""What a result depends on: every part changes the fingerprint and says why; prose does not."""

from __future__ import annotations

import json
import os
import sys
from importlib import metadata
from typing import Any

import pytest

from app import clock
from app.lab import analyses, fingerprint
from app.lab.fingerprint import Fingerprint, distributions, files, imports, reasons, take, taking
from app.lab.signature import bind
from app.settings import Settings
from tests.spent import least

WALK = '''"""A walk."""
import numpy as np
from walks import step
INPUTS = ["data/x.csv", "data/y.csv"]

def main(n: int = 1) -> dict:
    """Walks."""
    return {"n": step(n)}  # one step
'''


@pytest.fixture
def library(settings: Settings) -> Settings:
    (settings.analysis / "data").mkdir()
    (settings.analysis / "paths").mkdir()
    for name, text in {
        "walk.py": WALK,
        "walks.py": "import paths.inner, annotated_types\nimport app.lab\ndef step(n): return n",
        "paths/__init__.py": "",
        "paths/inner.py": "from . import other\nfrom .more import x",
        "paths/other.py": "import scipy.stats",
        "paths/more.py": "import walks\nx = 1",
        "unused.py": "",
        "data/x.csv": "1,2",
    }.items():
        (settings.analysis / name).write_text(text)
    return settings


def taken(settings: Settings, **params: Any) -> Fingerprint:
    analysis = analyses.get(settings, "walk")
    return take(settings, analysis, bind(analysis.signature, params))


def changed(settings: Settings, name: str, text: str) -> list[str]:
    """Why the result is stale after `name` holds `text`."""
    before = taken(settings)
    (settings.analysis / name).write_text(text)
    after = taken(settings)
    found = reasons(before.parts, after.parts)
    assert bool(found) == (before.digest != after.digest)
    return found


def test_it_holds_all_that_the_result_depends_on(library: Settings) -> None:
    parts = taken(library, n=3).parts
    assert list(parts["modules"]) == [
        "paths/__init__.py",
        "paths/inner.py",
        "paths/more.py",
        "paths/other.py",
        "walks.py",
    ]
    assert parts["params"] == '{"n":3}'
    assert parts["inputs"]["data/y.csv"] == "missing"
    assert len(parts["inputs"]["data/x.csv"]) == 64
    assert parts["packages"] == {name: metadata.version(name) for name in ("numpy", "scipy")}
    assert parts["python"] == f"{sys.version_info.major}.{sys.version_info.minor}"
    assert json.loads(json.dumps(parts)) == parts


def test_the_same_is_the_same_in_a_process_that_knows_nothing(
    library: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = taken(library)
    assert taken(library) == first
    for cache in (files._known, taking._sources, imports._read):
        monkeypatch.setattr(distributions, "_installed", distributions.Installed((), {}, {}))
        cache.clear()
    assert taken(library) == first


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("walk.py", WALK.replace('"""A walk."""', '"""Another title.\n\nMore."""')),
        ("walk.py", WALK.replace("# one step", "# a step, and no more")),
        ("walk.py", WALK.replace('    """Walks."""\n', "")),
        ("walk.py", WALK.replace("def main", "\n\n\ndef main")),
        ("paths/more.py", '"""More."""\n\nimport walks  # in a circle\nx = (1)'),
        ("unused.py", "x = 2"),
    ],
)
def test_prose_makes_nothing_stale(library: Settings, name: str, text: str) -> None:
    assert changed(library, name, text) == []


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("walk.py", WALK.replace("step(n)", "step(n + 1)"), ["its code changed"]),
        ("walk.py", WALK.replace('"n":', '"m":'), ["its code changed"]),
        ("paths/more.py", "import walks\nx = 2", ["`paths/more.py`, which it imports, changed"]),
        ("paths/more.py", "x = (", ["`paths/more.py`, which it imports, changed"]),
        ("data/x.csv", "1,3", ["`data/x.csv` changed"]),
        ("data/y.csv", "1,3", ["`data/y.csv` is there now"]),
        (
            "paths/other.py",
            "import unused",
            [
                "`paths/other.py`, which it imports, changed",
                "it now imports `unused.py`",
                "it no longer uses scipy",
            ],
        ),
    ],
)
def test_a_change_is_found_and_told(
    library: Settings, name: str, text: str, why: list[str]
) -> None:
    assert changed(library, name, text) == why


def test_an_input_that_goes_missing_is_told(library: Settings) -> None:
    before = taken(library)
    (library.analysis / "data/x.csv").unlink()
    assert reasons(before.parts, taken(library).parts) == ["`data/x.csv` is missing"]


def test_nothing_outside_the_folder_is_read(library: Settings) -> None:
    (library.analysis.parent / "secret").write_text("secret")
    (library.analysis / "data/y.csv").symlink_to(library.analysis.parent / "secret")
    (library.analysis / "data/x.csv").unlink()
    (library.analysis / "data/x.csv").symlink_to("x.csv")
    assert set(taken(library).parts["inputs"].values()) == {"missing"}


@pytest.mark.parametrize(
    "line",
    [
        "import importlib; importlib.import_module('unused')",
        "import importlib; importlib.import_module('.unused')",
        "from importlib import import_module as find, import_module; import_module('unused')",
        "__import__('unused')",
        "import runpy; runpy.run_path('unused.py')",
        "import runpy; runpy.run_path('./unused.py')",
        "import runpy; runpy.run_module('unused')",
    ],
)
def test_an_import_by_a_literal_name_is_one(library: Settings, line: str) -> None:
    (library.analysis / "walks.py").write_text(f"def step(n): return n\ndef late():\n    {line}")
    assert list(taken(library).parts["modules"]) == ["unused.py", "walks.py"]


def test_what_is_no_name_of_a_module_is_no_import(library: Settings) -> None:
    words = ["", ".", "..", "a b", "../unused", "/etc/passwd", "data/x.csv"]
    calls = [f"import_module({word!r}); run_path({word!r}); import_module(n)" for word in words]
    body = "\n    ".join(calls)
    (library.analysis / "walks.py").write_text(f"def step(n):\n    {body}")
    assert list(taken(library).parts["modules"]) == ["walks.py"]


def test_what_an_earlier_run_opened_belongs_to_it(library: Settings) -> None:
    analysis = analyses.get(library, "walk")
    seen = ["data/seen.csv", "data/", "unused.py"]

    def now() -> Fingerprint:
        return take(library, analysis, bind(analysis.signature, {}), seen)

    before = now()
    assert before.digest != taken(library).digest
    assert fingerprint.seen_in(before.parts) == tuple(sorted(seen))
    assert fingerprint.seen_in(taken(library).parts) == ()
    (library.analysis / "unused.py").write_text("import tqdm")
    (library.analysis / "data/seen.csv").write_text("1")
    (library.analysis / "data/.swap").write_text("1")
    assert reasons(before.parts, now().parts) == [
        "`unused.py`, which it imports, changed",
        "other files are in `data/`",
        "`data/seen.csv` is there now",
        f"it now uses tqdm {metadata.version('tqdm')}",
    ]


def test_a_cause_has_a_key_and_the_day_of_its_file(library: Settings) -> None:
    before = taken(library)
    (library.analysis / "paths/more.py").write_text("import walks\nx = 2")
    (library.analysis / "data/x.csv").write_text("5")
    this_year = clock.now().year
    days = {"paths/more.py": f"{this_year}-03-03", "data/x.csv": "2019-12-01"}
    found = fingerprint.causes(before.parts, taken(library).parts, "walk", days.__getitem__)
    assert [(cause.key, cause.words, cause.short) for cause in found] == [
        (
            "module:paths/more.py",
            "`paths/more.py`, which it imports, changed on 3 March",
            "`paths/more.py` changed on 3 March",
        ),
        ("input:data/x.csv", *["`data/x.csv` changed on 1 December 2019"] * 2),
    ]
    assert [cause.is_named("data/x.csv") for cause in found] == [False, True]
    assert [cause.is_named("module:paths/more.py") for cause in found] == [True, False]


def test_two_changes_of_one_moment_are_two(library: Settings) -> None:
    """A file written twice within one step of the clock, at the same length."""
    digests = set()
    for number in range(200):
        (library.analysis / "walks.py").write_text(f"def step(n): return {number:03}1")
        (library.analysis / "data/x.csv").write_text(f"{number:03}")
        digests.add(taken(library).digest)
    assert len(digests) == 200


def test_a_module_in_a_circle_or_gone_ends(library: Settings) -> None:
    (library.analysis / "walks.py").write_text(
        "import walk, walks\nfrom . import x\nfrom .. import y"
    )
    assert list(taken(library).parts["modules"]) == ["walk.py", "walks.py"]
    (library.analysis / "walks.py").unlink()
    assert taken(library).parts["modules"] == {}


def test_versions_are_told_in_words() -> None:
    old = {"python": "3.11", "packages": {"numpy": "2.3", "scipy": "1.0"}, "params": '{"n":1}'}
    new = {"python": "3.12", "packages": {"numpy": "2.4", "tqdm": "4.0"}, "params": '{"n":2}'}
    assert reasons(old, new) == [
        "its parameters changed",
        "numpy 2.3 → 2.4",
        "it no longer uses scipy",
        "it now uses tqdm 4.0",
        "Python 3.11 → 3.12",
    ]
    assert reasons(old, old) == []
    assert reasons({}, {}) == []


def test_an_installed_package_is_noticed(
    library: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = library.analysis.parent / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(str(site))
    (library.analysis / "walks.py").write_text("import fresh\ndef step(n): return n")
    before = taken(library)
    assert "fresh" not in before.parts["packages"]
    (site / "fresh.py").write_text("")
    info = site / "fresh-1.5.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: fresh\nVersion: 1.5\n")
    (info / "RECORD").write_text("fresh.py,,\n")
    os.utime(site, ns=(5, 5))
    assert reasons(before.parts, taken(library).parts) == ["it now uses fresh 1.5"]


def test_taking_it_again_costs_less_than_a_millisecond(library: Settings) -> None:
    analysis = analyses.get(library, "walk")
    params = bind(analysis.signature, {})
    assert least(lambda: take(library, analysis, params), 50) < 0.001


def test_fingerprints_of_one_moment_differ_by_their_parameters_alone(library: Settings) -> None:
    analysis = analyses.get(library, "walk")
    take_now = fingerprint.taker(library)
    found = [take_now(analysis, {"n": n}) for n in (1, 2, 1)]
    assert found == [take(library, analysis, {"n": n}) for n in (1, 2, 1)]
    assert found[0] == found[2] != found[1]
    (library.analysis / "walks.py").write_text("def step(n): return n + 1")
    assert take_now(analysis, {"n": 1}) == found[0]
    assert fingerprint.taker(library)(analysis, {"n": 1}).digest != found[0].digest
