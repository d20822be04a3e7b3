"""Our own style sheet and script, and the files of the front-end packages, from an allow-list.

The packages come from npm into node_modules; nothing else in there can be had. Addresses carry a
version, so browsers keep them for a year.
"""

from __future__ import annotations

import hashlib
import json
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, send_file

from app.accounts.permissions import Action
from app.errors import NotFound
from app.settings import PACKAGES
from app.web import access

blueprint = Blueprint("assets", __name__)

OURS = Path(__file__).parent / "static"
YEAR = 31_536_000
ALLOWED = {
    "katex": ("dist/katex.min.css", "dist/fonts/*.woff2"),
    "htmx.org": ("dist/htmx.min.js",),
    "@fontsource-variable/source-serif-4": ("opsz.css", "opsz-italic.css", "files/*-opsz-*.woff2"),
    "@fontsource-variable/inter": ("index.css", "files/*-wght-*.woff2"),
    "@fontsource-variable/jetbrains-mono": ("index.css", "files/*-wght-*.woff2"),
}


@blueprint.get("/static/<version>/<name>")
@access.needs(Action.VISIT)
def ours(version: str, name: str) -> Response:
    if name not in own_versions():
        raise NotFound("There is no such file.")
    return kept_for_long(OURS / name)


@blueprint.get("/packages/<version>/<path:path>")
@access.needs(Action.VISIT)
def package(version: str, path: str) -> Response:
    name = next((name for name in ALLOWED if path.startswith(f"{name}/")), "")
    file = path[len(name) + 1 :]
    if not any(fnmatchcase(file, pattern) for pattern in ALLOWED.get(name, ())) or ".." in file:
        raise NotFound("There is no such file.")
    if not (PACKAGES / path).is_file():
        raise NotFound("The front-end packages are not installed.", hint="Run: make setup.")
    return kept_for_long(PACKAGES / path)


def kept_for_long(path: Path) -> Response:
    response = send_file(path, max_age=YEAR)
    response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    return response


@cache
def own_versions() -> dict[str, str]:
    """Each file of ours and a version made from its content."""
    files = (file for file in OURS.iterdir() if file.is_file())
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest()[:12] for file in files}


@cache
def package_versions() -> dict[str, str]:
    """Each package and its version, read once. Without set-up: none, and pages stay readable."""
    files = {name: PACKAGES / name / "package.json" for name in ALLOWED}
    return {
        name: json.loads(file.read_text())["version"]
        for name, file in files.items()
        if file.is_file()
    }


@cache
def address(path: str) -> str:
    """The address of one of our files (`gloss.css`) or of a package's (`katex/dist/…`).

    Written out: `url_for` has no answer where the host is refused, and that page needs it too.
    """
    if path in own_versions():
        return f"/static/{own_versions()[path]}/{path}"
    name = next(name for name in ALLOWED if path.startswith(f"{name}/"))
    return f"/packages/{package_versions().get(name, '0')}/{path}"
