"""The least that keeps an annotation: Flask, JSON in, one row in a log that is on the disk, 201.

No token, no model, no search, no place in the note. `GLOSS_BENCH_ANNOTATING` names the database.
"""

from __future__ import annotations

import json
import os
import secrets
import threading
from pathlib import Path

from flask import Flask, Response, request

from app.web.rsgi import Server
from bench.baselines.saving import connect

FILE = "GLOSS_BENCH_ANNOTATING"
TABLE = """CREATE TABLE IF NOT EXISTS annotation
    (id TEXT PRIMARY KEY, created TEXT NOT NULL, stored TEXT NOT NULL)"""
ROW = "INSERT INTO annotation VALUES (?, strftime('%Y-%m-%dT%H:%M:%SZ'), ?)"


def create_app(path: Path) -> Flask:
    app = Flask(__name__)
    local = threading.local()

    @app.get("/healthz")
    def healthz() -> str:
        return "ok"

    @app.post("/annotations/")
    def create() -> Response:
        if not hasattr(local, "connection"):
            local.connection = connect(path)
        sent = json.loads(request.get_data(cache=False))
        name = secrets.token_hex(8)
        stored = json.dumps(sent, ensure_ascii=False, separators=(",", ":"))
        local.connection.execute(ROW, [name, stored])
        address = f"{request.host_url}annotations/{name}"
        answer = json.dumps({**sent, "id": address}, ensure_ascii=False)
        made = Response(answer, status=201, content_type="application/ld+json")
        made.headers["Location"] = address
        return made

    return app


if FILE in os.environ:
    place = Path(os.environ[FILE])
    connection = connect(place)
    connection.execute(TABLE)
    connection.close()
    application = Server(create_app(place), lambda _: False, threads=4, seconds=10)
