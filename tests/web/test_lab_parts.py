"""What pages say of runs: their code as it was, the claims on them, numbers that lead to them."""

from __future__ import annotations

import sqlite3

import pytest
from flask.testing import FlaskClient

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


def test_the_page_of_a_run_has_its_code_as_it_was_for_those_inside(
    reader: FlaskClient, public: FlaskClient, settings: Settings, made: list[int]
) -> None:
    (settings.analysis / "shown.py").write_text(OTHER)
    page = reader.get(f"/runs/{made[0]}").text
    assert "The code as it was" in page
    assert "steps" in page.partition('id="source"')[2]
    assert "The code as it was" not in public.get(f"/runs/{made[0]}?note=numbers").text


def test_what_a_block_wants_to_show_and_has_not_is_named(
    owner: FlaskClient, made: list[int]
) -> None:
    text = owner.get("/notes/numbers").text
    assert "it returned no <code>gone</code>, <code>lost</code>" in text
    assert f'href="/runs/{made[0]}#source"' in text
