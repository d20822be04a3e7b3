"""Errata in a browser without scripts: accepted with one press, in the editor, or declined."""

from __future__ import annotations

import re
import sqlite3
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.annotations import anchored
from app.library.syncing.sync import sync
from app.library.writing import save
from app.settings import Settings

FRONT = "---\ntitle: The sum\nvisibility: public\n---\n"
BODY = """A walk of x_i x_j steps.

The sum is small, the walk is small.

```claim
id: small
text: It is so.
check: shown.total < 10
```
"""
HTML = "text/html,*/*;q=0.8"
Clients = dict[str, FlaskClient]


@pytest.fixture
def application(settings: Settings, connection: sqlite3.Connection) -> Flask:
    (settings.notes / "sum.md").write_text(FRONT + BODY)
    sync(settings, connection)
    return create_app(settings)


@pytest.fixture
def clients(visitors: Clients) -> Clients:
    for client in visitors.values():
        client.environ_base["HTTP_ACCEPT"] = HTML
    return visitors


def propose(client: FlaskClient, quote: str, replacement: str, **more: str) -> str:
    answer = client.post(
        "/annotations/form",
        data={"note": "sum", "kind": "erratum", "quote": quote, "replacement": replacement, **more},
    )
    assert answer.status_code == 303, answer.text
    return str(answer.location.partition("#annotation-")[2])


def page(client: FlaskClient) -> str:
    return client.get("/notes/sum").text


def press(client: FlaskClient, id: str, verb: str, **more: str) -> Any:
    """As the form on the page does."""
    form = rf'action="/annotations/{id}/{verb}".*?name="seen" value="(\w+)"'
    found = re.search(form, page(client), re.DOTALL)
    assert found
    return client.post(f"/annotations/{id}/{verb}", data={"seen": found[1], **more})


def source(settings: Settings) -> str:
    return (settings.notes / "sum.md").read_text()


def test_one_press_changes_the_note_and_credits_who_proposed_it(
    clients: Clients, settings: Settings, connection: sqlite3.Connection
) -> None:
    form = clients["annotator"].get("/annotations/form?note=sum&kind=erratum").text
    assert "<option>small</option>" in form
    made = propose(clients["annotator"], "x_i x_j", "$x^2$", evidence="small")
    assert "Not known" in page(clients["public"])  # the claim, which is cited once
    assert page(clients["public"]).count("#claim-small") == 1
    assert "/accept" not in page(clients["public"]) + page(clients["annotator"])
    answer = press(clients["editor"], made, "accept")
    assert (answer.status_code, answer.location) == (303, f"/notes/sum#annotation-{made}")
    assert source(settings) == FRONT + BODY.replace("x_i x_j", "$x^2$")
    history = clients["owner"].get("/history/sum").text
    assert "a browsing editor saved, as a browsing annotator proposed" in history
    listed = clients["owner"].get("/api/history/sum").get_json()["results"][0]
    assert (listed["person"], listed["proposer"]) == ("a browsing editor", "a browsing annotator")
    row = connection.execute("SELECT * FROM erratum").fetchone()
    assert (row["status"], row["revision_id"]) == ("accepted", listed["id"])
    shown = page(clients["public"])
    assert "Accepted" in shown
    assert 'data-start="10" data-end="15"' in shown  # on the words that are there now
    assert ">x_i x_j</blockquote>" in shown  # what it corrected
    assert "/accept" not in page(clients["editor"])
    again = clients["editor"].post(f"/annotations/{made}/accept", data={"seen": "x"})
    assert again.status_code == 303
    assert len(clients["owner"].get("/api/history/sum").get_json()["results"]) == 2


def test_a_pipe_in_a_table_is_written_so_that_it_is_read(
    clients: Clients, settings: Settings, connection: sqlite3.Connection
) -> None:
    table = "\n| a | b |\n|---|---|\n| one | two |\n"
    (settings.notes / "sum.md").write_text(FRONT + BODY + table)
    sync(settings, connection)
    made = propose(clients["annotator"], "two", "zwei | drei")
    assert "<code>zwei \\| drei</code>" in page(clients["owner"])  # as it would be written
    assert press(clients["owner"], made, "accept").location == f"/notes/sum#annotation-{made}"
    assert source(settings) == FRONT + BODY + table.replace("two", "zwei \\| drei")


def test_an_erratum_takes_words_out(clients: Clients, settings: Settings) -> None:
    note = {"note": "sum", "kind": "erratum", "visibility": "shared"}
    nothing = clients["annotator"].post("/annotations/form", data={**note, "quote": "The sum"})
    assert "tick that the words are to go" in nothing.text
    assert 'name="takes_out" value="yes"' in nothing.text
    made = propose(clients["annotator"], "small, the walk is", "small, the walk is", takes_out="y")
    assert "To be taken out</p><p><del>small, the walk is</del>" in page(clients["public"])
    assert "<del>small" in clients["public"].get("/annotations/").text
    for kind in ("md", "csv"):
        exported = clients["public"].get(f"/annotations/export/sum.{kind}").text
        assert "These words are to be taken out." in exported
    assert "del&gt;small" in clients["public"].get("/annotations/feed.atom").text
    form = clients["annotator"].get(f"/annotations/{made}/edit").text
    assert 'name="takes_out" value="yes" checked' in form
    assert 'name="replacement" rows="2">\n</textarea>' in form
    answer = press(clients["owner"], made, "accept")
    assert answer.location == f"/notes/sum#annotation-{made}"
    assert source(settings) == FRONT + BODY.replace("small, the walk is small", "small")
    assert "its passage is gone" not in page(clients["public"])
    again = clients["annotator"].post(
        f"/annotations/{made}/edit", data={"replacement": "big", "visibility": "shared"}
    )
    assert again.status_code == 409
    whole = propose(clients["annotator"], "The sum is small.", "", takes_out="y")
    answer = press(clients["owner"], whole, "accept")  # nothing would be left of its block
    assert answer.location == f"/edit/sum?line=7&erratum={whole}"
    assert "to take out: <del>The sum is small.</del>" in clients["owner"].get(answer.location).text


def test_an_erratum_that_corrects_nothing_is_no_proposal(
    clients: Clients, settings: Settings
) -> None:
    """The form has the words of the passage in it: who leaves them has proposed nothing."""
    client = clients["annotator"]
    sent = {"note": "sum", "kind": "erratum", "visibility": "shared"}
    for words in ("The sum is small", " The  sum\r\nis small "):
        typed = {**sent, "quote": "The sum is small", "replacement": words}
        for headers in ({}, {"HX-Request": "true"}):
            answer = client.post("/annotations/form", data=typed, headers=headers)
            assert answer.status_code == 400
            assert "Change the words to how they should read" in answer.text
    by_line = {**sent, "block": "1", "replacement": "The sum is small, the walk is small."}
    assert client.post("/annotations/form", data=by_line).status_code == 400
    said = client.post("/annotations/form", data={**typed, "comment": "It is large."})
    assert said.status_code == 303
    assert "It is large." in page(clients["public"])
    assert "It should read" not in page(clients["public"])
    made = propose(client, "x_i x_j", "few")
    same = {"replacement": "x_i x_j", "visibility": "shared"}
    assert client.post(f"/annotations/{made}/edit", data=same).status_code == 400
    assert "few" in page(clients["public"])
    assert source(settings) == FRONT + BODY


def test_there_is_nothing_to_accept_in_words_that_stand_there(
    clients: Clients, settings: Settings, connection: sqlite3.Connection
) -> None:
    """A program may send it; accepting it says so, and changes neither note nor mark."""
    sent = {
        "@context": "http://www.w3.org/ns/anno.jsonld",
        "type": "Annotation",
        "motivation": "editing",
        "body": {"type": "TextualBody", "value": "x_i  x_j", "purpose": "editing"},
        "target": {
            "source": "http://localhost/notes/sum",
            "selector": {"type": "TextQuoteSelector", "exact": "x_i x_j"},
        },
    }
    answer = clients["annotator"].post("/annotations/", json=sent)
    assert answer.status_code == 201
    made = answer.location.rpartition("/")[2]
    before = page(clients["owner"])
    answer = press(clients["owner"], made, "accept")
    assert answer.status_code == 409
    assert "There is nothing to change" in answer.text
    assert page(clients["owner"]) == before
    assert "The passage was changed" not in before
    assert (source(settings), status(connection)) == (FRONT + BODY, [])
    tags = {"replacement": "x_i  x_j", "tags": "seen", "visibility": "shared"}
    assert clients["annotator"].post(f"/annotations/{made}/edit", data=tags).status_code == 303
    assert press(clients["owner"], made, "decline", reason="It stands there.").status_code == 303


@pytest.mark.parametrize("words", ["<script>x()</script>tiny", "tiny<!-- y -->", "tiny %%y%%"])
def test_what_a_page_does_not_show_of_a_proposal_is_not_written_by_one_press(
    clients: Clients, settings: Settings, words: str
) -> None:
    made = propose(clients["annotator"], "The sum is small", words)
    answer = press(clients["owner"], made, "accept")
    assert answer.location == f"/edit/sum?line=7&erratum={made}"
    assert source(settings) == FRONT + BODY


def test_what_is_in_doubt_opens_the_editor_at_its_line_and_saving_credits(
    clients: Clients, settings: Settings
) -> None:
    made = propose(clients["annotator"], "The sum is small, the walk is small", "a\n\nb")
    answer = press(clients["owner"], made, "accept")
    assert answer.location == f"/edit/sum?line=7&erratum={made}"
    assert source(settings) == FRONT + BODY
    editor = clients["owner"].get(answer.location).text
    assert 'data-line="3"' in editor
    assert "a browsing annotator proposes, for line 7" in editor
    form = form_of(editor)
    assert (form["erratum"], form["accept"]) == (made, "1")
    saved = clients["owner"].post(
        "/edit/sum", data={**form, "markdown": BODY.replace("The sum is small", "The sum is tiny")}
    )
    assert saved.status_code == 303
    assert "as a browsing annotator proposed" in clients["owner"].get("/history/sum").text
    assert "Accepted" in page(clients["public"])


def form_of(editor: str) -> dict[str, str]:
    """What a browser sends of the editor as it was opened, with the front matter and the text."""
    ticked = re.findall(r'<input type="checkbox" name="(\w+)" value="(\w+)"[^>]* checked', editor)
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', editor)
    kept = dict(each for each in hidden if each[0] in ("base", "erratum", "seen", "draft"))
    return {**kept, **dict(ticked), "header": FRONT, "markdown": BODY, "do": "save"}


def status(connection: sqlite3.Connection) -> list[str]:
    return [row["status"] for row in connection.execute("SELECT status FROM erratum")]


def test_a_save_that_changes_nothing_accepts_nothing(
    clients: Clients, connection: sqlite3.Connection
) -> None:
    made = propose(clients["annotator"], "x_i x_j", "few")
    form = form_of(clients["owner"].get(f"/edit/sum?erratum={made}").text)
    answer = clients["owner"].post("/edit/sum", data=form)
    assert answer.status_code == 409
    assert "Nothing was changed, so the erratum is not accepted." in answer.text
    assert 'value="1" form="note-form" checked' in answer.text
    del form["accept"]
    assert clients["owner"].post("/edit/sum", data=form).status_code == 303
    form["markdown"] = BODY.replace("walk of", "path of")  # something else
    assert clients["owner"].post("/edit/sum", data=form).status_code == 303
    assert status(connection) == []
    assert "as a browsing annotator" not in clients["owner"].get("/history/sum").text


def test_saving_accepts_what_the_editor_has_shown(
    clients: Clients, settings: Settings, connection: sqlite3.Connection
) -> None:
    made = propose(clients["annotator"], "x_i x_j", "few")
    form = form_of(clients["owner"].get(f"/edit/sum?erratum={made}").text)
    foul = {"replacement": "SOMETHING DIFFERENT", "visibility": "shared"}
    assert clients["annotator"].post(f"/annotations/{made}/edit", data=foul).status_code == 303
    form["markdown"] = BODY.replace("x_i x_j", "a few")
    answer = clients["owner"].post("/edit/sum", data=form)
    assert answer.status_code == 409
    assert "What is proposed was changed in between." in answer.text
    assert "A walk of a few steps." in answer.text  # what was typed is kept
    assert "<ins>SOMETHING DIFFERENT</ins>" in answer.text
    assert "accept" not in form_of(answer.text)  # that tick was for something else
    assert (source(settings), status(connection)) == (FRONT + BODY, [])
    form["seen"] = form_of(answer.text)["seen"]
    assert clients["owner"].post("/edit/sum", data=form).status_code == 303
    assert status(connection) == ["accepted"]


def test_a_save_accepts_nothing_that_was_proposed_meanwhile(
    clients: Clients,
    settings: Settings,
    connection: sqlite3.Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = propose(clients["annotator"], "x_i x_j", "few")
    form = form_of(clients["owner"].get(f"/edit/sum?erratum={made}").text)
    changed, update = {**form, "markdown": BODY.replace("x_i x_j", "few")}, save.update
    foul = {"replacement": "SOMETHING ELSE", "visibility": "shared"}

    def late(*given: Any, **more: Any) -> Any:
        monkeypatch.setattr(save, "update", update)
        assert clients["annotator"].post(f"/annotations/{made}/edit", data=foul).status_code == 303
        return update(*given, **more)

    monkeypatch.setattr(save, "update", late)
    answer = clients["owner"].post("/edit/sum", data=changed)
    assert answer.status_code == 409
    assert "What is proposed was changed in between." in answer.text
    assert (source(settings), status(connection)) == (FRONT + BODY, [])
    form = form_of(clients["owner"].get(f"/edit/sum?erratum={made}").text)
    assert clients["owner"].post("/edit/sum", data=form).status_code == 409  # nothing was changed
    assert status(connection) == []
    assert "as a browsing annotator" not in clients["owner"].get("/history/sum").text


def test_what_is_made_is_accepted_at_once(
    clients: Clients, connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = propose(clients["annotator"], "x_i x_j", "few")
    form = form_of(clients["owner"].get(f"/edit/sum?erratum={made}").text)
    foul, answers = {"replacement": "SOMETHING ELSE", "visibility": "shared"}, []

    def late(*_given: object) -> None:
        answers.append(clients["annotator"].post(f"/annotations/{made}/edit", data=foul))

    monkeypatch.setattr(anchored, "follow_save", late)
    changed = {**form, "markdown": BODY.replace("x_i x_j", "few")}
    assert clients["owner"].post("/edit/sum", data=changed).status_code == 303
    assert status(connection) == ["accepted"]
    assert [answer.status_code for answer in answers] == [409]


def test_signs_that_nobody_sees_are_shown_to_who_decides(
    clients: Clients, settings: Settings
) -> None:
    made = propose(clients["annotator"], "x_i x_j", "few\u202e steps\u2066")
    assert "few[U+202E] steps[U+2066]</code>" in page(clients["owner"])
    assert "\u202e" not in page(clients["owner"])
    answer = press(clients["owner"], made, "accept")
    assert answer.location == f"/edit/sum?line=5&erratum={made}"
    assert "<ins>few[U+202E] steps[U+2066]</ins>" in clients["owner"].get(answer.location).text
    assert source(settings) == FRONT + BODY


def test_it_is_declined_with_a_reason(clients: Clients, settings: Settings) -> None:
    made = propose(clients["annotator"], "x_i x_j", "**bold**")
    blank = press(clients["editor"], made, "decline", reason=" ")
    assert blank.status_code == 400
    assert f'action="/annotations/{made}/decline"' in blank.text
    assert 'aria-invalid="true"' in blank.text
    long = press(clients["editor"], made, "decline", reason='"Well" ' + "x" * 1_000)
    assert "A reason has at most 1,000 characters." in long.text
    assert 'value="&#34;Well&#34; xxx' in long.text  # what was typed is kept
    seen = {"reason": "", "seen": "another"}
    part = clients["editor"].post(
        f"/annotations/{made}/decline", data=seen, headers={"HX-Request": "true"}
    )
    assert part.text.strip().startswith('<li class="thread')
    assert "Say why it is declined." in part.text
    answer = press(clients["editor"], made, "decline", reason="It *is* $D$. [x](javascript:y)")
    assert answer.status_code == 303
    assert 'It <em>is</em> <span data-text="$D$" class="math">' in page(clients["public"])
    assert 'href="javascript' not in page(clients["public"])
    shown = page(clients["editor"])
    assert ">Accept after all</button>" in shown
    assert "/decline" not in shown
    found = press(clients["editor"], made, "accept")  # another mind
    assert found.status_code == 303
    assert "**bold**" in source(settings)


def test_who_decides_decides_about_what_was_shown(clients: Clients, settings: Settings) -> None:
    made = propose(clients["annotator"], "x_i x_j", "fair")
    seen = re.search(r'name="seen" value="(\w+)"', page(clients["owner"]))
    assert seen
    changed = clients["annotator"].post(
        f"/annotations/{made}/edit", data={"replacement": "foul", "visibility": "shared"}
    )
    assert changed.status_code == 303
    for verb in ("accept", "decline"):
        answer = clients["owner"].post(
            f"/annotations/{made}/{verb}", data={"seen": seen[1], "reason": "No."}
        )
        assert answer.status_code == 409
    assert source(settings) == FRONT + BODY


def test_a_passage_that_was_changed_since_is_for_the_editor(
    clients: Clients, settings: Settings, connection: sqlite3.Connection
) -> None:
    made = propose(clients["annotator"], "The sum is small, the walk is small", "All is small")
    (settings.notes / "sum.md").write_text(FRONT + BODY.replace("walk is small", "walk is long"))
    sync(settings, connection)
    answer = press(clients["owner"], made, "accept")
    assert answer.location.startswith("/edit/sum?line=7")
    assert "All is small" not in source(settings)


@pytest.mark.parametrize("verb", ["accept", "decline"])
def test_only_who_may_write_decides_and_only_about_an_erratum(clients: Clients, verb: str) -> None:
    made = propose(clients["annotator"], "x_i x_j", "y")
    data = {"reason": "No.", "seen": "none"}
    status = {
        role: client.post(f"/annotations/{made}/{verb}", data=data).status_code
        for role, client in clients.items()
    }
    assert status == {"public": 401, "reader": 403, "annotator": 403, "editor": 409, "owner": 409}
    hidden = propose(clients["annotator"], "x_i x_j", "y", visibility="private")
    assert clients["owner"].post(f"/annotations/{hidden}/{verb}", data=data).status_code == 404
    comment = (
        clients["annotator"]
        .post("/annotations/form", data={"note": "sum", "comment": "Well."})
        .location.partition("#annotation-")[2]
    )
    assert clients["owner"].post(f"/annotations/{comment}/{verb}", data=data).status_code == 404


@pytest.mark.parametrize("verb", ["accept", "decline"])
def test_nobody_puts_other_words_above_the_name_of_who_decided(clients: Clients, verb: str) -> None:
    made = propose(clients["annotator"], "x_i x_j", "fair")
    again = {"replacement": "fairer", "visibility": "shared"}
    edit = f"/annotations/{made}/edit"
    assert clients["annotator"].post(edit, data=again).status_code == 303
    assert press(clients["owner"], made, verb, reason="No.").status_code == 303
    answer = clients["annotator"].post(edit, data={**again, "replacement": "foul"})
    assert answer.status_code == 409
    assert "stays as it was proposed" in answer.text
    form = clients["annotator"].get(f"/annotations/{made}/edit").text
    assert "stays as it was proposed" in form
    assert '<textarea class="short" name="replacement"' not in form
    proposed = re.search(r'<input type="hidden" name="replacement" value="([^"]*)"', form)
    assert proposed
    assert re.search(r'name="replacement"[^>]*>\s*foul</textarea>', answer.text)  # it is kept
    assert clients["annotator"].post(f"/annotations/{made}/undo").status_code == 409
    said = clients["annotator"].post(
        edit, data={"replacement": proposed[1], "comment": "Thank you."}
    )
    assert said.status_code == 303
    shown = page(clients["public"])
    assert ("fairer" in shown, "Thank you." in shown, "foul" in shown) == (True, True, False)
    assert "its passage is gone" not in shown
