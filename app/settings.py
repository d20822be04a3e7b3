"""Settings: one table of name, type, default and help.

Each is read from a command's flag, else from the environment variable `GLOSS_<NAME>`, else it
has its default. `python -m app serve --help` prints the table.

    >>> load({"port": "9000"}, {"GLOSS_HOST": "::1"}).address
    'http://[::1]:9000'
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from app.errors import BadSetting

PREFIX = "GLOSS_"
PROJECT = Path(__file__).resolve().parent.parent
PACKAGES = PROJECT / "node_modules"
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
ANY = ("0.0.0.0", "::")  # noqa: S104 - what listening to every address is called


def row(default: Any, help: str, *, minimum: int | None = None) -> Any:
    """One row of the table."""
    return field(default=default, metadata={"help": help, "minimum": minimum})


@dataclass(frozen=True)
class Settings:
    notes: Path = row(Path("notes"), "the folder of Markdown notes")
    analysis: Path = row(Path("analysis"), "the folder of Python analyses")
    data: Path = row(Path("data"), "the folder of the database and the outputs")
    read_only: bool = row(False, "write nothing below the folder of notes")
    host: str = row("127.0.0.1", "the address to listen on")
    port: int = row(8000, "the port to listen on", minimum=0)
    base_url: str = row("", "the address that readers use, if a proxy stands in front")
    trusted_hosts: str = row("", "host names that requests may name, separated by commas")
    title: str = row("Gloss", "the name of the library, shown in the bar and the feeds")
    workers: int = row(os.cpu_count() or 1, "web processes", minimum=1)
    # Pages need none of these: they are answered in the event loop (web/rsgi.py).
    threads: int = row(12, "threads for changes in each web process", minimum=1)
    runners: int = row(os.cpu_count() or 1, "analyses that run at once", minimum=1)
    run_missing: bool = row(True, "run, at start, the blocks that have never run")
    open_browser: bool = row(True, "open the browser when the server is ready")
    page_size: int = row(30, "notes on one page of a feed", minimum=1)
    max_note_bytes: int = row(5_000_000, "a larger note is reported, not indexed", minimum=1)
    max_body_bytes: int = row(10_000_000, "a larger request is refused", minimum=1)
    max_upload_bytes: int = row(40_000_000, "a larger image or PDF is refused", minimum=1)
    body_seconds: int = row(20, "a request's body must arrive within this time", minimum=1)
    citation_style: str = row("harvard", "harvard, numbered, or the path of a .csl file")
    session_days: int = row(30, "days until a browser must sign in again", minimum=1)

    @property
    def database(self) -> Path:
        return self.data / "gloss.db"

    @property
    def served_at(self) -> Path:
        """A file that holds the address while the library is served."""
        return self.data / "served-at"

    @property
    def outputs(self) -> Path:
        return self.data / "outputs"

    @property
    def address(self) -> str:
        """The address to open: the public one if there is one, else host and port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.base_url.rstrip("/") or f"http://{host}:{self.port}"

    @property
    def loopback(self) -> list[str]:
        """The same under each of this machine's own names, if it listens to them.

        With an address for others these names are their own machine to them.
        """
        listens = self.host in (*LOOPBACK, "::1", *ANY) and not self.base_url
        return [f"http://{name}:{self.port}" for name in LOOPBACK] if listens else []

    @property
    def hosts(self) -> list[str]:
        """Every host name that a request may name (the port does not matter)."""
        named = [name.strip() for name in self.trusted_hosts.split(",") if name.strip()]
        own = urlsplit(self.address).hostname or ""
        return [*LOOPBACK, f"[{own}]" if ":" in own else own, *named]


def load(
    flags: Mapping[str, Any] | None = None, environ: Mapping[str, str] | None = None
) -> Settings:
    """Settings from flags and environment; raises BadSetting naming the one that is wrong."""
    flags = flags or {}
    environ = os.environ if environ is None else environ
    values = {}
    for row in dataclasses.fields(Settings):
        raw = flags.get(row.name)
        if raw is None:
            raw = environ.get(PREFIX + row.name.upper())
        if raw is None and row.type == "Path":
            raw = row.default
        if raw is not None:
            values[row.name] = convert(row, raw)
    return apart(Settings(**values))


def apart(settings: Settings) -> Settings:
    """Refuse to keep data among the notes: it would be taken for media, or written read-only."""
    inside = settings.data.resolve()
    notes = settings.notes.resolve()
    if not inside.is_relative_to(notes):
        return settings
    hidden = any(part.startswith(".") for part in inside.relative_to(notes).parts)
    if settings.read_only or not hidden:
        raise BadSetting(
            f"The data folder {settings.data} lies within the notes.",
            field="data",
            hint="Name another, outside of them: --data DIR.",
        )
    return settings


def convert(row: dataclasses.Field[Any], raw: Any) -> Any:
    """The value of one row from what a person wrote."""
    if row.type == "Path":
        return Path(raw).expanduser().absolute()
    if row.type == "bool":
        return yes_or_no(row, raw)
    return whole(row, raw) if row.type == "int" else str(raw)


def yes_or_no(row: dataclasses.Field[Any], raw: Any) -> bool:
    words = {"1": True, "true": True, "yes": True, "on": True}
    words |= {"0": False, "false": False, "no": False, "off": False}
    try:
        return words[str(raw).strip().lower()]
    except KeyError:
        raise BadSetting(f"{row.name} is {raw!r}: say yes or no.", field=row.name) from None


def whole(row: dataclasses.Field[Any], raw: Any) -> int:
    try:
        number = int(raw)
    except ValueError:
        raise BadSetting(f"{row.name} is {raw!r}: not a number.", field=row.name) from None
    minimum = cast("int | None", row.metadata["minimum"])
    if minimum is not None and number < minimum:
        raise BadSetting(f"{row.name} is {number}: at least {minimum}.", field=row.name)
    return number


def environment(settings: Settings) -> dict[str, str]:
    """The same settings as variables, for a child process."""
    fields = dataclasses.fields(Settings)
    return {PREFIX + row.name.upper(): str(getattr(settings, row.name)) for row in fields}
