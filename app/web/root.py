"""The addresses of the library; without a slash at the end."""

from __future__ import annotations

from functools import lru_cache

from flask import request

from app.settings import LOOPBACK, Settings
from app.web import access


def root() -> str:
    """The address as its readers know it."""
    return (access.settings().base_url or request.host_url).rstrip("/")


def roots() -> tuple[str, ...]:
    """Every address that means this library, that of its readers first."""
    return known_as(access.settings(), request.host_url.rstrip("/"))


@lru_cache(maxsize=64)
def known_as(settings: Settings, asked: str) -> tuple[str, ...]:
    first = settings.base_url.rstrip("/") or asked
    ours = [first, asked, settings.address, *settings.loopback, *own(asked)]
    return tuple(dict.fromkeys([*ours, *trusted(settings.hosts, asked)]))


def trusted(names: list[str], asked: str) -> list[str]:
    """The other names that requests may name; what stands before us may speak either scheme.

    >>> trusted(["localhost", "a.example"], "http://b.example:8000")
    ['http://a.example:8000', 'http://a.example', 'https://a.example']
    """
    scheme, _, host = asked.partition("://")
    port = access.PORT.search(host)
    here = f"{scheme}://{{name}}{port[0] if port else ''}"
    ways = (here, "http://{name}", "https://{name}")
    return [way.format(name=name) for name in names if name not in LOOPBACK for way in ways]


def own(asked: str) -> list[str]:
    """All names of this machine, if it was asked under one of them.

    >>> own("http://localhost:8000"), own("https://gloss.example")
    (['http://localhost:8000', 'http://127.0.0.1:8000', 'http://[::1]:8000'], [])
    """
    scheme, _, host = asked.partition("://")
    port = access.PORT.search(host)
    name = host[: port.start()] if port else host
    if name not in LOOPBACK:
        return []
    return [f"{scheme}://{each}{port[0] if port else ''}" for each in LOOPBACK]
