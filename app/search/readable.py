"""Which annotations a person may read, but for the note that they are about: a condition of SQL.

Who may read one may read all that it answers, and every note that it, or what it answers, names
beside its own. What that asks for is known of each annotation (annotation_bound): no page follows
a thread or looks into JSON. Nearly none has such a row.

    >>> from app.accounts.permissions import PUBLIC
    >>> "person_id = 0" in readable(PUBLIC)
    True
"""

from __future__ import annotations

from app.accounts.permissions import Action, Person, Role, visibilities

NOBODY = 0  # ids of people begin at 1
SEEN = "({of}.visibility = 'shared' OR {of}.person_id = {who})"
NAMED = "(SELECT named.visibility FROM document AS named WHERE named.uid = bound.note_uid)"
# The first one is asked once in a query: where no annotation is bound, none is looked up.
BOUND = """EXISTS (SELECT 1 FROM annotation_bound) AND EXISTS (SELECT 1
    FROM annotation_bound AS bound WHERE bound.id = {of}.id AND {unmet})"""
READABLE = """({own} AND NOT ({below} {bound})
    AND ({of}.thread = '' OR EXISTS (SELECT 1 FROM annotation AS root
        WHERE root.id = {of}.thread AND {root})))"""


def readable(person: Person, action: Action = Action.READ, of: str = "annotation") -> str:
    """The condition on the annotations of that name in a query."""
    return READABLE.format(
        of=of,
        own=SEEN.format(of=of, who=number(person)),
        root=SEEN.format(of="root", who=number(person)),
        # Who is signed in reads every note: only what answers something can be kept from them.
        below="" if person.role is Role.PUBLIC else f"{of}.thread <> '' AND",
        bound=BOUND.format(of=of, unmet=unmet(person, action)),
    )


def unmet(person: Person, action: Action) -> str:
    if person.role is Role.PUBLIC:
        allowed = ", ".join(f"'{each}'" for each in visibilities(person, action))
        return f"ifnull({NAMED}, 'private') NOT IN ({allowed})"
    return f"bound.note_uid = 0 AND bound.person_id <> {number(person)}"


def number(person: Person) -> int:
    return NOBODY if person.id is None else int(person.id)
