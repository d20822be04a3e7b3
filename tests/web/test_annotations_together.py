"""Eight people annotate at once, over HTTP, against a real server with two processes."""

from __future__ import annotations

import http.client
import json
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from app import database
from app.accounts import people
from app.annotations.model import CONTEXT
from app.library.syncing.sync import sync
from bench.servers import get, library, serving

PEOPLE = 8
EACH = 25
LDJ = "application/ld+json"


class Writer(threading.Thread):
    """One person: writes, changes every fifth and deletes every tenth of what they wrote."""

    def __init__(self, address: str, token: str, name: str) -> None:
        super().__init__(name=name)
        self.connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
        self.headers = {"Content-Type": LDJ, "Authorization": f"Bearer {token}"}
        self.there: dict[str, str] = {}
        self.wrong: list[Any] = []

    def run(self) -> None:
        try:
            for number in range(EACH):
                self.write(number)
        except Exception as error:
            self.wrong.append(error)
        finally:
            self.connection.close()

    def write(self, number: int) -> None:
        words = f"{self.name} says {number}"
        made = self.ask("POST", "/annotations/", words, expected=201)
        path = urlsplit(made["id"]).path
        self.there[path] = words
        if number % 5 == 0:
            self.there[path] = f"{words}, or not"
            self.ask("PUT", path, self.there[path], expected=200)
        if number % 10 == 9:
            self.ask("DELETE", path, "", expected=204)
            del self.there[path]

    def ask(self, method: str, path: str, words: str, expected: int) -> Any:
        sent = {"@context": CONTEXT, "type": "Annotation", "target": "/notes/walk"}
        body = json.dumps({**sent, "bodyValue": words}) if words else None
        self.connection.request(method, path, body, self.headers)
        response = self.connection.getresponse()
        text = response.read()
        if response.status != expected:
            self.wrong.append((method, path, response.status, text[:500]))
        return json.loads(text) if text else None


def test_eight_people_at_once_lose_nothing_and_nobody_is_locked_out(tmp_path: Path) -> None:
    settings = replace(library(tmp_path), workers=2)
    source = "---\nvisibility: public\n---\nA walk of N steps goes far.\n"
    (settings.notes / "walk.md").write_text(source)
    with database.opened(settings.database) as connection:
        sync(settings, connection)
        tokens = {}
        for number in range(PEOPLE):
            person = people.create(connection, f"person {number}", "annotator")
            tokens[person.name] = people.create_token(connection, person, "test", "annotator")
    with serving(settings) as address:
        writers = [Writer(address, token, name) for name, token in tokens.items()]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        kept = everything(address)
    assert [wrong for writer in writers for wrong in writer.wrong] == []
    assert len(kept) == PEOPLE * (EACH - EACH // 10)
    assert kept == {path: words for writer in writers for path, words in writer.there.items()}


def everything(address: str) -> dict[str, str]:
    """All annotations as the pages of the container list them, each once."""
    found: list[tuple[str, str]] = []
    page: str | None = f"{address}/annotations/?page=0"
    while page:
        answer = json.loads(get(page)[0])
        found += [(urlsplit(item["id"]).path, item["bodyValue"]) for item in answer["items"]]
        page = answer.get("next")
    assert len(dict(found)) == len(found)
    return dict(found)
