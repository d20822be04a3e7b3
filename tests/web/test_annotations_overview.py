"""The list of all annotations: its filters, its feed, and what is exported of a note."""

from __future__ import annotations

import csv
import io
import re
import sqlite3
from html import escape, unescape
from typing import Any
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient
from markdown_it import MarkdownIt

from app import create_app
from app.accounts.permissions import PUBLIC
from app.annotations import model, overview
from app.annotations.overview import Filter
from app.library.syncing.sync import sync
from app.settings import Settings

FRONT = "---\ntitle: The walk & more\nvisibility: public\n---\n"
BODY = "A walk of N steps goes far.\n\nA second walk does not.\n"
HTML = "text/html,*/*;q=0.8"
ATOM = "{http://www.w3.org/2005/Atom}"
Clients = dict[str, FlaskClient]


@pytest.fixture
def application(settings: Settings, connection: sqlite3.Connection) -> Flask:
    (settings.notes / "walk.md").write_text(FRONT + BODY)
    (settings.notes / "own.md").write_text(BODY)
    sync(settings, connection)
    return create_app(settings)


def write(client: FlaskClient, **typed: str) -> str:
    answer = client.post("/annotations/form", data={"note": "walk", **typed})
    assert answer.status_code == 303, answer.text
    return str(answer.location.partition("#annotation-")[2])


@pytest.fixture
def clients(visitors: Clients) -> Clients:
    for client in visitors.values():
        client.environ_base["HTTP_ACCEPT"] = HTML
    return visitors


@pytest.fixture
def made(clients: Clients) -> dict[str, str]:
    """One of each, by name."""
    annotator, editor = clients["annotator"], clients["editor"]
    names = {
        "open": write(annotator, kind="question", quote="second walk", comment="Why open?"),
        "answered": write(annotator, kind="question", comment="Why answered?"),
        "selfish": write(annotator, kind="question", comment="Why selfish?"),
        "erratum": write(annotator, kind="erratum", quote="goes far", replacement="goes farther"),
        "marked": write(editor, kind="highlight", quote="A walk", colour="green"),
        "private": write(editor, comment="Mine.", visibility="private", tags="mine/too"),
        "own": write(editor, note="own", comment="=Sesame"),
    }
    names["reply"] = write(editor, reply_to=names["answered"], comment="Because.", tags="a tag")
    write(annotator, reply_to=names["selfish"], comment="I wonder, too.")
    return names


def listed(client: FlaskClient, made: dict[str, str], query: str = "") -> set[str]:
    page = client.get(f"/annotations/{query}").text
    found = set(re.findall(r'<li id="annotation-([^"]+)"', page))
    return {name for name, each in made.items() if each in found}


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("?kind=question", {"open", "answered", "selfish"}),
        ("?state=unanswered", {"open", "selfish"}),
        ("?state=open", {"erratum"}),
        ("?kind=comment", {"own"}),
        ("?kind=reply", {"reply"}),
        ("?colour=green", {"marked"}),
        ("?colour=blue", {"open", "answered", "selfish"}),
        ("?by=A+Browsing+editor&note=walk", {"marked", "reply"}),
        ("?by=nobody", set()),
        ("?note=own", {"own"}),
        ("?tag=A+tag", {"reply"}),
        ("?tag=a", set()),
        ("?tag=mine", set()),
        ("?state=orphan", set()),
        ("?kind=Question&colour=&state=", {"open", "answered", "selfish"}),
    ],
)  # fmt: skip
def test_each_filter_lists_what_it_says_to_whoever_may_read_it(
    clients: Clients, made: dict[str, str], query: str, wanted: set[str]
) -> None:
    assert listed(clients["reader"], made, query) == wanted
    assert listed(clients["public"], made, query) == wanted - {"own"}


def test_one_that_no_note_shows_has_a_page(
    clients: Clients,
    made: dict[str, str],
    settings: Settings,
    connection: sqlite3.Connection,
) -> None:
    """Its note is in the trash, or it is about something else: a browser was answered JSON."""
    (settings.notes / "walk.md").unlink()
    sync(settings, connection, accept_removals=True)
    place = f"/annotations/{made['reply']}"
    for name in ("reader", "owner"):
        answer = clients[name].get(place)
        assert answer.mimetype == "text/html"
        assert "The note is in the trash since" in answer.text
        assert "Because." in answer.text
        assert ("Bring it back" in answer.text) == (name == "owner")
    quoted = clients["reader"].get(f"/annotations/{made['erratum']}").text
    assert ">goes far</blockquote>" in quoted
    assert clients["public"].get(place).status_code == 404
    assert clients["reader"].get(f"/annotations/{made['private']}").status_code == 404
    program = clients["reader"].get(place, headers={"Accept": "*/*"})
    assert program.mimetype == "application/ld+json"
    elsewhere = {
        "@context": "http://www.w3.org/ns/anno.jsonld",
        "type": "Annotation",
        "bodyValue": "Far away.",
        "target": ["https://example.org/?a&b", "urn:isbn:1"],
    }
    sent = clients["annotator"].post("/annotations/", json=elsewhere)
    answer = clients["reader"].get(sent.location)
    assert answer.mimetype == "text/html"
    assert "Far away." in answer.text
    assert 'href="https://example.org/?a&amp;b"' in answer.text
    assert "<li>urn:isbn:1</li>" in answer.text


def test_what_nobody_could_choose_says_what_there_is(clients: Clients) -> None:
    for query in ("?colour=pink", "feed.atom?colour=pink"):
        answer = clients["public"].get(f"/annotations/{query}")
        assert answer.status_code == 400
        assert "Here a colour is yellow, green, blue, rose or violet." in answer.text
    assert "question, erratum" in clients["public"].get("/annotations/?kind=x").text


def test_what_is_private_shows_to_who_wrote_it_alone(
    clients: Clients, made: dict[str, str]
) -> None:
    assert listed(clients["editor"], made, "?state=private") == {"private"}
    for role in ("public", "annotator", "owner"):
        assert listed(clients[role], made, "?state=private") == set()
    assert "Mine alone" not in clients["public"].get("/annotations/").text


def test_a_tag_in_a_margin_leads_to_all_that_have_it_and_to_nobody_elses(
    clients: Clients, made: dict[str, str], settings: Settings, connection: sqlite3.Connection
) -> None:
    reader, editor = clients["reader"], clients["editor"]
    assert "/annotations/?tag=a%20tag" in reader.get("/notes/walk").text
    moved = reader.get("/tags/a%20tag")
    assert moved.location == "/annotations/?tag=a+tag"
    chosen = 'aria-current="true" title="Show the others, too">'
    assert f"{chosen}a tag" in reader.get(moved.location).text
    assert f"{chosen}a browsing editor" in reader.get("/annotations/?by=A+Browsing+editor").text
    assert f"{chosen}mine/too" in editor.get("/annotations/?tag=Mine/too").text
    assert ">mine/too<" not in reader.get("/annotations/").text  # of what is private
    assert ">a browsing owner<" not in editor.get("/annotations/").text  # who wrote nothing
    for client, status in ((reader, 404), (editor, 302)):
        assert client.get("/tags/mine").status_code == status
    assert listed(editor, made, "?tag=mine") == {"private"}
    (settings.notes / "tagged.md").write_text("---\nvisibility: public\ntags: [A tag]\n---\nText.")
    sync(settings, connection, accept_removals=True)
    page = reader.get("/tags/a%20tag").text
    assert "/notes/tagged" in page
    assert "/annotations/?tag=a+tag" in page


def change(client: FlaskClient, id: str, **typed: str) -> None:
    answer = client.post(f"/annotations/{id}/edit", data=typed)
    assert answer.status_code == 303, answer.text


def test_what_somebody_else_changed_says_so_everywhere(
    clients: Clients, made: dict[str, str]
) -> None:
    owner, annotator, name = clients["owner"], clients["annotator"], made["open"]
    form = owner.get(f"/annotations/{name}/edit").text
    assert "Change what a browsing annotator wrote" in form
    assert "These are the words of a browsing annotator" in form
    assert "Change what you wrote" in annotator.get(f"/annotations/{name}/edit").text
    change(annotator, name, comment="Why, then?")  # nobody had answered
    pages = [("reader", "/notes/walk"), ("public", "/annotations/?kind=question")]
    for role, where in pages:
        assert "changed by" not in clients[role].get(where).text
    change(owner, name, comment="Not your words.")
    for role, where in pages:
        assert "changed by a browsing owner, <time" in clients[role].get(where).text
    data = clients["public"].get(f"/annotations/{name}", headers={"Accept": "application/ld+json"})
    assert data.json
    assert data.json["dcterms:contributor"] == {"type": "Person", "name": "a browsing owner"}
    assert data.json["modified"]
    turtle = clients["public"].get(f"/annotations/{name}", headers={"Accept": "text/turtle"}).text
    assert 'foaf:name "a browsing owner"' in turtle or 'name> "a browsing owner' in turtle
    table = csv.DictReader(io.StringIO(clients["public"].get("/annotations/export/walk.csv").text))
    assert {row["id"]: row["changed_by"] for row in table if row["changed_by"]} == {
        name: "a browsing owner"
    }
    owner.post(f"/annotations/{name}/undo")
    assert "changed by" not in clients["reader"].get("/notes/walk").text


@pytest.mark.parametrize("words", [[], [{"type": "TextualBody", "value": "See there"}]])
def test_a_body_that_is_an_address_is_a_link_where_that_is_safe(
    clients: Clients, made: dict[str, str], words: list[Any]
) -> None:
    led = "https://example.com/b?c&d"
    body = [led, {"id": "javascript:alert(1)", "type": "Text"}, *words]
    sent = {"@context": model.CONTEXT, "type": "Annotation", "target": "/notes/walk", "body": body}
    answer = clients["annotator"].post(
        "/annotations/", json=sent, headers={"Content-Type": "application/ld+json"}
    )
    assert answer.status_code == 201, answer.text
    link = f'<a href="{escape(led)}" rel="nofollow noopener">{escape(led)}</a>'
    for where in ("/notes/walk", "/annotations/", "/annotations/feed.atom"):
        page = clients["public"].get(where).text
        page = unescape(page) if where.endswith("atom") else page
        assert link in page
        assert "→ javascript:alert(1)" in page
        assert 'href="javascript' not in page
        assert page.count("See there") >= len(words)


def test_who_a_client_names_as_the_maker_is_told_as_it_was_sent(
    clients: Clients, made: dict[str, str]
) -> None:
    sent = {"@context": model.CONTEXT, "type": "Annotation", "target": "/notes/walk",
            "bodyValue": "Hm.", "created": "1999-01-02T03:04:05Z",
            "creator": {"type": "Person", "name": "<b>Mallory"}}  # fmt: skip
    answer = clients["annotator"].post(
        "/annotations/", json=sent, headers={"Content-Type": "application/ld+json"}
    )
    assert answer.status_code == 201, answer.text
    assert answer.json
    assert answer.json["creator"] == sent["creator"]
    for where in ("/notes/walk", "/annotations/"):
        page = clients["public"].get(where).text
        assert page.count("as sent: by &lt;b&gt;Mallory, 2 Jan 1999") == 1
        assert page.count("as sent") == 1
    table = csv.DictReader(io.StringIO(clients["public"].get("/annotations/export/walk.csv").text))
    said = {(row["by"], row["creator_as_sent"], row["created_as_sent"]) for row in table}
    assert ("a browsing annotator", "<b>Mallory", sent["created"]) in said
    assert {each[1:] for each in said} == {("", ""), ("<b>Mallory", sent["created"])}


def test_a_change_after_an_answer_has_its_day(clients: Clients, made: dict[str, str]) -> None:
    change(clients["annotator"], made["answered"], comment="I never asked that.")
    page = clients["public"].get("/annotations/?kind=question").text
    assert page.count("changed on <time") == 1
    assert clients["public"].get("/notes/walk").text.count("changed on <time") == 1


def test_who_may_answers_and_changes_from_the_list(clients: Clients, made: dict[str, str]) -> None:
    ways = (f"/annotations/form?reply_to={made['open']}", f"/annotations/{made['open']}/edit")
    shown = {
        role: [f'href="{way}"' in clients[role].get("/annotations/").text for way in ways]
        for role in ("public", "reader", "editor", "annotator")
    }
    assert shown == {
        "public": [False, False], "reader": [False, False], "editor": [True, False],
        "annotator": [True, True],
    }  # fmt: skip
    for way in ways:
        assert clients["annotator"].get(way).status_code == 200


def test_the_filters_are_links_that_combine_and_come_off(
    clients: Clients, made: dict[str, str]
) -> None:
    page = clients["reader"].get("/annotations/?kind=question&by=a+browsing+annotator").text
    links = set(map(unescape, re.findall(r'href="(/annotations/[^"]*)"', page)))
    assert "/annotations/?kind=question&state=unanswered&by=a+browsing+annotator" in links
    assert "/annotations/?by=a+browsing+annotator" in links
    assert "/annotations/?kind=question" in links
    assert "/annotations/feed.atom?kind=question&by=a+browsing+annotator" in links
    for link in links:
        assert clients["reader"].get(link).status_code == 200, link
    assert "There is none." in clients["reader"].get("/annotations/?by=nobody").text
    note = clients["reader"].get("/annotations/?note=walk").text
    assert "/annotations/export/walk.jsonld" in note


def test_an_accepted_erratum_is_no_longer_open_and_one_whose_passage_went_says_so(
    clients: Clients, made: dict[str, str], settings: Settings, connection: sqlite3.Connection
) -> None:
    page = clients["owner"].get("/notes/walk").text
    seen = re.search(r'name="seen" value="(\w+)"', page)
    assert seen
    clients["owner"].post(f"/annotations/{made['erratum']}/accept", data={"seen": seen[1]})
    assert listed(clients["reader"], made, "?state=open") == set()
    assert ">accepted</span>" in clients["public"].get("/annotations/?kind=erratum").text
    source = (settings.notes / "walk.md").read_text()
    base = clients["owner"].get("/api/notes/walk").headers["ETag"]
    clients["owner"].put(
        "/api/notes/walk",
        json={"markdown": source.replace("A second walk does not.", "Gone.")},
        headers={"If-Match": base},
    )
    assert "open" in listed(clients["reader"], made, "?state=orphan")


@pytest.mark.parametrize(
    "typed", [{"takes_out": "yes"}, {"replacement": "different"}], ids=["taken out", "other"]
)
def test_what_was_accepted_is_neither_gone_nor_changed_anywhere(
    clients: Clients, typed: dict[str, str]
) -> None:
    made = write(clients["annotator"], kind="erratum", quote="second", **typed)
    seen = re.search(r'name="seen" value="(\w+)"', clients["owner"].get("/notes/walk").text)
    assert seen
    taken = clients["owner"].post(f"/annotations/{made}/accept", data={"seen": seen[1]})
    assert taken.location.startswith("/notes/walk")
    for state in ("orphan", "changed"):
        assert made not in clients["reader"].get(f"/annotations/?state={state}").text
        found = clients["reader"].get(f"/api/search?q=is:{state}").json
        assert made not in str(found)
    export = clients["reader"].get("/annotations/export/walk.csv").text
    assert [row["stands"] for row in csv.DictReader(io.StringIO(export))] == ["accepted"]
    shown = clients["reader"].get("/annotations/export/walk.md").text
    assert "passage" not in shown.partition("In the margin")[2]


def test_a_page_is_one_query_however_many_rows(
    connection: sqlite3.Connection, made: dict[str, str]
) -> None:
    for limit in (1, 30):
        seen: list[str] = []
        connection.set_trace_callback(seen.append)
        found = overview.page(connection, PUBLIC, Filter(), limit=limit)
        connection.set_trace_callback(None)
        assert (len(seen), found.has_more) == (1, limit == 1)


def test_the_feed_is_what_everybody_may_read(clients: Clients, made: dict[str, str]) -> None:
    answer = clients["owner"].get("/annotations/feed.atom")
    assert answer.mimetype == "application/atom+xml"
    feed = ElementTree.fromstring(answer.text)
    entries = {str(each.findtext(f"{ATOM}id")).rpartition("/")[2]: each
               for each in feed.iter(f"{ATOM}entry")}  # fmt: skip
    assert made["own"] not in entries
    assert made["private"] not in entries
    entry = entries[made["open"]]
    assert entry.findtext(f"{ATOM}title") == "a browsing annotator asks on The walk & more"
    assert "<blockquote>second walk</blockquote>" in str(entry.findtext(f"{ATOM}content"))
    asked = ElementTree.fromstring(
        clients["public"].get("/annotations/feed.atom?kind=erratum").text
    )
    assert len(list(asked.iter(f"{ATOM}entry"))) == 1
    tag = answer.headers["ETag"]
    again = clients["owner"].get("/annotations/feed.atom", headers={"If-None-Match": tag})
    assert again.status_code == 304


def test_a_note_is_exported_with_its_annotations(clients: Clients, made: dict[str, str]) -> None:
    reader = clients["reader"]
    write(clients["editor"], kind="link", quote="A second walk", link="own")
    write(clients["editor"], kind="comment", quote="A second walk", comment="<img src=x> <b>Y</b>")
    text = reader.get("/annotations/export/walk.md")
    assert "\n  [[own]]\n" in text.text
    assert "&lt;img src=x> &lt;b>Y&lt;/b>" in text.text
    table = reader.get("/annotations/export/walk.csv").text
    assert ",A second walk,exact,http://localhost/notes/own," in table
    assert text.mimetype == "text/markdown"
    assert text.text.startswith(FRONT + BODY)
    assert "- **a browsing annotator** asks (" in text.text
    assert "\n  > second walk\n" in text.text
    assert "\n    Because.\n" in text.text
    assert "It should read:\n\n  goes farther" in text.text
    assert "Mine." not in text.text
    order = [
        "  > A walk\n",
        "  > goes far\n",
        "  > second walk\n",
        "  Why answered?\n",
        "    Because.\n",
    ]
    places = [text.text.rindex(words) for words in order]
    assert places == sorted(places)  # as the passages stand, whole-note ones last, in threads
    page = reader.get("/annotations/export/walk.jsonld").get_json()
    assert page["type"] == "AnnotationPage"
    assert len(page["items"]) == 9
    for item in page["items"]:
        assert model.check(item)
    rows = list(csv.DictReader(io.StringIO(reader.get("/annotations/export/own.csv").text)))
    assert [(row["says"], row["by"], row["kind"]) for row in rows] == [
        ("'=Sesame", "a browsing editor", "comment")
    ]
    assert 'filename="own-margin.csv"' in reader.get("/annotations/export/own.csv").headers[
        "Content-Disposition"
    ]  # fmt: skip


def sent_by_a_program(client: FlaskClient, **more: Any) -> str:
    sent = {"@context": model.CONTEXT, "type": "Annotation", "bodyValue": "Hm.", **more}
    answer = client.post(
        "/annotations/", json=sent, headers={"Content-Type": "application/ld+json", "Accept": "*/*"}
    )
    assert answer.status_code == 201, answer.text
    return str(answer.get_json()["id"])


def test_the_export_says_who_and_when_where_no_client_did(clients: Clients) -> None:
    """And only it: what is answered at its own address is sent back, and would be stored."""
    annotator = clients["annotator"]
    maker = {"type": "Person", "name": "Mallory"}
    silent = sent_by_a_program(annotator, target="/notes/walk")
    dated = sent_by_a_program(annotator, target="/notes/walk", created="1999-01-02T03:04:05Z")
    named = sent_by_a_program(annotator, target="/notes/walk", creator=maker)
    items = clients["reader"].get("/annotations/export/walk.jsonld").get_json()["items"]
    said = {item["id"]: (item["creator"]["name"], item.get("created")) for item in items}
    table = csv.DictReader(io.StringIO(clients["reader"].get("/annotations/export/walk.csv").text))
    known = {row["address"]: row["created"] for row in table}
    assert said == {
        silent: ("a browsing annotator", known[silent]),
        dated: ("a browsing annotator", "1999-01-02T03:04:05Z"),
        named: ("Mallory", None),
    }
    alone = annotator.get(silent, headers={"Accept": "application/ld+json"}).get_json()
    assert not {"creator", "created"} & set(alone)


@pytest.mark.parametrize(
    ("selector", "state", "words"),
    [
        ({"type": "XPathSelector", "value": "/html/body/p[1]"}, "unfound",
         "its passage could not be found by its XPathSelector"),
        ({"type": ["urn:<b>", "CssSelector"], "value": "#gone"}, "unfound",
         "its passage could not be found by its CssSelector"),
        ("urn:a:selector", "unfound", "its passage could not be found by its selector"),
        ({"type": "TextQuoteSelector", "exact": "walk"}, "several",
         "its words stand there several times"),
        ({"type": "TextQuoteSelector", "exact": "swim"}, "orphan", "its passage is gone"),
        ({"type": "TextQuoteSelector", "exact": "second walk"}, "exact", ""),
        ({"type": "TextPositionSelector", "start": 0, "end": 6}, "exact", ""),
        (None, "exact", ""),
    ],
)  # fmt: skip
def test_why_a_passage_has_no_place_is_said(
    clients: Clients, selector: Any, state: str, words: str
) -> None:
    about = {"source": "/notes/walk", "selector": selector} if selector else "/notes/walk"
    sent_by_a_program(clients["annotator"], target=about)
    for where in ("/notes/walk", "/annotations/"):
        told = re.findall(r'class="state orphan">([^<]*)<', clients["reader"].get(where).text)
        assert told == [words] * bool(words)
    table = csv.DictReader(io.StringIO(clients["reader"].get("/annotations/export/walk.csv").text))
    assert [row["stands"] for row in table] == [state]
    assert words in clients["reader"].get("/annotations/export/walk.md").text


def test_beyond_the_last_page_there_is_no_such_page(clients: Clients, made: dict[str, str]) -> None:
    for query in ("?page=2", "?kind=question&page=1"):
        answer = clients["public"].get(f"/annotations/{query}")
        assert answer.status_code == 404
        assert "There is no such page." in answer.text
        assert "Nobody has written" not in answer.text
    assert '<a href="/annotations/?kind=question">Back to the newest</a>' in answer.text
    assert clients["public"].get("/annotations/?by=nobody").status_code == 200


def test_who_may_not_read_a_note_exports_nothing_of_it(
    clients: Clients, made: dict[str, str]
) -> None:
    for ending in ("md", "jsonld", "csv"):
        assert clients["public"].get(f"/annotations/export/own.{ending}").status_code == 404
        assert "Mine." not in clients["owner"].get(f"/annotations/export/walk.{ending}").text
    for name in ("walk", "walk.txt", ".md", "none.md"):
        assert clients["owner"].get(f"/annotations/export/{name}").status_code == 404


def send(client: FlaskClient, target: Any, body: Any, **more: Any) -> str:
    """As a program does; the id of what it made."""
    sent = {"@context": "http://www.w3.org/ns/anno.jsonld", "type": "Annotation",
            "target": target, "body": body, **more}  # fmt: skip
    answer = client.post(
        "/annotations/", json=sent, headers={"Content-Type": "application/ld+json"}
    )
    assert answer.status_code == 201, answer.text
    assert answer.json
    return str(answer.json["id"].rpartition("/")[2])


def said(value: str, **more: str) -> dict[str, str]:
    return {"type": "TextualBody", "value": value, **more}


def test_an_export_is_in_the_order_of_writing_also_within_a_second(clients: Clients) -> None:
    annotator, notes = clients["annotator"], range(8)
    made = [send(annotator, "/notes/walk", said(f"note {number}.")) for number in notes]
    root = f"/annotations/{made[2]}"
    answers = [send(annotator, root, said(f"answer {n}."), motivation="replying") for n in notes]
    table = csv.DictReader(io.StringIO(annotator.get("/annotations/export/walk.csv").text))
    assert [row["id"] for row in table] == [*made[:3], *answers, *made[3:]]
    text = annotator.get("/annotations/export/walk.md").text
    assert re.findall(r"^ *(?:note|answer) \d", text, re.MULTILINE) == [
        *(f"  note {n}" for n in range(3)), *(f"    answer {n}" for n in notes),
        *(f"  note {n}" for n in range(3, 8)),
    ]  # fmt: skip
    assert annotator.post(f"{root}/delete").status_code == 303
    text = annotator.get("/annotations/export/walk.md").text
    assert len(re.findall(r"^- .*\(.*, answers a remark that was deleted\)$", text, re.M)) == 8
    assert len(re.findall(r"^  answer \d", text, re.M)) == 8  # below nobody else's


def test_nothing_in_an_exported_margin_runs(clients: Clients) -> None:
    annotator, run = clients["annotator"], "<img src=x onerror=alert(1)>"
    quote = {"source": "/notes/walk", "selector": {"type": "TextQuoteSelector", "exact": run}}
    html = "<p>hi <b>&lt;img src=x onerror=alert(1)&gt;</b></p>"
    send(annotator, quote, said("gone"))
    send(annotator, "/notes/walk", ["javascript:alert(3)", "https://e.org/a?b=c&d"])
    send(annotator, "/notes/walk", said(html, format="text/html"))
    send(annotator, "/notes/walk", said(run, purpose="tagging"), motivation="highlighting")
    send(annotator, "/notes/walk", said(f"\\{run} [a](javascript:f) $a<b$ <svg/onload=f>"))
    text = clients["public"].get("/annotations/export/walk.md").text
    margin = text.partition("# In the margin of")[2]
    assert re.search(
        r"marks \(\d{4}-\d\d-\d\d, #&lt;img-src=x-onerror=alert\(1\)>, yellow\)", margin
    )
    page = MarkdownIt("commonmark").render(margin)
    assert not re.findall(r"<(?:img|svg|script)|href=\"javascript", page)
    assert re.findall(r'href="([^"]*)"', page) == ["https://e.org/a?b=c&amp;d"]
    assert page.count("&lt;img src=x onerror=alert(1)&gt;") == 3


def test_what_a_program_sent_is_shown_in_part(clients: Clients) -> None:
    tags = [said("t" * 90_000, purpose="tagging"), said("a\u202eb", purpose="tagging")]
    tags += [said(f"tag{number}", purpose="tagging") for number in range(40)]
    quote = {"type": "TextQuoteSelector", "exact": "$x$ gone " * 9_000}
    send(
        clients["annotator"], {"source": "/notes/walk", "selector": quote}, tags,
        creator={"type": "Person", "name": "Mal\u202elory" + "y" * 3000},
    )  # fmt: skip
    for address in ("/notes/walk", "/annotations/", "/annotations/feed.atom"):
        page = clients["public"].get(address).text
        assert len(page) < 60_000, address
        assert ("and 22 more" in page) == (address != "/annotations/feed.atom")
        assert ("Mal[U+202E]loryy" in page) == (address != "/annotations/feed.atom")


def test_a_note_that_is_not_there_is_not_exported(clients: Clients, made: dict[str, str]) -> None:
    for role, note in (("public", "own"), ("reader", "nosuch"), ("public", "nosuch")):
        page = clients[role].get(f"/annotations/?note={note}")
        assert (page.status_code, "/annotations/export/" in page.text) == (200, False)
    assert "/annotations/export/own.md" in clients["reader"].get("/annotations/?note=own").text
