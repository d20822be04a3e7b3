"""Analyses in real processes: how each ends, and what is kept of it."""

# ruff: noqa: E501 - an analysis of a test reads best on a line of its own

from __future__ import annotations

import time
from collections import deque

import pytest

from app.lab import runs
from app.lab.runner import bars
from app.lab.runs import Run
from tests.lab.runner.conftest import PATIENCE, PLOT, Lab, left_over


def test_a_run_that_succeeds_keeps_its_outputs_in_their_order(lab: Lab) -> None:
    run = lab.run("plot", PLOT)
    assert run.status == "succeeded", run.message
    assert [(row.name, row.kind) for row in run.outputs] == [
        ("noise", "figure"),
        ("drawn", "value"),
        ("other", "value"),
        ("table", "table"),
        ("words", "text"),
    ]
    assert run.outputs[0].value["alt"] == "Noise; height against step"
    assert run.outputs[3].value["rows"] == [[1, "nan"], [2, 0.5]]
    folder = runs.folder(lab.settings, run.id)
    named = {file for row in run.outputs for file in row.files.values()}
    assert {path.name for path in folder.iterdir()} == named
    assert (folder / "noise.png").read_bytes().startswith(b"\x89PNG")
    assert b"<svg" in (folder / "noise.svg").read_bytes()
    assert run.seconds is not None
    assert run.person == "owner"


def test_figures_may_be_more_than_the_processes_that_a_run_may_have(lab: Lab) -> None:
    """Each is painted by a process of its own, which is gone when the next one begins."""
    top = "from matplotlib import pyplot\nLIMITS = {'processes': 5}"
    lab.write("many", "return {f'f{n}': pyplot.figure() for n in range(9)}", top)
    run = lab.wait(lab.start("many"))
    assert (run.status, len(run.outputs)) == ("succeeded", 9), run.message


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(lab: Lab) -> None:
    first, second, other = (
        lab.run("plot", PLOT),
        lab.run("plot", PLOT),
        lab.run("plot", PLOT, seed=1),
    )

    def files(run: Run) -> dict[str, bytes]:
        return {
            path.name: path.read_bytes() for path in runs.folder(lab.settings, run.id).iterdir()
        }

    assert first.values == second.values
    assert files(first) == files(second)
    assert first.values["drawn"] != other.values["drawn"]
    assert files(first)["noise.svg"] != files(other)["noise.svg"]


def test_two_children_of_one_parent_do_not_share_the_chance_of_the_system(lab: Lab) -> None:
    draws = "import numpy as np, secrets\nreturn {'a': np.random.default_rng().random(), 'b': secrets.token_hex(8)}"
    assert lab.run("chance", draws).values != lab.run("chance", draws).values


def test_an_exception_points_to_its_line_and_shows_only_our_own_frames(lab: Lab) -> None:
    run = lab.run("fails", "import numpy as np\nreturn {'x': np.linalg.inv(np.zeros((2, 2)))}")
    assert run.status == "excepted"
    assert "LinAlgError" in run.message
    assert run.message.startswith("fails.py, line 5: ")
    assert "Traceback" in run.log
    assert 'File "fails.py", line 5, in main' in run.log
    assert "site-packages" not in run.log
    assert str(lab.settings.analysis) not in run.log


@pytest.mark.parametrize(
    ("name", "body", "top", "status", "words"),
    [
        (
            "endless",
            "while True: pass",
            "LIMITS = {'wall_seconds': 1}",
            "timed_out",
            "limit of 1 s",
        ),
        (
            "processor",
            "while True: pass",
            "LIMITS = {'cpu_seconds': 1}",
            "excepted",
            "processor time",
        ),
        (
            "hog",
            "return {'x': len(bytearray(100_000_000_000))}",
            "LIMITS = {'memory_mb': 500}",
            "excepted",
            "more memory than its limit of 500 MB",
        ),
        (
            "hogs",
            "import os, time\nfor i in range(8):\n    if os.fork() == 0:\n"
            "        x = bytearray(os.urandom(1000)) * 150_000\n        time.sleep(60)\ntime.sleep(60)",
            "LIMITS = {'memory_mb': 500}",
            "excepted",
            "more memory than its limit of 500 MB",
        ),
        (
            "bomb",
            "import os, time\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        time.sleep(0.1)",
            "LIMITS = {'processes': 20}",
            "excepted",
            "processes",
        ),
        (
            "lost",
            "open('nowhere/x.csv')",
            "",
            "excepted",
            "no file nowhere/x.csv (a relative path begins in",
        ),
        (  # each has the memory of its parent, told apart from its own only by who waits for it
            "forks",
            "import os\nwhile True: os.fork()",
            "LIMITS = {'processes': 30, 'memory_mb': 300, 'wall_seconds': 20}",
            "excepted",
            "processes",
        ),
        (
            "spread",
            "import os, time\nfor i in range(40):\n    if os.fork() == 0:\n"
            "        x = bytearray(b'x') * 250_000_000\n        time.sleep(60)\ntime.sleep(60)",
            "LIMITS = {'memory_mb': 300}",
            "excepted",
            "more memory than its limit of 300 MB",
        ),
        ("leaves", "import os\nos._exit(3)", "", "excepted", "exit status 3"),
        ("exits", "import sys\nsys.exit(0)", "", "excepted", "exit(0)"),
        ("crash", "import ctypes\nctypes.string_at(0)", "", "excepted", "segmentation fault"),
        ("aborts", "import os\nos.abort()", "", "excepted", "abort()"),
        ("suicide", "import os\nos.kill(os.getpid(), 9)", "", "excepted", "killed"),
        ("package", "import no_such_package", "", "excepted", "no module named no_such_package"),
        ("set", "return {'x': {1, 2}}", "", "excepted", "'x' of type set"),
        ("nothing", "pass", "", "excepted", "return a dict"),
        ("name", "return {'../x': 1}", "", "excepted", "'../x'"),
        ("object", "return {'x': object()}", "", "excepted", "'x' of type object"),
        (
            "large",
            "import os\nopen(os.path.join(os.environ['HOME'], 'x'), 'wb').write(b'0' * 3_000_000)",
            "LIMITS = {'file_mb': 1}",
            "excepted",
            "File too large",
        ),
        (
            "many",
            "import os, time\nfor i in range(9):\n    open(os.environ['HOME'] + f'/{i}', 'wb')"
            ".write(b'0' * 900_000)\ntime.sleep(60)",
            "LIMITS = {'file_mb': 1, 'output_mb': 3}",
            "excepted",
            "more than 3 MB",
        ),
    ],
)
def test_each_way_to_fail_has_a_name_and_the_next_run_works(
    lab: Lab, name: str, body: str, top: str, status: str, words: str
) -> None:
    run = lab.run(name, body, top)
    assert (run.status, words in run.message) == (status, True), run
    assert run.outputs == ()
    assert not runs.folder(lab.settings, run.id).exists()
    assert not (lab.settings.outputs / f"{run.id}.tmp").exists()
    assert lab.run("next", "return {'x': 1}").values == {"x": 1}
    assert left_over(lab) == []


def test_a_flood_of_output_is_cut_and_then_ended(lab: Lab) -> None:
    run = lab.run("flood", "while True: print('x' * 1000)")
    assert (run.status, "printed more than 50 MB" in run.message) == ("excepted", True)
    assert len(run.log) < 70_000
    assert "bytes are left out" in run.log


def test_what_is_printed_is_kept_also_on_import_and_by_a_child(lab: Lab) -> None:
    body = "import subprocess\nsubprocess.run(['/bin/echo', 'third'])\nreturn {'x': 1}"
    run = lab.run("prints", body, "import sys\nprint('first ∑')\nprint('second', file=sys.stderr)")
    assert run.log.split() == ["first", "∑", "second", "third"]
    assert run.status == "succeeded"


def test_not_a_number_is_kept_as_a_word(lab: Lab) -> None:
    body = "import numpy as np\nreturn {'a': float('nan'), 'b': -np.inf, 'c': np.int64(3), 'd': np.array([[1.5, np.nan]])}"
    run = lab.run("nan", body)
    assert run.values == {"a": "nan", "b": "-inf", "c": 3}
    assert run.outputs[3].value["rows"] == [[1.5, "nan"]]


def test_a_huge_figure_becomes_a_small_picture(lab: Lab) -> None:
    body = "from matplotlib import pyplot as plt\nreturn {'x': plt.figure(figsize=(400, 400))}"
    run = lab.run("huge", body)
    assert run.status == "succeeded", run
    assert (runs.folder(lab.settings, run.id) / "x.png").stat().st_size < 2_000_000


def test_a_bar_of_tqdm_is_progress_and_draws_nothing(lab: Lab) -> None:
    body = """
import time
from tqdm import tqdm
for step in tqdm(range(20), desc="walking"):
    for inner in tqdm(range(50), desc="steps", leave=False):
        time.sleep(0.001)
    tqdm.write(f"{step}")
return {"x": 1}
"""
    lab.write("bar", body)
    run = lab.start("bar")
    seen = lab.wait(run, lambda now: now.progress.get("n", 0) > 0 or not now.active)
    assert seen.status == "running"
    assert (seen.progress["total"], seen.progress["desc"]) == (20, "walking")
    assert 0 < seen.progress["n"] < 20
    outer, inner = seen.progress["bars"]
    assert outer == {name: seen.progress[name] for name in ("n", "total", "desc")}
    assert (inner["total"], inner["desc"]) == (50, "steps")
    assert 0 <= seen.progress["since"] < PATIENCE
    done = lab.wait(run)
    assert (done.status, done.log.split()) == ("succeeded", [str(step) for step in range(20)])


def test_a_line_that_is_drawn_anew_is_progress_where_there_is_no_bar(lab: Lab) -> None:
    body = "for step in range(60):\n    print(f'\\rstep {step}/60', end='', flush=True)\n    time.sleep(0.02)\nreturn {}"
    lab.write("drawn", body, "import time")
    seen = lab.wait(lab.start("drawn"), lambda now: "n" in now.progress or not now.active)
    assert (seen.status, seen.progress["total"]) == ("running", 60)
    assert seen.log.startswith("step ")
    assert lab.wait(seen).log == "step 59/60"


def test_many_bars_that_end_at_once_are_a_few_events() -> None:
    told: deque[float] = deque([-1.0], maxlen=bars.BURST)
    passed = 0
    for _ in range(100):
        if bars.due(told, at_end=True):
            told.append(time.monotonic())
            passed += 1
    assert passed == bars.BURST


def test_a_warning_names_the_file_without_the_folder_it_is_in(lab: Lab) -> None:
    run = lab.run("warns", "warnings.warn('careful', stacklevel=1)\nreturn {}", "import warnings")
    assert run.log.startswith("warns.py:4: UserWarning: careful")


def test_a_process_it_starts_finds_the_fonts_without_looking_for_them(lab: Lab) -> None:
    body = """
done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True)
return {"said": done.stdout + done.stderr, "fonts": ", ".join(os.listdir(os.environ["MPLCONFIGDIR"]))}
"""
    code = "import logging\nlogging.basicConfig(level=20)\nfrom matplotlib import font_manager"
    run = lab.run("fonts", body, f"import os, subprocess, sys\nCODE = {code!r}")
    assert "generated new fontManager" not in str(run.values["said"]), run
    assert str(run.values["fonts"]).startswith("fontlist-")
