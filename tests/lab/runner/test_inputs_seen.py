"""What a run opens below the folder of analyses is part of its fingerprint, declared or not."""

from __future__ import annotations

import time

from app.lab import runs
from app.lab.runs import Run
from app.lab.shown import cells
from tests.lab.runner.conftest import Lab

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
        "seen/a.csv": "`seen/a.csv` changed on ",
        "seen/later.csv": "`seen/later.csv` is there now",
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
    assert why_stale(lab, "moves") == ["`moving.csv` changed while it ran"]
    assert again(lab, "moves").id != run.id


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
