"""A real server and a real browser.

Every page that a test opens is watched: an error in the console, an exception in a script, a
violation of the Content-Security-Policy or a request to another host fails the test, unless the
test looks at `complaints` itself and clears it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Error,
    Page,
    Request,
    expect,
    sync_playwright,
)

PROJECT = Path(__file__).resolve().parents[2]
AXE = PROJECT / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
READY_SECONDS = 60
PAGE_MILLISECONDS = 20_000  # two cores, several browsers
expect.set_options(timeout=PAGE_MILLISECONDS)

OpenPage = Callable[..., Page]


@dataclass(frozen=True)
class Server:
    """`python -m app serve` with a library of its own."""

    process: subprocess.Popen[str]
    base_url: str
    sign_in: str  # works once: use the fixture `signed_in`
    notes: Path
    analysis: Path
    data: Path
    log: Path

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """`python -m app …` on the same library, beside the running server."""
        return subprocess.run(
            [sys.executable, "-m", "app", *words, *folders(self.notes.parent)],
            cwd=PROJECT,
            env=clean_environment(),
            capture_output=True,
            text=True,
            timeout=READY_SECONDS,
            check=False,
        )


def folders(library: Path) -> list[str]:
    return [f"--{name}={library / name}" for name in ("notes", "analysis", "data")]


def clean_environment() -> dict[str, str]:
    """Ours without GLOSS_*: a developer's settings decide no test."""
    return {name: value for name, value in os.environ.items() if not name.startswith("GLOSS_")}


@pytest.fixture(scope="session")
def start_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Server]]:
    """Start a server on a free port with its own copy of notes/ and analysis/, plus any flags."""
    started: list[Server] = []

    def start(*flags: str) -> Server:
        library = tmp_path_factory.mktemp("library")
        for name in ("notes", "analysis"):
            shutil.copytree(
                PROJECT / name, library / name, ignore=shutil.ignore_patterns("__pycache__")
            )
        started.append(serve(library, flags))
        return started[-1]

    yield start
    for server in started:
        end(server)


@pytest.fixture(scope="session")
def server(start_server: Callable[..., Server]) -> Server:
    """The server that most tests share; what they write in it, they write under their own names."""
    return start_server()


def serve(library: Path, flags: tuple[str, ...]) -> Server:
    log = library / "server.log"
    own = ["--port=0", "--open-browser=no", *folders(library)]
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "app", "serve", *own, *flags],
            cwd=PROJECT,
            env=clean_environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
    sign_in = wait_for_link(process, log)
    base_url = sign_in.split("/sign-in")[0]
    with urllib.request.urlopen(f"{base_url}/healthz", timeout=READY_SECONDS) as answer:
        assert answer.status == 200
    return Server(
        process, base_url, sign_in, library / "notes", library / "analysis", library / "data", log
    )


def wait_for_link(process: subprocess.Popen[str], log: Path) -> str:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until and process.poll() is None:
        found = re.search(r"^Sign in: (\S+)", log.read_text(), re.MULTILINE)
        if found:
            return found[1]
        time.sleep(0.05)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    pytest.fail(f"the server did not start:\n{log.read_text()}", pytrace=False)


def end(server: Server) -> None:
    server.process.terminate()
    try:
        server.process.wait(15)
    except subprocess.TimeoutExpired:
        os.killpg(server.process.pid, signal.SIGKILL)
        server.process.wait()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, headless. Where there is none the tests fail: they never skip."""
    search = [sys.executable, str(PROJECT / ".ci" / "browser.py")]
    found = subprocess.run(search, capture_output=True, text=True, check=False)
    if found.returncode:
        pytest.fail(found.stderr.strip(), pytrace=False)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found.stdout.strip(), args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complained of. A test that provokes something asserts it and clears it."""
    return []


@pytest.fixture
def open_page(
    browser: Browser, complaints: list[str], request: pytest.FixtureRequest
) -> Iterator[OpenPage]:
    """Open a watched page in a context of its own; takes the options of Browser.new_context."""
    contexts = []

    def open_one(**options: Any) -> Page:
        if "base_url" not in options:
            options["base_url"] = request.getfixturevalue("server").base_url
        contexts.append(browser.new_context(**options))
        page = contexts[-1].new_page()
        page.set_default_timeout(PAGE_MILLISECONDS)
        watch(page, options["base_url"], complaints)
        for name in ("goto", "reload"):
            setattr(page, name, in_the_end(getattr(page, name)))
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert complaints == []


# What is said of a way to a page where the one before loads itself again, as news of a run has it.
OVERTAKEN = ("net::ERR_ABORTED", "Not attached to an active page")


def in_the_end(go: Callable[..., Any]) -> Callable[..., Any]:
    """Go there, once more where the page that is left was just loading itself again."""

    def going(*args: Any, **options: Any) -> Any:
        for _ in range(2):
            try:
                return go(*args, **options)
            except Error as error:
                if not any(words in str(error) for words in OVERTAKEN):
                    raise
        return go(*args, **options)

    return going


# What htmx says of a request that was under way when the page was left.
BROKEN_OFF = ("htmx:sendAbort", "htmx:afterRequest")


def watch(page: Page, base_url: str, complaints: list[str]) -> None:
    def on_console(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(BROKEN_OFF):
            complaints.append(f"console: {message.text} ({message.location.get('url', '')})")

    def on_request(request: Request) -> None:
        if not request.url.startswith((base_url, "data:", "blob:", "about:")):
            complaints.append(f"request to another host: {request.url}")

    page.on("console", on_console)
    page.on("request", on_request)
    page.on("pageerror", lambda error: complaints.append(f"exception: {error}"))


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """A page of somebody who is not signed in."""
    return open_page()


@pytest.fixture(scope="session")
def owner_state(browser: Browser, server: Server) -> Any:
    """The cookies of the owner. The printed link works once, so it is used once."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(server.sign_in)
    page.locator("main form button, main form [type=submit]").first.click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
    state = context.storage_state()
    context.close()
    assert state.get("cookies"), "signing in gave no cookie"
    return state


@pytest.fixture
def signed_in(open_page: OpenPage, owner_state: Any) -> Page:
    """A page of the owner."""
    return open_page(storage_state=owner_state)


@pytest.fixture
def accessible() -> Callable[[Page], None]:
    """Assert that axe-core finds nothing serious or critical on a page.

    The script comes in by the debugger, which the page's own policy does not concern.
    """
    return assert_accessible


def assert_accessible(page: Page) -> None:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    grave = [rule for rule in found if rule["impact"] in {"serious", "critical"}]
    told = [f"{rule['id']}: {rule['help']}\n{places(rule)}" for rule in grave]
    assert not told, "\n".join([page.url, *told])


def places(rule: dict[str, Any]) -> str:
    return "\n".join(f"  {json.dumps(node['target'])} {node['html']}" for node in rule["nodes"])
