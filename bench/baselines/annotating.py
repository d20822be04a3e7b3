"""The least that keeps an annotation: JSON in, one row in a log that is on the disk, 201.

No model, no search, no place in the note. `application` does that behind what every request passes
here (the server, host, token, limits, headers and log); `alone` is a Flask of its own, without a
token and all that. `GLOSS_BENCH_ANNOTATING` names the database.
"""

from __future__ import annotations

import json
import os
import secrets
import threading
from collections.abc import Callable
from pathlib import Path

from flask import Flask, Response, request

from app import create_app
from app.accounts.permissions import Action
from app.settings import load
from app.web import access
from app.web.rsgi import Server
from bench.baselines.saving import connect

FILE = "GLOSS_BENCH_ANNOTATING"
PATH = "/bare/"
TABLE = """CREATE TABLE IF NOT EXISTS annotation
    (id TEXT PRIMARY KEY, created TEXT NOT NULL, stored TEXT NOT NULL)"""
ROW = "INSERT INTO annotation VALUES (?, strftime('%Y-%m-%dT%H:%M:%SZ'), ?)"


def behind_the_guard(path: Path) -> Flask:
    app = create_app()
    app.post(PATH)(access.needs(Action.ANNOTATE)(keeping(path)))
    return app


def by_itself(path: Path) -> Flask:
    app = Flask(__name__)
    app.get("/healthz")(lambda: "ok")
    app.post(PATH)(keeping(path))
    return app


def keeping(path: Path) -> Callable[[], Response]:
    local = threading.local()

    def create() -> Response:
        if not hasattr(local, "connection"):
            local.connection = connect(path)
            local.connection.execute("PRAGMA wal_autocheckpoint = 4000")  # as ours
        sent = json.loads(request.get_data(cache=False))
        name = secrets.token_hex(8)
        stored = json.dumps(sent, ensure_ascii=False, separators=(",", ":"))
        local.connection.execute(ROW, [name, stored])
        address = f"{request.host_url}annotations/{name}"
        answer = json.dumps({**sent, "id": address}, ensure_ascii=False)
        made = Response(answer, status=201, content_type="application/ld+json")
        made.headers["Location"] = address
        return made

    return create


if FILE in os.environ:
    place = Path(os.environ[FILE])
    connection = connect(place)
    connection.execute(TABLE)
    connection.close()
    settings = load()
    limits = {"threads": settings.threads, "seconds": settings.body_seconds}
    application = Server(behind_the_guard(place), lambda _: False, **limits)
    alone = Server(by_itself(place), lambda _: False, **limits)
