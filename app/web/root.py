"""The address of the library, as its readers know it; without a slash at the end."""

from __future__ import annotations

from flask import request

from app.web import access


def root() -> str:
    return (access.settings().base_url or request.host_url).rstrip("/")
