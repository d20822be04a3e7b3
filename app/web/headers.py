"""The headers of every answer: what the page may load, and who may keep it."""

from __future__ import annotations

from flask import Flask, Response

# KaTeX places with style attributes, so those are allowed; style elements and inline scripts not.
CONTENT = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src-elem 'self'",
        "style-src-attr 'unsafe-inline'",
        "img-src 'self' https:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
# A figure or a file of a note opened by itself: nothing in it runs.
FILE = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Security-Policy": CONTENT,
    "Cache-Control": "private, no-cache",
}


def install(app: Flask) -> None:
    app.after_request(complete)


def complete(response: Response) -> Response:
    """Add each header that the view has not set itself; a kept page has them all."""
    if "X-Content-Type-Options" not in response.headers:
        known = {name.lower() for name, _ in response.headers}
        missing = [each for each in ALWAYS.items() if each[0].lower() not in known]
        response.headers.extend(missing)  # to set each would look through all of them
    return response


def as_file(response: Response) -> Response:
    """Mark an answer as a file of somebody's: shown, but nothing in it runs."""
    response.headers["Content-Security-Policy"] = FILE
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
