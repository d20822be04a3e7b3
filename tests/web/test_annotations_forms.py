"""Writing in the margin by forms: every kind, replies, changes, undo; whole pages and parts."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import replace
from html import escape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.accounts import people
from app.annotations import composing, store
from app.annotations.model import CONTEXT
from app.library.syncing.sync import sync
from app.settings import Settings

BODY = "A walk of N steps goes far.\n\nA second walk does not.\n"
NOTE = "/notes/walk"
PART = {"HX-Request": "true"}
HTML = {"Accept": "text/html"}


@pytest.fixture
def application(settings: Settings, connection: sqlite3.Connection) -> Flask:
    for name, visibility in (("walk", "public"), ("papers/polya", "public"), ("own", "private")):
        write(settings, name, visibility, BODY)
    sync(settings, connection)
    return create_app(settings)


def write(settings: Settings, name: str, visibility: str, body: str) -> None:
    file = settings.notes / f"{name}.md"
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"---\ntitle: On {name}\nvisibility: {visibility}\n---\n{body}")


@pytest.fixture
def annotator(application: Flask, connection: sqlite3.Connection) -> FlaskClient:
    return signed_in(application, connection, "annotator")


def signed_in(application: Flask, connection: sqlite3.Connection, name: str) -> FlaskClient:
    client = application.test_client()
    person = people.create(connection, name, "annotator")
    session = people.sign_in(connection, people.create_link(connection, person), 1)
    client.set_cookie("gloss_session", session or "")
    return client


def send(client: FlaskClient, headers: Any = None, **typed: str) -> Any:
    return client.post("/annotations/form", data={"note": "walk", **typed}, headers=headers)


def id_of(response: Any) -> str:
    return str(response.location.rpartition("annotation-")[2])


def test_every_kind_is_written_and_shown(annotator: FlaskClient) -> None:
    said = (
        {"kind": "question", "comment": "Which one?"},
        {"kind": "erratum", "replacement": "A third walk does not."},
        {"kind": "link", "link": "http://localhost/notes/papers/polya"},
        {"kind": "link", "link": "[[polya]]", "comment": "Proved there."},
        {"kind": "highlight", "colour": "violet"},
    )
    for typed in said:
        assert send(annotator, quote="second walk", **typed).status_code == 303, typed
    page = annotator.get(NOTE).text
    assert page.count('→ <a href="/notes/papers/polya">On papers/polya</a>') == 2
    assert page.count('class="thread anno') == len(said)
    for words in ("asks", "corrects", "marks", "A third walk", 'data-colour="violet"'):
        assert words in page


def test_a_highlight_gets_another_colour_and_stays_where_it_is(
    annotator: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    made = id_of(send(annotator, kind="highlight", quote="second walk", colour="violet"))
    write(settings, "walk", "public", "A second walk.\n\n" + BODY)  # now the words stand twice
    sync(settings, connection)
    at = f"/annotations/{made}/edit"
    form = annotator.get(at, headers=HTML).text
    assert 'name="colour" value="violet" checked' in form
    wrong = annotator.post(at, data={"colour": "pink", "visibility": "shared"}, headers=HTML)
    assert "Choose a colour." in wrong.text
    before = annotator.get(NOTE).text.partition('data-colour="violet"')[2].partition(">")[0]
    kept = annotator.post(at, data={"colour": "green", "visibility": "shared"}, headers=PART)
    assert 'data-colour="green"' + before in kept.text
    stored = store.get(connection, made, people.owner(connection)).stored
    assert stored["target"]["styleClass"] == "gloss-green"
    assert ".gloss-green" in stored["stylesheet"]["value"]
    commented = id_of(send(annotator, comment="Why?", quote="goes far"))
    assert 'name="colour"' not in annotator.get(f"/annotations/{commented}/edit").text


def test_another_colour_leaves_what_a_program_wrote_of_styles() -> None:
    target = {"source": "/notes/walk", "styleClass": ["mine", "gloss-rose"]}
    stored = {
        "@context": composing.CONTEXT,
        "type": "Annotation",
        "motivation": "highlighting",
        "stylesheet": "https://a.example/style.css",
        "target": target,
    }
    typed = composing.Typed(kind="highlight", colour="green")
    at = "2026-01-02T03:04:05Z"
    now = composing.revise(stored, "walk", at, typed)
    assert now["target"] == {**target, "styleClass": ["mine", "gloss-green"]}
    assert now["stylesheet"] == stored["stylesheet"]
    assert target["styleClass"] == ["mine", "gloss-rose"]
    whole = {**stored, "target": "/notes/walk"}
    assert composing.revise(whole, "walk", at, typed)["target"] == "/notes/walk"


@pytest.mark.parametrize(
    ("typed", "field", "message"),
    [
        ({"kind": "link", "link": "nowhere"}, "link", "There is no note “nowhere”. Type the title"),
        ({"kind": "link", "link": "pol"}, "link", "no note “pol”. Perhaps papers/polya?"),
        ({"kind": "link"}, "link", "Name the note"),
        ({"kind": "erratum", "quote": "second walk"}, "replacement", "how they should read"),
        ({"kind": "highlight"}, "quote", "Name the words"),
        ({"kind": "highlight", "quote": "On  walk"}, "quote", "the note&#39;s title, which is no"),
        ({"comment": "x", "block": "1", "sha256": "of before"}, "block", "changed in between"),
        ({"comment": "x", "block": "99"}, "block", "no such paragraph"),
        ({"comment": "x", "block": "0", "quote": "second walk"}, "block", "not both"),
        ({"comment": "x", "tags": "a" * 101}, "tags", "At most"),
        ({"comment": "x", "start": "0", "end": "9" * 30, "quote": "walk"}, "quote", "2 times"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    annotator: FlaskClient, typed: dict[str, str], field: str, message: str
) -> None:
    for headers in (None, PART):
        response = send(annotator, headers, **typed)
        assert response.status_code == 400
        assert f'id="wrong-{field}"' in response.text
        assert message in response.text
        assert ("<html" in response.text) == (headers is None)


def test_a_link_is_named_by_its_title(
    annotator: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    for name, title in (("one", "On closed walks"), ("two", "Twice"), ("three", "Twice")):
        text = f"---\ntitle: {title}\nvisibility: public\n---\n{BODY}"
        (settings.notes / "papers" / f"{name}.md").write_text(text)
    sync(settings, connection)
    assert send(annotator, kind="link", link="on Closed walks").status_code == 303
    assert '<a href="/notes/papers/one">' in annotator.get(NOTE).text
    answer = send(annotator, kind="link", link="Twice")
    assert "Several notes are called “Twice”. Perhaps papers/" in answer.text


def test_a_paragraph_is_chosen_from_the_list(annotator: FlaskClient) -> None:
    form = annotator.get("/annotations/form?note=walk&kind=question").text
    assert '<option value="1">A second walk does not.</option>' in form
    sha = form.partition('name="sha256" value="')[2][:64]
    assert send(annotator, block="1", sha256=sha, comment="Why?").status_code == 303
    assert re.search(r"<blockquote id=\S+><a href", annotator.get(NOTE).text)


def test_a_thread_is_answered_changed_and_brought_back(
    application: Flask, connection: sqlite3.Connection, annotator: FlaskClient
) -> None:
    root = id_of(send(annotator, quote="second walk", comment="Why?", tags="a b"))
    other = signed_in(application, connection, "other")
    form = other.get(f"/annotations/form?reply_to={root}")
    assert f'name="reply_to" value="{root}"' in form.text
    assert '<option value="shared" selected>' in form.text
    own = id_of(send(other, reply_to=root, comment="Perhaps.", visibility="private"))
    for address in (f"form?reply_to={own}", f"form?reply_to={own}&visibility=shared"):
        form = other.get(f"/annotations/{address}")
        assert '<option value="private" selected>me alone, as what it answers' in form.text
        assert 'value="shared"' not in form.text
    below = id_of(send(other, note="", reply_to=own, comment="Rather not."))
    assert 'value="shared"' not in other.get(f"/annotations/{below}/edit").text
    assert "Rather not." not in annotator.get(NOTE).text
    reply = id_of(send(other, note="", reply_to=root, comment="Because."))
    page = annotator.get(NOTE).text
    assert page.index(f"annotation-{root}") < page.index(f"annotation-{reply}")
    edit = annotator.get(f"/annotations/{root}/edit").text
    assert 'value="a b"' in edit
    assert "\nWhy?</textarea>" in edit
    assert other.get(f"/annotations/{root}/edit").status_code == 403
    assert other.post(f"/annotations/{root}/edit", data={"comment": "Mine."}).status_code == 403
    changed = annotator.post(f"/annotations/{root}/edit", data={"comment": "How?", "kind": "link"})
    assert changed.location == f"{NOTE}#annotation-{root}"
    assert "How?" in annotator.get(NOTE).text
    gone = annotator.post(f"/annotations/{root}/delete").location
    assert gone == f"{NOTE}?deleted={root}#margin"
    page = annotator.get(gone).text
    assert "How?" not in page
    assert "Because." in page
    assert f"/annotations/{root}/undo" in page
    assert "/undo" not in other.get(gone).text
    assert other.post(f"/annotations/{root}/undo").status_code == 404
    assert annotator.post(f"/annotations/{root}/undo").status_code == 303
    assert "How?" in other.get(NOTE).text


def test_a_script_is_answered_the_thread(annotator: FlaskClient) -> None:
    made = send(annotator, PART, quote="second walk", start="30", end="41", comment="Why?")
    assert made.status_code == 201
    assert "HX-Request" in made.headers["Vary"]
    assert made.text.strip().startswith('<li class="thread')
    root = made.text.partition('id="annotation-')[2].partition('"')[0]
    reply = send(annotator, PART, note="", reply_to=root, comment="So.")
    assert reply.text.count("<li") == 1
    assert "Why?" in reply.text
    assert "So." in reply.text
    gone = annotator.post(f"/annotations/{root}/delete", headers=PART).text
    assert f'action="/annotations/{root}/undo"' in gone
    assert "Why?" not in gone
    assert "Why?" in annotator.post(f"/annotations/{root}/undo", headers=PART).text


def test_an_edit_of_the_note_shows_what_a_passage_said(
    annotator: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    send(annotator, quote="A second walk does not.", comment="Really?")
    send(annotator, quote="goes far", comment="How far?")
    changed = "Nothing of it.\n\nA second walk of ours does certainly not.\n"
    write(settings, "walk", "public", changed)
    sync(settings, connection)
    page = annotator.get(NOTE).text
    assert ">A second walk does not.</blockquote>" in page
    assert "The passage was changed; this is what it said." in page
    assert ">goes far</blockquote>" in page
    assert "its passage is gone" in page


def test_whose_passage_is_gone_may_say_which_words_it_is_about_now(
    annotator: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    made = id_of(send(annotator, kind="highlight", quote="goes far", colour="violet"))
    at, ask = f"/annotations/{made}/edit", "The words that it is about now"
    assert ask not in annotator.get(at).text
    write(settings, "walk", "public", "It leads nowhere. A second walk does not.\n")
    sync(settings, connection)
    assert ask in annotator.get(at).text
    assert "<q>goes far</q>" in annotator.get(at).text
    typed = {"visibility": "shared", "comment": "So?", "colour": "violet"}
    wrong = annotator.post(at, data={**typed, "quote": "goes far"}, headers=HTML)
    assert wrong.status_code == 400
    assert "These words do not stand in the note." in wrong.text
    assert annotator.post(at, data=typed).status_code == 303
    assert "its passage is gone" in annotator.get(NOTE).text
    assert annotator.post(at, data={**typed, "quote": "leads nowhere"}).status_code == 303
    page = annotator.get(NOTE).text
    assert "its passage is gone" not in page
    assert 'data-colour="violet" data-start="3" data-end="16"' in page
    assert ask not in annotator.get(at).text
    assert annotator.post(f"/annotations/{made}/undo").status_code == 303
    assert "its passage is gone" in annotator.get(NOTE).text


def test_another_passage_leaves_what_a_program_said_of_the_target() -> None:
    beside = {"source": "/notes/walk", "renderedVia": "urn:reader"}
    stored = {
        "@context": CONTEXT,
        "type": "Annotation",
        "target": {**beside, "selector": {"type": "TextQuoteSelector", "exact": "gone"}},
    }
    state = composing.put_again(stored, "walk", "A walk.", composing.Typed(quote="walk"))
    selectors = state["target"].pop("selector")
    assert state["target"] == beside
    assert selectors[0]["exact"] == "walk"


def test_the_margin_comes_in_parts(annotator: FlaskClient, application: Flask) -> None:
    for number in range(23):
        send(annotator, comment=f"number {number}.")
    public = application.test_client()
    page = public.get(NOTE).text
    assert page.count('class="thread anno') == 20
    assert "3 more" in page
    part = public.get("/annotations/margin?note=walk&after=20", headers=PART)
    assert part.text.count('class="thread anno') == 3
    assert "<html" not in part.text
    whole = public.get("/annotations/margin?note=walk")
    assert whole.text.count('class="thread anno') == 23
    for wrong in ("note=own", "note=none", "note="):
        assert public.get(f"/annotations/margin?{wrong}").status_code == 404
    assert public.get("/annotations/margin?note=walk&after=x").status_code == 200


def test_a_reply_elsewhere_has_no_note(annotator: FlaskClient) -> None:
    sent = {
        "@context": "http://www.w3.org/ns/anno.jsonld",
        "type": "Annotation",
        "target": "https://elsewhere.example/",
    }
    made = annotator.post("/annotations/", json=sent)
    name = made.location.rpartition("/")[2]
    assert annotator.get(f"/annotations/form?reply_to={name}").status_code == 200
    answered = send(annotator, note="", reply_to=name, comment="Seen.")
    assert answered.location == "/annotations/"
    reply = annotator.get("/annotations/?page=0&iris=0", headers={"Accept": "application/ld+json"})
    targets = [each["target"] for each in reply.get_json()["items"]]
    assert targets[1] == f"http://localhost/annotations/{name}"


def test_links_by_name_lead_whoever_may_see_the_note(
    annotator: FlaskClient, application: Flask, settings: Settings, connection: sqlite3.Connection
) -> None:
    words = (
        "See [[polya]], [[papers/polya#A part|*there*]], [[own]], [[none|nowhere]], [[#up]],"
        ' [[a.png]], `[[polya]]`, and <!--gloss:link {"target":"own","fragment":""}-->no link</a>.'
    )
    made = id_of(send(annotator, comment=words))
    send(annotator, reply_to=made, comment="As [[walk]] says.")
    send(annotator, kind="link", link="own")
    to = '<a href="/notes/papers/polya'
    seen = f'See {to}">polya</a>, {to}#a-part">*there*</a>, '
    rest = ", nowhere, up, a.png, <code>[[polya]]</code>, and no link."
    public = application.test_client()
    for place in (NOTE, "/annotations/", "/annotations/margin?note=walk"):
        page = public.get(place, headers=HTML).text
        assert f"{seen}own{rest}" in page, place
        assert 'As <a href="/notes/walk">walk</a> says.' in page
        assert '<p class="linked">→ own</p>' in page
        assert (
            f'{seen}<a href="/notes/own">own</a>{rest}' in annotator.get(place, headers=HTML).text
        )
    feed = annotator.get("/annotations/feed.atom").text
    assert escape(f"{seen}own{rest}", quote=False) in feed  # it is the public's
    (settings.notes / "papers/polya.md").unlink()
    write(settings, "none", "public", BODY)
    sync(settings, connection)
    store.reindex(connection)  # what is kept now
    later = public.get(NOTE).text
    assert 'See polya, *there*, own, <a href="/notes/none">nowhere</a>' in later


def test_who_edits_is_shown_what_was_changed_meanwhile(annotator: FlaskClient) -> None:
    """Of two windows the last one put its words over those of the first, which nobody had seen."""
    made = send(annotator, comment="As it was.").location.partition("#annotation-")[2]
    place = f"/annotations/{made}/edit"

    def base(page: str) -> str:
        found = re.search(r'name="base" value="(\w+)"', page)
        assert found
        return found[1]

    seen = base(annotator.get(place).text)
    typed = {"visibility": "shared", "base": seen}
    assert annotator.post(place, data={**typed, "comment": "The first."}).status_code == 303
    late = annotator.post(place, data={**typed, "comment": "The second."})
    assert late.status_code == 409
    assert "It says now: “The first.”" in late.text
    assert "The second.</textarea>" in late.text
    typed["base"] = base(late.text)
    assert annotator.post(place, data={**typed, "comment": "The second."}).status_code == 303


def test_the_form_asks_for_words_where_it_needs_them(annotator: FlaskClient) -> None:
    for kind, may_be_empty in (("comment", True), ("erratum", False), ("highlight", False)):
        form = annotator.get(f"/annotations/form?note=walk&kind={kind}")
        assert ("empty for the whole note" in form.text) == may_be_empty


@pytest.mark.parametrize(
    "source",
    [
        "http://localhost/notes/own", "http://LOCALHOST:80/notes/own", "http://b.example/notes/own",
        "https://B.example:443/notes/own", "http://localhost/x/../%6eotes/own",
        "http://localhost//notes/own", "/annotations/../notes/own", "http://user@localhost/notes/own#a",
    ],
)  # fmt: skip
def test_a_private_note_is_ours_however_its_address_is_written(
    application: Flask, settings: Settings, connection: sqlite3.Connection, source: str
) -> None:
    trusting = create_app(replace(settings, trusted_hosts="b.example"))
    client = signed_in(trusting, connection, "annotator")
    selector = {"type": "TextQuoteSelector", "exact": "second walk"}
    body = {"type": "SpecificResource", "source": source, "selector": selector}
    sent = {"@context": CONTEXT, "type": "Annotation", "target": NOTE, "body": body}
    answer = client.post("/annotations/", json=sent, content_type="application/ld+json")
    assert answer.status_code == 400
    assert "which fewer may read" in answer.json["detail"]
    elsewhere = {**body, "source": source.replace("localhost", "c.example")}
    if "c.example" in elsewhere["source"]:
        answer = client.post(
            "/annotations/", json={**sent, "body": elsewhere}, content_type="application/ld+json"
        )
        assert answer.json["body"]["source"] == elsewhere["source"]
