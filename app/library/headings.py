"""The plain text of a heading, to link to it: a formula is its TeX, once."""

from __future__ import annotations

from html.parser import HTMLParser


def plain(html: str) -> str:
    """
    >>> plain('A <em>walk</em> &amp; more')
    'A walk & more'
    """
    if "<" not in html and "&" not in html:
        return html
    reader = Reader()
    reader.feed(html)
    reader.close()
    return " ".join("".join(reader.parts).split())


class Reader(HTMLParser):
    """Collects text. Of a formula, KaTeX writes MathML, TeX and boxes: only the TeX is taken."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.formula = 0  # depth within span.katex
        self.tex = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "span" and (self.formula or ("class", "katex") in attrs):
            self.formula += 1
        self.tex = tag == "annotation"

    def handle_endtag(self, tag: str) -> None:
        self.tex = False
        if tag == "span" and self.formula:
            self.formula -= 1

    def handle_data(self, data: str) -> None:
        if self.tex or not self.formula:
            self.parts.append(data)
