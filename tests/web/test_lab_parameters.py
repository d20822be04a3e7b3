"""Parameters that are hard to show or to write: unseen signs, look-alikes, lists of texts."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from app.__main__ import main
from app.commands import sweeping
from app.lab.command_line import help_of
from app.lab.signature import bind_text, read
from app.settings import Settings

HTMX = {"HX-Request": "true", "HX-Current-URL": "http://localhost/analyses/some"}
HIDDEN = "a\u202egpj.exe"
SEEN = "a[U+202E]gpj.exe"
CODE = """from typing import Literal
def main(
    names: list[str] = [], size: Literal[1, "1"] = "1", digits: Literal["1", "2"] = "2"
) -> dict:
    return {}
"""


@pytest.fixture
def several(application: Any, settings: Settings) -> None:
    (settings.analysis / "several.py").write_text(CODE)


def at_prompt(settings: Settings, *words: str) -> int:
    names = ("notes", "analysis", "data")
    return main(["run", *words, *(f"--{name}={getattr(settings, name)}" for name in names)])


def test_a_sign_that_turns_the_line_around_is_kept_and_shown(owner: FlaskClient) -> None:
    sent = {"script": "shown", "params": {"label": HIDDEN}}
    run = owner.post("/api/runs", json=sent).get_json()["id"]
    assert owner.get(f"/api/runs/{run}").get_json()["params"]["label"] == HIDDEN
    second = owner.post("/api/runs", json={"script": "shown"}).get_json()["id"]
    for address in ("/analyses/shown/runs", f"/compare?a={run}&b={second}"):
        page = owner.get(address).text
        assert f"<bdi>{SEEN}</bdi>" in page, address
        assert "\u202e" not in page, address
    chosen = owner.get("/analyses/shown", query_string={"shown.label": HIDDEN}).text
    assert f"label <bdi>{SEEN}</bdi>" in chosen
    assert f'<input type="text" dir="auto" id="p-shown-label" name="p.label" value="{HIDDEN}"' in (
        chosen
    ), "what is typed is what is sent"
    grid = {"script": "shown", "sweep": {"label": [HIDDEN, "b"]}}
    sweep = owner.post("/api/sweeps", json=grid).get_json()["id"]
    page = owner.get(f"/sweeps/{sweep}").text
    assert page.count(SEEN) == 2, "the axis and the point"
    assert "\u202e" not in page
    assert sweeping.shown([HIDDEN]) == f'["{SEEN}"]'


def test_a_control_character_is_refused_everywhere_in_the_same_words(
    owner: FlaskClient, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    said = "label is a text without control characters, not [U+001B]."
    body = {"script": "shown", "params": {"label": "a\x1bb"}}
    answer = owner.post("/api/runs", json=body)
    assert (answer.status_code, said in answer.get_json()["detail"]) == (400, True)
    assert answer.get_json()["field"] == "params.label"
    swept = owner.post("/api/sweeps", json={"script": "shown", "sweep": {"label": ["\x1b", "b"]}})
    assert said in swept.get_json()["detail"]
    form = {"script": "shown", "p.label": "a\x1bb"}
    assert said in owner.post("/runs", data=form, follow_redirects=True).text
    assert said in owner.post("/sweeps", data={**form, "p.label": "a\x1bb, c"}).text
    for words in (["--set", "label=a\x1bb"], ["--sweep", "label=a\x1bb,c"]):
        assert at_prompt(settings, "shown", *words) == 1
        assert said in capsys.readouterr().err
    nul = owner.post("/api/runs", json={"script": "shown", "params": {"label": "a\0b"}})
    assert nul.get_json()["detail"] == "A text cannot hold NUL or half a character."
    nul_typed = owner.post("/runs", data={**form, "p.label": "a\0b"}, follow_redirects=True)
    assert "not [U+0000]." in nul_typed.text


@pytest.mark.usefixtures("several")
def test_a_text_is_told_from_a_number(
    owner: FlaskClient, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    page = owner.get("/analyses/several").text
    assert "<td>&#34;1&#34;</td>\n      <td>1, &#34;1&#34;</td>" in page
    assert "<td>&#34;2&#34;</td>\n      <td>&#34;1&#34;, &#34;2&#34;</td>" in page
    answer = owner.post("/api/runs", json={"script": "several", "params": {"digits": 1}})
    assert 'digits is one of "1", "2", not 1.' in answer.get_json()["detail"]
    for text in ("1", '"1"'):  # as the help at the prompt has it, and as the page has it
        sent = owner.post("/sweeps", data={"script": "several", "p.digits": f"{text}, 2"})
        assert (sent.status_code, sent.location) == (303, "/sweeps/1")
    assert at_prompt(settings, "several", "--set", "digits=3") == 1
    assert 'digits is one of "1", "2", not "3".' in capsys.readouterr().err


@pytest.mark.usefixtures("several")
def test_an_item_with_a_semicolon_is_quoted_wherever_a_sweep_is_asked_for(
    owner: FlaskClient, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    written = '"a;b", c; d'
    axis = {"names": [["a;b", "c"], ["d"]]}
    form = owner.post("/sweeps", data={"script": "several", "p.names": written})
    assert (form.status_code, form.location) == (303, "/sweeps/1"), form.text
    for swept in (axis, {"names": written}):
        sent = owner.post("/api/sweeps", json={"script": "several", "sweep": swept})
        assert (sent.get_json()["id"], sent.get_json()["axes"]) == (1, axis)
    assert "<dd>&#34;a;b&#34;, c; d</dd>" in owner.get("/sweeps/1").text
    half = owner.post("/sweeps", data={"script": "several", "p.names": '"a;b, c'})
    assert "names is a list with commas; quotes come in pairs" in half.text
    assert "stands in double quotes" in half.text, "the form says how"
    assert at_prompt(settings, "several", "--sweep", 'names="a;b, c') == 1
    assert "quotes come in pairs" in capsys.readouterr().err


NONE = """def main(
    friction: float | None = 0.5, label: str = "", note: str | None = None,
    lengths: list[float] = [], sizes: list[int] | None = [5],
) -> dict:
    return {"said": f"{friction} {label!r} {note!r} {lengths} {sizes}"}


if __name__ == "__main__":
    from app.lab.command_line import run

    run(main)
"""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({}, "0.5 '' None [] [5]"),
        (
            {"friction": "none", "note": "none", "lengths": "[0.5, 1]"},
            "None '' 'none' [0.5, 1.0] [5]",
        ),
        ({"friction": "", "note": '""', "sizes": "[]"}, "None '' '' [] []"),
        ({"sizes": "None", "label": "none", "lengths": "1,2"}, "0.5 'none' None [1.0, 2.0] None"),
    ],
)
def test_none_is_written_as_it_is_shown(words: dict[str, str], said: str) -> None:
    known = bind_text(read(NONE, "some"), words)
    assert "{friction} {label!r} {note!r} {lengths} {sizes}".format(**known) == said


def test_help_and_the_table_of_parameters_say_how_to_write_nothing(
    owner: FlaskClient, settings: Settings
) -> None:
    (settings.analysis / "some.py").write_text(NONE)
    known = {each.name: help_of(each) for each in read(NONE, "some").parameters}
    assert known["friction"] == "(or none; default 0.5)"
    assert known["label"] == "(default empty)"
    assert known["note"] == "(or none, which is nothing written; default none)"
    assert known["lengths"] == "(a list with commas; [] is one of nothing; default [])"
    page = owner.get("/analyses/some").text
    assert "<td>or none</td>" in page
    assert "<td>or none, which is nothing written</td>" in page
    assert 'placeholder="none"' in page
    chosen = owner.get("/analyses/some?some.friction=none").text
    assert "friction <bdi>none</bdi>" in chosen
    wrong = owner.post(
        "/runs", data={"script": "some", "block": "some", "p.lengths": "0.5 1"}, headers=HTMX
    ).text
    said = "lengths is a list of numbers with commas, as in 0.5, 1; not 0.5 1."
    assert f'role="alert">{said}</p>' in wrong
