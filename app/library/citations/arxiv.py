"""Preprints on arXiv: the number of one, whichever field of a BibTeX entry says it.

>>> number({"eprint": "2209.04836", "archiveprefix": "arXiv"})
'2209.04836'
>>> number({"journal": "arXiv preprint arXiv:math/0309136v2"}), number({"eprint": "12.3456"})
('math/0309136v2', '')
"""

from __future__ import annotations

import re
from collections.abc import Mapping

NUMBER = r"(?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Za-z]{2})?/\d{7})(?:v\d+)?(?![\w.]*\d)"
BARE = re.compile(rf"(?:arxiv:\s*)?({NUMBER})", re.IGNORECASE)
# Where a number stands among other words, these say that it is one of arXiv.
NAMED = re.compile(rf"(?:arxiv:\s*|arxiv\.org/(?:abs|pdf)/|10\.48550/arxiv\.)({NUMBER})", re.I)
FIELDS = ("eprint", "journal", "journaltitle", "doi", "url", "howpublished", "note", "volume")
ITSELF = re.compile(r"arxiv\b.*|", re.IGNORECASE)  # as a journal or a publisher
ADDRESS = "https://arxiv.org/abs/"


def number(fields: Mapping[str, str]) -> str:
    """The number of the preprint, or nothing."""
    archive = f"{fields.get('archiveprefix', '')}{fields.get('eprinttype', '')}".lower()
    own = [fields.get("arxiv", "")]
    own += [fields.get("eprint", "")] if "arxiv" in archive else []
    for value in own:
        if match := BARE.search(value):
            return match[1]
    for name in FIELDS:
        if match := NAMED.search(fields.get(name, "")):
            return match[1]
    return ""


def described(item: dict[str, str], found: str) -> dict[str, str]:
    """What CSL is to know of a preprint that was nowhere else published: `arXiv:2209.04836`.

    The number stands as the publisher, which every style names, and where CSL has archives.
    """
    known = {"archive": "arXiv", "archive_location": found}
    venues = (item.get("container-title", ""), item.get("publisher", ""))
    if not all(ITSELF.fullmatch(venue) for venue in venues):
        return known
    return {**known, "type": "article", "container-title": "", "publisher": f"arXiv:{found}"}
