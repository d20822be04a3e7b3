"""The analyses of a folder: which files count, which are broken, what the search knows of them."""

from __future__ import annotations

import os
import sqlite3
import time

import pytest

from app import database
from app.errors import NotFound, Unreadable
from app.lab import analyses, stamps
from app.settings import Settings

WALK = '"""A walk.\n\nFar."""\ndef main(n: int = 1) -> dict:\n    return {"n": n}\n'


def write(settings: Settings, **files: str) -> None:
    for name, source in files.items():
        (settings.analysis / f"{name}.py").write_text(source, encoding="utf-8")


def test_files_with_a_main_are_analyses(settings: Settings) -> None:
    write(settings, walk=WALK, bayes=WALK, helper="def step(): ...", empty="", _private=WALK)
    write(settings, **{"not-a-name": WALK, "2nd": WALK})
    (settings.analysis / "data").mkdir()
    (settings.analysis / "data" / "inner.py").write_text(WALK)
    (settings.analysis / "notes.txt").write_text("main")
    found = analyses.every(settings)
    assert [each.name for each in found] == ["bayes", "walk"]
    assert found[1].signature.title == "A walk"
    assert found[1].source == WALK
    assert analyses.get(settings, "walk") == found[1]


def test_a_broken_one_is_listed_with_its_error_and_the_others_work(settings: Settings) -> None:
    write(settings, walk=WALK, broken="import os\ndef main(n: int):\n    ...")
    write(settings, syntax="def main(\n  n: int = 1:", asynchronous="async def main(): ...")
    (settings.analysis / "binary.py").write_bytes(b"def main(): ...\n\xff\xfe")
    (settings.analysis / "folder.py").mkdir()
    found = {each.name: each for each in analyses.every(settings)}
    broken = [name for name, each in found.items() if each.error]
    assert broken == ["asynchronous", "binary", "broken", "folder", "syntax"]
    error = found["broken"].error
    assert error is not None
    assert (error.path, error.line) == ("broken.py", 2)
    assert "no default" in error.reason
    assert "UTF-8" in str(found["binary"].error)
    with pytest.raises(Unreadable, match="no default"):
        analyses.get(settings, "broken")
    assert analyses.find(settings, "broken").source.startswith("import os")


@pytest.mark.parametrize(
    "name",
    [
        "",
        "nothing",
        "helper",
        "../walk",
        "/walk",
        "walk.py",
        "a/b",
        "_walk",
        "w\0",
        "w\n",
        "x" * 500,
    ],
)
def test_what_is_no_analysis_is_not_found(settings: Settings, name: str) -> None:
    write(settings, walk=WALK, helper="x = 1", _walk=WALK)
    (settings.analysis.parent / "walk.py").write_text(WALK)
    with pytest.raises(NotFound):
        analyses.get(settings, name)


def test_a_name_may_be_in_any_script(settings: Settings) -> None:
    write(settings, größe=WALK)
    assert analyses.get(settings, "größe").name == "größe"


def test_a_changed_file_is_read_again(settings: Settings) -> None:
    write(settings, walk=WALK)
    time.sleep(2 * stamps.UNSETTLED_NS / 1e9)
    first = analyses.get(settings, "walk")
    assert analyses.get(settings, "walk") is first
    write(settings, walk=WALK.replace("n: int = 1", "m: int = 2"))
    assert analyses.get(settings, "walk").signature.names == ["m"]
    (settings.analysis / "walk.py").unlink()
    with pytest.raises(NotFound):
        analyses.get(settings, "walk")


def test_without_a_folder_there_are_none(settings: Settings) -> None:
    settings.analysis.rmdir()
    assert analyses.every(settings) == []


def codes(connection: sqlite3.Connection) -> dict[str, tuple[str, str]]:
    rows = connection.execute("SELECT key, title, code FROM search_entry")
    return {row["key"]: (row["title"], row["code"]) for row in rows}


def test_the_search_knows_the_code_as_it_is(
    settings: Settings, connection: sqlite3.Connection
) -> None:
    write(settings, walk=WALK, bayes=WALK, broken="def main(n): ...  # \0")
    analyses.index(settings, connection)
    assert set(codes(connection)) == {"walk", "bayes", "broken"}
    assert codes(connection)["walk"] == ("A walk", WALK)

    version = database.version(connection)
    analyses.index(settings, connection)
    assert database.version(connection) == version, "nothing changed, nothing is written"

    (settings.analysis / "bayes.py").unlink()
    write(settings, walk=WALK.replace("A walk", "A long walk"))
    os.utime(settings.analysis / "walk.py", ns=(1, 1))
    analyses.index(settings, connection)
    assert set(codes(connection)) == {"walk", "broken"}
    assert codes(connection)["walk"][0] == "A long walk"
    rows = connection.execute("SELECT count(*) FROM search_text").fetchone()[0]
    assert rows == 2
