"""`python -m app COMMAND`: find the command, read its flags, say in words what went wrong."""

from __future__ import annotations

import argparse
import dataclasses
import importlib
import inspect
import sys
from types import ModuleType

from app.commands import begin
from app.errors import GlossError, reader_is_gone
from app.settings import Settings, load

COMMANDS = {
    "serve": "index the notes and serve them to the browser",
    "sync": "bring the index up to date with the files",
    "search": "search notes, code and margins",
    "run": "run an analysis",
    "check": "find broken links, stale outputs and claims that do not hold",
    "token": "make and revoke tokens for programs",
    "user": "make people and their sign-in links",
    "backup": "put notes, analyses, database and outputs into one file",
    "restore": "bring a backup back",
}
FOLDERS = ("notes", "analysis", "data")
READERS = ("sync", "search", "check")  # `serve` has a flag for every setting


OVERVIEW = """\
Usage: python -m app COMMAND [--help]

{commands}

python -m app COMMAND --help explains one of them. Start with: python -m app serve"""


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 on success, 1 when it failed, 2 when it was not understood."""
    arguments = sys.argv[1:] if arguments is None else arguments
    name = arguments[0] if arguments else ""
    if name not in COMMANDS:
        print(overview(), file=sys.stdout if name in ("-h", "--help") else sys.stderr)
        return 0 if name in ("-h", "--help") else 2
    module = importlib.import_module(f"app.commands.{name}")
    options = parser_of(name, module).parse_args(arguments[1:])
    try:
        settings = load(vars(options))
        begin(settings)
        status = int(module.run(settings, options))
        sys.stdout.flush()
        return status
    except GlossError as error:
        print(f"{name}: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        return reader_is_gone()
    except KeyboardInterrupt:
        return 130


def overview() -> str:
    lines = [f"  {name:<9}{summary}" for name, summary in COMMANDS.items()]
    return OVERVIEW.format(commands="\n".join(lines))


def parser_of(name: str, module: ModuleType) -> argparse.ArgumentParser:
    """The command's own flags, and the three folders."""
    parser = argparse.ArgumentParser(
        prog=f"python -m app {name}",
        description=inspect.getdoc(module),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    module.arguments(parser)
    rows = {row.name: row for row in dataclasses.fields(Settings)}
    if name in READERS:
        words = rows["read_only"].metadata["help"]
        parser.add_argument("--read-only", action="store_const", const="yes", help=words)
    for folder in FOLDERS:
        words = f"{rows[folder].metadata['help']} (default: {rows[folder].default})"
        parser.add_argument(f"--{folder}", metavar="DIR", help=words)
    return parser


if __name__ == "__main__":
    sys.exit(main())
