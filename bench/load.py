"""Ask one page again and again over some connections that stay open, and count the answers.

    python -m bench.load URL [--connections 16] [--seconds 2] [--header "Name: value"] [--varying]

Prints JSON: answers, seconds, rate, status, and the length and SHA-256 of the first body. An
answer that differs from the first in status or (unless --varying) in length ends it with an
error: what is counted is one thing. Only loopback is asked, for a bounded time.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import selectors
import socket
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from urllib.parse import urlsplit

LOOPBACK = ("127.0.0.1", "localhost", "::1")
LONGEST_SECONDS = 600
CHUNK = 1 << 18


@dataclass(frozen=True)
class Load:
    answers: int
    seconds: float
    rate: float
    status: int
    length: int
    sha256: str


class Connection:
    """One connection that asks the same thing again as soon as the answer is whole."""

    def __init__(self, address: tuple[str, int], request: bytes) -> None:
        self.socket = socket.create_connection(address, timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.request = request
        self.received = b""

    def ask(self) -> None:
        self.received = b""
        self.socket.sendall(self.request)

    def answer(self) -> bytes | None:
        """Read what is there; the whole answer once it has come."""
        part = self.socket.recv(CHUNK)
        if not part:
            raise SystemExit("load: the server closed a connection")
        self.received = self.received + part if self.received else part
        end = self.received.find(b"\r\n\r\n")
        if end < 0 or len(self.received) < end + 4 + length_of(self.received, end):
            return None
        return self.received


def length_of(answer: bytes, end: int) -> int:
    """What Content-Length says; 304 and 204 have no body."""
    if answer[9:12] in (b"304", b"204"):
        return 0
    at = answer[:end].lower().find(b"\r\ncontent-length:")
    if at < 0:
        raise SystemExit("load: an answer without Content-Length")
    return int(answer[at + 17 : answer.index(b"\r\n", at + 17)])


def load(
    url: str, connections: int, seconds: float, headers: list[str], *, varying: bool = False
) -> Load:
    parts = urlsplit(url)
    if parts.hostname not in LOOPBACK:
        raise SystemExit("load: only this machine is asked")
    request = request_of(url, headers)
    first, body = body_of(ask_once(parts.hostname, parts.port or 80, request))
    address = (parts.hostname, parts.port or 80)
    opened = [Connection(address, request) for _ in range(connections)]
    length = None if varying else len(body)
    answers, took = drive(opened, min(seconds, LONGEST_SECONDS), first, length)
    digest = hashlib.sha256(body).hexdigest()
    return Load(answers, took, answers / took, int(first), len(body), digest)


def request_of(url: str, headers: list[str]) -> bytes:
    parts = urlsplit(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    lines = [f"GET {target or '/'} HTTP/1.1", f"Host: {parts.netloc}", *headers]
    return "\r\n".join([*lines, "", ""]).encode()


def ask_once(host: str, port: int, request: bytes) -> bytes:
    connection = Connection((host, port), request)
    connection.ask()
    answer = None
    while answer is None:
        answer = connection.answer()
    connection.socket.close()
    return answer


def body_of(answer: bytes) -> tuple[bytes, bytes]:
    return answer[9:12], answer.partition(b"\r\n\r\n")[2]


def drive(
    opened: list[Connection], seconds: float, status: bytes, length: int | None
) -> tuple[int, float]:
    """Keep every connection asking until the time is over; how many answers, in what time."""
    selector = selectors.DefaultSelector()
    for connection in opened:
        selector.register(connection.socket, selectors.EVENT_READ, connection)
        connection.ask()
    answers, started = 0, time.perf_counter()
    until = started + seconds
    while (now := time.perf_counter()) < until:
        for key, _ in selector.select(timeout=1):
            answer = key.data.answer()
            if answer is not None:
                check(answer, status, length)
                answers += 1
                key.data.ask()
    for connection in opened:
        connection.socket.close()
    selector.close()
    return answers, now - started


def check(answer: bytes, status: bytes, length: int | None) -> None:
    whole = length is None or answer.find(b"\r\n\r\n") + 4 + length == len(answer)
    if answer[9:12] != status or not whole:
        raise SystemExit(f"load: an answer unlike the first: {answer[:200]!r}")


def in_a_process(
    url: str,
    *,
    connections: int = 16,
    seconds: float = 2,
    headers: tuple[str, ...] = (),
    varying: bool = False,
) -> Load:
    """`load` in a process of its own, so that client and server share no interpreter lock."""
    flags = [*(f"--header={header}" for header in headers), *["--varying"] * varying]
    command = [sys.executable, "-m", "bench.load", url, *flags]
    command += [f"--connections={connections}", f"--seconds={seconds}"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return Load(**json.loads(done.stdout))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("url")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--header", action="append", default=[])
    parser.add_argument("--varying", action="store_true")
    options = parser.parse_args()
    done = load(
        options.url,
        options.connections,
        options.seconds,
        options.header,
        varying=options.varying,
    )
    print(json.dumps(asdict(done)))


if __name__ == "__main__":
    main()
