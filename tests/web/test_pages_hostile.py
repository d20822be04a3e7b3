"""What hostile notes, names and analyses hold is shown as text, and nothing of it runs."""

from __future__ import annotations

import sqlite3
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from app import create_app
from app.accounts import people
from app.commands.sync import up_to_date
from app.lab import runs
from app.lab.runs import Output, queue
from app.settings import Settings

EVIL = "\"'><script>evil()</script><img src=x onerror=evil()><b evil=1>"
NAMES = ("quote\"'s", "<script>evil()<", "new\nline", "Ünï ☃", "a&b=c;d", "percent%2e", "x" * 200)
NOTE = """---
title: {evil}
visibility: public
date: 2024-01-01
tags: [{evil}]
authors: [{evil}]
venue: {evil}
---
# {text}

{text} [x](javascript:evil()) <a href="javascript:evil()" onclick="evil()" hx-get="/x">x</a>
<form action="/evil"><input name=evil></form> ![{text}](figure.svg)

![A figure](figure.svg)

```analysis
script: hostile
as: b
```

```claim
id: c
text: '{text}'
check: b.number < 10
```
"""


class Elements(HTMLParser):
    """Every element and attribute that is not of ours."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name.startswith("on") or name == "evil" or (value == "x" and name == "src"):
                self.wrong.append(f"{tag} {name}={value}")
            if name in ("href", "src", "action") and "javascript:" in (value or "").lower():
                self.wrong.append(f"{tag} {name}={value}")
            if value == "/evil" or (name == "name" and value == "evil"):
                self.wrong.append(f"{tag} {name}={value}")
        if tag == "script" and "src" not in dict(attrs):
            self.wrong.append("script")


@pytest.fixture
def hostile(settings: Settings, connection: sqlite3.Connection) -> FlaskClient:
    """A client of the owner, who is named evilly too."""
    yaml = "'" + EVIL.replace("'", "''") + "'"
    for name in NAMES:
        (settings.notes / f"{name}.md").write_text(NOTE.format(evil=yaml, text=EVIL))
    (settings.notes / "figure.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (settings.notes / f"broken {EVIL.replace('/', '')}.md").write_text("---\na: [\n---\n")
    (settings.analysis / "hostile.py").write_text(
        f'"""{EVIL}\n\n{EVIL}\n"""\nfrom typing import Annotated\n'
        f"def main(x: Annotated[str, {EVIL!r}] = {EVIL!r}) -> dict:\n    return {{}}\n"
    )
    up_to_date(settings, connection)
    owner = people.create(connection, EVIL, "owner")
    run, _ = runs.enqueue(settings, connection, "hostile", {}, owner)
    outputs = [
        Output("number", "value", 7, {}),
        Output(EVIL, "text", EVIL, {}),
        Output(f"t{EVIL}", "table", {"columns": [EVIL], "rows": [[EVIL]], "total": 1}, {}),
        Output(f"f{EVIL}", "figure", {"alt": EVIL}, {"svg": "f.svg"}),
    ]
    runs.folder(settings, run.id).mkdir(parents=True)
    (runs.folder(settings, run.id) / "f.svg").write_text("<svg/>")
    queue.finish(settings, connection, run.id, "succeeded", outputs=outputs, seconds=1.0)
    client = create_app(settings).test_client()
    session = people.sign_in(connection, people.create_link(connection, owner), 1)
    client.set_cookie("gloss_session", session or "")
    return client


def test_nothing_hostile_becomes_an_element(
    hostile: FlaskClient, connection: sqlite3.Connection
) -> None:
    evil = quote(EVIL, safe="")
    paths = [quote(row[0]) for row in connection.execute("SELECT path FROM document")]
    assert len(paths) >= len(NAMES) - 2
    addresses = [
        *("/", f"/tags/{evil}", f"/authors/{evil}", f"/search?q={evil}", "/search?q=evil"),
        *("/analyses", "/analyses/hostile", "/runs/1", "/claims", "/problems", f"/{evil}"),
        *(f"/new?title={evil}&tags={evil}&markdown={evil}&id={evil}", "/runs/1/cell"),
        *(f"/{room}/{path}" for room in ("notes", "edit") for path in paths),
    ]
    for address in addresses:
        answer = hostile.get(address)
        assert answer.status_code in (200, 404), address
        assert Elements(answer.text).wrong == [], address
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "evil()" in hostile.get("/").text


def test_files_are_shown_so_that_nothing_in_them_runs(hostile: FlaskClient) -> None:
    for address in ("/media/figure.svg", "/outputs/1/f.svg"):
        with hostile.get(address) as answer:
            assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml"), address
            policy = answer.headers["Content-Security-Policy"]
            assert "sandbox" in policy
            assert "script-src" not in policy
            assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_no_address_leads_out_of_the_notes(
    hostile: FlaskClient, settings: Settings, connection: sqlite3.Connection, tmp_path: Path
) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    (settings.notes / "link.txt").symlink_to(tmp_path / "secret.txt")
    (settings.notes / "using.md").write_text("![x](link.txt) ![x](../secret.txt)\n")
    up_to_date(settings, connection)
    for path in ("link.txt", "..%2fsecret.txt", "../secret.txt", "%2fetc%2fpasswd", "a%00b.txt"):
        assert hostile.get(f"/media/{path}").status_code == 404, path
        assert hostile.get(f"/outputs/1/{path}").status_code == 404, path
