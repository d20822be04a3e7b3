"""What the query language asks of annotations: who wrote one, what it is for, how it is marked.

    >>> meant("motivation", "question"), meant("motivation", "Tagging"), meant("colour", "red")
    (('questioning',), ('tagging',), ())

Whoever may meet an entry may know this of it; what is no annotation has none of it.
"""

from __future__ import annotations

import json

from app.search.condition import Condition

# By the words of the page; those of the standard are understood, too.
KINDS = {
    "comment": "commenting",
    "question": "questioning",
    "erratum": "editing",
    "link": "linking",
    "highlight": "highlighting",
    "reply": "replying",
}
WORDS = {motivation: kind for kind, motivation in KINDS.items()}
STANDARD = (*KINDS.values(), "assessing", "bookmarking", "classifying", "describing")
STANDARD += ("identifying", "moderating", "tagging")
COLOURS = ("yellow", "green", "blue", "rose", "violet")
GRADES = ("orphan", "changed")

OF_ONE = """entry.type = 'annotation' AND EXISTS (SELECT 1 FROM annotation AS remark
    WHERE remark.id = entry.key AND {what})"""
GRADED = """entry.type = 'annotation' AND EXISTS (SELECT 1 FROM anchor
    WHERE anchor.annotation_id = entry.key AND anchor.grade = ?)"""
BY = "remark.person_id IN (SELECT id FROM person WHERE is_meant(?, name))"
MOTIVATION = "remark.motivation IN (SELECT value FROM json_each(?))"
# Where none was chosen, it is that of the kind.
COLOUR = """CASE WHEN remark.colour <> '' THEN remark.colour ELSE CASE remark.motivation
    WHEN 'questioning' THEN 'blue' WHEN 'editing' THEN 'rose' WHEN 'linking' THEN 'violet'
    ELSE 'yellow' END END = ?"""


def meant(name: str, value: str) -> tuple[str, ...]:
    """What is stored of that value; nothing where there is no such."""
    asked = value.lower()
    if name == "colour":
        return (asked,) if asked in COLOURS else ()
    found = KINDS.get(asked, asked)
    if found not in STANDARD:
        return ()
    return (found, "") if found == "commenting" else (found,)  # the page calls both a comment


def condition(name: str, value: str) -> Condition | None:
    """On entries; None where it is another field's."""
    if name == "is" and value in GRADES:
        return Condition(GRADED, (value,))
    if name == "by":
        return Condition(OF_ONE.format(what=BY), (value,))
    if name == "colour":
        return Condition(OF_ONE.format(what=COLOUR), meant(name, value) or ("",))
    if name == "motivation":
        found = json.dumps(meant(name, value))
        return Condition(OF_ONE.format(what=MOTIVATION), (found,))
    return None
