"""Servers to measure: the command of `serve` with one worker, so that the client has a core too."""

from __future__ import annotations

import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from app.commands import serve
from app.settings import Settings, environment, load

READY_SECONDS = 30
GLOSS = "app.web.server:application"


def library(root: Path) -> Settings:
    """Settings of an empty library below `root`."""
    for name in ("notes", "analysis", "data"):
        (root / name).mkdir()
    flags = {name: str(root / name) for name in ("notes", "analysis", "data")}
    return load({**flags, "workers": "1", "port": "0", "open_browser": "no"}, {})


@contextmanager
def serving(
    settings: Settings, application: str = GLOSS, *, path: str = "/healthz", **variables: str
) -> Iterator[str]:
    """The address of a running server; `application` runs under the same command as Gloss."""
    settings = replace(settings, port=serve.free_port(replace(settings, port=0)))
    command = [*serve.children(settings)[0].command[:-1], application]
    process = subprocess.Popen(
        command,
        env={**os.environ, **environment(settings), **variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait(f"{settings.address}{path}", process)
        yield settings.address
    finally:
        process.terminate()
        process.wait(20)


def wait(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            get(url)
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit(f"bench: no server at {url}")


def get(url: str, **headers: str) -> tuple[bytes, dict[str, str]]:
    """The body of a page, and its headers by their names in small letters."""
    request = urllib.request.Request(url, headers=headers)
    with urllib.request.urlopen(request, timeout=READY_SECONDS) as answer:
        return answer.read(), {name.lower(): value for name, value in answer.headers.items()}
