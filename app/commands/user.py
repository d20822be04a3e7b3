"""Make people and their sign-in links.

  python -m app user create "Ada" --role annotator     a new person, and a link for them
  python -m app user link "Ada"                        another link (without a name: the owner's)
  python -m app user list

Roles, each with the rights of the ones before: reader (reads all notes), annotator (writes in
the margin), editor (writes notes, runs analyses), owner (all). A link works once, for a day.
"""

from __future__ import annotations

import argparse
import json

from app import database
from app.accounts import people
from app.settings import Settings


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("create", "link", "list"))
    parser.add_argument("name", nargs="?", help="the person's name")
    parser.add_argument("--role", default="reader", help="reader, annotator, editor or owner")
    parser.add_argument("--json", action="store_true", help="list as JSON")


def run(settings: Settings, options: argparse.Namespace) -> int:
    with database.opened(settings.database) as connection:
        if options.action == "list":
            everybody = people.everybody(connection)
            shown = [{"name": person.name, "role": person.role} for person in everybody]
            lines = [f"{row['name']}  ({row['role']})" for row in shown]
            print(json.dumps(shown) if options.json else "\n".join(lines))
            return 0
        if options.action == "create":
            person = people.create(connection, options.name or "", options.role)
        else:
            named = options.name
            person = people.named(connection, named) if named else people.owner(connection)
        link = people.create_link(connection, person)
    print(f"Sign in: {address(settings)}/sign-in?token={link}")
    return 0


def address(settings: Settings) -> str:
    """Where the library is served now, whatever port that server was given."""
    try:
        return settings.served_at.read_text().strip() or settings.address
    except OSError:
        return settings.address
