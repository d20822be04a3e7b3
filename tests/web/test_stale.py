"""What one change made stale is listed together, and computed again together."""

from __future__ import annotations

import sqlite3

import pytest
from flask.testing import FlaskClient

from app.accounts import people
from app.accounts.permissions import Person
from app.commands.watch import index_analyses
from app.lab import runs
from app.lab.runs import Output, queue
from app.lab.shown import audit, groups
from app.lab.sweeps import points, store
from app.lab.sweeps.executor import Outcome
from app.library.identity import EVERY
from app.library.syncing.sync import sync
from app.settings import Settings

BLOCK = "```analysis\nscript: {script}\nas: {name}\nparams: {{n: {n}}}\n```\n"
CODE = '"""Walks."""\nimport {module}\ndef main(n: int = 1) -> dict:\n    return {{}}\n'


@pytest.fixture
def library(owner: FlaskClient, settings: Settings, connection: sqlite3.Connection) -> FlaskClient:
    for module in ("steps", "other"):
        (settings.analysis / f"{module}.py").write_text("x = 1\n")
    for script, module in (("first", "steps"), ("second", "steps"), ("third", "other")):
        (settings.analysis / f"{script}.py").write_text(CODE.format(module=module))
    for note, scripts in {"one": ("first", "second"), "two": ("first", "third")}.items():
        source = "".join(BLOCK.format(script=each, name=each, n=1) for each in scripts)
        (settings.notes / f"{note}.md").write_text(f"---\ntitle: {note}\n---\n{source}")
    sync(settings, connection)
    person = people.owner(connection)
    for script in ("first", "second", "third"):
        run, _ = runs.enqueue(settings, connection, script, {"n": 1}, person)
        queue.finish(
            settings, connection, run.id, "succeeded", outputs=[Output("x", "value", 1, {})]
        )
    return owner


def waiting(connection: sqlite3.Connection) -> list[str]:
    rows = connection.execute("SELECT script FROM run WHERE status = 'queued' ORDER BY script")
    return [script for (script,) in rows]


def change(settings: Settings, *modules: str) -> None:
    for module in modules:
        (settings.analysis / f"{module}.py").write_text("x = 2\n")


def test_they_are_grouped_by_their_cause(
    library: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    assert not groups.stale(settings, connection, EVERY)
    change(settings, "steps", "other")
    steps, other = groups.groups(groups.stale(settings, connection, EVERY))
    assert (steps.cause, len(steps.found.cells), steps.found.notes, len(steps.found.choices)) == (
        "module:steps.py", 3, ["one", "two"], 2,
    )  # fmt: skip
    assert steps.words.startswith("`steps.py` changed on ")
    assert (other.cause, other.found.notes) == ("module:other.py", ["two"])
    assert not groups.stale(settings, connection, ("public",))


@pytest.mark.parametrize("because", ["module:steps.py", "steps.py"])
def test_a_button_reruns_what_one_change_made_stale_each_once(
    library: FlaskClient, settings: Settings, connection: sqlite3.Connection, because: str
) -> None:
    change(settings, "steps", "other")
    page = library.get("/analyses").text
    assert "3 outputs in 2 notes" in page
    assert "Rerun these 2" in page
    assert "Rerun all that is stale: 3 runs<" in page
    for _ in range(2):
        answer = library.post("/runs/stale", data={"because": because})
        assert (answer.status_code, answer.headers["Location"]) == (303, "/analyses#stale")
        assert waiting(connection) == ["first", "second"]
    assert "3 outputs" not in library.get("/analyses").text
    assert library.post("/runs/stale").status_code == 303
    assert waiting(connection) == ["first", "second", "third"]
    assert "3 runs are waiting or under way" in library.get("/analyses").text


def test_a_note_reruns_what_is_stale_in_it(
    library: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    assert "Rerun" not in library.get("/notes/two").text.partition("</header>")[0]
    change(settings, "steps", "other")
    sync(settings, connection)
    runs.enqueue(settings, connection, "first", {"n": 7}, people.owner(connection))
    assert "Rerun the 2 stale" in library.get("/notes/two").text
    answer = library.post("/runs/stale", data={"note": "two"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/notes/two")
    assert waiting(connection) == ["first", "first", "third"]
    assert library.post("/runs/stale", data={"note": "none"}).status_code == 404


def test_a_program_reruns_by_cause(
    library: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    assert library.post("/api/runs/stale", json={}).get_json() == {
        "runs": [], "sweeps": [], "points": 0,
    }  # fmt: skip
    change(settings, "steps", "other")
    answer = library.post("/api/runs/stale", json={"because": "other.py"})
    assert answer.status_code == 202
    assert [runs.get(connection, each).script for each in answer.get_json()["runs"]] == ["third"]
    assert library.post("/api/runs/stale", json={"because": 3}).status_code == 400


@pytest.fixture
def swept(library: FlaskClient, settings: Settings, connection: sqlite3.Connection) -> FlaskClient:
    """Two notes show the same sweep of three points over steps.py; all has succeeded."""
    block = "\n```analysis\nscript: second\nas: grid\nsweep: {n: [1, 2, 3]}\n```\n"
    for note in ("one", "swept"):
        with (settings.notes / f"{note}.md").open("a") as file:
            file.write(block)
    sync(settings, connection)
    answer = library.post("/api/sweeps", json={"script": "second", "sweep": {"n": [1, 2, 3]}})
    assert answer.get_json()["points"] == 3
    taken = points.claim(connection, 1, 5)
    value = Output("x", "value", 1, {})
    outcomes = [Outcome(each.run_id, "succeeded", [value], "", 0.1) for each in taken]
    points.finish(connection, outcomes, "sandboxed")
    return library


def test_stale_sweeps_are_listed_with_their_points_and_computed_anew(
    swept: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    assert not groups.stale(settings, connection, EVERY)
    change(settings, "steps")
    page = swept.get("/analyses").text
    assert "3 outputs and 2 sweeps of 6 points" not in page, "one grid is computed once"
    assert "3 outputs and a sweep of 3 points in 3 notes" in page
    assert ">Compute 2 runs and 3 points anew</button>" in page
    assert ">Compute 3 points anew</button>" in swept.get("/notes/swept").text
    assert ">Compute 2 runs and 3 points anew</button>" in swept.get("/notes/one").text
    assert swept.post("/runs/stale", data={"note": "swept"}).location == "/notes/swept"
    assert [each.size for each in store.newest_first(connection)] == [3, 3]
    again = swept.post("/api/runs/stale", json={"because": "steps.py"}).get_json()
    assert (len(again["runs"]), again["sweeps"], again["points"]) == (2, [], 0)


@pytest.mark.parametrize("because", ["", "steps.py", "module:steps.py"])
def test_page_and_program_ask_for_the_sweeps_that_the_command_line_does(
    swept: FlaskClient, settings: Settings, connection: sqlite3.Connection, because: str
) -> None:
    change(settings, "steps", "other")
    if because:
        swept.post("/runs/stale", data={"because": because})
        (found, _) = store.newest_first(connection)
        assert found.counts == {"queued": 3}
    else:
        asked = swept.post("/api/runs/stale", json={}).get_json()
        assert (len(asked["runs"]), asked["sweeps"], asked["points"]) == (3, [2], 3)
    assert not groups.stale(settings, connection, EVERY).sweeps


def test_only_those_who_may_run_are_offered_it(
    library: FlaskClient, reader: FlaskClient, public: FlaskClient, settings: Settings
) -> None:
    change(settings, "steps")
    page = reader.get("/analyses").text
    assert "3 outputs in 2 notes" in page
    assert "<button" not in page.partition('id="stale"')[2].partition("</section>")[0]
    assert "steps.py" not in public.get("/analyses").text
    for client, status in ((reader, 403), (public, 401)):
        assert client.post("/api/runs/stale", json={}).status_code == status


def test_check_reruns_what_is_only_spoken_of_too(
    library: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    (settings.notes / "said.md").write_text("It is {{ fourth.x }}.\n")
    (settings.analysis / "fourth.py").write_text(CODE.format(module="steps"))
    sync(settings, connection)
    person = people.owner(connection)
    run, _ = runs.enqueue(settings, connection, "fourth", {}, person)
    queue.finish(settings, connection, run.id, "succeeded")
    before = outdated(settings, connection, person)
    change(settings, "steps")
    after = outdated(settings, connection, person)
    assert after - before == {"first", "second", "fourth"}


def outdated(settings: Settings, connection: sqlite3.Connection, person: Person) -> set[str]:
    numbers = audit.enqueue_outdated(settings, connection, person)
    return {runs.get(connection, number).script for number in numbers}


def test_a_failure_whose_code_changed_since_says_so_and_is_taken_along(
    library: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    file, person = settings.analysis / "third.py", people.owner(connection)
    bad = f"{file.read_text()}1 / 0\n"
    file.write_text(bad)
    (settings.analysis / "x.csv").write_text("no number")
    run, _ = runs.enqueue(settings, connection, "third", {"n": 1}, person)
    assert queue.claim(settings, connection)
    words, long_there = "third.py, line 5: ZeroDivisionError: division by zero", -60.0
    queue.finish(
        settings, connection, run.id, "excepted",
        message=words, opened=["x.csv"], seconds=long_there,
    )  # fmt: skip
    failed = library.get("/notes/two").text
    assert "The analysis failed</span>" in failed
    assert "since then" not in failed
    (settings.analysis / "x.csv").write_text("1")
    (because,) = groups.stale(settings, connection, EVERY).cells[0][1].since
    assert because.key == "input:x.csv", "what it read belongs to it too"
    file.write_text(f"{bad}# mended\nx = 2\n")
    index_analyses(settings, connection)
    page = library.get("/notes/two").text
    assert "The analysis failed; since then its code changed on " in page
    assert "Rerun what is stale" in page
    assert library.post("/api/runs/stale", json={"because": "third"}).get_json()["runs"]
    assert waiting(connection) == ["third"]
    # What holds again, since the code is as it was, is no failure any more.
    assert queue.claim(settings, connection)
    queue.finish(settings, connection, run.id + 1, "excepted", message="again")
    file.write_text(CODE.format(module="other"))
    index_analyses(settings, connection)
    assert library.get("/notes/two").text.count("Up to date") == 2
    assert not groups.stale(settings, connection, EVERY)


def test_check_says_what_changed_since_a_failure(
    library: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    (settings.notes / "one.md").write_text(BLOCK.format(script="first", name="a", n=9))
    sync(settings, connection)
    run, _ = runs.enqueue(settings, connection, "first", {"n": 9}, people.owner(connection))
    queue.finish(settings, connection, run.id, "excepted", message="first.py, line 2: IndexError.")
    change(settings, "steps")
    found = [each.message for each in audit.findings(settings, connection) if each.path == "one"]
    assert found[0].startswith("a: first.py, line 2: IndexError; since then `steps.py`, which it")
