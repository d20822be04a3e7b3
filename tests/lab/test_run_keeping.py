"""Which runs stay when there are many: what is shown, what is referred to, and a history."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from app.accounts import people
from app.accounts.permissions import Person
from app.lab import runs
from app.lab.runs import Output, Run, keeping, queue, sources, spans
from app.library.syncing.sync import sync
from app.settings import Settings

SOURCE = (
    '"""Walks."""\nimport steps\ndef main(n: int = 10, seed: int = 0) -> dict:\n    return {}\n'
)
BLOCK = "```analysis\nscript: walk\nparams: {n: 20}\n```\n"


@pytest.fixture
def person(settings: Settings, connection: sqlite3.Connection) -> Person:
    (settings.analysis / "walk.py").write_text(SOURCE)
    (settings.analysis / "steps.py").write_text("x = 1  # one\n")
    keeping._swept[settings.database] = float("inf")  # nothing is swept but when a test says so
    return people.owner(connection)


def write(settings: Settings, connection: sqlite3.Connection, text: str) -> None:
    (settings.notes / "a.md").write_text(text)
    sync(settings, connection)


def ended(
    settings: Settings,
    connection: sqlite3.Connection,
    person: Person,
    status: str = "succeeded",
    **params: Any,
) -> Run:
    run, _ = runs.enqueue(settings, connection, "walk", params, person, force=True)
    runs.folder(settings, run.id).mkdir(parents=True)
    assert queue.claim(settings, connection, spans.spans([run.id]))
    outputs = [Output("x", "value", 1, {})] if status == "succeeded" else []
    return queue.finish(settings, connection, run.id, status, outputs=outputs)


def left(settings: Settings, connection: sqlite3.Connection) -> list[int]:
    keeping.sweep(settings, connection)
    ids = [row["id"] for row in connection.execute("SELECT id FROM run ORDER BY id")]
    assert sorted(int(path.name) for path in settings.outputs.iterdir()) == ids
    return ids


def test_of_what_a_note_shows_the_last_twenty_are_kept_and_the_last_result(
    settings: Settings, connection: sqlite3.Connection, person: Person
) -> None:
    write(settings, connection, BLOCK)
    first = [ended(settings, connection, person, n=n).id for n in (20, 10)]
    failed = [ended(settings, connection, person, "excepted", n=20).id for _ in range(25)]
    assert left(settings, connection) == [*first, *failed[-runs.KEPT :]]


def test_of_all_other_choices_the_last_fifty_are_kept_together(
    settings: Settings, connection: sqlite3.Connection, person: Person
) -> None:
    default = ended(settings, connection, person).id
    others = [ended(settings, connection, person, seed=seed).id for seed in range(1, 56)]
    waiting, _ = runs.enqueue(settings, connection, "walk", {"seed": 1}, person, force=True)
    runs.folder(settings, waiting.id).mkdir()
    assert left(settings, connection) == [default, *others[-keeping.OTHERS :], waiting.id]
    found = connection.execute("SELECT count(*) FROM search_output WHERE run_id = ?", [others[0]])
    assert found.fetchone()[0] == 0


def test_what_is_referred_to_or_pinned_stays(
    settings: Settings,
    connection: sqlite3.Connection,
    person: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(keeping, "OTHERS", 1)
    ids = [ended(settings, connection, person, seed=seed).id for seed in range(1, 10)]
    source = (
        f"[one](/runs/{ids[0]}) ![two](/outputs/{ids[1]}/x.svg) [x](/notes/b?run=wide:{ids[2]}#x)\n"
        f"[both](/compare?a={ids[3]}&b={ids[4]}) /runs/{10**14}\n"
    )
    write(settings, connection, source)
    for run_id, pinned in ((ids[5], True), (ids[7], True), (ids[7], False)):
        keeping.pin(connection, run_id, kept=pinned)
        assert runs.get(connection, run_id).kept == pinned
    connection.execute(
        "INSERT INTO annotation (id, stored, body, created, modified)"
        " VALUES ('a', '{}', ?, '', '')",
        [f"see /runs/{ids[6]}"],
    )
    assert left(settings, connection) == [*ids[:7], ids[8]]


def test_an_analysis_that_cannot_be_read_now_keeps_its_runs(
    settings: Settings,
    connection: sqlite3.Connection,
    person: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(keeping, "OTHERS", 1)
    ids = [ended(settings, connection, person, seed=seed).id for seed in range(1, 4)]
    for text in ("def main(:\n", None):
        file = settings.analysis / "walk.py"
        file.write_text(text) if text else file.unlink()
        assert left(settings, connection) == ids
    file.write_text(SOURCE)
    assert left(settings, connection) == ids[-1:]


def test_it_is_looked_through_once_a_minute(
    settings: Settings,
    connection: sqlite3.Connection,
    person: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[Path] = []
    monkeypatch.setattr(keeping, "sweep", lambda settings, _: asked.append(settings.database))
    del keeping._swept[settings.database]
    for _ in range(3):
        ended(settings, connection, person)
    assert asked == [settings.database]


def test_the_code_of_a_run_is_kept_as_it_was_once_and_as_long_as_a_run_names_it(
    settings: Settings,
    connection: sqlite3.Connection,
    person: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def count() -> int:
        return int(connection.execute("SELECT count(*) FROM source").fetchone()[0])

    first = ended(settings, connection, person)
    again = ended(settings, connection, person)
    assert count() == 2
    assert sources.of_run(connection, again) == {"walk.py": SOURCE, "steps.py": "x = 1  # one\n"}
    (settings.analysis / "steps.py").write_text("x = 1  # two\n")
    third = ended(settings, connection, person)
    assert (third.fingerprint, third.version) == (first.fingerprint, first.version)
    assert third.version == first.parts["files"]["walk.py"][:7]
    assert sources.of_run(connection, first)["steps.py"] == "x = 1  # one\n"
    assert sources.of_run(connection, third)["steps.py"] == "x = 1  # two\n"
    assert count() == 3
    monkeypatch.setattr(keeping, "KEPT", 1)
    assert left(settings, connection) == [third.id]
    assert count() == 2
    assert json.loads(json.dumps(third.parts)) == third.parts


def test_code_outside_of_the_folder_is_not_kept(
    settings: Settings, connection: sqlite3.Connection, person: Person
) -> None:
    (settings.analysis.parent / "secret.py").write_text("key = 1\n")
    (settings.analysis / "steps.py").unlink()
    (settings.analysis / "steps.py").symlink_to(settings.analysis.parent / "secret.py")
    run = ended(settings, connection, person)
    assert list(sources.of_run(connection, run)) == ["walk.py"]
