"""A word that stands in every field of hidden notes, and a visitor who goes everywhere for it."""

from __future__ import annotations

import itertools
import re
import sqlite3
from html import unescape
from html.parser import HTMLParser
from urllib.parse import quote, urljoin, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.accounts import people
from app.accounts.permissions import Person
from app.annotations import composing, store
from app.commands.sync import up_to_date
from app.lab import analyses, runs
from app.lab.runs import Output, queue
from app.library import documents
from app.settings import Settings

SECRETS = {"private": "xyzzyprivate", "unlisted": "xyzzyunlisted"}
HIDDEN = """---
title: Title {word}
visibility: {visibility}
kind: journal
date: 2021-02-03
year: 1871
authors: [Author {word}]
tags: [tag-{word}]
venue: Venue {word}
aliases: [that other {visibility} note]
bibtex: "@misc{{{word}}}"
---
# Title {word}

Cooccurring {word}, which mentions [the open note](../open.md) and {word}.

## Heading {word}

```python
code_{word} = 1
```

![{word}](figure-{word}.png)

```analysis
script: script_{word}
params: {{label: {word}}}
```

```analysis
script: shared
params: {{label: {word}}}
```

```claim
id: claim-{word}
text: Cooccurring claim {word}.
check: script_{word}.number < 10
```
"""
OPEN = """---
title: Open
visibility: public
date: 2021-02-03
tags: [open]
authors: [Ada Example]
---
A walk. See [[that other private note]] and [[nothing at all]].

```analysis
script: shared
```

```claim
id: small
text: Small.
check: shared.number < 10
```
"""
ANALYSIS = '"""Of {word}."""\ndef main(label: str = "") -> dict:\n    return {{}}  # {word}\n'
SEARCHES = (
    "cooccurring",
    "cooccur*",
    "walk",
    "label",
    "title",
    "code*",
    "tag:tag",
    "author:author",
    "year:1871",
    "kind:journal",
    "in:code main",
    "in:annotations cooccurring",
    "-walk",
    "*",
)
PARTS_OF_SEARCH = ("more", "typing", "facets", "suggestions")


@pytest.fixture
def hidden(settings: Settings, connection: sqlite3.Connection) -> Flask:
    """The library: one open note, two hidden ones, all that hangs on them, and a broken one."""
    (settings.notes / "open.md").write_text(OPEN)
    (settings.analysis / "shared.py").write_text(ANALYSIS.format(word="sums"))
    for visibility, word in SECRETS.items():
        folder = settings.notes / f"folder-{word}"
        folder.mkdir()
        source = HIDDEN.format(word=word, visibility=visibility)
        (folder / f"note-{word}.md").write_text(source)
        (folder / f"figure-{word}.png").write_bytes(b"\x89PNG " + word.encode())
        (settings.analysis / f"script_{word}.py").write_text(ANALYSIS.format(word=word))
    (settings.notes / f"broken-{SECRETS['private']}.md").write_text("---\ntitle: [\n---\n")
    assert len(up_to_date(settings, connection).failed) == 1
    owner = people.owner(connection)
    compute(settings, connection, owner)
    for path in (note_of("private"), note_of("unlisted")):
        annotate(connection, owner, path, f"Cooccurring {path}", "shared")
    annotate(connection, owner, "open", f"Cooccurring {SECRETS['private']}", "private")
    return create_app(settings)


def note_of(visibility: str) -> str:
    word = SECRETS[visibility]
    return f"folder-{word}/note-{word}"


def compute(settings: Settings, connection: sqlite3.Connection, owner: Person) -> None:
    """A run of the open note, then two for each hidden one."""
    wanted = [
        ("shared", ""),
        *((name, word) for word in SECRETS.values() for name in scripts(word)),
    ]
    for script, word in wanted:
        run, _ = runs.enqueue(settings, connection, script, {"label": word}, owner)
        outputs = (
            Output("number", "value", 7, {}),
            Output(f"words_{word}", "text", f"of {word}", {"txt": f"words_{word}.txt"}),
        )
        folder = runs.folder(settings, run.id)
        folder.mkdir(parents=True)
        (folder / f"words_{word}.txt").write_text(word)
        queue.finish(settings, connection, run.id, "succeeded", outputs=outputs, seconds=1.0)
    analyses.index(settings, connection)


def scripts(word: str) -> tuple[str, str]:
    return f"script_{word}", "shared"


def annotate(
    connection: sqlite3.Connection, owner: Person, path: str, comment: str, visibility: str
) -> None:
    note = documents.get(connection, path)
    assert note
    now = "2021-02-03T00:00:00Z"
    typed = composing.Typed(comment=comment, visibility=visibility)
    composed = composing.compose(path, note.text, owner, now, typed)
    store.create(connection, owner, composed)


class Addresses(HTMLParser):
    """Every address on a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = ("href", "src", "srcset", "action", "hx-get", "hx-post")
        self.found += [value for name, value in attrs if name in names and value]


def seeds(application: Flask) -> list[str]:
    """Every address without a part to fill in, lists with their filters, and searches."""
    plain = [
        rule.rule
        for rule in application.url_map.iter_rules()
        if "GET" in (rule.methods or set()) and not rule.arguments
    ]
    queries = [quote(words) for words in SEARCHES]
    return [
        *plain,
        "/years/1871",
        "/journal/2021-02-03",
        "/notes/open.md",
        "/api/notes/open",
        *(f"/{path}?q={words}" for words in queries for path in ("search", "api/search")),
        *(f"/search/{part}?q={words}" for words in queries for part in PARTS_OF_SEARCH),
        *(f"/search?q={words}&order=date" for words in queries),
        "/related/open",
        *(f"/api/notes?{field}" for field in ("kind=journal", "year=1871", "limit=200")),
        *(f"/notes/open?run=shared:{run}" for run in (1, 3, 5)),
        "/runs/1",
        "/runs/1/cell?note=open&block=shared",
        "/annotations/?page=0",
        "/api/runs/1",
        "/api/runs?limit=200",
        "/api/runs?script=shared",
    ]


NO_ROBOTS = '<meta name="robots" content="noindex, nofollow">'


def crawl(client: FlaskClient, first: list[str]) -> dict[str, str]:
    """Each address that can be reached, with all of its answer: headers and body.

    Of searches only those in `first` are followed further: each can be narrowed down in every
    combination, which robots are asked not to try.
    """
    seen: dict[str, str] = {}
    waiting = list(first)
    while waiting:
        address = waiting.pop()
        if address in seen or address.startswith(("/static/", "/packages/")):
            continue
        answer = client.get(address, headers={"Accept": "text/html, */*;q=0.1"})
        body = answer.get_data().decode("utf-8", "replace")
        answer.close()
        seen[address] = f"{answer.status}\n{answer.headers}\n{body}"
        if answer.mimetype == "text/html" and (address in first or NO_ROBOTS not in body):
            joined = (urljoin(address, found) for found in Addresses(body).found)
            inside = (urlsplit(each) for each in joined if each.startswith("/"))
            waiting += [f"{url.path}{'?' * bool(url.query)}{url.query}" for url in inside]
    return seen


def leaks(pages: dict[str, str]) -> list[str]:
    """Where a secret word shows. A page that was asked for the word may say so: none is here."""
    assert not any(word in address for address in pages for word in SECRETS.values())
    found = []
    for address, answer in pages.items():
        for word in SECRETS.values():
            place = unescape(answer).lower().find(word)
            if place >= 0:
                found.append(f"{address}: …{answer[max(0, place - 80) : place + 40]}…")
    return found


def test_the_public_meets_nothing_of_a_hidden_note_wherever_it_goes(hidden: Flask) -> None:
    pages = crawl(hidden.test_client(), seeds(hidden))
    assert leaks(pages) == []
    statuses = {answer.split(maxsplit=1)[0] for answer in pages.values()}
    assert statuses <= {"200", "303", "400", "401", "404"}
    assert "A walk." in pages["/notes/open"]
    assert "of sums" not in pages["/claims"]
    assert len(pages) > 60


def test_nor_counted(hidden: Flask) -> None:
    public = hidden.test_client()
    assert public.get("/api/notes").get_json()["total"] == 1
    for word in (*SECRETS.values(), "cooccurring", "year:1871", "kind:journal"):
        assert public.get(f"/api/search?q={word}").get_json()["total"] == 0, word
        assert public.get(f"/search?q={word}").text.count('class="snippet"') == 0
    listed = public.get("/api/analyses").get_json()["results"]
    assert [each["name"] for each in listed] == ["shared"]
    assert public.get("/api/runs").get_json()["total"] == 1
    assert len(public.get("/api/claims").get_json()["results"]) == 1


def test_no_part_of_the_search_shows_or_counts_anything_hidden(hidden: Flask) -> None:
    """Snippets, headings, facets, suggestions, related notes, and what is said aloud."""
    public = hidden.test_client()
    for words in SEARCHES:
        for path in ("/search?q=", *(f"/search/{part}?q=" for part in PARTS_OF_SEARCH)):
            for headers in ({}, {"HX-Request": "true"}):
                answer = public.get(f"{path}{quote(words)}", headers=headers).text.lower()
                shown = unescape(answer)
                assert not [word for word in SECRETS.values() if word in shown], (path, words)
    facets = public.get("/search/facets?q=-xylophone", headers={"HX-Request": "true"}).text
    counts = re.findall(r'<bdi>([^<]*)</bdi><span class="count">([^<]*)</span>', facets)
    assert dict(counts) == {
        "Notes": "1", "Code": "1", "Outputs": "1",
        "note": "1", "2021": "1", "open": "1", "Ada Example": "1",  # which finds no output
    }  # fmt: skip
    related = public.get("/related/open")
    assert related.status_code == 200
    assert "No note has enough in common" in related.text


def test_the_owner_meets_all_of_it(hidden: Flask, connection: sqlite3.Connection) -> None:
    """Else the tests above would find nothing because there is nothing."""
    pages = crawl(signed_in(hidden, connection), ["/", "/claims", "/analyses", "/annotations/"])
    everywhere = "\n".join(pages.values())
    for word in SECRETS.values():
        for part in ("Title", "Author", "tag-", "Heading", "code_", "script_", "of", "claim"):
            assert re.search(f"{part} ?{word}", everywhere), (part, word)


def test_pages_that_are_kept_do_not_mix_people(
    hidden: Flask, connection: sqlite3.Connection
) -> None:
    public, owner = hidden.test_client(), signed_in(hidden, connection)
    for address in (*seeds(hidden), *seeds(hidden)):
        for client in (public, owner, public):
            client.get(address)
    assert leaks(crawl(public, seeds(hidden))) == []
    for address in ("/", "/notes/open", "/claims", "/analyses", "/analyses/shared"):
        inside, outside = owner.get(address), public.get(address)
        assert "Signed in as owner" in inside.text
        assert "Signed in as" not in outside.text
        assert "private" in inside.headers["Cache-Control"]
        etag = {"If-None-Match": outside.headers["ETag"]}
        assert owner.get(address, headers=etag).status_code == 200
        assert public.get(address, headers=etag).status_code == 304


def test_a_hidden_thing_answers_as_one_that_is_not_there(hidden: Flask) -> None:
    public, word = hidden.test_client(), SECRETS["private"]
    pairs = (
        (f"/notes/{note_of('private')}", "/notes/none"),
        (f"/notes/{note_of('private')}.md", "/notes/none.md"),
        (f"/notes/broken-{word}", "/notes/none"),
        (f"/api/notes/{note_of('private')}", "/api/notes/none"),
        (f"/media/folder-{word}/figure-{word}.png", "/media/none.png"),
        (f"/analyses/script_{word}", "/analyses/none"),
        (f"/api/analyses/script_{word}", "/api/analyses/none"),
        (f"/tags/tag-{word}", "/tags/none"),
        (f"/folders/folder-{word}", "/folders/none"),
        (f"/authors/{quote('Author ' + word)}", "/authors/none"),
        ("/years/1871", "/years/1870"),
        ("/journal/2021-02-03", "/journal/2021-02-04"),
        ("/runs/2", "/runs/77"),
        ("/runs/2/cell", "/runs/77/cell"),
        ("/api/runs/2", "/api/runs/77"),
        (f"/outputs/2/words_{word}.txt", f"/outputs/77/words_{word}.txt"),
        (f"/edit/{note_of('private')}", "/edit/none"),
        (f"/annotations/form?note={note_of('private')}", "/annotations/form?note=none"),
    )
    for there, not_there in pairs:
        answers = [public.get(address) for address in (there, not_there)]
        assert answers[0].status_code in (401, 404), there
        assert answers[0].text == answers[1].text, there
        assert answers[0].headers == answers[1].headers, there


def test_the_unlisted_is_found_by_its_address_with_what_it_shows(
    hidden: Flask, connection: sqlite3.Connection
) -> None:
    public, word = hidden.test_client(), SECRETS["unlisted"]
    page = public.get(f"/notes/{note_of('unlisted')}")
    assert f"Heading {word}" in page.text
    assert f"of {word}" in page.text
    assert SECRETS["private"] not in page.text
    with public.get(f"/media/folder-{word}/figure-{word}.png") as media:
        assert media.status_code == 200
        assert "private" in media.headers["Cache-Control"]
    run, through = 4, f"?note={quote(note_of('unlisted'), safe='')}"
    assert f'href="/runs/{run}{through}"' in page.text
    for address in (f"/runs/{run}", f"/api/runs/{run}", f"/outputs/{run}/words_{word}.txt"):
        with public.get(address) as without, public.get(address + through) as within:
            assert (without.status_code, within.status_code) == (404, 200), address
    assert public.get(f"/runs/2{through}").status_code == 404
    assert public.get(f"/analyses/script_{word}").status_code == 404
    assert public.get(f"/analyses/script_{word}{through}").status_code == 200


def test_a_hidden_note_or_a_hidden_folder_is_no_media_of_the_note_that_embeds_it(
    hidden: Flask, settings: Settings, connection: sqlite3.Connection
) -> None:
    (settings.notes / ".git").mkdir()
    (settings.notes / ".git" / "config.txt").write_text("secret")
    names = (f"{note_of('private')}.md", ".git/config.txt")
    embedded = "".join(f"![it]({name})\n\n[it]({name})\n\n" for name in names)
    (settings.notes / "embedding.md").write_text(f"---\nvisibility: public\n---\n{embedded}")
    up_to_date(settings, connection)
    for client, name in itertools.product(
        (hidden.test_client(), signed_in(hidden, connection)), names
    ):
        assert client.get(f"/media/{name}").status_code == 404, name


def test_what_becomes_private_is_gone_at_once(
    hidden: Flask, settings: Settings, connection: sqlite3.Connection
) -> None:
    public = hidden.test_client()
    etag = public.get("/notes/open").headers["ETag"]
    assert public.get("/notes/open", headers={"If-None-Match": etag}).status_code == 304
    (settings.notes / "open.md").write_text(OPEN.replace("public", "private"))
    up_to_date(settings, connection)
    for address in ("/notes/open", "/runs/1", "/tags/open"):
        assert public.get(address, headers={"If-None-Match": etag}).status_code == 404, address
    assert "Open" not in public.get("/").text


def test_who_asked_for_a_run_and_what_it_printed_is_for_people_inside(
    hidden: Flask, connection: sqlite3.Connection
) -> None:
    connection.execute("UPDATE run SET log = 'printed words'")
    public, owner = hidden.test_client(), signed_in(hidden, connection)
    for address in ("/runs/1", "/notes/open", "/api/runs/1"):
        shown = public.get(address).text
        assert not re.search(r"by owner|printed words|\"person\": \"\w", shown), address
    assert "by owner" in owner.get("/runs/1").text
    assert "printed words" in owner.get("/runs/1").text


def signed_in(application: Flask, connection: sqlite3.Connection) -> FlaskClient:
    link = people.create_link(connection, people.owner(connection))
    client = application.test_client()
    assert client.post("/sign-in", data={"token": link}).status_code == 303
    return client
