"""Sweeps on pages and below /api/: asked for, watched, sorted, drawn, and seen by whom."""

from __future__ import annotations

import csv
import io
import re
import sqlite3
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.lab.runs import Output
from app.lab.shown import audit
from app.lab.sweeps import outdated, points, store
from app.lab.sweeps.executor import Outcome
from app.library.syncing.sync import sync
from app.settings import Settings

BLOCK = """
```analysis
script: shown
as: grid
sweep: {steps: [1, 10, 100], label: "a,b"}
plot: total against steps by label
caption: Over *two* labels.
```
"""
PUBLIC = f"---\ntitle: Grid\nvisibility: public\n---\nText.\n{BLOCK}"
HIDDEN = "---\ntitle: Hidden\n---\n```analysis\nscript: unseen\nsweep: {steps: [1, 2]}\n```\n"
FORM = {"script": "shown", "p.steps": "1, 10, 100", "p.label": "a,b"}


@pytest.fixture
def grid(owner: FlaskClient, settings: Settings, connection: sqlite3.Connection) -> int:
    """A public note with a sweep, and its sweep with all points but the last."""
    (settings.notes / "grid.md").write_text(PUBLIC)
    (settings.notes / "hidden-grid.md").write_text(HIDDEN)
    assert not sync(settings, connection).failed
    answer = owner.post("/sweeps", data=FORM)
    assert answer.status_code == 303, answer.text
    number = int(answer.location.rpartition("/")[2])
    taken = points.claim(connection, number, 5)
    outcomes = [
        Outcome(point.run_id, "succeeded", [value(point.params["steps"])], "", 0.001)
        for point in taken[:4]
    ]
    outcomes.append(Outcome(taken[4].run_id, "excepted", message="x.py, line 1: <b>no</b>"))
    points.finish(connection, outcomes, "sandboxed")
    return number


def value(steps: int) -> Output:
    return Output("total", "value", steps * 2.5, {})


def test_a_sweep_is_asked_for_watched_and_gone_on_with(
    owner: FlaskClient, connection: sqlite3.Connection, grid: int
) -> None:
    page = owner.get(f"/sweeps/{grid}").text
    assert 'value="5"' in page
    assert "4 of 6 points; at 1 the analysis failed</span>" in page
    assert "total against steps" in page
    assert "&lt;b&gt;no" in page
    state = owner.get(f"/sweeps/{grid}/state")
    assert "HX-Refresh" not in state.headers
    assert owner.post(f"/sweeps/{grid}/cancel").location == f"/sweeps/{grid}"
    assert owner.get(f"/sweeps/{grid}/state").headers["HX-Refresh"] == "true"
    stopped = owner.get(f"/sweeps/{grid}").text
    assert "Resume" in stopped
    assert "4 of 6 points; at 1 the analysis failed, 1 was cancelled</span>" in stopped
    assert "4 of 6, 2 without a result</span>" in owner.get("/sweeps").text
    assert owner.post(f"/sweeps/{grid}/resume").location == f"/sweeps/{grid}"
    assert "Waiting to run" in owner.get(f"/sweeps/{grid}").text
    point = points.claim(connection, grid, 1)[0].run_id
    assert "Running" in owner.get(f"/runs/{point}").text
    assert owner.delete(f"/api/runs/{point}").status_code == 202
    assert f'href="/sweeps/{grid}"' in owner.get("/sweeps").text
    assert f'href="/sweeps/{grid}"' in owner.get("/analyses/shown").text


def test_the_table_is_sorted_by_its_heads_and_is_a_file(owner: FlaskClient, grid: int) -> None:
    def steps(query: str) -> list[str]:
        body = owner.get(f"/sweeps/{grid}{query}").text.partition("<tbody>")[2]
        return re.findall(r"<tr>\s*<td class=\"num\">(\d+)</td>", body)

    assert steps("") == ["1", "1", "10", "10", "100", "100"]
    assert steps("?sort=-total")[:2] == ["10", "10"]
    assert 'aria-sort="descending"' in owner.get(f"/sweeps/{grid}?sort=-total").text
    assert owner.get(f"/sweeps/{grid}?sort=%27;--&page=77&x=nope&y=%3Cb%3E").status_code == 200
    found = owner.get(f"/sweeps/{grid}.csv")
    rows = list(csv.DictReader(io.StringIO(found.text)))
    assert [(row["steps"], row["label"], row["total"]) for row in rows[:2]] == [
        ("1", "a", "2.5"),
        ("1", "b", "2.5"),
    ]
    assert [row["status"] for row in rows[3:]] == ["succeeded", "excepted", "queued"]


def test_while_the_code_is_broken_a_note_shows_the_plot_that_there_was(
    owner: FlaskClient, settings: Settings, connection: sqlite3.Connection, grid: int
) -> None:
    file = settings.analysis / "shown.py"
    source = file.read_text()
    file.write_text(f"{source}\nimport json\n")
    anew = int(owner.post("/sweeps", data=FORM).location.rpartition("/")[2])
    assert anew != grid
    waiting = owner.get("/notes/grid").text
    assert "<circle" in waiting
    assert "meanwhile the result of" in waiting
    assert f'href="/sweeps/{grid}.csv' in waiting
    owner.post(f"/sweeps/{anew}/cancel")
    stopped = owner.get("/notes/grid").text
    assert "Not all points are there" in stopped
    assert "shown is the result of" in stopped
    assert "<circle" in stopped
    file.write_text(source)
    back = owner.get("/notes/grid?again").text  # another address: nobody watches the files here
    assert "the result of" not in back
    assert "4 of 6 points" in back


@pytest.mark.parametrize(
    ("plot", "words"),
    [
        ("total against steps", ""),
        ("totl against steps", "plot: there is no value totl. Did you mean total?"),
        ("zzz against steps", "plot: there is no value zzz. There is total."),
        ("total against step", "plot: step is not among what varies. Did you mean steps?"),
        ("total against steps by zzz", "plot: zzz is not among what varies. That is steps, label."),
    ],
)
def test_a_plot_of_what_does_not_exist_is_an_error_by_name(
    owner: FlaskClient, settings: Settings, connection: sqlite3.Connection, grid: int,
    plot: str, words: str,
) -> None:  # fmt: skip
    connection.execute("UPDATE run SET status = 'cancelled' WHERE status = 'queued'")
    right, wrong = (
        "plot: total against steps by label\ncaption: Over *two* labels.",
        f"plot: {plot}",
    )
    (settings.notes / "grid.md").write_text(PUBLIC.replace(right, wrong))
    assert not sync(settings, connection).failed
    page = owner.get("/notes/grid").text
    if not words:
        assert "<circle" in page
        return
    assert f"shown: {words}" in page
    assert "Nothing to draw" not in page
    assert "<b>Figure" not in page
    found = [each for each in audit.findings(settings, connection) if each.path == "grid"]
    assert [(each.kind, each.message) for each in found] == [("analysis", f"grid: shown: {words}")]
    assert found[0].is_error


def test_a_plot_grows_while_its_sweep_runs(
    owner: FlaskClient, connection: sqlite3.Connection, grid: int
) -> None:
    connection.execute("UPDATE run SET status = 'queued' WHERE status = 'excepted'")
    asks = re.search(
        r'hx-get="(/sweeps/\d+/state\?note=grid[^"]*drawn=4)"', owner.get("/notes/grid").text
    )
    assert asks
    address = asks[1].replace("&amp;", "&")
    assert 'id="drawing-' not in owner.get(address).text, "the page has these points already"
    newer = owner.get(address.replace("drawn=4", "drawn=2")).text
    assert f'<div class="drawing" id="drawing-{grid}" hx-swap-oob="true">' in newer
    assert "total against steps by label" in newer, "as the note draws it"
    assert "drawn=4" in newer
    assert f'id="drawing-{grid}"' in owner.get(f"/sweeps/{grid}").text


def test_without_scripts_a_note_says_where_to_look_again_at_a_sweep(
    owner: FlaskClient, connection: sqlite3.Connection, grid: int
) -> None:
    address = "/notes/grid"
    for number in (1, 2):
        page = owner.get(address).text
        (address,) = re.findall(
            r'<noscript>.*<a href="([^"]+)" rel="nofollow">Look again</a>', page
        )
        assert address == f"/notes/grid?look=s{grid}-{number}#block-grid"
    store.cancel(connection, grid)
    page = owner.get(address).text
    assert "<span>It has ended.</span>" in page
    assert "Look again" not in page
    assert "It has ended" not in owner.get("/notes/grid").text


def test_what_cannot_be_swept_is_said_beside_what_was_typed(owner: FlaskClient) -> None:
    answer = owner.post("/sweeps", data={**FORM, "p.steps": "1, ten"})
    assert answer.status_code == 400
    assert "steps is a whole number, not ten." in answer.text
    assert 'value="1, ten"' in answer.text
    one = owner.post("/sweeps", data={"script": "shown", "p.steps": "5"})
    assert "No parameter varies." in one.text


def test_a_note_shows_its_sweep_and_starts_nothing(
    owner: FlaskClient,
    public: FlaskClient,
    settings: Settings,
    connection: sqlite3.Connection,
    grid: int,
) -> None:
    for client in (owner, public):
        page = client.get("/notes/grid").text
        assert 'id="block-grid"' in page
        assert "Over <em>two</em> labels." in page
        assert "total against steps by label" in page
    assert "Not run yet" in owner.get("/notes/hidden-grid").text
    before = store.total(connection)
    answer = owner.post("/sweeps", data={"note": "hidden-grid", "block": "unseen"})
    assert answer.location.endswith("/notes/hidden-grid#block-unseen")
    assert store.total(connection) == before + 1
    source = (settings.analysis / "shown.py").read_text()
    (settings.analysis / "shown.py").write_text(source.replace("return {}", "return {'a': 1}"))
    store.cancel(connection, grid)
    assert "Stale: its code changed" in owner.get("/notes/grid").text
    assert outdated.begin(settings, connection, owner_of(connection)) == []
    again = outdated.begin(settings, connection, owner_of(connection), again=True)
    assert sorted(sweep.script for sweep in again) == ["shown", "unseen"]


def owner_of(connection: sqlite3.Connection) -> Any:
    from app.accounts import people

    return people.owner(connection)


def test_the_public_sees_what_a_public_note_shows_and_no_more(
    owner: FlaskClient, public: FlaskClient, grid: int
) -> None:
    other = owner.post("/sweeps", data={**FORM, "p.steps": "7,8"}).location
    hidden = owner.post("/sweeps", data={"note": "hidden-grid", "block": "unseen"})
    assert hidden.status_code == 303
    assert public.get(f"/sweeps/{grid}").status_code == 200
    assert public.get(f"/sweeps/{grid}.csv").status_code == 200
    assert [row["id"] for row in public.get("/api/sweeps").get_json()["results"]] == [grid]
    assert public.get("/sweeps").text.count("<tr>") == 2
    for address in (other, f"{other}.csv", f"/api{other}", f"/sweeps/{grid + 2}"):
        assert public.get(address).status_code == 404
    assert "<b>no" not in public.get(f"/sweeps/{grid}").text
    assert "line 1" not in public.get(f"/api/sweeps/{grid}").text
    assert public.post("/sweeps", data=FORM).status_code in (401, 403)
    assert public.post(f"/sweeps/{grid}/cancel").status_code in (401, 403)


def test_a_program_asks_reads_and_cancels(owner: FlaskClient) -> None:
    sent = {"script": "shown", "params": {"label": "x"}, "sweep": {"steps": "0:4"}}
    answer = owner.post("/api/sweeps", json=sent)
    assert answer.status_code == 202
    assert answer.get_json()["axes"] == {"steps": [0, 1, 2, 3]}
    assert answer.get_json()["params"] == {"label": "x"}
    address = answer.headers["Location"]
    page = owner.get(f"{address}?limit=2&offset=1").get_json()
    assert [row["params"]["steps"] for row in page["results"]] == [1, 2]
    assert owner.post("/api/sweeps", json=sent).get_json()["id"] == page["id"]
    assert owner.delete(address).get_json()["counts"] == {"cancelled": 4}
    long = owner.post("/api/sweeps", json={**sent, "sweep": {"steps": "0:300"}}).get_json()
    assert (len(long["axes"]["steps"]), long["lengths"]) == (100, {"steps": 300})
    wrong = owner.post("/api/sweeps", json={**sent, "sweep": {"steps": 3}})
    assert (wrong.status_code, wrong.get_json()["field"]) == (400, "sweep.steps")
