"""Uploads that stall, against the real server: the pages answer, and the threads come back."""

from __future__ import annotations

import re
import socket
import time
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

SOON = 1.5  # seconds, on two busy cores; a stall lasts body_seconds
HALF = "POST {path} HTTP/1.1\r\nHost: localhost\r\n{more}Content-Length: 1000\r\n{kind}\r\nmarkd"
FORM = "Content-Type: application/x-www-form-urlencoded\r\n"

Sockets = list[socket.socket]


@pytest.fixture(scope="module")
def busy(start_server: Callable[..., Any]) -> Any:
    """As shipped, but for the time that a body may take."""
    return start_server("--body-seconds=4", "--run-missing=no")


@pytest.fixture(scope="module")
def token(busy: Any) -> str:
    made = busy.command("token", "create", "--role", "editor", "--name", "stalls")
    return str(made.stdout.strip())


@pytest.fixture
def stall(busy: Any) -> Iterator[Callable[..., socket.socket]]:
    """Send a request whose body never comes."""
    opened: Sockets = []

    def send(path: str, token: str = "") -> socket.socket:
        opened.append(connect(busy))
        more = f"Authorization: Bearer {token}\r\n" if token else ""
        opened[-1].sendall(HALF.format(path=path, more=more, kind=FORM).encode())
        return opened[-1]

    yield send
    for each in opened:
        each.close()


def connect(server: Any) -> socket.socket:
    host = urlsplit(server.base_url)
    return socket.create_connection((host.hostname, host.port), timeout=20)


def seconds(server: Any, path: str = "/") -> float:
    began = time.monotonic()
    with urllib.request.urlopen(server.base_url + path, timeout=20) as answer:
        assert answer.status == 200
        assert answer.read()
    return time.monotonic() - began


def status(connection: socket.socket) -> int:
    """The status that comes; 0 if the connection ends without one."""
    connection.settimeout(20)
    try:
        received = connection.recv(100)
    except ConnectionError:
        return 0
    found = re.match(rb"HTTP/1.1 (\d+)", received)
    return int(found[1]) if found else 0


def at_once(connection: socket.socket) -> int | None:
    """The status that has come by now; None if there is none yet."""
    connection.setblocking(False)
    try:
        return int(connection.recv(100).split()[1])
    except BlockingIOError:
        return None
    except (ConnectionError, IndexError):
        return 0


def test_pages_answer_beside_six_stalled_uploads(
    busy: Any, stall: Callable[..., socket.socket], token: str
) -> None:
    """Three of the public, refused at once, and six that pass the guard and hold a thread."""
    assert seconds(busy) < 10
    refused = [stall("/new") for _ in range(3)]
    _held = [stall("/api/notes" if number % 2 else "/new", token) for number in range(6)]
    time.sleep(0.3)
    slowest = max(seconds(busy, path) for path in ("/", "/search?q=walk", "/claims") * 4)
    assert slowest < SOON
    assert [status(each) for each in refused] == [401] * 3


def test_late_bodies_are_answered_and_their_threads_come_back(
    busy: Any, stall: Callable[..., socket.socket], token: str
) -> None:
    held = [stall("/new", token) for _ in range(6)]
    time.sleep(7)
    assert [at_once(each) for each in held] == [408] * 6


def test_forty_stalled_uploads_pass_and_the_server_recovers(
    busy: Any, stall: Callable[..., socket.socket], token: str
) -> None:
    """More than there are threads: pages wait until the first are answered 408, then go on."""
    held = [stall("/new", token) for _ in range(40)]
    time.sleep(18)
    answered = [at_once(each) for each in held]
    assert set(answered) <= {408, 0}
    assert 408 in answered
    time.sleep(0.5)
    assert max(seconds(busy) for _ in range(8)) < SOON
    assert seconds(busy, "/healthz") < SOON


def test_a_body_whose_connection_breaks_saves_nothing(busy: Any, token: str) -> None:
    before = sorted(busy.notes.rglob("*"))
    with connect(busy) as connection:
        body = "title=Broken&kind=note&markdown=half"
        head = HALF.format(path="/new", more=f"Authorization: Bearer {token}\r\n", kind=FORM)
        connection.sendall(head.replace("markd", body).encode())
    time.sleep(0.5)
    assert sorted(busy.notes.rglob("*")) == before
    assert seconds(busy) < SOON


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("Content-Length: 99999999999\r\n", {413}),
        ("Transfer-Encoding: chunked\r\n", {400}),
        ("Content-Length: -1\r\n", {400, 0}),
        ("Content-Length: 5\r\nContent-Length: 6\r\n", {400, 0}),
        ("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", {400, 0}),
    ],
)
def test_a_body_of_no_good_length_is_refused(
    busy: Any, token: str, more: str, expected: set[int]
) -> None:
    with connect(busy) as connection:
        head = f"POST /new HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
        connection.sendall(f"{head}{FORM}{more}\r\n".encode())
        assert status(connection) in expected


def test_headers_that_do_not_come_are_cut_off(busy: Any) -> None:
    """After ten seconds; until then they hold no thread."""
    opened = [connect(busy) for _ in range(30)]
    for each in opened:
        each.sendall(b"GET / HTTP/1.1\r\nHost: loc")
    assert seconds(busy) < SOON
    began = time.monotonic()
    assert {status(each) for each in opened} <= {0, 408}
    assert time.monotonic() - began < 15
    for each in opened:
        each.close()
