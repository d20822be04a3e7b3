"""Whether an SVG is a drawing and nothing else: nothing in it runs, loads, or unfolds.

Elements and attributes are those of the lists in `svg_names`, addresses lead to a part of the same
drawing or hold an image, styles call only functions that draw. What is anything else is named with
its line and refused; nothing is taken out, for then the drawing would not be the one that was sent.

    >>> fault(b'<svg xmlns="http://www.w3.org/2000/svg"><rect width="9"/></svg>')
    >>> fault(b'<svg xmlns="http://www.w3.org/2000/svg">\\n<script/></svg>').reason
    'the element <script> in line 2'
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn
from xml.parsers import expat

from app.library.writing import svg_names as names
from app.library.writing.svg_graph import DEEPEST, MOST_ELEMENTS, Graph
from app.library.writing.svg_styles import CALL, DATA, LOCAL

PLAIN = "Save it as a plain SVG."
UNFOLDED = "Save it with its parts drawn out, or as a PNG."
HINTS = {
    "foreignObject": "It holds text as HTML: export it with the labels as SVG text, or as a PNG.",
    "a": "Take the link out of the drawing, and put it into the note.",
    "image": "Embed the image into the drawing, as PNG, JPEG, GIF or WebP.",
}
ENCODINGS = ("", "utf-8", "us-ascii")
# The one document type that browsers do not read and that programs write all the same.
DOCTYPE = re.compile(r"https?://www\.w3\.org/[\w./-]+\.dtd|\Z", re.I)
WEB = re.compile(r"https?://[^\s\"'<>\\]+", re.I)  # where a link in the drawing may lead
FUNCTION = re.compile(r"(?<![\w-])([\w-]+)\(")
RULE = re.compile(r"@([\w-]*)")
EVENT = re.compile(r"on[a-z]+")  # but Inkscape's effects have an `only_selected`
LONGEST = 60


@dataclass(frozen=True)
class Fault:
    """What a drawing must not hold, with its line, and what to do."""

    reason: str
    hint: str = PLAIN


class Refused(Exception):
    """Ends the reading at the first fault."""


def fault(data: bytes) -> Fault | None:
    """The first thing in an SVG that is more than a drawing; None for a drawing."""
    try:
        Reader().read(data.removeprefix(b"\xef\xbb\xbf"))
    except Refused as refused:
        found: Fault = refused.args[0]
        return found
    except expat.ExpatError as error:
        return Fault(f"a mistake ({error})", "Save it again.")
    return None


class Reader:
    """Reads an SVG from sign to sign; the bytes are UTF-8, as they are served."""

    def __init__(self) -> None:
        self.open: list[str] = []  # the names of the elements around, "" for those of no drawing
        self.style: list[str] = []
        self.graph = Graph()
        parser = self.parser = expat.ParserCreate("utf-8", namespace_separator=" ")
        parser.buffer_text = True
        parser.XmlDeclHandler = self.declaration
        parser.StartDoctypeDeclHandler = self.doctype
        parser.ProcessingInstructionHandler = self.instruction
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.text

    def read(self, data: bytes) -> None:
        self.parser.Parse(data, True)
        if wrong := self.graph.fault():
            raise Refused(Fault(wrong, UNFOLDED))

    def refuse(self, what: str, hint: str = PLAIN) -> NoReturn:
        raise Refused(Fault(f"{what} in line {self.parser.CurrentLineNumber}", hint))

    def declaration(self, _: str, encoding: str | None, __: int) -> None:
        """The server says UTF-8: a browser would read other letters than were looked at here."""
        if (encoding or "").lower() not in ENCODINGS:
            self.refuse(f"letters in {shown(encoding or '')}, as it says", "Save it in UTF-8.")

    def doctype(self, _: str, system: str | None, __: str | None, declares: int) -> None:
        if declares:
            self.refuse("a DOCTYPE with declarations of its own")
        if not DOCTYPE.fullmatch(system or ""):
            self.refuse(f"the DOCTYPE {shown(system or '')}")

    def instruction(self, target: str, _: str) -> None:
        self.refuse(f"the instruction <?{shown(target)}?>")

    def start(self, full: str, attributes: dict[str, str]) -> None:
        namespace, _, name = full.rpartition(" ")
        drawn = namespace == names.SVG
        if not self.open and (name, drawn) != ("svg", True):
            self.refuse(f"<{shown(name)}> as its first element, not <svg> of {names.SVG},")
        if not (name in names.ELEMENTS if drawn else namespace in names.METADATA):
            of = "" if drawn else f" of {shown(namespace) or 'no namespace'}"
            self.refuse(f"the element <{shown(name)}>{of}", HINTS.get(name, PLAIN))
        if self.open and self.open[-1] == "style":
            self.refuse(f"the element <{shown(name)}> within <style>")
        for key, value in attributes.items():
            self.attribute(name, drawn, key, value)
        self.open.append(name if drawn else "")
        if len(self.open) > DEEPEST:
            self.refuse(f"more than {DEEPEST} elements within each other", UNFOLDED)
        if len(self.graph.elements) >= MOST_ELEMENTS:
            self.refuse(f"more than {MOST_ELEMENTS:,} elements", UNFOLDED)
        self.graph.open(name if drawn else "", attributes)
        if self.open[-1] == "style":
            self.style.clear()

    def attribute(self, element: str, drawn: bool, full: str, value: str) -> None:
        """One of those that draw, or of those that only describe."""
        namespace, _, name = full.rpartition(" ")
        if not is_known(namespace, name, drawn=drawn):
            self.refuse(f"the attribute {shown(name)} of <{shown(element)}>")
        if name == "href" and (namespace == names.XLINK or (drawn and not namespace)):
            if not is_inner(element, value.strip()):
                words = f"the address {shown(value)} of <{shown(element)}>"
                self.refuse(words, HINTS.get(element, PLAIN))
        elif drawn and not namespace and not is_words(name) and (wrong := loading(value)):
            self.refuse(f"{wrong} in the attribute {shown(name)} of <{shown(element)}>")

    def text(self, text: str) -> None:
        if self.open[-1] == "style":
            self.style.append(text)

    def end(self, _: str) -> None:
        self.graph.close()
        if self.open.pop() != "style":
            return
        self.graph.sheets.append("".join(self.style))
        if wrong := loading(self.graph.sheets[-1]):
            self.refuse(f"{wrong} in the <style> that ends", HINTS.get(wrong, PLAIN))


def is_inner(element: str, address: str) -> bool:
    """Whether it leads to a part of the drawing, holds an image, or is where a link leads."""
    kinds = (LOCAL, DATA, WEB) if element == "a" else (LOCAL, DATA)
    return not address or any(kind.fullmatch(address) for kind in kinds)


def is_known(namespace: str, name: str, *, drawn: bool) -> bool:
    """
    >>> is_known("", "width", drawn=True), is_known("", "onload", drawn=True)
    (True, False)
    """
    if EVENT.fullmatch(name.lower()):
        return False
    if namespace:
        return name in names.OTHER.get(namespace, ()) or namespace in names.METADATA
    return not drawn or name in names.DRAWING or is_words(name)


def is_words(name: str) -> bool:
    """Whether an attribute's value is never read as a style."""
    return name in names.WORDS or name.startswith(("data-", "aria-"))


def loading(style: str) -> str:
    """What in a style is more than drawing; "" for none. A function may be spelled with escapes.

    >>> loading("fill: url(#a); stroke: rgb(0, 0, 0)"), loading("fill: url(//x)")
    ('', 'an address of something else')
    >>> loading("fill: image-set('x' 1x)"), loading("@import 'x'"), loading(r"fill: u\\\\72l(//x)")
    ('the function image-set()', 'the rule @import', 'an escape (\\\\)')
    """
    if "\\" in style:
        return "an escape (\\)"
    if found := next((r for r in RULE.findall(style) if r.lower() not in names.RULES), None):
        return f"the rule @{shown(found)}"
    for function in FUNCTION.findall(CALL.sub(" ", style)):
        if function.lower() == "url":
            return "an address of something else"
        if function.lower() not in names.FUNCTIONS:
            return f"the function {shown(function)}()"
    return ""


def shown(text: str) -> str:
    """What was found, short and in one line."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return line if len(line) <= LONGEST else line[:LONGEST] + "…"
