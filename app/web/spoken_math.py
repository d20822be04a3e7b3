"""Formulas for places without our style sheet: MathML alone.

KaTeX writes each formula twice, once as MathML and once as boxes that need its style sheet; a
feed reader would show both.

    >>> without_boxes('a <span class="katex"><math>x</math><span class="katex-html"><span>x'
    ...               '</span></span></span> b')
    'a <span class="katex"><math>x</math></span> b'
"""

from __future__ import annotations

from html.parser import HTMLParser

BOXES = "katex-html"


def without_boxes(html: str) -> str:
    if BOXES not in html:
        return html
    copy = Copy()
    copy.feed(html)
    copy.close()
    return "".join(copy.parts)


class Copy(HTMLParser):
    """Repeats what it reads, but for the boxes: elements are counted from where they begin."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.parts: list[str] = []
        self.depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "span" and (self.depth or BOXES in (dict(attrs).get("class") or "").split()):
            self.depth += 1
        self.keep(self.get_starttag_text() or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del tag, attrs
        self.keep(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        self.keep(f"</{tag}>")
        if tag == "span" and self.depth:
            self.depth -= 1

    def handle_data(self, data: str) -> None:
        self.keep(data)

    def handle_entityref(self, name: str) -> None:
        self.keep(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.keep(f"&#{name};")

    def keep(self, text: str) -> None:
        if not self.depth:
            self.parts.append(text)
