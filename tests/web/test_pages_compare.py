"""Two runs side by side, and the list to choose them from."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from typing import Any

import pytest
import zstandard
from flask.testing import FlaskClient

from app.lab import runs
from app.lab.runs import Output, Run, compare, queue
from app.settings import Settings

SOURCES = (
    "def main(steps=3):\n    return {'total': steps}\n",
    "def main(steps=3):\n    return {}\n",
)


def output(name: str, kind: str, value: Any) -> Output:
    return Output(name, kind, value, {"svg": f"{name}.svg"} if kind == "figure" else {})


@pytest.fixture
def two(owner: FlaskClient, settings: Settings, connection: sqlite3.Connection) -> tuple[int, int]:
    """The same analysis with other parameters, other results and other code."""
    ids = []
    for place, steps in enumerate((5, 6)):
        sent = {"script": "shown", "params": {"steps": steps}}
        made = owner.post("/api/runs", json=sent).get_json()["id"]
        table = {"columns": ["n"], "rows": [[1], [place]], "total": 2, "kept": 2}
        outputs = [output("total", "value", steps * 1.5), output("fit", "table", table)]
        outputs += [output("plot", "figure", {"alt": "a plot"}), output("same", "text", "words")]
        queue.finish(settings, connection, made, "succeeded", outputs=outputs, seconds=place + 1.0)
        folder = runs.folder(settings, made)
        folder.mkdir(parents=True)
        (folder / "plot.svg").write_text(f"<svg>{place}</svg>")
        ids.append(made)
    return ids[0], ids[1]


def keep_sources(connection: sqlite3.Connection, ids: tuple[int, int]) -> None:
    for made, text in zip(ids, SOURCES, strict=True):
        digest = hashlib.sha256(text.encode()).hexdigest()
        packed = zstandard.ZstdCompressor().compress(text.encode())
        connection.execute("INSERT INTO source VALUES (?, ?)", [digest, packed])
        connection.execute(
            "UPDATE run SET parts = json_set(parts, '$.files', json_object('shown.py', ?))"
            " WHERE id = ?",
            [digest, made],
        )
    connection.commit()


def test_what_differs_is_named_with_by_how_much(owner: FlaskClient, two: tuple[int, int]) -> None:
    told = owner.get(f"/api/compare?a={two[0]}&b={two[1]}").get_json()
    rows = {(row["part"], row["name"]): row for row in told["differences"]}
    assert rows.keys() == {
        ("outcome", "seconds"), ("parameters", "steps"), ("values", "total"), ("tables", "fit"),
        ("figures", "plot"),
    }  # fmt: skip
    assert rows["values", "total"]["note"] == "+1.5, × 1.2"
    assert rows["tables", "fit"]["note"] == "1 cell differs"
    assert told["same"]["texts"] == 1
    assert told["code_note"] == "The code is the same."
    page = owner.get(f"/compare?a={two[0]}&b={two[1]}")
    assert page.status_code == 200
    for words in ("× 1.2", "1 cell differs", f"/outputs/{two[1]}/plot.svg", "1 text"):
        assert words in page.text


def test_the_code_is_compared_where_it_was_kept(
    owner: FlaskClient, connection: sqlite3.Connection, two: tuple[int, int]
) -> None:
    keep_sources(connection, two)
    address = f"compare?a={two[0]}&b={two[1]}"
    (code,) = owner.get(f"/api/{address}").get_json()["code"]
    assert (code["path"], code["whole"]) == ("shown.py", True)
    rows = {row["part"]: row for row in owner.get(f"/api/{address}").get_json()["differences"]}
    versions = [hashlib.sha256(text.encode()).hexdigest()[:7] for text in SOURCES]
    assert rows["code"]["name"] == "shown.py"
    assert [rows["code"]["before"], rows["code"]["after"]] == versions
    assert "<del>" in owner.get(f"/{address}").text
    connection.execute("DELETE FROM source")
    connection.execute("UPDATE run SET parts = json_set(parts, '$.source', id)")
    connection.commit()
    assert compare.NO_CODE in owner.get(f"/{address}").text


def test_how_the_two_ended_is_said_in_the_words_of_every_page(
    owner: FlaskClient, connection: sqlite3.Connection, two: tuple[int, int]
) -> None:
    connection.execute("UPDATE run SET status = 'excepted' WHERE id = ?", [two[1]])
    connection.commit()
    page = owner.get(f"/compare?a={two[0]}&b={two[1]}").text
    assert "<td><bdi>Succeeded</bdi></td><td><bdi>The analysis failed</bdi></td>" in page
    assert ">excepted<" not in page


def test_a_run_beside_itself(owner: FlaskClient, two: tuple[int, int]) -> None:
    page = owner.get(f"/compare?a={two[0]}&b={two[0]}")
    assert "Nothing differs" in page.text
    assert "to the last line" in page.text


@pytest.mark.parametrize("query", ["", "a=1", "a=x&b=1", "a=1&b=99999999999", "a=-1&b=1"])
def test_what_cannot_be_compared_is_said(owner: FlaskClient, query: str) -> None:
    assert owner.get(f"/compare?{query}").status_code == 400


def test_runs_of_two_analyses_are_not_compared(owner: FlaskClient, two: tuple[int, int]) -> None:
    other = owner.post("/api/runs", json={"script": "unseen"}).get_json()["id"]
    assert owner.get(f"/compare?a={two[0]}&b={other}").status_code == 400
    assert owner.get(f"/compare?a={two[0]}&b=999").status_code == 404


def test_the_public_compares_only_what_public_notes_show(
    public: FlaskClient, reader: FlaskClient, connection: sqlite3.Connection, two: tuple[int, int]
) -> None:
    keep_sources(connection, two)
    assert public.get(f"/compare?a={two[0]}&b={two[1]}").status_code == 404
    own = public.get(f"/compare?a={two[0]}&b={two[0]}")
    assert own.status_code == 200
    assert public.get(f"/api/compare?a={two[1]}&b={two[0]}").status_code == 404
    assert public.get("/analyses/shown/runs").status_code == 401
    assert reader.get(f"/compare?a={two[0]}&b={two[1]}").status_code == 200


def test_all_runs_of_an_analysis_by_status(owner: FlaskClient, two: tuple[int, int]) -> None:
    owner.post("/api/runs", json={"script": "shown", "params": {"steps": 7}})
    page = owner.get("/analyses/shown/runs").text
    assert page.count('name="a"') == 3
    for name, run in zip("ab", two, strict=True):  # not the one that waits
        assert re.search(rf'name="{name}" value="{run}"[^>]* checked', page)
    assert "Compare the two marked" in page
    assert owner.get("/analyses/shown/runs?status=queued").text.count('href="/runs/') == 1
    assert owner.get("/analyses/shown/runs?status=odd").status_code == 400
    assert owner.get("/analyses/none/runs").status_code == 404


def run_of(**values: Any) -> Run:
    outputs = tuple(output(name, "value", value) for name, value in values.items())
    return Run(
        1, "s", {}, "", {}, "succeeded", None, "", "", None, None, None, {}, False, "", "", "",
        outputs,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "note"),
    [
        (0, 2, "+2"),
        (2, -2, "−4"),
        (1100, 60000, "+58900, × 54.55"),
        (1, True, ""),
        ("nan", 1.0, ""),
        (1e308, -1e308, "−inf"),
    ],
)
def test_values_of_any_kind(before: Any, after: Any, note: str) -> None:
    found = compare.compare(run_of(x=before), run_of(x=after), lambda _: None, lambda *_: "")
    assert [(row.name, row.note) for row in found.rows] == [("x", note)]


def test_an_output_that_only_one_has() -> None:
    found = compare.compare(run_of(x=1), run_of(y=1), lambda _: None, lambda *_: "")
    assert [(row.before, row.after) for row in found.rows] == [(1, None), (None, 1)]


def test_runs_that_are_compared_can_be_kept(
    owner: FlaskClient, connection: sqlite3.Connection, two: tuple[int, int]
) -> None:
    address = f"/compare?a={two[0]}&b={two[1]}"
    answer = owner.post("/runs/pin", data={"run": [str(run) for run in two]})
    assert (answer.status_code, answer.headers["Location"]) == (303, address)
    assert all(run.kept for run in runs.load(connection, two).values())
    assert "No longer keep them" in owner.get(address).text
    owner.post("/runs/pin", data={"run": str(two[0]), "kept": "no"})
    assert "Keep this run" in owner.get(f"/runs/{two[0]}").text
    assert owner.post("/runs/pin", data={"run": "x"}).status_code == 400
    assert owner.post("/runs/pin", data={}).status_code == 400
