"""What pages say of runs: their code as it was, the claims on them, numbers that lead to them."""

from __future__ import annotations

import re
import sqlite3

import pytest
from flask.testing import FlaskClient

from app.commands.watch import index_analyses
from app.lab.runs import Output, queue
from app.library.syncing.sync import sync
from app.settings import Settings

NOTE = """---
title: Numbers
visibility: public
---
It is {{ shown.total }}, and [so it is {{ shown.total }}](/a), and {{ later.total }}.

```analysis
script: shown
show: [total, gone, lost]
```

```claim
id: smaller
text: It is {{ shown.total }}.
check: shown.total < other.total
```

```claim
id: elsewhere
text: Of another one.
check: other.total < 10
```

```claim
id: coded
text: What `f<b>` says.
check: nothing.total < 10
```
"""
OTHER = '"""Another."""\ndef main() -> dict:\n    return {}\n'


@pytest.fixture
def made(owner: FlaskClient, settings: Settings, connection: sqlite3.Connection) -> list[int]:
    for name in ("other", "later"):
        (settings.analysis / f"{name}.py").write_text(OTHER)
    (settings.notes / "numbers.md").write_text(NOTE)
    sync(settings, connection)
    found = []
    for script in ("shown", "other"):
        run = owner.post("/api/runs", json={"script": script}).get_json()["id"]
        queue.claim(settings, connection, ((run, run),))
        outputs = [Output("total", "value", 7, {})]
        queue.finish(settings, connection, run, "succeeded", outputs=outputs, seconds=0.1)
        found.append(run)
    return found


def test_a_number_leads_to_its_run_but_not_inside_a_link(
    owner: FlaskClient, public: FlaskClient, made: list[int]
) -> None:
    text = owner.get("/notes/numbers").text
    link = f'<a href="/runs/{made[0]}" class="value" title="shown.total">7</a>'
    assert f"{link}</span>, and" in text
    assert '<span class="value" title="shown.total">7</span></span></a>' in text
    assert '<span class="value unknown"' in text
    assert text.count(link) == 2  # in the text, and in the sentence of the claim
    address = f"/runs/{made[0]}?note=numbers"
    assert f'<a href="{address}" class="value"' in public.get("/notes/numbers").text
    assert public.get(address).status_code == 200


def test_every_run_behind_a_claim_is_linked(owner: FlaskClient, made: list[int]) -> None:
    verdict = (
        owner.get("/notes/numbers")
        .text.partition('id="claim-smaller"')[2]
        .partition("</section>")[0]
    )
    assert [f'href="/runs/{run}"' in verdict for run in made] == [True, True]
    (claim,) = [
        each for each in owner.get("/api/claims").get_json()["results"] if each["id"] == "smaller"
    ]
    assert claim["runs"] == made
    assert f'href="/runs/{made[1]}"' in owner.get("/claims").text


def test_an_analysis_lists_the_claims_that_rest_on_it(
    owner: FlaskClient, public: FlaskClient, made: list[int]
) -> None:
    text = owner.get("/analyses/shown").text.partition('id="claims"')[2]
    assert 'href="/notes/numbers#claim-smaller"' in text
    assert "elsewhere" not in text
    assert "claim-elsewhere" in owner.get("/analyses/other").text
    assert "Claims that rest on it" not in owner.get("/analyses/later").text
    assert "Sesame" not in public.get("/analyses/shown").text


def test_code_in_a_claim_and_in_why_it_is_not_known_is_set_as_code(
    owner: FlaskClient, made: list[int]
) -> None:
    for address in ("/notes/numbers", "/claims"):
        page = owner.get(address).text
        assert "What <code>f&lt;b&gt;</code> says." in page, address
        assert "<span>There is no <code>nothing</code>.</span>" in page, address
        assert "`" not in page.partition("<main")[2].partition("</main>")[0], address


def test_the_page_of_a_run_has_its_code_as_it_was_for_those_inside(
    reader: FlaskClient, public: FlaskClient, settings: Settings, made: list[int]
) -> None:
    (settings.analysis / "shown.py").write_text(OTHER)
    page = reader.get(f"/runs/{made[0]}").text
    assert "The code as it was" in page
    assert "steps" in page.partition('id="source"')[2]
    assert "The code as it was" not in public.get(f"/runs/{made[0]}?note=numbers").text


def test_a_run_lists_what_it_depended_on_under_heads(
    owner: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    (settings.analysis / "data.csv").write_text("1")
    (settings.analysis / "steps.py").write_text("x = 1\n")
    (settings.analysis / "reads.py").write_text(
        "import numpy, steps\nINPUTS = ['data.csv', 'gone.csv']\n"
        "def main(note: str = 'n') -> dict: ..."
    )
    run = owner.post("/api/runs", json={"script": "reads"}).get_json()["id"]
    queue.claim(settings, connection)
    queue.finish(settings, connection, run, "succeeded", outputs=[Output("x", "value", 1, {})])
    page = owner.get(f"/runs/{run}").text.partition("How it came to be")[2]
    rows = re.findall(r'<th scope="row(?:group)?"[^>]*>(.*?)</th>(?:<td>(.*?)</td>)?', page)
    named = dict(rows[3:])
    heads = ["Parameters", "note", "Modules", "steps.py", "Files it reads", "data.csv", "gone.csv"]
    assert list(named)[:8] == [*heads, "Packages"]
    assert (named["note"], named["gone.csv"], len(named["data.csv"])) == ("n", "missing", 7)
    assert {"numpy", "Python"} < set(named)


def test_the_traceback_of_a_run_leads_to_its_own_code(
    owner: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    run = owner.post("/api/runs", json={"script": "shown", "params": {"steps": 5}}).get_json()["id"]
    queue.claim(settings, connection)
    log = 'Traceback:\n  File "shown.py", line 2, in main\n  File "other.py", line 1, in x\n'
    queue.finish(
        settings, connection, run, "excepted", message="shown.py, line 2: ValueError", log=log
    )
    page = owner.get(f"/runs/{run}").text
    assert '<a href="#shown.py-L2">shown.py, line 2</a>: ValueError' in page
    assert '<a href="#shown.py-L2">File &quot;shown.py&quot;, line 2</a>' in page
    assert '<span id="shown.py-L2">' in page
    assert "other.py-L1" not in page
    assert '<a href="/analyses/shown#L2">shown.py, line 2</a>' in owner.get("/notes/open").text
    file = settings.analysis / "shown.py"
    file.write_text(f"# above\n{file.read_text()}")
    index_analyses(settings, connection)
    note = owner.get("/notes/open").text
    assert f'<a href="/runs/{run}#shown.py-L2">shown.py, line 2</a>' in note


def test_what_a_block_wants_to_show_and_has_not_is_named(
    owner: FlaskClient, made: list[int]
) -> None:
    text = owner.get("/notes/numbers").text
    assert "it returned no <code>gone</code>, <code>lost</code>" in text
    assert f'href="/runs/{made[0]}#source"' in text


def test_formulas_and_code_in_the_title_of_an_analysis_are_typeset(
    owner: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    file = settings.analysis / "shown.py"
    file.write_text(
        file.read_text().replace('"""Adds steps.', 'r"""How far are $\\sqrt{N}$ `<b>steps`?')
    )
    grid = owner.post(
        "/api/sweeps", json={"script": "shown", "sweep": {"steps": [1, 2]}}
    ).get_json()
    run = owner.post("/api/runs", json={"script": "shown", "params": {"steps": 5}}).get_json()["id"]
    queue.claim(settings, connection)
    queue.finish(settings, connection, run, "succeeded", outputs=[Output("x", "value", 1, {})])
    pages = ["/analyses", "/analyses/shown", "/analyses/shown/runs", f"/runs/{run}", "/notes/open",
             f"/compare?a={run}&b={run}", f"/sweeps/{grid['id']}"]  # fmt: skip
    for address in pages:
        page = owner.get(address).text
        assert "How far are <" in page, address
        assert "<code>&lt;b&gt;steps</code>?" in page, address
        assert 'class="katex' in page, address
        assert "$\\sqrt" not in page.partition("language-python")[0], address
        assert "<b>steps" not in page, address
    assert "<title>How far are √N &lt;b&gt;steps?" in owner.get("/analyses/shown").text
    counted = owner.get("/analyses/shown/runs").text
    assert "· 1 run</p>" in re.sub(r"\s+", " ", counted), (
        "points of sweeps are no runs of this list"
    )
    assert "Waiting to run" not in counted


def test_a_file_with_a_name_that_is_none_is_said_to_who_may_run(
    owner: FlaskClient, public: FlaskClient, settings: Settings
) -> None:
    (settings.analysis / "my walk-two.py").write_text(OTHER)
    assert "my walk-two.py: it has a main, but is no analysis" in owner.get("/analyses").text
    assert "my walk-two" not in public.get("/analyses").text


def test_who_watches_over_the_server_is_not_in_its_log(
    public: FlaskClient, capsys: pytest.CaptureFixture[str]
) -> None:
    assert public.get("/healthz").status_code == 200
    assert capsys.readouterr().err == ""
