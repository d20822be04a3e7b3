"""The bodies of an annotation from what was typed, and back into the fields of the form."""

from __future__ import annotations

from typing import Any, Protocol

from app.annotations.addresses import note_of, of_note
from app.annotations.reading import Reading, first
from app.errors import BadInput
from app.markup import canonical

MAX_COMMENT = 20_000
MAX_TAGS = 20
MAX_TAG = 100
PARTS = ("proposed", "said", "links", "tags")


class Words(Protocol):
    """What is said; `composing.Typed` has it."""

    @property
    def kind(self) -> str: ...
    @property
    def comment(self) -> str: ...
    @property
    def tags(self) -> str: ...
    @property
    def link(self) -> str: ...
    @property
    def replacement(self) -> str: ...
    @property
    def takes_out(self) -> str: ...
    @property
    def evidence(self) -> str: ...


def composed(typed: Words, path: str, quote: str = "") -> list[dict[str, Any]]:
    """What is proposed, what is said, where it leads and the tags, in this order.

    What is proposed in place of `quote` and says the same is no proposal.
    """
    comment, replacement = tidy(typed.comment).strip(), proposed(typed, quote)
    check(typed, comment, replacement)
    bodies = []
    if typed.kind == "erratum" and (replacement or typed.takes_out):
        bodies.append({**text(replacement), "purpose": "editing"})
    if comment:
        purpose = {"purpose": "commenting"} if typed.kind in ("erratum", "link") else {}
        bodies.append({**text(comment), **purpose})
    if typed.kind == "link":
        bodies.append(link(of_note(typed.link)))
    if typed.kind == "erratum" and typed.evidence:
        bodies.append(link(f"{of_note(path)}#claim-{typed.evidence}"))
    return bodies + [tagged(tag) for tag in split(typed.tags)]


def proposed(typed: Words, quote: str = "") -> str:
    """What is to stand there instead; nothing, where the words are to be taken out or to stay."""
    words = "" if typed.takes_out else tidy(typed.replacement).strip()
    return "" if canonical.collapse(words) == canonical.collapse(quote) else words


def check(typed: Words, comment: str, replacement: str) -> None:
    needed = typed.kind in ("comment", "question", "reply")
    if needed and not comment:
        raise BadInput("Write what you want to say.", field="comment")
    if typed.kind == "erratum" and not (comment or replacement or typed.takes_out):
        raise BadInput(
            "Change the words to how they should read, or write what is wrong;"
            " or tick that the words are to go.",
            field="replacement",
        )
    if typed.kind == "link" and not typed.link:
        raise BadInput("Name the note that it leads to.", field="link")
    for field, words in (("comment", comment), ("replacement", replacement)):
        if len(words) > MAX_COMMENT:
            message = f"A comment has at most {MAX_COMMENT:,} characters."
            raise BadInput(message, field=field)


def split(tags: str) -> list[str]:
    """Tags as they are typed, between commas, with or without their #."""
    named = [" ".join(tag.split()).lstrip("#") for tag in tidy(tags).split(",")]
    found = list(dict.fromkeys(tag for tag in named if tag))
    if len(found) > MAX_TAGS or any(len(tag) > MAX_TAG for tag in found):
        raise BadInput(f"At most {MAX_TAGS} tags of {MAX_TAG} characters.", field="tags")
    return found


def text(words: str) -> dict[str, Any]:
    return {"type": "TextualBody", "value": words, "format": "text/markdown"}


def tagged(tag: str) -> dict[str, Any]:
    return {"type": "TextualBody", "value": tag, "purpose": "tagging"}


def link(address: str) -> dict[str, Any]:
    return {"type": "SpecificResource", "source": address, "purpose": "linking"}


def tidy(words: str) -> str:
    """As a browser sends it, without what no text holds."""
    return words.replace("\r\n", "\n").replace("\0", "")


def unchanged(typed: Words, reading: Reading, path: str) -> set[str]:
    """The parts of which the form says what it said when it was opened."""
    was = fields(reading, path)
    led = {"link": typed.link == was["link"], "erratum": typed.evidence == was["evidence"]}
    same = {
        "said": tidy(typed.comment).strip() == tidy(was["comment"]).strip(),
        "proposed": proposed(typed) == tidy(was["replacement"]).strip()
        and bool(typed.takes_out) == bool(was["takes_out"]),
        "links": led.get(typed.kind, True),
        "tags": split(typed.tags) == split(was["tags"]),
    }
    return {part for part, is_same in same.items() if is_same}


def revised(
    old: list[dict[str, Any] | str], new: list[dict[str, Any]], same: set[str]
) -> list[dict[str, Any] | str]:
    """The new bodies, but in the parts that are the same the old ones, with all that they say."""
    parts = [
        body for part in PARTS for body in (old if part in same else new) if part_of(body) == part
    ]
    return parts + [body for body in old if not part_of(body)]


def part_of(body: dict[str, Any] | str) -> str:
    """The field of the form that a body is of; empty: of none, so it stays."""
    purpose = first(body.get("purpose")) if isinstance(body, dict) else ""
    if isinstance(body, dict) and "value" in body:
        return {"editing": "proposed", "tagging": "tags"}.get(purpose, "said")
    return "links" if purpose == "linking" else ""


def of_stored(stored: dict[str, Any]) -> list[dict[str, Any] | str]:
    """The bodies, whichever way they are written; a `bodyValue` as what it is short for."""
    if "bodyValue" in stored:
        value = first(stored["bodyValue"])
        return [{"type": "TextualBody", "value": value, "format": "text/plain"}]
    body = stored.get("body", [])
    return body if isinstance(body, list) else [body]


def fields(reading: Reading, path: str) -> dict[str, str]:
    """What the form shows of an annotation that is changed."""
    claims = f"{of_note(path)}#claim-"
    led = [address for address in reading.links if not address.startswith(claims)]
    cited = [address[len(claims) :] for address in reading.links if address.startswith(claims)]
    proposed = [said.value for said in reading.said if said.purpose == "editing"]
    return {
        "comment": "\n\n".join(s.value for s in reading.said if s.purpose != "editing"),
        "replacement": proposed[0] if proposed else "",
        "takes_out": "yes" if proposed and not proposed[0].strip() else "",
        "link": next((note for note in map(note_of, led) if note), ""),
        "evidence": cited[0] if cited else "",
        "tags": ", ".join(reading.tags),
    }
