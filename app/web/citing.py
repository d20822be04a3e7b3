"""Citations on a page: named in the sentence, with a card beside it, and listed at the end.

A note is filled twice: first everything else (its embedded notes too), which leaves citations as
they are (`later`), then all citations together, in the order of the page: numbers, and the
letters of one year (2004a), depend on what else is cited. Two queries, however many there are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from typing import Any
from urllib.parse import quote

from flask import g, render_template

from app.accounts.permissions import Action, visibilities
from app.errors import BadSetting
from app.library.citations import bibliography, bibtex
from app.library.citations.bibliography import Work
from app.library.names import key as compared
from app.markup import fill, references
from app.markup.placeholders import typed
from app.web import access

STANDARD = "harvard"
CARDS = 1_000_000  # characters of HTML; then only the first citation of a work has a card
SHORT = 400  # characters; a citation is never longer where cards are spent
# The author's own heading at the very end, with nothing below it, is that of our list.
OWN_HEADING = re.compile(r"<h[2-6]\b[^>]*>(?:References|Bibliography|Literatur)[^<]*</h[2-6]>\s*\Z")


@dataclass
class Cited:
    """The works that a page cites, in their order, by the key as compared."""

    style: str
    works: Mapping[str, Work]
    numbers: Mapping[str, int]
    met: set[str] = field(default_factory=set)  # whose first citation is written
    left: int = CARDS

    @property
    def sorted(self) -> list[tuple[str, Work]]:
        """As the list has them: by number, or by author and year."""
        if references.style(self.style).numeric:
            return sorted(self.works.items(), key=lambda each: self.numbers[each[0]])
        return sorted(self.works.items(), key=lambda each: bibtex.sort_key(each[1].item))


def later(given: dict[str, Any]) -> str:
    """The placeholder as it was."""
    return typed("cite", given)


def fill_citations(html: str, own: Iterable[bibtex.Work] = (), note: int = 0) -> str:
    """A page with its citations and its list of references.

    `note` is the note's uid: what it defines wins on its page. `own`: works that nobody saved yet.
    """
    if "<!--gloss:cite " not in html:
        return html
    cited = cited_in(html, own, note)
    found = fill(html, {"cite": lambda given: citation(given, cited)})
    if not cited.works:
        return found
    return found + render_template(
        "_references.html",
        entries=[(anchor(name), entry(work, cited), work) for name, work in cited.sorted],
        numeric=references.style(cited.style).numeric,
        headed=OWN_HEADING.search(html) is not None,
    )


def cited_in(html: str, own: Iterable[bibtex.Work], note: int) -> Cited:
    keys: list[str] = []

    def collect(given: dict[str, Any]) -> str:
        keys.extend(each["key"] for each in given["cites"])
        return ""

    fill(html, {"cite": collect})
    known = bibliography.of_keys(g.db, keys, visibilities(g.person, Action.READ), own=note)
    known |= unsaved(own, known)
    names = [name for name in dict.fromkeys(map(compared, keys)) if name in known]
    works = lettered({name: known[name] for name in names}, chosen_style())
    return Cited(chosen_style(), works, {name: at for at, name in enumerate(names, 1)})


def unsaved(own: Iterable[bibtex.Work], known: Mapping[str, Work]) -> dict[str, Work]:
    """The works that a note defines which is being written: the first of each key."""
    found: dict[str, Work] = {}
    for work in own:
        name = compared(work.key)
        about = known[name].about if name in known else None
        csl = json.dumps(work.csl, ensure_ascii=False)
        found.setdefault(name, Work(work.key, csl, work.bibtex, about))
    return found


def chosen_style() -> str:
    """The library's style; the standard one if its file is gone meanwhile."""
    name = access.settings().citation_style
    try:
        references.style(name)
    except BadSetting:
        return STANDARD
    return name


def lettered(works: dict[str, Work], style: str) -> dict[str, Work]:
    """With a letter on the year of works that would be cited alike."""
    if references.style(style).numeric:
        return works
    alike: dict[str, list[str]] = {}
    for name, work in works.items():
        alike.setdefault(references.label(work.csl, style), []).append(name)
    found = dict(works)
    for names in alike.values():
        in_order = sorted(names, key=lambda name: bibtex.sort_key(works[name].item))
        for number, name in enumerate(in_order if len(names) > 1 else ()):
            item = {**works[name].item, "year-suffix": letters(number)}
            found[name] = replace(works[name], csl=json.dumps(item, ensure_ascii=False))
    return found


def letters(number: int) -> str:
    """
    >>> letters(0), letters(25), letters(26)
    ('a', 'z', 'aa')
    """
    before = letters(number // 26 - 1) if number > 25 else ""
    return before + "abcdefghijklmnopqrstuvwxyz"[number % 26]


def entry(work: Work, cited: Cited) -> str:
    return references.entry(work.csl, cited.style) or escape(work.key)


def citation(given: dict[str, Any], cited: Cited) -> str:
    """One citation; a bare `@word` that is no key is text."""
    works = [(each, cited.works.get(compared(each["key"]))) for each in given["cites"]]
    if given["bare"]:
        each, work = works[0]
        return in_sentence(each, work, cited) if work else escape(given["text"])
    if not any(work for _, work in works):
        keys = "; ".join(f"@{escape(each['key'])}?" for each, _ in works)
        return missing(f"[{keys}]")
    style = references.style(cited.style)
    parts = [part(each, work, cited) for each, work in works]
    return f"{escape(style.prefix)}{escape(style.delimiter).join(parts)}{escape(style.suffix)}"


def missing(text: str) -> str:
    return f'<span class="missing" title="No work here has this key">{text}</span>'


def part(each: dict[str, Any], work: Work | None, cited: Cited) -> str:
    """One work of a citation in brackets."""
    before = f"{escape(each['prefix'])} " if each["prefix"] else ""
    if work is None:
        return before + missing(f"@{escape(each['key'])}?")
    words = label(each, work, cited)
    return before + linked(words, work, cited)


def label(each: dict[str, Any], work: Work, cited: Cited) -> str:
    words = references.label(
        work.csl, cited.style, each["locator"], no_author=bool(each["no_author"])
    )
    if references.style(cited.style).numeric:  # set alone, each work is number 1
        return f"{cited.numbers[compared(each['key'])]}{words.removeprefix('1')}"
    return words


def in_sentence(each: dict[str, Any], work: Work, cited: Cited) -> str:
    """`Doe (2004)`, where the key stands without brackets."""
    style = references.style(cited.style)
    if style.numeric:
        words = f"{escape(style.prefix)}{label(each, work, cited)}{escape(style.suffix)}"
        return linked(f"{people(work)} {words}".strip(), work, cited)
    names, year = references.narrative(work.csl, cited.style)
    return linked(f"{names} ({year})" if names and year else names or year, work, cited)


def people(work: Work) -> str:
    """The names of a work as a sentence has them, where the style itself has only numbers."""
    return references.narrative(work.csl, STANDARD)[0]


def linked(words: str, work: Work, cited: Cited) -> str:
    """A link to the list, with the card that hover and focus show.

    The first citation of a work has its card in any case, the others as long as there is room.
    """
    name = compared(work.key)
    first = name not in cited.met
    cited.met.add(name)
    if cited.left <= 0 and len(words) > SHORT:
        words = escape(work.key)
    card = entry(work, cited) + about(work) if first or cited.left > 0 else ""
    cited.left -= len(words) + len(card)
    anchored = f' id="cite-{escape(anchor(name))}"' if first else ""
    shown = f'<span class="card" role="note">{card}</span>' if card else ""
    link = f'<a href="#work-{quote(anchor(name))}"{anchored}>{words}</a>'
    return f'<span class="cite">{link}{shown}</span>'


def about(work: Work) -> str:
    """A link to the note on the work."""
    if work.about is None:
        return ""
    return f' <a class="note" href="/notes/{escape(quote(work.about.path))}">Note</a>'


def anchor(name: str) -> str:
    """A key as part of an anchor, which has no white space."""
    return re.sub(r"\s", "_", name)


def entries(works: Sequence[Work]) -> list[tuple[str, str, Work]]:
    """Works for a list of their own: anchor, entry, and the work."""
    style = chosen_style()
    return [
        (anchor(compared(work.key)), references.entry(work.csl, style) or escape(work.key), work)
        for work in works
    ]
