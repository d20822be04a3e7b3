"""What a run opens below the folder of analyses is part of its fingerprint, declared or not."""

from __future__ import annotations

import time

from app.lab import runs
from app.lab.runs import Run
from app.lab.shown import cells
from app.lab.sweeps import shown, store
from tests.lab.runner.conftest import Lab, wait_until
from tests.lab.runner.test_sweeping import begin, ended

READS = """
import importlib, os, sqlite3
from pathlib import Path
here = Path(__file__).parent
name = "seen_" + "helper"
helper = importlib.import_module(name)
here.joinpath("seen", "a.csv").read_text()
os.chdir("seen")
open("./b.csv", "rb").close()
os.chdir("..")
sqlite3.connect("seen/base.db").close()
sqlite3.connect(":memory:").close()
exists = os.path.exists("seen/never.csv")
try:
    open("seen/later.csv")
except FileNotFoundError:
    pass
sorted(Path("seen/more").glob("*.csv"))
open(os.environ["HOME"] + "/own", "w").close()
open(os.__file__).close()
return {"x": helper.X}
"""

MOVES = """
import time
open("moving.csv").close()
print("read", flush=True)
time.sleep(0.8)
return {"x": 1}
"""


def why_stale(lab: Lab, name: str) -> list[str]:
    return [*cells.alone(lab.settings, lab.connection, name).stale]


def again(lab: Lab, name: str) -> Run:
    return runs.enqueue(lab.settings, lab.connection, name, {}, lab.person)[0]


def test_what_a_run_opened_makes_its_result_stale_when_it_changes(lab: Lab) -> None:
    folder = lab.settings.analysis
    (folder / "seen" / "more").mkdir(parents=True)
    (folder / "seen_helper.py").write_text("import tqdm\nX = 1\n")
    for name, text in {"a.csv": "1", "b.csv": "1", "base.db": ""}.items():
        (folder / "seen" / name).write_text(text)
    time.sleep(0.05)
    run = lab.run("reads", READS)
    assert run.status == "succeeded", run.message
    assert run.parts["seen"] == [
        "seen/a.csv",
        "seen/b.csv",
        "seen/base.db",
        "seen/later.csv",
        "seen/more/",
        "seen_helper.py",
    ]
    assert list(run.parts["modules"]) == ["seen_helper.py"]
    assert "tqdm" in run.parts["packages"]
    assert why_stale(lab, "reads") == []
    assert again(lab, "reads").id == run.id
    (folder / "seen_helper.py").write_text("import tqdm\nX = 1  # one\n")
    assert again(lab, "reads").id == run.id
    for name, words in {
        "seen/a.csv": "seen/a.csv changed on ",
        "seen/later.csv": "seen/later.csv is there now",
        "seen/more/new.csv": "other files are in seen/more/ on ",
        "seen_helper.py": "`seen_helper.py`, which it imports, changed on ",
    }.items():
        before = (folder / name).read_text() if (folder / name).exists() else None
        (folder / name).write_text("import tqdm\nX = 2")
        assert [reason[: len(words)] for reason in why_stale(lab, "reads")] == [words]
        new = again(lab, "reads")
        assert new.id != run.id
        runs.cancel(lab.connection, new.id)
        (folder / name).write_text(before) if before is not None else (folder / name).unlink()
    assert again(lab, "reads").id == run.id


def test_a_file_that_changes_while_a_run_reads_it_leaves_the_result_stale(lab: Lab) -> None:
    file = lab.settings.analysis / "moving.csv"
    file.write_text("1")
    time.sleep(0.05)
    lab.write("moves", MOVES)
    run = lab.wait(lab.start("moves"), lambda now: "read" in now.log)
    file.write_text("2")
    assert lab.wait(run).status == "succeeded"
    assert why_stale(lab, "moves") == ["moving.csv changed while it ran"]
    assert again(lab, "moves").id != run.id


LATE = """
import time
print("here", flush=True)
open("gate").read()
while open("gate").read() != "open":
    time.sleep(0.01)
import put_back_helper
return {"v": put_back_helper.V, "m": open("put_back.csv").read()}
"""


def test_a_known_file_that_was_edited_and_put_back_meanwhile_leaves_the_result_stale(
    lab: Lab,
) -> None:
    """The run read what stands there no more; nobody can tell by what stands there now."""
    folder = lab.settings.analysis
    texts = {"put_back_helper.py": "V = 1\n", "put_back.csv": "1"}
    for name, text in texts.items():
        (folder / name).write_text(text)
    (folder / "gate").write_text("shut")
    lab.write("puts_back", LATE, 'INPUTS = ["put_back.csv"]')
    time.sleep(0.05)
    run = lab.wait(lab.start("puts_back"), lambda now: "here" in now.log)
    (folder / "put_back_helper.py").write_text("V = 22\n")
    (folder / "put_back.csv").write_text("33")
    source = (folder / "puts_back.py").read_text()
    (folder / "puts_back.py").write_text("#\n" + source)
    (folder / "gate").write_text("open")
    assert lab.wait(run).values == {"v": 22, "m": "33"}
    (folder / "puts_back.py").write_text(source)
    for name, text in texts.items():
        (folder / name).write_text(text)
    assert why_stale(lab, "puts_back") == [
        "its code changed while it ran",
        "`put_back_helper.py` changed while it ran",
        "gate changed while it ran",
        "put_back.csv changed while it ran",
    ]
    new = again(lab, "puts_back")
    assert new.id != run.id
    assert lab.wait(new).values == {"v": 1, "m": "1"}
    assert why_stale(lab, "puts_back") == []


def test_what_the_points_of_a_sweep_opened_makes_it_stale_when_it_changes(lab: Lab) -> None:
    """No table has values from the data of before beside values from those of now."""
    folder = lab.settings.analysis
    (folder / "swept.csv").write_text("5")
    (folder / "swept_late.py").write_text("V = 1\n")
    body = """
import importlib
return {"v": seed * int(open("swept.csv").read()) * importlib.import_module("swept" + "_late").V}
"""
    lab.write("sweeps_files", body)
    time.sleep(0.05)
    first = begin(lab, "sweeps_files", "seed=1,2")
    assert [row.values["v"] for row in ended(lab, first)] == [5, 10]
    whole = lab.wait(lab.start("sweeps_files", seed=4))
    assert why(lab, first) == []
    assert begin(lab, "sweeps_files", "seed=1,2").id == first.id
    (folder / "swept.csv").write_text("1000")
    (folder / "swept_late.py").write_text("V = 2\n")
    assert [reason.split(" on ")[0] for reason in why(lab, first)] == [
        "`swept_late.py`, which it imports, changed",
        "swept.csv changed",
    ]
    wider = begin(lab, "sweeps_files", "seed=1,2,4")
    assert [row.values["v"] for row in ended(lab, wider)] == [2000, 4000, 8000]
    anew = begin(lab, "sweeps_files", "seed=1,2")
    assert anew.id not in (first.id, wider.id)
    assert anew.done == 2  # both taken over from the wider one, which holds
    assert [row.values["v"] for row in ended(lab, anew)] == [2000, 4000]
    (folder / "swept.csv").write_text("5")
    (folder / "swept_late.py").write_text("V = 1\n")
    assert why(lab, anew) != []
    back = begin(lab, "sweeps_files", "seed=1,4")
    assert back.done == 2  # from the first sweep and from the whole run, which hold again
    rows = ended(lab, back)
    assert [row.values["v"] for row in rows] == [5, 20]
    assert whole.values == {"v": 20}
    (folder / "swept.csv").write_text("6")
    assert why(lab, back) != []  # what it took over was opened all the same


def test_a_file_that_was_put_back_while_points_ran_leaves_their_sweep_stale(lab: Lab) -> None:
    folder = lab.settings.analysis
    (folder / "moved.csv").write_text("1")
    (folder / "turn").write_text("wait")
    body = """
import time
while seed == 2 and open("turn").read() != "go":
    time.sleep(0.01)
return {"v": open("moved.csv").read()}
"""
    lab.write("sweeps_moved", body)
    time.sleep(0.05)
    sweep = begin(lab, "sweeps_moved", "seed=1,2")
    wait_until(lambda: store.get(lab.connection, sweep.id).done == 1)
    (folder / "moved.csv").write_text("2")
    (folder / "turn").write_text("go")
    assert [row.values["v"] for row in ended(lab, sweep)] == ["1", "2"]
    (folder / "moved.csv").write_text("1")
    (folder / "turn").write_text("wait")
    assert "moved.csv changed while it ran" in why(lab, sweep)
    anew = begin(lab, "sweeps_moved", "seed=1,2")
    assert (anew.id != sweep.id, anew.done) == (True, 0)
    store.cancel(lab.connection, anew.id)


def why(lab: Lab, sweep: store.Sweep) -> list[str]:
    return shown.reasons(lab.settings, store.get(lab.connection, sweep.id))


def test_what_a_run_says_it_opened_is_believed_only_below_the_folder(lab: Lab) -> None:
    lies = ["/etc/passwd", "../data/gloss.db", "x\0y", "a" * 600, 7, "", "gone.csv", "\ud800"]
    body = f"""
import json, os
def tell(words):
    for number in range(3, 512):
        try:
            os.write(number, json.dumps(words).encode() + b"\\n")
        except OSError:
            pass
tell({{"outputs": [], "opened": {lies!r} + [str(n) for n in range(900)]}})
os._exit(0)
"""
    run = lab.run("lies", body)
    assert run.status == "succeeded", run.message
    assert run.parts["seen"] == sorted(["gone.csv", *map(str, range(499))])
    assert set(run.parts["inputs"].values()) == {"missing"}
