"""One line of JSON on standard error for each request. Never a query, a cookie or a token."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from app import clock

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


WATCHING = ("/healthz", "200")  # who watches over us asks for it again and again


def line(event: str, **facts: Any) -> None:
    """Write one structured line."""
    sys.stderr.write(json.dumps({"time": clock.stamp(), "event": event, **facts}) + "\n")
    sys.stderr.flush()


class Requests:
    """WSGI: log method, path (without its query), status and milliseconds."""

    def __init__(self, application: WSGIApplication) -> None:
        self.application = application

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        began = time.perf_counter()
        status = "500"

        def remember(line: str, headers: Any, error: Any = None) -> Any:
            nonlocal status
            status = line[:3]
            return start(line, headers) if error is None else start(line, headers, error)

        try:
            return self.application(environ, remember)
        finally:
            if (environ.get("PATH_INFO"), status) != WATCHING:
                line(
                    "request",
                    method=environ["REQUEST_METHOD"],
                    path=environ.get("PATH_INFO", "").encode("latin-1").decode("utf-8", "replace"),
                    status=int(status),
                    ms=round((time.perf_counter() - began) * 1000, 2),
                )
