"""What the other browser tests rest on can fail: the watching of a page, and axe."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page

POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'"


class Plain(http.server.BaseHTTPRequestHandler):
    """One page under a policy like ours, with an image that has no text and a script."""

    body = (
        '<!doctype html><html lang="en"><title>Plain</title><main><h1>Plain</h1>'
        '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA="></main>'
    )

    def do_GET(self) -> None:
        content = self.body.encode()
        if "script" in self.path:
            content += b"<script>throw 1</script>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Security-Policy", f"{POLICY}; img-src data:")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def plain() -> Iterator[str]:
    served = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Plain)
    thread = threading.Thread(target=served.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{served.server_port}"
    served.shutdown()
    served.server_close()
    thread.join()


def test_axe_runs_under_a_policy_and_finds_an_image_without_text(
    plain: str, open_page: Callable[..., Page], accessible: Callable[[Page], None]
) -> None:
    page = open_page(base_url=plain)
    page.goto("/")
    with pytest.raises(AssertionError, match="image-alt"):
        accessible(page)


def test_a_script_that_the_policy_refuses_is_a_complaint(
    plain: str, open_page: Callable[..., Page], complaints: list[str]
) -> None:
    page = open_page(base_url=plain)
    page.goto("/script")
    page.wait_for_timeout(100)
    assert "Content Security Policy" in complaints[0]
    complaints.clear()


def test_an_exception_and_a_request_elsewhere_are_complaints(
    plain: str, open_page: Callable[..., Page], complaints: list[str]
) -> None:
    page = open_page(base_url=plain)
    page.goto("/")
    page.evaluate("setTimeout(() => { throw new Error('broken') })")
    page.evaluate("fetch('http://127.0.0.1:9/elsewhere').catch(() => 0)")
    page.wait_for_timeout(200)
    assert any("exception: broken" in complaint for complaint in complaints)
    complaints.clear()
    page.goto(plain.replace("127.0.0.1", "localhost"))
    assert any("another host" in complaint for complaint in complaints)
    complaints.clear()
