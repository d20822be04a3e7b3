"""The fields that a form takes over from BibTeX, and the words that say so.

A new note becomes a paper by it. What somebody has written in a field already stays.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.errors import BadInput
from app.library.citations import citing
from app.library.front import front_matter
from app.library.writing import starts
from app.web import writing
from app.web.writing import Form

NAMES = {
    "title": "title",
    "authors": "authors",
    "year": "year",
    "venue": "venue",
    "citekey": "citation key",
    "doi": "DOI",
    "arxiv": "arXiv",
    "url": "address",
}


@dataclass(frozen=True)
class Filled:
    """The form afterwards; the fields that were empty before; what is said of it."""

    form: Form
    fields: dict[str, str]
    told: str


def fill(form: Form) -> Filled:
    """Fill what is empty from the first work of the BibTeX; BadInput if there is none."""
    found, count = of_bibtex(form.values.get("bibtex", ""))
    new = {name: value for name, value in found.items() if not form.values.get(name, "").strip()}
    later = replace(form, values={**form.values, **new})
    if becomes_paper(form):
        later = replace(later, values={**later.values, "kind": "paper"})
        if not form.markdown.strip():
            later = replace(later, markdown=starts.start("paper", "")["markdown"])
    return Filled(later, new, " ".join(sentences(form, later, new, found["citekey"], count)))


def of_bibtex(text: str) -> tuple[dict[str, str], int]:
    """What the first work says, as the fields show it, and how many works there are."""
    front, read = citing.with_bibtex(front_matter.FrontMatter(bibtex=text), 1)
    if not read.works:
        why = read.problems[0].reason if read.problems else "There is no BibTeX entry in it."
        raise BadInput(why, field="bibtex", hint="An entry begins as in: @article{key,")
    alone = ("year", "venue", "doi", "arxiv", "url")
    values = {name: str(getattr(front, name) or "") for name in alone}
    values |= {"authors": writing.joined(front.authors, writing.LISTS["authors"])}
    values |= {"title": citing.title_of(read.works)}
    values |= {"bibtex": writing.normal(text).strip("\n"), "citekey": front.citekey}
    kept = {name: value for name, value in values.items() if value or name == "citekey"}
    return kept, len(read.works)


def becomes_paper(form: Form) -> bool:
    return not form.id and form.values.get("kind") in (None, "", "note")


def sentences(form: Form, later: Form, new: dict[str, str], key: str, count: int) -> list[str]:
    """What was read, what was filled, and what becomes of a new note."""
    said = [f"{count} works were read; the first, {key}, was taken."] if count > 1 else []
    names = [words for name, words in NAMES.items() if new.get(name)]
    if names:
        said.append(f"Filled from the BibTeX: {', '.join(names)}.")
    else:
        said.append("Nothing to fill from the BibTeX: every field had something already.")
    if becomes_paper(form):
        said.append(f"The note becomes a paper, {saved_in(later)}.")
    elif not form.id and later.values.get("kind") == "paper":
        said.append(f"The paper is {saved_in(later)}.")
    return said


def saved_in(form: Form) -> str:
    if form.file:
        return f"to be saved as {form.file}.md"
    return f"to be saved in {writing.FOLDERS['paper']}"
