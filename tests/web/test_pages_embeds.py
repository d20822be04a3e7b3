"""Notes shown inside notes: what is shown of them, and nothing of what the viewer may not see."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from html.parser import HTMLParser

import pytest
from flask.testing import FlaskClient

from app import create_app, database
from app.accounts import people
from app.library.syncing.sync import sync
from app.settings import Settings
from app.web import embeds, places

SECRET = "xyzzysecret"
PUBLIC = "---\nvisibility: public\ntitle: {title}\n---\n"
PRIVATE = "---\nvisibility: private\ntitle: Title {word}\naliases: [other name]\n---\n"
Written = Callable[..., FlaskClient]


@pytest.fixture
def written(settings: Settings, connection: sqlite3.Connection) -> Written:
    """Write public notes (by name: the body), and a browser of nobody's."""

    def write(**notes: str) -> FlaskClient:
        for name, body in notes.items():
            place = settings.notes / f"{name.replace('__', '/')}.md"
            place.parent.mkdir(parents=True, exist_ok=True)
            front = "" if body.startswith("---") else PUBLIC.format(title=f"The {name}")
            place.write_text(front + body)
        assert not sync(settings, connection).failed
        return create_app(settings).test_client()

    return write


def page(client: FlaskClient, name: str = "a") -> str:
    answer = client.get(f"/notes/{name}")
    assert answer.status_code == 200
    start = answer.text.index("</header>", answer.text.index('<article id="note"'))
    return str(answer.text[start : answer.text.index('<footer class="', start)])


class Balance(HTMLParser):
    """Raises where an element ends that is not the last one open."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag not in ("img", "br", "hr", "input", "source", "wbr", "col"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def whole(html: str) -> str:
    """A page without its header's end, checked: balanced, and no id twice."""
    ids = Balance(html.removeprefix("</header>")).ids
    assert len(ids) == len(set(ids)), ids
    return html


PARTS = """
Opening words.

## First

Words of the first.[^1] See [its own](#second), [[#Third]] and [[b|the other]].

### Below

Deep words. ^deep

## Second

Words of the second.

> ## Quoted
> In the quote.

- an item ^item
  - below it

| table |
|-------|
| cell  |

^tab

[^1]: The note of the first.
"""


@pytest.mark.parametrize(
    ("embed", "shown", "hidden"),
    [
        ("![[parts]]", ["Opening", "of the first", "Deep", "of the second"], []),
        ("![[parts#First]]", ["of the first", "The note of", "Deep"], ["Opening", "of the second"]),
        ("![[parts#Below]]", ["Deep"], ["of the first", "of the second", "The note of"]),
        ("![[parts#First#Below]]", ["Deep"], ["of the first"]),
        ("![[parts#Quoted]]", ["In the quote"], ["of the second", "an item"]),
        ("![[parts#^deep]]", ["Deep"], ["Below", "of the second"]),
        ("![[parts#^ITEM]]", ["an item", "below it"], ["In the quote", "cell"]),
        ("![[parts#^tab]]", ["cell"], ["an item"]),
        ("![[parts#The parts]]", ["Opening", "of the second"], []),
        ("![[parts#Nowhere]]", ["no such section or block"], ["Opening"]),
        ("![[parts#^nowhere]]", ["no such section or block"], ["Opening"]),
    ],
)
def test_what_of_a_note_is_embedded(
    written: Written, embed: str, shown: list[str], hidden: list[str]
) -> None:
    html = whole(page(written(a=f"Before\n\n{embed}\n\nAfter", b="B", parts=PARTS)))
    assert [words for words in [*shown, "Before", "After"] if words not in html] == []
    assert [words for words in hidden if words in html] == []
    assert 'href="/notes/parts' in html


def test_links_in_an_embed_lead_where_they_lead_in_its_note(written: Written) -> None:
    notes = {"a": "## Second\n\n![[x/parts#First]]\n\n![[x/parts#First]]", "x__parts": PARTS}
    html = whole(page(written(**notes, b="B", x__b="Another")))
    assert 'href="/notes/x/parts#second"' in html
    assert 'href="/notes/b"' in html
    refs = re.findall(r'href="#(embed\d+-fn-1)"', html)
    assert len(refs) == 2
    assert all(f'id="{ref}"' in html for ref in refs)


def test_the_text_of_the_page_has_one_word_for_an_embed(written: Written) -> None:
    html = page(written(a="![[b#Part]]", b="## Part\n\n![[c]] $x$", c="C"))
    assert re.findall(r'data-text="([^"]*)"', html) == ["![[b#part]]"]


def test_an_unresolved_embed_says_so(written: Written) -> None:
    html = whole(page(written(a="![[nothing#At all]]")))
    assert '<a class="unresolved" title="There is no such note">nothing#at-all</a>' in html


def test_three_levels_and_no_more(written: Written) -> None:
    notes = {f"n{n}": f"Words {n}.\n\n![[n{n + 1}]]" for n in range(6)}
    html = whole(page(written(**notes), "n0"))
    assert [n for n in range(6) if f"Words {n}." in html] == [0, 1, 2, 3]
    assert "more than 3 levels deep" in html


@pytest.mark.parametrize(
    "notes",
    [
        {"a": "Once.\n\n![[a]]"},
        {"a": "Once.\n\n![[b]]", "b": "![[a]]"},
        {"a": "## S\n\n![[b#T]]", "b": "## T\n\n![[b#^t]]\n\nx ![[b#T]] ^t"},
        {"a": "![[#S]]\n\n## S\n\n![[#S]]"},
    ],
)
def test_a_circle_is_cut_and_said(written: Written, notes: dict[str, str]) -> None:
    html = whole(page(written(**notes)))
    assert "embedded in itself" in html
    assert html.count("Once.") <= 1


def test_a_section_of_the_note_itself_is_no_circle(written: Written) -> None:
    html = whole(page(written(a="## One\n\nWords.\n\n## Two\n\n![[#One]]")))
    assert html.count("Words.") == 2
    assert "itself" not in html


HOSTILE = """<div><table><tr><td>

## Part

<p>words</td></table> </div></section></article><b>

## Next
"""


def test_an_embed_cannot_break_the_page_around_it(written: Written) -> None:
    source = "![[bad#Part]]\n\n![[bad]]\n\n- ![[bad#Next]]\n\n> ![[bad]]\n\nAfter"
    html = whole(page(written(a=source, bad=HOSTILE)))
    assert html.index("After") > html.rindex("</section>")


def test_markers_and_placeholders_cannot_be_forged(written: Written) -> None:
    forged = (
        '<!--gloss:mark {"block":"x"}-->stolen<!--gloss:mark {"end":"x"}-->'
        '<!--gloss:embed {"target":"secret","fragment":""}-->'
    )
    private = PRIVATE.format(word=SECRET) + SECRET
    html = whole(page(written(a="![[b#^x]]\n\n![[b]]", b=f"Words. {forged}", secret=private)))
    assert "no such section or block" in html
    assert SECRET not in html


# What the viewer may not see ------------------------------------------------------------------

SECRETS = f"""{PRIVATE.format(word=SECRET)}Words {SECRET}.

## Part

More {SECRET}. ^block

![[open]]

![{SECRET}]({SECRET}.png)
"""
WAYS = {
    "whole": "![[secret]]",
    "section": "![[secret#Part]]",
    "block": "![[secret#^block]]",
    "path": "![[x/secret#Part]]",
    "alias": "![[other name]]",
    "item": "- ![[secret]]",
    "text": "words ![[secret]] words",
    "heading": "## In ![[secret]]",
    "cell": "| ![[secret]] |\n|---|\n| ![[secret#Part]] |",
    "callout": "> [!note] ![[secret]]\n> ![[secret]]",
    "footnote": "a[^1]\n\n[^1]: ![[secret]]",
    "transitively": "![[middle]]",
    "section of a note": "![[middle#Inner]]",
}


@pytest.mark.parametrize("way", WAYS)
def test_nothing_of_a_private_note_is_embedded(
    written: Written, settings: Settings, connection: sqlite3.Connection, way: str
) -> None:
    notes = {"a": WAYS[way], "middle": "## Inner\n\n![[secret]] and ![[secret#Part]]", "open": "O."}
    client = written(**notes, x__secret=SECRETS)
    (settings.notes / "x" / f"{SECRET}.png").write_bytes(b"png")
    with_it = {address: client.get(address).text for address in ("/notes/a", "/api/notes/a", "/")}
    assert all(SECRET not in text for text in with_it.values())
    assert client.get(f"/media/x/{SECRET}.png").status_code == 404
    (settings.notes / "x" / "secret.md").unlink()
    assert sync(settings, connection).removed == 1
    for address, text in with_it.items():
        assert without_stamps(client.get(address).text) == without_stamps(text), address


def without_stamps(page: str) -> str:
    return re.sub(r'<link rel="alternate"[^>]*>|"sha256":"[^"]*"', "", page)


def owner(connection: sqlite3.Connection) -> dict[str, str]:
    secret = people.create_token(connection, people.owner(connection), "t", "owner")
    return {"Authorization": f"Bearer {secret}"}


@pytest.mark.parametrize("way", sorted(WAYS.keys() - {"heading", "cell", "callout"}))
def test_who_may_see_it_sees_it(written: Written, connection: sqlite3.Connection, way: str) -> None:
    notes = {"a": WAYS[way], "middle": "## Inner\n\n![[secret]] and ![[secret#Part]]", "open": "O."}
    client = written(**notes, x__secret=SECRETS)
    assert SECRET in client.get("/notes/a", headers=owner(connection)).text


def test_a_private_note_does_not_hide_a_public_one_of_its_name(written: Written) -> None:
    hidden = PRIVATE.format(word=SECRET) + SECRET
    html = page(written(a="![[same]]", same=hidden, x__same="The public one."))
    assert "The public one." in html
    assert SECRET not in html


# Much ------------------------------------------------------------------------------------------


@pytest.fixture
def counted(settings: Settings) -> Iterator[list[str]]:
    """What the pages of this thread ask the database."""
    traced: list[str] = []
    pages = database.of_this_thread(settings.database)
    pages.set_trace_callback(traced.append)
    yield traced
    pages.set_trace_callback(None)


def test_queries_do_not_grow_with_embeds(written: Written, counted: list[str]) -> None:
    block = (
        "\n\n```analysis\nscript: s\n```\n\n```claim\nid: c\ntext: t [[a]]\ncheck: s.x < 1\n```\n"
    )
    leaves = {f"leaf{n}": f"Leaf {n}.{block}" for n in range(40)}
    twigs = {f"twig{n}": f"Twig {n}. ![[leaf{n}]] ![[leaf{n + 1}]]{block}" for n in range(39)}
    few = "![[twig0]]"
    many = "".join(f"![[twig{n}]]\n\n" for n in range(39)) + few
    client = written(**leaves, **twigs, few=few, many=many)
    asked = {}
    for name in ("few", "many"):
        counted.clear()
        html = client.get(f"/notes/{name}").text
        assert "Leaf 1." in html
        asked[name] = len([each for each in counted if not each.startswith("--")])
    assert "Leaf 39." in html
    assert asked["many"] <= asked["few"] <= 40


def test_ten_thousand_embeds_of_one_note(written: Written) -> None:
    client = written(a="![[b]]\n\n" * 10_000, b=f"Words. {'word ' * 2_000}")
    html = page(client)
    assert html.count("Words.") == embeds.MOST
    assert html.count("Not shown: a page shows") == 1
    assert len(html) < embeds.MOST * 12_000 + 10_000 * 300


def test_embeds_that_multiply(written: Written) -> None:
    notes = {f"n{n}": f"![[n{n + 1}]]\n\n" * 60 + f"Words {n}." for n in range(4)}
    html = whole(page(written(**notes), "n0"))
    assert html.count("<section") < 40_000
    assert html.count("Words 3.") <= embeds.MOST
    assert "Not shown: a page shows" in html


def test_many_sections_of_a_long_note(written: Written) -> None:
    sections = "".join(f"## S{n}\n\nWords {n}.\n\n" for n in range(2_000))
    html = page(written(a="".join(f"![[b#S{n}]]\n\n" for n in range(2_000)), b=sections))
    assert html.count("Words ") == embeds.MOST


def test_embeds_of_many_notes(written: Written) -> None:
    notes = {f"n{n}": f"Words {n}." for n in range(150)}
    html = page(written(a="".join(f"![[n{n}]]\n\n" for n in range(150)), **notes))
    assert embeds.MOST_NOTES - 2 <= html.count("Words ") <= embeds.MOST_NOTES


# Media ------------------------------------------------------------------------------------------


def test_media_are_found_by_name_anywhere(
    written: Written, settings: Settings, connection: sqlite3.Connection
) -> None:
    (settings.notes / "attachments").mkdir()
    (settings.notes / "attachments" / "Plot.png").write_bytes(b"the plot")
    (settings.notes / "attachments" / "other.png").write_bytes(b"other")
    private = PRIVATE.format(word="t") + "![[other.png]]"
    client = written(papers__a="![[plot.png|400]]", papers__b=private)
    source = re.search(r'src="(/media/[^"]*)"', page(client, "papers/a"))
    assert source
    assert data(client, source[1]) == b"the plot"
    for address in ("papers/other.png", "other.png", "attachments/other.png", "papers/gone.png"):
        assert client.get(f"/media/{address}").status_code == 404, address
    (settings.notes / "papers" / "plot.png").write_bytes(b"nearer")
    assert data(client, source[1]) == b"nearer"


def data(client: FlaskClient, address: str) -> bytes:
    with client.get(address) as answer:
        return bytes(answer.data)


def test_the_preview_shows_embeds(written: Written, connection: sqlite3.Connection) -> None:
    client = written(a="![[b]]", b="Words of b.")
    html = client.post(
        "/preview", data={"markdown": "![[b]]", "note": "a"}, headers=owner(connection)
    ).text
    assert "Words of b." in html


def test_a_path_of_headings_leads_to_the_one_below_the_others(written: Written) -> None:
    client = written(
        a="[[b#Second#Proof]] [[b#First#Proof]] [[b#Proof]] [[#Own#End]] [[hidden#A#Proof]]\n\n"
        "## Other\n\n### End\n\n## Own\n\n### End\n",
        b="## First\n\n### Proof\n\n## Second\n\n### Proof\n",
        hidden=PRIVATE.format(word="x") + "## A\n\n### Proof\n",
    )
    found = re.findall(r'<a href="([^"]*)">[^<]* › ', page(client))
    assert found == ["/notes/b#proof-1", "/notes/b#proof", "/notes/b#proof", "#end-1"]
    assert '<a class="unresolved" title="There is no such note">hidden' in page(client)


TWINS = "## H1\n\n### Same\n\none ^b\n\n## H2\n\n### Same\n\ntwo [[#H2#Same]] and [[#H1#Same]]\n"


def test_a_path_of_headings_in_an_embedded_section_asks_the_whole_note(written: Written) -> None:
    client = written(a="![[b#H2]]\n\n![[b#H2#Same]]\n\nHere [[#H2#Same]].\n", b=TWINS)
    whole_note, html = page(client, "b"), page(client)
    assert 'href="#same-1">' in whole_note
    assert 'href="#same">' in whole_note
    assert html.count('href="/notes/b#same">') == 2  # not in the part: leads to its own page
    assert 'href="#embed1-same-1">' in html
    assert 'href="#same-1">' not in html


@pytest.mark.parametrize("number", [1, 30])
def test_paths_of_headings_in_embeds_cost_one_query(
    written: Written, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    embedded = {f"e{at}": "See [[t#H2#Same]]." for at in range(number)}
    client = written(a="\n\n".join(f"![[{name}]]" for name in embedded), t=TWINS, **embedded)
    asked: list[set[int]] = []
    stored = places.stored
    monkeypatch.setattr(places, "stored", lambda uids: asked.append(uids) or stored(uids))
    assert page(client).count('href="/notes/t#same-1">') == number
    assert len([uids for uids in asked if uids]) == 1
