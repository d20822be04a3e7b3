"""The report on a folder of notes in a few lines, for a terminal."""

from __future__ import annotations

from app.library.report import WORDS, Group, Report

MOST_SHOWN = 4  # groups of a kind, in a terminal
LONGEST = 60
IRREGULAR = {
    "journal": ("journal entry", "journal entries"),
    "analysis": ("block of an analysis", "blocks of analyses"),
}


def short(report: Report) -> list[str]:
    """The report in a few lines, for a terminal."""
    lines = [understood(report)]
    for section in report.sections:
        shown = [named(group) for group in section.groups[:MOST_SHOWN]]
        rest = len(section.groups) - MOST_SHOWN
        shown += [f"and {rest} more"] * (rest > 0)
        lines.append(f"  {section.count} {WORDS[section.kind]}: {', '.join(shown)}")
    return lines


def understood(report: Report) -> str:
    """One sentence of what there is.

    >>> from app.library.report import COUNTS
    >>> counts = dict.fromkeys(COUNTS, 0) | {"notes": 3, "links": 5, "tags": 2}
    >>> understood(Report(counts, [("note", 2), ("paper", 1)], [], []))
    '3 notes (2 notes, 1 paper), 2 tags; 5 of 5 links lead to a note'
    """
    counts = report.counts
    kinds = ", ".join(many(number, kind) for kind, number in report.kinds)
    words = [f"{many(counts['notes'], 'note')} ({kinds})" if kinds else "0 notes"]
    words += [
        many(counts[name], one)
        for name, one in (("tags", "tag"), ("works", "work"), ("analyses", "analysis"))
        if counts[name]
    ]
    parts = [", ".join(words)]
    if links := counts["links"]:
        parts.append(f"{report.reached('links')} of {links} links lead to a note")
    if files := counts["media"]:
        parts.append(f"{report.reached('media')} of {files} files shown are there")
    return "; ".join(parts)


def many(number: int, kind: str) -> str:
    """
    >>> many(1, "journal"), many(2, "journal"), many(2, "note")
    ('1 journal entry', '2 journal entries', '2 notes')
    """
    one, more = IRREGULAR.get(kind, (kind, f"{kind}s"))
    return f"{number} {one if number == 1 else more}"


def named(group: Group) -> str:
    reason = group.reason if len(group.reason) <= LONGEST else group.reason[:LONGEST] + "…"
    return reason if group.count == 1 else f"{reason} ({group.count})"
