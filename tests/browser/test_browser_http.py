"""What the real server makes of requests, byte for byte: addresses, headers, files, conditions."""

from __future__ import annotations

import http.client
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

NOTE = "---\ntitle: Café\nvisibility: public\n---\nÀ la carte. ![p](big.bin)\n"


@pytest.fixture(scope="module", autouse=True)
def shelf(server: Any) -> None:
    (server.notes / "café" / "à la carte").mkdir(parents=True)
    (server.notes / "café" / "à la carte" / "100% #1?.md").write_text(NOTE)
    (server.notes / "café" / "à la carte" / "big.bin").write_bytes(bytes(range(256)) * 20_000)
    assert server.command("sync").returncode == 0


def ask(server: Any, path: str, method: str = "GET", **headers: str) -> tuple[int, Any, bytes]:
    host = urlsplit(server.base_url)
    connection = http.client.HTTPConnection(host.hostname or "", host.port, timeout=20)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, headers=sent)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, answer.headers, body


def test_an_address_with_accents_spaces_and_signs(server: Any) -> None:
    path = f"/notes/{quote('café/à la carte/100% #1?')}"
    status, _, body = ask(server, path)
    assert status == 200
    assert "<h1>Café</h1>" in body.decode()
    assert ask(server, f"{path}.md")[2].decode() == NOTE


@pytest.mark.parametrize(
    "path",
    [
        *("/notes/%ff", "/notes/%00", "/notes/a%00b", "/notes/%F0%9F%98", "/notes/" + "a" * 5000),
        *("/%2e%2e/%2e%2e/etc/passwd", "//etc/passwd", "/media/..%2f..%2fgloss.db"),
        "/outputs/1/..%2f..%2fgloss.db",
    ],
)
def test_an_odd_address_is_not_found_and_nothing_breaks(server: Any, path: str) -> None:
    status, _, body = ask(server, path)
    assert status in (400, 404)
    assert b"Traceback" not in body


def test_a_large_file_arrives_whole_and_in_ranges(server: Any) -> None:
    path = f"/media/{quote('café/à la carte/big.bin')}"
    whole = (server.notes / "café" / "à la carte" / "big.bin").read_bytes()
    status, headers, body = ask(server, path)
    assert (status, body == whole, headers["Content-Length"]) == (200, True, str(len(whole)))
    status, headers, body = ask(server, path, Range="bytes=1000-1003")
    assert (status, body) == (206, whole[1000:1004])
    status, headers, body = ask(server, path, "HEAD")
    assert (status, body, headers["Content-Length"]) == (200, b"", str(len(whole)))


def test_head_and_conditions(server: Any) -> None:
    _, headers, body = ask(server, "/")
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    status, head, nothing = ask(server, "/", "HEAD")
    assert (status, nothing, head["Content-Length"]) == (200, b"", str(len(body)))
    assert ask(server, "/", If_None_Match=headers["ETag"])[::2] == (304, b"")


def test_headers_that_nobody_sends(server: Any) -> None:
    assert ask(server, "/", Cookie="gloss_session=nonsense; a=b; =")[0] == 200
    assert ask(server, "/", Authorization="Bearer \xe4")[0] in (200, 401)  # dropped on the way
    assert ask(server, "/", X_Odd="\xff\xfe")[0] == 200
    assert ask(server, "/", Host="evil.example")[0] == 400


def test_methods(server: Any) -> None:
    assert ask(server, "/", "OPTIONS")[0] == 200
    status, headers, _ = ask(server, "/", "PUT")
    assert (status, "GET" in headers["Allow"]) == (405, True)
    assert ask(server, "/", "BREW")[0] == 405
