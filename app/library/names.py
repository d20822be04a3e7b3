"""The names of notes: from a file to its id, and what a new id may be.

    >>> id_of("papers/Shannon 1948.md"), slug("Über  Ω-Zahlen!")
    ('papers/Shannon 1948', 'über-ω-zahlen')

An id is the path below notes/ without `.md`, in NFC. Files that exist may have any name; a new
one must be good on every system that may hold a copy of the folder.
"""

from __future__ import annotations

import re
import unicodedata

from app.errors import BadInput

SUFFIX = ".md"
# A file name has at most 255 bytes, a temporary file stands beside it, and an id is an address.
MAX_PART_BYTES = 120
MAX_BYTES = 400
MAX_SLUG_BYTES = 80
MAX_TITLE = 500  # characters
FORBIDDEN = '<>:"|?*\\'
# Of the marks that are not seen, these two are needed: Persian and Hindi words are joined by them.
JOINERS = frozenset("\u200c\u200d")
PORTS = [f"{port}{n}" for port in ("com", "lpt") for n in "0123456789¹²³"]
RESERVED = frozenset(["con", "prn", "aux", "nul", "conin$", "conout$", *PORTS])


def id_of(file: str) -> str:
    """The id of the note in `file`, a path below notes/."""
    path = file[: -len(SUFFIX)] if file.lower().endswith(SUFFIX) else file
    return path if path.isascii() else unicodedata.normalize("NFC", path)


def normal(id: str) -> str:
    """An id as it was typed or linked, in the form that ids have."""
    return unicodedata.normalize("NFC", id)


def key(text: str) -> str:
    """What two names have in common that differ in case or normalisation only.

    >>> key("Café") == key("CAFE\u0301")
    True
    """
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold())


def look(text: str) -> str:
    """What two names have in common that look the same: also a ligature and its letters.

    >>> look("ﬁeld") == look("Field"), look("R²") == look("r3")
    (True, False)
    """
    if text.isascii():
        return text.lower()
    seen = "".join(letter for letter in text if letter not in JOINERS)
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", seen).casefold())


def check_title(title: str) -> None:
    if len(title) > MAX_TITLE:
        raise BadInput(
            f"The title has {len(title):,} characters.",
            field="title",
            hint=f"Keep it under {MAX_TITLE}, and write the rest as text.",
        )


def checked(id: str) -> str:
    """The id that a new note gets; BadInput says what to do where it cannot have that one."""
    name = id_of(normal(id))
    if not name:
        raise bad("The address is empty.", "Write a name, such as papers/shannon-1948.")
    if len(name.encode("utf-8", "replace")) > MAX_BYTES:
        raise bad("The address is too long.", f"Keep it under {MAX_BYTES} bytes.")
    if name.startswith("/"):
        raise bad("The address starts with a slash.", "Leave the slash out.")
    for part in name.split("/"):
        check_part(part)
    return name


def check_part(part: str) -> None:
    """Refuse one folder or file name of an id that some system could not hold."""
    if part in ("", ".", ".."):
        raise bad(f"The address has {part!r} between slashes.", "Name each folder.")
    if part.startswith("."):
        raise bad(f"{part!r} starts with a dot, and such files are skipped.", "Leave the dot out.")
    if part != part.strip() or part.endswith("."):
        raise bad(f"{part!r} starts or ends with a space or a dot.", "Leave it out.")
    wrong = sorted({character for character in part if is_forbidden(character)})
    if wrong:
        shown = " ".join(named(character) for character in wrong)
        raise bad(f"The address holds {shown}.", "Use letters, digits, spaces and hyphens.")
    if part.split(".")[0].strip().lower() in RESERVED:
        raise bad(f"{part!r} is a device on Windows.", "Add a word to it.")
    if len(part.encode()) > MAX_PART_BYTES:
        raise bad(f"{part[:30]!r}… is too long.", f"Keep it under {MAX_PART_BYTES} bytes.")


def is_forbidden(character: str) -> bool:
    return (
        character in FORBIDDEN
        or unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")
        or (unicodedata.category(character) == "Cf" and character not in JOINERS)
    )


def named(character: str) -> str:
    """A character as it is, or in words if it cannot be seen.

    >>> named("|"), named(chr(0x200B))
    ('|', 'U+200B (zero width space)')
    """
    name = unicodedata.name(character, "").lower()
    if name and unicodedata.category(character) in ("Cf", "Zl", "Zp"):
        return f"U+{ord(character):04X} ({name})"
    return repr(character)[1:-1]


def bad(message: str, hint: str) -> BadInput:
    return BadInput(message, field="id", hint=hint)


def slug(title: str) -> str:
    """A name made of a title: its letters and digits in lower case, hyphens between.

    Empty, if the title has neither.
    """
    text = unicodedata.normalize("NFC", title.casefold())
    letters = (c if unicodedata.category(c)[0] in "LMN" else " " for c in text)
    words = "-".join("".join(letters).split())
    short = words.encode()[:MAX_SLUG_BYTES].decode("utf-8", "ignore").strip("-")
    name = unicodedata.normalize("NFC", short)
    return f"{name}-note" if name in RESERVED else name


def last(path: str) -> str:
    """The last part of a path, where a link's own `.md` does not count.

    >>> last("../papers/Shannon 1948.md"), last("idea")
    ('Shannon 1948', 'idea')
    """
    return re.sub(r"\.md\Z", "", path.rpartition("/")[2], flags=re.IGNORECASE)
