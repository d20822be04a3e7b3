"""An analysis in a note: its outputs in order, what is under way, choices and keeping them."""

from __future__ import annotations

import json
import re
import sqlite3
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from app.lab import runs
from app.lab.runs import Output, queue
from app.lab.shown import audit
from app.library.syncing.sync import sync
from app.settings import Settings
from app.web.templates import moment

ROWS = [[3, "c"], [1, "a"], ["nan", "b"], [2, None]]
TABLE = {"columns": ["n", "word"], "rows": ROWS, "total": 4, "kept": 4}
FIGURE = {"width": 100, "height": 50, "alt": "height against step", "total": 9, "kept": 5}
OUTPUTS = (
    Output("before", "value", 1, {}),
    Output("plot", "figure", FIGURE, {"svg": "plot.svg", "png": "plot.png", "data": "plot.csv"}),
    Output("fit", "table", TABLE, {"csv": "fit.csv", "json": "fit.json"}),
    Output("total", "value", 7, {}),
    Output("mean", "value", 0.5, {}),
)
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://localhost/notes/open"}


def start(client: FlaskClient, **params: Any) -> int:
    sent = {"script": "shown", "params": params}
    return int(client.post("/api/runs", json=sent).get_json()["id"])


def finish(settings: Settings, connection: sqlite3.Connection, run: int, **more: Any) -> None:
    given: dict[str, Any] = {"outputs": OUTPUTS, "seconds": 0.5, **more}
    status = given.pop("status", "succeeded")
    queue.finish(settings, connection, run, status, **given)


@pytest.fixture
def done(owner: FlaskClient, settings: Settings, connection: sqlite3.Connection) -> int:
    """The run that the note shows."""
    run = start(owner, steps=5)
    assert queue.claim(settings, connection)
    finish(settings, connection, run, log="a line\nanother")
    return run


def test_outputs_come_in_the_order_in_which_they_were_returned(
    owner: FlaskClient, done: int
) -> None:
    page = owner.get("/notes/open").text
    places = [page.index(words) for words in ("<dt>before", "plot.svg", "<thead>", "<dt>total")]
    assert places == sorted(places)
    assert page.count('<dl class="values">') == 2
    assert 'alt="height against step"' in page
    for words in (">SVG<", ">PNG<", ">data<", ">CSV<", "the first 5 of 9 rows", "What it printed"):
        assert words in page
    assert re.search(r"#source\">version [0-9a-f]{7}</a>", page)


def test_what_a_parameter_is_and_what_the_buttons_do_stands_in_the_page(
    owner: FlaskClient, settings: Settings, done: int
) -> None:
    """Not in a tooltip, which a finger and a keyboard never meet."""
    file = settings.analysis / "shown.py"
    file.write_text(file.read_text().replace("steps: int", 'steps: Annotated[int, "how many"]'))
    page = owner.get("/notes/open").text
    form = page.partition('<form class="params"')[2].partition("</form>")[0]
    assert "title=" not in form
    assert "Rerun computes anew" in form
    described = re.findall(r'aria-describedby="([^"]+)"', form)
    assert described
    assert ">how many</span>" in form
    assert all(f'id="{each}"' in form for each in described)


def test_a_column_of_numbers_has_one_number_of_decimals(
    owner: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    rows = [[14, "Jahr 1"], [16.1, "Jahr 2"], [17.15, None]]
    table = {"columns": ["temp", "name"], "rows": rows, "total": 3, "kept": 3}
    finish(settings, connection, start(owner, steps=5), outputs=[Output("t", "table", table, {})])
    page = owner.get("/notes/open").text
    assert cells_of(page) == ["14.00", "Jahr 1", "16.10", "Jahr 2", "17.15", "–"]
    assert page.count('class="num"') == 4, "words stand at the left"


def test_the_caption_is_the_alternative_text(
    owner: FlaskClient, settings: Settings, connection: sqlite3.Connection, done: int
) -> None:
    file = settings.notes / "open.md"
    caption = 'caption: A *few* walks, "black" is $\\sqrt N$.'
    file.write_text(
        file.read_text().replace("params: {steps: 5}", f"params: {{steps: 5}}\n{caption}")
    )
    sync(settings, connection)
    page = owner.get("/notes/open").text
    assert 'alt="A few walks, “black” is √N."' in page or (
        'alt="A few walks, &#34;black&#34; is √N."' in page
    )


def cells_of(page: str) -> list[str]:
    return re.findall(r"<td[^>]*>(.*?)</td>", page.partition("<tbody>")[2].partition("</tbody>")[0])


@pytest.mark.parametrize(
    ("sort", "first", "order"),
    [
        ("shown:fit.n", ["1", "2", "3", "NaN"], "ascending"),
        ("fit.-n", ["3", "2", "1", "NaN"], "descending"),
        ("fit.-word", ["3", "NaN", "1", "2"], "descending"),
        ("other:fit.n", ["3", "1", "NaN", "2"], None),
        ("fit.nothing", ["3", "1", "NaN", "2"], None),
    ],
)
def test_a_table_is_sorted_by_its_address(
    owner: FlaskClient, done: int, sort: str, first: list[str], order: str | None
) -> None:
    query = urlencode({"sort": sort})
    page = owner.get(f"/notes/open?{query}").text
    assert cells_of(page)[::2] == first
    assert (f'aria-sort="{order}"' in page) == (order is not None)
    alone = owner.get(f"/runs/{done}/table?{urlencode({'sort': sort, 'block': 'shown'})}")
    assert alone.status_code == (404 if sort.startswith("other") else 200)
    if alone.status_code == 200:
        assert cells_of(alone.text)[::2] == first


def test_a_long_table_is_sorted_whole(
    owner: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    run = start(owner, steps=5)
    rows = [[n] for n in range(500)]
    value = {"columns": ["n"], "rows": rows[:200], "total": 20_000, "kept": 500}
    finish(settings, connection, run, outputs=[Output("t", "table", value, {"json": "t.json"})])
    runs.folder(settings, run).mkdir(parents=True)
    (runs.folder(settings, run) / "t.json").write_text(json.dumps({"rows": rows}))
    page = owner.get("/notes/open?sort=t.-n").text
    assert cells_of(page)[0] == "499"
    assert "the first 30 of 20,000 rows; the first 500 are kept" in page


def test_a_choice_is_in_the_address_and_the_text_speaks_of_the_notes_own(
    owner: FlaskClient, settings: Settings, connection: sqlite3.Connection, done: int
) -> None:
    page = owner.get("/notes/open?shown.steps=6").text
    assert "Not run with these parameters yet" in page
    assert 'value="6"' in page
    other = start(owner, steps=6)
    finish(settings, connection, other, outputs=[Output("total", "value", 70, {})])
    page = owner.get("/notes/open?shown.steps=6").text
    assert "<dd>70</dd>" in page
    assert "Other parameters than the note’s" in page
    assert "shown.total <b>7</b>" in page, "the claim is about the note's own run"
    assert f'data-state="{other}:succeeded"' in page
    assert owner.get(f"/notes/open?run=shown:{done}&shown.steps=6").text.count("<dd>70</dd>") == 0
    for query in ("shown.steps=many", "shown.stops=1"):
        page = owner.get(f"/notes/open?{query}").text
        assert 'role="alert"' in page
        assert "<dd>7</dd>" in page


def test_the_public_sees_only_choices_that_a_note_shows(
    public: FlaskClient, owner: FlaskClient, settings: Settings,
    connection: sqlite3.Connection, done: int,
) -> None:  # fmt: skip
    other = start(owner, steps=6)
    finish(settings, connection, other, outputs=[Output("total", "value", 70, {})])
    for address in (f"/notes/open?run=shown:{other}", "/notes/open?shown.steps=6",
                    "/analyses/shown?shown.steps=6"):  # fmt: skip
        assert "<dd>70</dd>" not in public.get(address).text
    assert "<dd>7</dd>" in public.get("/analyses/shown?shown.steps=5").text
    assert "What it printed" not in public.get("/notes/open").text
    assert "data-state" not in public.get("/notes/open").text


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("shown.steps=6", "This address asks for steps 6; shown is the note’s own."),
        ("shown.steps=%3Cb%3E", "This address asks for steps &lt;b&gt;; shown is the note’s own."),
        ("shown.stops=6", "This address asks for other parameters; shown is the note’s own."),
        ("run=shown:99", "This address asks for another run; shown is the note’s own."),
        ("shown.steps=5", ""),
        ("other.steps=6", ""),
    ],
)
def test_the_public_is_told_that_an_address_asks_for_something_else(
    public: FlaskClient, reader: FlaskClient, owner: FlaskClient, done: int, query: str, words: str
) -> None:
    page = public.get(f"/notes/open?{query}").text
    assert "<dd>7</dd>" in page
    assert words in page
    assert ("This address asks for" in page) == bool(words)
    for client in (reader, owner):
        assert "This address asks for" not in client.get(f"/notes/open?{query}").text
    if "%3C" in query:
        assert "steps is a whole number, not &lt;b&gt;. Shown is the note’s own." in (
            reader.get(f"/notes/open?{query}").text
        ), "who has no form is told as well"


def test_the_public_page_of_an_analysis_shows_a_run_that_the_public_may_see(
    public: FlaskClient, owner: FlaskClient, settings: Settings,
    connection: sqlite3.Connection, done: int,
) -> None:  # fmt: skip
    default = start(owner)  # no public note shows it
    figure = Output("plot", "figure", FIGURE, {"svg": "plot.svg"})
    finish(settings, connection, default, outputs=[figure])
    assert f"/outputs/{default}/" in owner.get("/analyses/shown").text
    page = public.get("/analyses/shown").text
    assert f"/outputs/{default}/" not in page
    assert f"/outputs/{done}/plot.svg" in page
    assert "Other parameters than the defaults: steps <bdi>5</bdi>" in page
    assert ">the defaults</a>" not in page, "they are not for the public"
    news = public.get("/runs/news?script=shown")
    assert news.get_json() == {"shown": done}


def test_the_public_page_of_an_analysis_shows_no_run_where_none_is_public(
    public: FlaskClient, owner: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    default = start(owner)
    finish(settings, connection, default)
    page = public.get("/analyses/shown").text
    assert "Not run yet" in page
    assert "/outputs/" not in page


def test_running_leads_to_the_address_of_the_choice(owner: FlaskClient, done: int) -> None:
    form = {"script": "shown", "note": "open", "block": "shown", "p.steps": "6", "p.label": "a b",
            "others": "wide.x=1&evil=2&shown.steps=9&run=shown:3"}  # fmt: skip
    answer = owner.post("/runs", data=form)
    assert answer.status_code == 303
    assert answer.headers["Location"] == (
        "/notes/open?wide.x=1&shown.steps=6&shown.label=a+b#block-shown"
    )
    fragment = owner.post("/runs", data=form, headers=HTMX)
    assert fragment.headers["HX-Replace-Url"] == "/notes/open?shown.steps=6&shown.label=a+b"
    wrong = owner.post("/runs", data={**form, "p.steps": "x"}, headers=HTMX).text
    assert 'value="x"' in wrong, "what was typed stays"
    assert 'role="alert"' in wrong
    own = owner.post("/runs", data={**form, "p.steps": "5", "p.label": "", "others": ""})
    assert own.headers["Location"] == "/notes/open#block-shown"


@pytest.mark.parametrize("place", ["/notes/open", "/analyses/shown"])
@pytest.mark.parametrize("query", ["shown.steps=6", "run=shown:{}"])
def test_what_cannot_be_taken_leaves_shown_what_was_shown(
    owner: FlaskClient, settings: Settings, connection: sqlite3.Connection, done: int,
    place: str, query: str,
) -> None:  # fmt: skip
    """Never the figure of other parameters, as up to date."""
    if place.startswith("/analyses") and query.startswith("run"):
        place = "/runs/{}"
    other = start(owner, steps=6)
    finish(settings, connection, other, outputs=[Output("total", "value", 70, {})])
    note = "open" if place.startswith("/notes") else ""
    form = {"script": "shown", "note": note, "block": "shown", "p.steps": "6 7"}
    before = f"http://localhost{place}?{query}".format(other, other)
    headers = {"HX-Request": "true", "HX-Current-URL": before}
    wrong = owner.post("/runs", data=form, headers=headers)
    assert "<dd>70</dd>" in wrong.text
    assert 'role="alert">steps is a whole number, not 6 7.' in wrong.text
    assert 'value="6 7"' in wrong.text
    assert ("Other parameters than" in wrong.text) == ("/runs/" not in place)
    assert "HX-Replace-Url" not in wrong.headers
    plain = owner.post("/runs", data=form, headers={"Referer": before})
    assert plain.status_code == 303
    assert plain.location.startswith(before.removeprefix("http://localhost") + "&tried=shown")
    page = owner.get(plain.location).text
    assert "<dd>70</dd>" in page
    assert 'role="alert">steps is a whole number, not 6 7.' in page
    assert 'value="6 7"' in page, "what was typed stays without scripts, too"
    long = owner.post("/runs", data={**form, "p.label": "a" * 9000}, headers={"Referer": before})
    assert long.status_code == 400
    assert f'href="{before}">Back</a>' in long.text, "to what was shown"
    elsewhere = owner.post("/runs", data=form, headers={"Referer": "http://x.test//y.test/runs"})
    assert elsewhere.status_code == 403 or elsewhere.location.startswith(("/notes/", "/analyses/"))


def test_an_address_that_cannot_be_taken_says_what_is_shown_instead(
    owner: FlaskClient, done: int
) -> None:
    page = owner.get("/notes/open?shown.steps=6+7").text
    assert "What this address asks for cannot be taken; shown is the note’s own." in page
    assert 'role="alert">steps is a whole number, not 6 7.' in page


def test_texts_have_their_names_and_what_is_none_is_said(
    owner: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    outputs = [
        Output("count", "value", 4, {}),
        Output("last_day", "text", "nan <b>", {}),
        Output("nothing", "value", None, {}),
        Output("bare", "text", "", {}),
        Output("long_words", "text", "one\ntwo", {}),
    ]
    finish(settings, connection, start(owner, steps=5), outputs=outputs)
    page = owner.get("/notes/open").text
    assert "<div><dt>count</dt><dd>4</dd></div>" in page
    assert "<div><dt>last day</dt><dd><bdi>nan &lt;b&gt;</bdi></dd></div>" in page
    assert '<dt>nothing</dt><dd><span class="quiet">none</span></dd>' in page
    assert '<dt>bare</dt><dd><span class="quiet">empty</span></dd>' in page
    assert '<p class="kind">long words</p><pre tabindex="0" aria-label="long words"' in page


def test_a_parameter_that_is_the_text_nan_is_no_number(
    owner: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    finish(settings, connection, start(owner, label="nan"), outputs=[])
    page = owner.get("/analyses/shown/runs").text
    assert "<bdi>nan</bdi>" in page
    assert "NaN" not in page


def test_after_a_failure_a_page_of_an_analysis_shows_the_result_of_the_defaults_and_says_so(
    owner: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    finish(settings, connection, start(owner))
    finish(settings, connection, start(owner, steps=9), status="excepted", outputs=[])
    page = owner.get("/analyses/shown?shown.steps=9").text
    assert "The analysis failed" in page
    assert "meanwhile the result of the defaults, " in page


def test_a_page_that_waits_is_told_only_what_moves(
    owner: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    first, run = start(owner, steps=1), start(owner, steps=5)
    asks = f"/runs/{run}/cell?note=open&block=shown"
    waiting = owner.get(f"{asks}&live=queued").text
    assert "1 before it" in waiting
    assert "<figure" not in waiting
    while queue.claim(settings, connection):
        pass
    running = owner.get(f"{asks}&live=queued")
    assert "<figure" in running.text
    assert running.headers["HX-Retarget"] == "closest figure"
    bars = [{"n": 5, "total": 20, "desc": "walks"}, {"n": 1, "total": None, "desc": "<b>"}]
    told = {**bars[0], "bars": bars, "since": 0}
    queue.progress(connection, run, told, 'File "shown.py", line 2\n<script>')
    live = owner.get(f"{asks}&live=running").text
    assert "5 of 20 walks" in live
    assert "1 so far &lt;b&gt;" in live
    assert '<a href="/analyses/shown#L2">' in live
    assert "&lt;script&gt;" in live
    finish(settings, connection, run)
    ended = owner.get(f"{asks}&live=running")
    assert ended.headers["HX-Refresh"] == "true"
    assert "HX-Refresh" not in owner.get(f"{asks}&tab=1").headers
    runs.cancel(connection, first)


@pytest.mark.parametrize("status", ["succeeded", "timed_out"])
def test_without_scripts_a_page_says_where_to_look_again_and_that_the_run_has_ended(
    owner: FlaskClient,
    settings: Settings,
    connection: sqlite3.Connection,
    done: int,
    status: str,
) -> None:
    form = {"script": "shown", "note": "open", "block": "shown", "p.steps": "6", "do": "rerun"}
    page = owner.post("/runs", data=form, follow_redirects=True).text
    run, seen = done + 1, set()
    for _ in range(2):
        unscripted = page.partition("<noscript><p")[2].partition("</noscript>")[0]
        (again,) = re.findall(
            r'<a href="([^"]+)" rel="nofollow">Look again</a>', unescape(unscripted)
        )
        assert f'href="/runs/{run}"' in unscripted
        assert (again in seen, again.endswith("#block-shown")) == (False, True), "a new address"
        assert "has ended" not in page
        seen.add(again)
        page = owner.get(again).text
    assert queue.claim(settings, connection)
    finish(settings, connection, run, status=status, message="It ran longer than its limit.")
    page = owner.get(again).text
    words = {"succeeded": "Succeeded", "timed_out": "Stopped: it took too long"}[status]
    (told,) = re.findall(r'<p class="prov ended" role="status">(.+?)</p>', page)
    ended = moment(runs.get(connection, run).ended or "")
    plain = re.sub("<[^>]+>", "", told).replace("\xa0", " ")
    assert plain == f"Run {run} has ended: {words}, {ended}, after 0.50 s"
    assert "Look again" not in page
    assert "has ended" not in owner.get("/notes/open?shown.steps=6").text, "only where asked for"
    plainly = owner.get("/notes/open?shown.steps=6").text
    assert ("It ran longer than its limit." in plainly) == (status != "succeeded")
    assert plainly.count(ended) >= 1
    assert "look=" not in owner.get(f"/runs/{run}").text
    assert owner.get("/notes/open?look=9999999999999999999999-x").status_code == 200


def test_another_tab_learns_what_happened(
    owner: FlaskClient, settings: Settings, done: int
) -> None:
    asks = "/runs/news?note=open&known=shown:"
    assert owner.get(f"{asks}{done}:succeeded").status_code == 204
    file = settings.analysis / "shown.py"
    before = file.read_text()
    file.write_text(f"{before}x = 1\n")
    assert owner.get(f"{asks}{done}:succeeded").get_json() == {"shown": done}, "stale is news"
    assert owner.get(f"{asks}{done}:succeeded:stale").status_code == 204
    fragment = owner.get(f"/runs/{done}/cell?note=open&block=shown&tab=1", headers=HTMX)
    assert "Stale: its code changed" in fragment.text
    assert f'data-state="{done}:succeeded:stale"' in fragment.text
    file.write_text(before)
    assert owner.get(f"{asks}{done}:succeeded:stale").get_json() == {"shown": done}
    newer = owner.post("/api/runs", json={"script": "shown", "params": {"steps": 5}, "force": True})
    run = newer.get_json()["id"]
    assert owner.get(f"{asks}{done}:succeeded").get_json() == {"shown": run}
    assert owner.get(f"{asks}{run}:queued").status_code == 204
    assert owner.get("/runs/news?note=open&known=").get_json() == {"shown": run}
    assert owner.get("/runs/news?note=nowhere").status_code == 404
    assert owner.get("/runs/news?script=shown").status_code == 204


def test_a_failure_leads_to_its_line(
    owner: FlaskClient, public: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    run = start(owner, steps=5)
    log = 'Traceback:\n  File "shown.py", line 3, in main\n  File "helper.py", line 1\n'
    message = "shown.py, line 3: ZeroDivisionError: <x>"
    finish(settings, connection, run, status="excepted", outputs=(), message=message, log=log)
    for address in ("/notes/open", f"/runs/{run}"):
        page = owner.get(address).text
        assert (
            '<a href="/analyses/shown#L3">shown.py, line 3</a>: ZeroDivisionError: &lt;x&gt;'
            in page
        )
        assert '<a href="/analyses/shown#L3">File &quot;shown.py&quot;, line 3</a>' in page
        assert "/analyses/helper" not in page
    assert "ZeroDivision" not in public.get("/notes/open").text


def keep(client: FlaskClient, settings: Settings, **more: str) -> Any:
    base = re.search(r'name="base" value="(\w+)"', client.get("/notes/open?shown.steps=6").text)
    form = {"note": "open", "block": "shown", "base": base[1] if base else "", "p.steps": "6"}
    return client.post("/runs/keep", data={**form, **more})


def test_a_choice_is_kept_in_the_file(owner: FlaskClient, settings: Settings, done: int) -> None:
    file = settings.notes / "open.md"
    before = file.read_text()
    answer = keep(owner, settings)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/notes/open#block-shown")
    assert file.read_text() == before.replace("{steps: 5}", "{steps: 6}")
    assert keep(owner, settings, **{"p.steps": "many"}).status_code == 400
    assert keep(owner, settings, block="none").status_code == 404
    assert "Keep them" not in owner.get("/notes/open?shown.steps=6").text


def test_what_changed_meanwhile_is_kept_too(
    owner: FlaskClient, settings: Settings, connection: sqlite3.Connection, done: int
) -> None:
    page = owner.get("/notes/open?shown.steps=6").text
    base = re.search(r'name="base" value="(\w+)"', page)
    assert base
    file = settings.notes / "open.md"
    source = file.read_text()
    text = owner.get("/api/notes/open").get_json()["markdown"]
    changed = text.replace("A walk of", "Two walks of")
    put = owner.put("/api/notes/open", json={"markdown": changed}, headers={"If-Match": base[1]})
    assert put.status_code == 200
    answer = keep(owner, settings, base=base[1])
    assert answer.headers["Location"] == "/notes/open?kept=theirs#block-shown"
    assert file.read_text() == source.replace("A walk of", "Two walks of").replace("5}", "6}")
    clash = file.read_text().replace("{steps: 6}", "{steps: 8}")
    now = owner.get("/api/notes/open").get_json()["sha256"]
    owner.put("/api/notes/open", json={"markdown": clash}, headers={"If-Match": now})
    assert keep(owner, settings, base=now, **{"p.steps": "9"}).status_code == 412
    assert "{steps: 8}" in file.read_text()


def test_what_nobody_typed_stays_as_the_note_says_it(
    owner: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    """An empty list and an empty text have texts of their own, which are no defaults."""
    (settings.analysis / "list.py").write_text(
        "def main(dims: list[int] = [5], label: str | None = 'x', n: int = 1) -> dict: ..."
    )
    block = "```analysis\nscript: list\nparams: {dims: [], label: '', n: 1}  # so\n```\n"
    (settings.notes / "empty.md").write_text(block)
    sync(settings, connection)
    page = owner.get("/notes/empty?list.n=4").text
    form = page.partition("runs/keep")[2].partition("</form>")[0]
    sent = dict(re.findall(r'name="(base|p\.\w+)" value="([^"]*)"', form))
    sent = {"note": "empty", "block": "list", "script": "list", **sent, "p.n": "4"}
    sent |= {name: unescape(text) for name, text in sent.items()}
    assert (sent["p.dims"], sent["p.label"]) == ("[]", '""')
    for data in (sent, {**sent, "p.n": "1"}):
        run = owner.post("/runs", data=data, headers=HTMX).headers["HX-Replace-Url"]
        assert run == ("/notes/empty?list.n=4" if data is sent else "/notes/empty")
    asked = connection.execute("SELECT params FROM run ORDER BY id").fetchall()
    assert [json.loads(row["params"]) for row in asked] == [
        {"dims": [], "label": "", "n": 4}, {"dims": [], "label": "", "n": 1},
    ]  # fmt: skip
    assert owner.post("/runs/keep", data=sent).status_code == 303
    assert (settings.notes / "empty.md").read_text() == block.replace("n: 1", "n: 4")


def test_what_shows_nothing_takes_no_number_and_no_caption(
    owner: FlaskClient, settings: Settings, connection: sqlite3.Connection, done: int
) -> None:
    blocks = (
        "as: a\nparams: {stops: 5}",
        "as: b\ncaption: My words.",
        "as: c\nsweep: {stops: [1]}",
        "as: d\nparams: {steps: 5}",
    )
    fences = "\n".join(f"```analysis\nscript: shown\n{block}\n```\n" for block in blocks)
    (settings.notes / "several.md").write_text(fences)
    sync(settings, connection)
    page = owner.get("/notes/several").text
    assert re.findall(r"<figcaption.*?</figcaption>", page) == [
        "<figcaption hidden><span data-written>My words.</span></figcaption>",
        '<figcaption><b data-text="">Figure 1.</b> Adds steps.</figcaption>',
    ]
    assert re.findall(r"number=\d", page) == ["number=1"], "the one that its caption gets"


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("over.total", "a sweep has many values"),
        ("shown.nothing", "its result has no value nothing"),
        ("shown.total | q", "q is no format for it"),
        ("shown.total", ""),
        ("unseen.total", ""),
    ],
)
def test_a_value_that_no_sentence_can_show_says_why_and_is_an_error(
    owner: FlaskClient, settings: Settings, connection: sqlite3.Connection, done: int,
    value: str, why: str,
) -> None:  # fmt: skip
    sweep = "```analysis\nscript: shown\nas: over\nsweep: {steps: [1, 2]}\n```\n"
    own = "```analysis\nscript: shown\nparams: {steps: 5}\n```\n"
    (settings.notes / "values.md").write_text(f"It is {{{{ {value} }}}} long.\n\n{own}\n{sweep}")
    sync(settings, connection)
    page = owner.get("/notes/values").text
    assert (f'<span class="reason">({why})</span>' in page) == bool(why)
    found = [each for each in audit.findings(settings, connection) if each.kind == "value"]
    named = value.partition(" ")[0]
    assert [each.message for each in found] == ([f"{named}: {why}."] if why else [])
    assert all(each.is_error for each in found)


def test_a_claim_on_a_sweep_is_unknown_wherever_it_is_judged(
    owner: FlaskClient, settings: Settings, connection: sqlite3.Connection, done: int
) -> None:
    """Also where a run has the sweep's other parameters, or the sweep an analysis's name."""
    for name in ("over", "shown"):
        sweep = f"script: shown\nas: {name}\nparams: {{steps: 5}}\nsweep: {{label: [a, b]}}"
        claim = f"id: {name}\ntext: It.\ncheck: {name}.total >= 0"
        fences = f"```analysis\n{sweep}\n```\n\n```claim\n{claim}\n```\n"
        (settings.notes / f"on-{name}.md").write_text(fences)
    sync(settings, connection)
    found = [each.message for each in audit.findings(settings, connection) if each.kind == "claim"]
    for name in ("over", "shown"):
        why = f"`{name}` is a sweep, which has many values."
        shown = why.replace(f"`{name}`", f"<code>{name}</code>")
        assert shown in owner.get(f"/notes/on-{name}").text
        assert shown in owner.get("/claims").text
        said = why.replace("`", "")
        assert any(said in each and "not known" in each for each in found)


@pytest.mark.parametrize("code", ["", "def main(other: int = 1) -> dict:\n    return {}\n"])
def test_a_run_under_way_has_a_page_when_its_analysis_is_no_more(
    owner: FlaskClient, settings: Settings, code: str
) -> None:
    run = start(owner, steps=5)
    path = settings.analysis / "shown.py"
    path.write_text(code) if code else path.unlink()
    answer = owner.get(f"/runs/{run}")
    assert answer.status_code == 200
    assert "Waiting to run" in answer.text


def test_the_other_parameters_of_a_sweep_show_nobody_a_run(
    owner: FlaskClient, public: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    """No note shows the run that has them: the public does not see it, nor hear of it."""
    run = start(owner, steps=77)
    finish(settings, connection, run)
    sweep = "```analysis\nscript: shown\nas: over\nparams: {steps: 77}\nsweep: {label: [a]}\n```\n"
    own = "```analysis\nscript: shown\nparams: {steps: 5}\n```\n"
    (settings.notes / "both.md").write_text(f"---\nvisibility: public\n---\n{own}\n{sweep}")
    sync(settings, connection)
    for client in (owner, public):
        assert client.get("/runs/news?note=both").status_code == 204
    assert f'data-run="{run}"' in owner.get("/notes/both?shown.steps=77").text
    assert f'data-run="{run}"' not in public.get("/notes/both?shown.steps=77").text


def test_only_those_who_write_keep(
    reader: FlaskClient, visitors: dict[str, FlaskClient], settings: Settings, done: int
) -> None:
    assert "Keep them" not in reader.get("/notes/open?shown.steps=6").text
    assert keep(reader, settings, base="x").status_code == 403
    assert keep(visitors["public"], settings, base="x").status_code == 401


def test_a_weak_host_is_named_where_runs_are_started(
    owner: FlaskClient, public: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    assert "only in part" not in owner.get("/analyses").text
    run = start(owner, steps=5)
    finish(settings, connection, run, sandbox="not sandboxed: no namespaces")
    assert "only in part: not sandboxed: no namespaces" in owner.get("/analyses").text
    assert "only in part" not in public.get("/analyses").text


@pytest.mark.parametrize(
    "query",
    ["shown.=1", ".steps=1", "run=shown:", "run=:1", "run=shown:99999999", "sort=.", "sort=fit.",
     "shown.steps=" + "9" * 5000, "shown.label=" + "%00", "a.b=" + "c" * 3000],
)  # fmt: skip
def test_odd_addresses_show_the_note(owner: FlaskClient, done: int, query: str) -> None:
    assert owner.get(f"/notes/open?{query}").status_code == 200
