"""Pages, kept for each reader until the library changes.

A view marked `@cache.page` depends on nothing but its address, who reads, and the library: it
answers the same bytes for as long as `database.version` stands. The public shares its pages;
whoever is signed in has their own. They are kept in each process, the least used dropped first.
A conditional request of the public for a kept page is answered 304 before Flask begins.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

from flask import Flask, Response, current_app, g, request
from flask.typing import ResponseReturnValue

from app import database
from app.accounts.permissions import PUBLIC, Person
from app.settings import Settings
from app.web import access, headers

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

MAX_BYTES = 32_000_000

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])
Key = tuple[str, ...]  # host, path, query, library, person, role
READER = 4  # where in a key the reader begins; before stands the address
MOST_ASKERS = 10_000


@dataclass(frozen=True)
class Page:
    """A page and its answer; the same object answers every time, so nothing may change it."""

    version: int
    etag: str
    body: bytes
    response: Response


class Pages:
    """The kept pages of this process, the least recently used first."""

    def __init__(self) -> None:
        self.kept: OrderedDict[Key, Page] = OrderedDict()
        self.asked: OrderedDict[Key, int] = OrderedDict()  # by whom, in which version
        self.bytes = 0
        self.lock = Lock()

    def get(self, key: Key, version: int) -> Page | None:
        with self.lock:
            page = self.kept.get(key)
            if page is None or page.version != version:
                return None
            self.kept.move_to_end(key)
            return page

    def has(self, asker: Key, version: int) -> bool:
        """Whether the page that whoever asks so got before is kept, most likely."""
        return self.asked.get(asker) == version

    def note(self, asker: Key, version: int) -> None:
        with self.lock:
            self.asked[asker] = version
            self.asked.move_to_end(asker)
            if len(self.asked) > MOST_ASKERS:
                self.asked.popitem(last=False)

    def put(self, key: Key, page: Page) -> None:
        """Keep it, unless it alone would drop a quarter of all."""
        if size(key, page) > MAX_BYTES // 4:
            return
        with self.lock:
            old = self.kept.pop(key, None)
            self.bytes += size(key, page) - (size(key, old) if old else 0)
            self.kept[key] = page
            while self.bytes > MAX_BYTES:
                dropped = self.kept.popitem(last=False)
                self.bytes -= size(*dropped)


def size(key: Key, page: Page) -> int:
    """What it takes, its address included: visitors choose that."""
    return len(page.body) + sum(len(str(part)) for part in key)


PAGES = Pages()


def page(view: View) -> View:
    """Mark a view whose answer depends on nothing but address, reader and library."""
    view.kept = True  # type: ignore[attr-defined]  # functions take attributes
    return view


def install(app: Flask) -> None:
    app.before_request(kept)
    app.after_request(keep)


def key_of(environ: WSGIEnvironment, person: Person = PUBLIC) -> Key:
    """What a page depends on; the library too, for there may be several in one process."""
    return (
        environ.get("HTTP_HOST", ""),
        environ.get("PATH_INFO", ""),
        environ.get("QUERY_STRING", ""),
        str(environ.get("gloss.library", "")),
        str(person.id),
        person.role,
    )


def asker_of(environ: WSGIEnvironment) -> Key:
    """The address, and what tells who reads: it is compared before anybody looks whose it is."""
    credentials = (environ.get(name, "") for name in ("HTTP_COOKIE", "HTTP_AUTHORIZATION"))
    return (*key_of(environ)[:READER], *credentials)


def is_keepable() -> bool:
    if request.endpoint is None or request.method not in ("GET", "HEAD"):
        return False
    view = current_app.view_functions[request.endpoint]
    return "person" in g and getattr(view, "kept", False)


def kept() -> Response | None:
    """The kept page, if there is one. The version is read before the view reads the rest."""
    if not is_keepable():
        return None
    g.version = request.environ.get("gloss.version") or database.version(g.db)
    page = PAGES.get(key_of(request.environ, g.person), g.version)
    if page is None:
        return None
    PAGES.note(asker_of(request.environ), g.version)
    return as_response(page)


def keep(response: Response) -> Response:
    if "ETag" in response.headers or response.status_code != 200 or not is_keepable():
        return response
    body = response.get_data()
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    answer = Response(body, headers=headers_of(etag), content_type=response.content_type)
    page = Page(g.version, etag, body, answer)
    PAGES.put(key_of(request.environ, g.person), page)
    PAGES.note(asker_of(request.environ), g.version)
    return as_response(page)


def as_response(page: Page) -> Response:
    if "If-None-Match" not in request.headers:
        return page.response
    own = Response(page.body, headers=page.response.headers)
    own.make_conditional(request)
    return own


def headers_of(etag: str) -> dict[str, str]:
    return {**headers.ALWAYS, "ETag": etag, "Vary": "Cookie, Authorization"}


def is_kept(environ: WSGIEnvironment, settings: Settings) -> bool:
    """Whether the answer is most likely at hand, and takes next to no time."""
    environ["gloss.library"] = settings.database
    version = database.version(database.of_this_thread(settings.database))
    environ["gloss.version"] = version
    return PAGES.has(asker_of(environ), version)


class NotModified:
    """WSGI: answer 304 where the reader has what we keep."""

    def __init__(self, application: WSGIApplication, settings: Settings) -> None:
        self.application = application
        self.database = settings.database

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        environ["gloss.library"] = self.database
        asked = environ.get("HTTP_IF_NONE_MATCH")
        if asked and self.is_public(environ):
            version = database.version(database.of_this_thread(self.database))
            page = PAGES.get(key_of(environ), version)
            if page and page.etag in asked:
                start("304 Not Modified", list(headers_of(page.etag).items()))
                return []
        return self.application(environ, start)

    def is_public(self, environ: WSGIEnvironment) -> bool:
        return (
            environ["REQUEST_METHOD"] in ("GET", "HEAD")
            and "HTTP_AUTHORIZATION" not in environ
            and access.COOKIE not in environ.get("HTTP_COOKIE", "")
        )
