"""Who is asking, and whether they may: before any view runs.

Every view says what it needs, `@access.needs(Action.READ)`, under its route; an application
with a view that does not cannot be made. The view then asks `may` about the thing itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, current_app, g, request
from flask.typing import ResponseReturnValue

from app import database
from app.accounts import people
from app.accounts.permissions import LEAST, PUBLIC, Action, Person, Role, Thing, may
from app.errors import BadInput, NotAllowed, NotFound, NotSignedIn
from app.library.writing.files import refuse_read_only
from app.settings import Settings

COOKIE = "gloss_session"
SAFE = ("GET", "HEAD", "OPTIONS")
PORT = re.compile(r":\d+\Z")

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])


def needs(action: Action) -> Callable[[View], View]:
    """Declare what a view needs; the guard checks it for every request."""

    def declare(view: View) -> View:
        view.needs = action  # type: ignore[attr-defined]  # functions take attributes
        return view

    return declare


def install(app: Flask) -> None:
    undeclared = [name for name, view in app.view_functions.items() if not hasattr(view, "needs")]
    if undeclared:
        raise RuntimeError(f"These views do not say what they need: {', '.join(undeclared)}")
    app.config["HOSTS"] = frozenset(app.config["SETTINGS"].hosts)
    app.before_request(guard)


def settings() -> Settings:
    """The settings of the application that answers this request."""
    kept: Settings = current_app.config["SETTINGS"]
    return kept


def is_inside() -> bool:
    """Whether whoever asks has signed in, in whatever role."""
    return g.person.role is not Role.PUBLIC


def guard() -> None:
    """Refuse other hosts, recognise the person, refuse other sites' forms, check the permission."""
    refuse_other_hosts()
    g.db = database.of_this_thread(settings().database)
    g.person = recognise()
    if request.endpoint is None:
        return
    if request.method not in SAFE and "Authorization" not in request.headers:
        refuse_other_sites()
    view: Any = current_app.view_functions[request.endpoint]
    allow(view.needs)


def refuse_other_hosts() -> None:
    """Another name for this machine would make another site's page one of ours (DNS rebinding).

    Flask's own check (TRUSTED_HOSTS) cannot be told of an IPv6 address.
    """
    host = PORT.sub("", request.host).lower()
    if host not in current_app.config["HOSTS"]:
        raise BadInput(
            f"The host {host!r} is not trusted here.",
            hint=f"If it is yours: python -m app serve --trusted-hosts {host or 'NAME'}",
        )


def recognise() -> Person:
    """Whoever the token or the session belongs to. With a token, cookies do not count."""
    header = request.headers.get("Authorization")
    if header is not None:
        scheme, _, token = header.partition(" ")
        person = people.of_token(g.db, token.strip()) if scheme.lower() == "bearer" else None
        if person is None:
            raise NotSignedIn(
                "This token is not known here.", hint="Make one: python -m app token create."
            )
        return person
    session = request.cookies.get(COOKIE)
    return (people.of_session(g.db, session) if session else None) or PUBLIC


def refuse_other_sites() -> None:
    """A form of another site must not act as the person who is signed in here.

    Every browser since 2020 says where a request comes from in Sec-Fetch-Site, older ones in
    Origin. Programs that send neither carry no cookie that another site could have used.
    """
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if site is not None:
        allowed = site in ("same-origin", "none")
    else:
        allowed = origin is None or is_own(origin)
    if not allowed:
        raise NotAllowed("This request came from another site, so nothing was changed.")


def is_own(origin: str) -> bool:
    try:
        return urlsplit(origin)[:2] in own_origins()
    except ValueError:  # "http://[": what no browser sends
        return False


def own_origins() -> list[tuple[str, str]]:
    return [urlsplit(address)[:2] for address in (request.host_url, settings().address)]


def allow(action: Action, thing: Thing | None = None) -> None:
    """Raise unless the person may; a thing that they may not read is not found."""
    if may(g.person, action, thing):
        if action is Action.WRITE:
            refuse_read_only(settings())
        return
    if thing is not None and not may(g.person, Action.READ, thing):
        raise NotFound("There is nothing at this address.")
    if g.person.role is Role.PUBLIC:
        hint = (
            f"For a browser, python -m app user link prints a link; for a program, {token(action)}"
        )
        raise NotSignedIn("Sign in to do this.", hint=hint)
    hint = f"For a program, {token(action)}" if "Authorization" in request.headers else ""
    raise NotAllowed(f"This needs more than the role of {article(g.person.role)}.", hint=hint)


def token(action: Action) -> str:
    """How a program comes to be allowed what it tried."""
    make = f"python -m app token create --role {LEAST[action]} --name NAME"
    return f"{make} prints a token, to be sent as Authorization: Bearer TOKEN."


def can(person: Person, action: Action) -> bool:
    """Whether to offer it: they may, and the library can be changed if that is needed."""
    return may(person, action) and not (action is Action.WRITE and settings().read_only)


def article(role: str) -> str:
    return f"an {role}" if role[0] in "aeio" else f"a {role}"
