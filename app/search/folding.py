"""One spelling for what can be written in several, for the index and for what is asked of it.

Ligatures, full-width letters and soft hyphens come with text from PDF and from other keyboards;
signs of formulas are written as letters or as TeX; a slashed l has no accent that could be left
out. Case and accents are not looked at here: the index's own tokenizer knows those.

    >>> folded("ﬁnite Łódź, soft\u00adly ＡＢＣ"), folded("β-VAE, 2πr ∈ ℝ, x²"), folded("Straße")
    ('finite Lódź, softly ABC', '\\\\beta-VAE, 2\\\\pi{}r ∈ \\\\mathbb{R}, x^2', 'Strasse')

What comes out is folded already, and has no white space or quotation mark that was not there.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

LETTERS = {
    "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "ħ": "h",
    "Ħ": "H", "ŧ": "t", "Ŧ": "T", "ı": "i", "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe",
    "Œ": "OE", "þ": "th", "Þ": "Th", "ſ": "s", "∏": "\\prod", "∑": "\\sum", "√": "\\sqrt",
    "∞": "\\infty", "∫": "\\int", "∂": "\\partial", "∇": "\\nabla", "∆": "\\Delta", "µ": "\\mu",
    "ℓ": "\\ell", "ℏ": "\\hbar", "\u00ad": "", "\u2060": "", "\ufeff": "",
}  # fmt: skip
STYLES = {"DOUBLE-STRUCK": "mathbb", "SCRIPT": "mathcal", "BLACK-LETTER": "mathfrak"}
STYLES["FRAKTUR"] = STYLES["BLACK-LETTER"]
GREEK = "\u0370-\u03ff\u1f00-\u1fff"
FORMS = (
    "\u00b2\u00b3\u00b9\u1100-\u11ff\u2070-\u209c\u2102-\u2188\uf900-\ufaff\ufb00-\ufb06"
    "\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uff66-\uff9f\U0001d400-\U0001d7ff"
)
SIGNS = "".join(LETTERS)
UNSEEN = "\u00ad\u2060\ufeff"  # one of them may stand between a letter and its mark
# One of these must be there: to look for them alone takes a fortieth of the time.
TRIGGER = re.compile(f"[{SIGNS}{FORMS}\u0391-\u03f5\u0300-\u036f\u3099\u309a]")
# Each: a sign of the table; letters of Korean and marks of Japanese and of other alphabets that
# stand alone; raised; lowered; a Greek letter that is no part of a word; letters in another form.
ODD = re.compile(
    rf"(?=[{SIGNS}{FORMS}{GREEK}\u0400-\u052f\u3041-\u30ff])(?:"
    rf"[{SIGNS}]|[\u1100-\u11ff][\u1100-\u11ff{UNSEEN}]*|[\u3041-\u30ff][{UNSEEN}]*[\u3099\u309a]"
    rf"|[\u0370-\u052f][{UNSEEN}]*[\u0300-\u036f][\u0300-\u036f{UNSEEN}]*"
    r"|[\u00b2\u00b3\u00b9\u2070-\u207f]+|[\u2080-\u209c]+"
    rf"|(?<![{GREEK}\u0300-\u036f])[\u0391-\u03a9\u03b1-\u03c9\u03d1\u03d5\u03d6\u03f0\u03f1\u03f5]"
    rf"(?![{GREEK}\u0300-\u036f])"
    r"|[\u2102-\u2149\u2160-\u2188\uf900-\ufaff\ufb00-\ufb06\U0001d400-\U0001d7ff]"
    r"|[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uff66-\uff9f][\uff10-\uff19\uff21-\uff3a"
    rf"\uff41-\uff5a\uff66-\uff9f\u3099\u309a{UNSEEN}]*)"
)
RAISED, LOWERED = re.compile("[\u00b2\u00b3\u00b9\u2070-\u207f]"), re.compile("[\u2080-\u209c]")
NO_PART = re.compile(r"[\s\"()]")


def folded(text: str) -> str:
    """The text as it is indexed and asked for; itself if there is nothing to change."""
    return ODD.sub(replacement, text) if is_odd(text) else text


def is_odd(text: str) -> bool:
    return not text.isascii() and bool(TRIGGER.search(text))


def mapped(text: str) -> tuple[str, list[int]]:
    """The same, and where each of its characters stands in `text`; at the end, its length.

    >>> mapped("oﬃce²")
    ('office^2', [0, 1, 1, 1, 2, 3, 4, 4, 5])
    """
    pieces: list[str] = []
    origins: list[int] = []
    at = 0
    for match in ODD.finditer(text):
        new = replacement(match)
        pieces += [text[at : match.start()], new]
        origins += range(at, match.start())
        origins += [match.start()] * len(new)
        at = match.end()
    return "".join([*pieces, text[at:]]), [*origins, *range(at, len(text) + 1)]


def replacement(match: re.Match[str]) -> str:
    new = plain(match[0])
    # What follows a command of TeX is another word.
    is_command = new.startswith("\\") and not new.endswith("}")
    return f"{new}{{}}" if is_command and match.string[match.end() :][:1].isalnum() else new


@lru_cache(maxsize=4096)
def plain(found: str) -> str:
    """What stands for it; itself where nothing fits."""
    if found in LETTERS:
        return LETTERS[found]
    found = found.translate(dict.fromkeys(map(ord, UNSEEN)))
    new = unicodedata.normalize("NFKC", found)
    if len(found) == 1 and (command := as_tex(found, new)):
        return command
    if RAISED.match(found):
        new = f"^{new}"
    if LOWERED.match(found):
        new = f"_{new}"
    is_letter = any(map(str.isalnum, new)) and not NO_PART.search(new)
    return new if is_letter and not ODD.search(new) else found


def as_tex(sign: str, new: str) -> str:
    """The command that typesets this letter; empty for a letter of a word."""
    if len(new) != 1:
        return ""
    name = unicodedata.name(sign, "").split()
    style = next((STYLES[word] for word in name if word in STYLES), "")
    if style and new.isascii():
        return f"\\{style}{{{new}}}"
    greek = unicodedata.name(new, "").split()
    if greek[:1] != ["GREEK"] or "WITH" in greek:
        return ""
    letter = greek[1] if greek[-1] == "SYMBOL" else greek[-1]
    letter = letter.replace("LAMDA", "LAMBDA")
    return f"\\{letter.title() if 'CAPITAL' in greek else letter.lower()}"


def spellings(name: str) -> tuple[str, ...]:
    """As a name of a tag or a kind may stand in a note: SQLite knows the case of ASCII only.

    >>> spellings("äpfel"), spellings("tag")
    (('äpfel', 'ÄPFEL', 'Äpfel'), ('tag',))
    """
    if name.isascii():
        return (name,)
    known = unicodedata.normalize("NFC", name)
    low = known.lower()
    return tuple(dict.fromkeys((known, low, low.upper(), low.capitalize(), low.title())))
