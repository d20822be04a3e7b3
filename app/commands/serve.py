"""Index the notes and serve them to the browser, until Ctrl-C.

Prints a link that signs you in, once, as the owner. Three processes work under this one: the
web server, the runner of the analyses, and the watcher of the files. Each is started again if
it ends.

  python -m app serve --notes ~/vault --read-only     writes nothing into a vault that you have

Every setting below may also stand in the environment, as GLOSS_PORT=9000 for --port 9000.
"""

from __future__ import annotations

import argparse
import dataclasses
import fcntl
import os
import socket
import sqlite3
import sys
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app import database
from app.accounts import people
from app.commands.sync import summary, up_to_date
from app.errors import BadSetting, Conflict, NotFound, Unavailable
from app.lab import runs
from app.lab.shown import spoken
from app.lab.sweeps import outdated
from app.library import report, report_words
from app.markup import references
from app.settings import PACKAGES, Settings
from app.supervisor import Child, supervise

HEADER_MILLISECONDS = 10_000


def arguments(parser: argparse.ArgumentParser) -> None:
    for row in dataclasses.fields(Settings):
        if row.type != "Path":
            flag = f"--{row.name.replace('_', '-')}"
            shown = f" (default: {row.default})" if row.default != "" else ""
            said: dict[str, Any] = {"nargs": "?", "const": "yes"} if row.type == "bool" else {}
            parser.add_argument(flag, metavar="X", help=row.metadata["help"] + shown, **said)


def run(settings: Settings, options: argparse.Namespace) -> int:
    settings = dataclasses.replace(settings, port=free_port(settings))
    check_folders(settings)
    references.style(settings.citation_style)
    with alone(settings):
        index(settings)
        try:
            return supervise(children(settings), settings, on_ready=greet)
        finally:
            settings.served_at.unlink(missing_ok=True)


def index(settings: Settings) -> None:
    with database.opened(settings.database) as connection:
        print(f"Indexing {shown(settings.notes)} …", flush=True)
        first = connection.execute("SELECT 1 FROM note").fetchone() is None
        done = up_to_date(settings, connection)
        print(welcome(connection) if first else summary(done), flush=True)
        if settings.run_missing:
            enqueue_missing(settings, connection)


def welcome(connection: sqlite3.Connection) -> str:
    """What was understood, the first time that a folder is served."""
    lines = report_words.short(report.take(connection))
    more = ["All of it is at /report, for those who write."] if len(lines) > 1 else []
    return "\n".join([*lines, *more])


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """Refuse a second server on the same data; the kernel frees the lock when this one ends."""
    with database.opened(settings.database), open(settings.data / "serve.lock", "ab") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            where = settings.served_at.read_text() if settings.served_at.exists() else "here"
            raise Conflict(
                f"This library is served already, at {where}.",
                hint="Use that server, end it, or choose another folder with --data.",
            ) from None
        yield


def check_folders(settings: Settings) -> None:
    """A vault has no analyses: that their folder is missing matters only if it was named."""
    usual = settings.analysis == Settings.analysis.absolute()
    for name in ("notes",) if usual else ("notes", "analysis"):
        folder: Path = getattr(settings, name)
        if not folder.is_dir():
            raise NotFound(
                f"There is no folder {shown(folder)}.",
                hint=f"Make it, or name another with --{name} DIR.",
            )
    if not (PACKAGES / "katex").is_dir():
        raise Unavailable("The front-end packages are not installed.", hint="Run: make setup.")


def shown(folder: Path) -> str:
    """A folder as the person named it: relative where it lies below here."""
    return os.path.relpath(folder) if folder.is_relative_to(Path.cwd()) else str(folder)


def free_port(settings: Settings) -> int:
    """The port, if it can be had; any free one for 0."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except PermissionError:
            raise BadSetting(
                f"Port {settings.port} needs more rights than you have.",
                hint="Choose one above 1023: --port 8000.",
            ) from None
        except OverflowError:
            raise BadSetting(f"Port {settings.port} is none: 0 to 65535.", field="port") from None
        except OSError as error:
            raise Conflict(
                f"Cannot listen on {settings.host}:{settings.port}: {error.strerror or error}.",
                hint=f"If it is taken, choose another: --port {settings.port % 65_000 + 1}.",
            ) from None
        return int(probe.getsockname()[1])


def enqueue_missing(settings: Settings, connection: sqlite3.Connection) -> None:
    """Blocks that have never run are queued, so that a new library fills itself."""
    owner = people.owner(connection)
    for script, params in spoken.missing(settings, connection):
        runs.enqueue(settings, connection, script, params, owner)
    outdated.begin(settings, connection, owner)


def children(settings: Settings) -> list[Child]:
    python = sys.executable
    web = [
        *(python, "-m", "granian", "--interface", "rsgi", "--no-ws", "--log-level", "error"),
        *("--host", settings.host, "--port", str(settings.port)),
        *("--workers", str(settings.workers)),
        *("--http1-header-read-timeout", str(HEADER_MILLISECONDS)),
        *("--respawn-failed-workers", "--respawn-interval", "0.5", "--workers-kill-timeout", "3"),
        "app.web.server:application",
    ]
    return [
        Child("web", web),
        Child("runner", [python, "-m", "app.lab.runner"]),
        Child("watcher", [python, "-m", "app.commands.watch"]),
    ]


def greet(settings: Settings) -> None:
    """Once the server answers: say where it is, and let the owner in."""
    with database.opened(settings.database) as connection:
        owner = people.owner(connection)
        links = [people.create_link(connection, owner) for _ in range(2)]
    settings.served_at.write_text(settings.address)
    address = f"{settings.address}/sign-in?token="
    print(f"Gloss is at {settings.address}/ (Ctrl-C ends it)")
    if settings.host in ("0.0.0.0", "::") and not settings.base_url + settings.trusted_hosts:  # noqa: S104 - compared, not bound
        print("Others reach it only by a name that --base-url or --trusted-hosts gives it.")
    print(f"Sign in: {address}{links[0]}", flush=True)
    if settings.open_browser and has_browser():
        webbrowser.open(address + links[1])


def has_browser() -> bool:
    """Whether a window could open: a terminal in front, and a display (a text browser is none)."""
    display = sys.platform == "darwin" or "DISPLAY" in os.environ or "WAYLAND_DISPLAY" in os.environ
    return display and sys.stdout.isatty()
