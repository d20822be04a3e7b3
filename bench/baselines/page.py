"""A minimal page: Flask, one query, one Jinja template. No cache, no session, no headers.

`make(folder, page)` takes a page of Gloss apart: its article goes into SQLite, the rest into a
template, so that `GET /note` answers the same bytes. `GLOSS_BENCH_PAGE` names the folder.
"""

from __future__ import annotations

import os
import re
import sqlite3
import threading
from pathlib import Path

from flask import Flask, render_template
from markupsafe import Markup

from app.web.rsgi import Server

FOLDER = "GLOSS_BENCH_PAGE"
PARTS = re.compile(
    r"(?P<head>.*?<title>)(?P<title>.*?)(?P<middle></title>.*?<main[^>]*>)"
    r"(?P<html>.*)(?P<foot></main>.*)",
    re.DOTALL,
)


def make(folder: Path, page: str) -> None:
    found = PARTS.fullmatch(page)
    assert found, "the page has no title or no main"
    (folder / "templates").mkdir(parents=True)
    head, middle, foot = (raw(found[name]) for name in ("head", "middle", "foot"))
    template = f"{head}{{{{ note.title }}}}{middle}{{{{ note.html }}}}{foot}"
    (folder / "templates" / "note.html").write_text(template, encoding="utf-8", newline="")
    with sqlite3.connect(folder / "notes.db") as connection:
        connection.execute("CREATE TABLE note (path TEXT PRIMARY KEY, title TEXT, html TEXT)")
        connection.execute(
            "INSERT INTO note VALUES ('note', ?, ?)", [found["title"], found["html"]]
        )
    connection.close()


def raw(text: str) -> str:
    """Text that Jinja leaves as it is; it drops one newline after a tag, so no tag ends a line."""
    return f"{{% raw %}}{text}{{% endraw %}}"


def create_app(folder: Path) -> Flask:
    app = Flask(__name__, template_folder=str(folder / "templates"))
    app.jinja_env.keep_trailing_newline = True
    local = threading.local()

    @app.get("/<path>")
    def note(path: str) -> str:
        if not hasattr(local, "connection"):
            local.connection = sqlite3.connect(folder / "notes.db")
        query = "SELECT title, html FROM note WHERE path = ?"
        title, html = local.connection.execute(query, [path]).fetchone()
        return render_template("note.html", note={"title": Markup(title), "html": Markup(html)})

    return app


if FOLDER in os.environ:
    application = Server(
        create_app(Path(os.environ[FOLDER])), lambda _: True, threads=12, seconds=20
    )
