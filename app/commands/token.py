"""Make and revoke tokens for programs.

  python -m app token create --role editor --name backup-script     prints the token alone
  python -m app token list
  python -m app token revoke --name backup-script

A program sends it as `Authorization: Bearer TOKEN`. It acts for the owner, or for --person NAME,
with the role given, never with more than that person's own. Only its hash is kept here.
"""

from __future__ import annotations

import argparse
import json

from app import database
from app.accounts import people
from app.errors import NotFound
from app.settings import Settings


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("create", "list", "revoke"))
    parser.add_argument("--name", default="", help="what the token is for")
    parser.add_argument("--role", default="reader", help="reader, annotator, editor or owner")
    parser.add_argument("--person", help="for whom it acts (default: the owner)")
    parser.add_argument("--json", action="store_true", help="list as JSON")


def run(settings: Settings, options: argparse.Namespace) -> int:
    with database.opened(settings.database) as connection:
        if options.action == "list":
            rows = people.tokens(connection)
            lines = [f"{row['name']}  ({row['role']}, for {row['person']})" for row in rows]
            print(json.dumps(rows) if options.json else "\n".join(lines))
        elif options.action == "revoke":
            if not people.revoke_tokens(connection, options.name):
                raise NotFound(f"There is no token named {options.name!r}.")
        else:
            named = options.person
            person = people.named(connection, named) if named else people.owner(connection)
            print(people.create_token(connection, person, options.name, options.role))
    return 0
