"""Find many passages in one text, each where it stands once.

Most passages of another text stand nowhere in this one: their first characters tell, without a
search through all of it. What is searched is counted, so that the time is bounded whatever is
asked.

    >>> text = Searched("one two three two")
    >>> text.once("three"), text.once("two"), text.once("four")
    (8, None, None)
"""

from __future__ import annotations

from functools import cached_property

STRETCH = 8
LONGEST = 300_000  # characters of a text whose stretches are listed: a dozen MB
SCANNED = 1_000_000_000  # characters that are searched, all passages together: about half a second


class Searched:
    def __init__(self, text: str) -> None:
        self.text = text
        self.left = SCANNED

    @cached_property
    def stretches(self) -> set[str]:
        """Every run of so many characters."""
        text = self.text
        return {text[start : start + STRETCH] for start in range(len(text) - STRETCH + 1)}

    def may_have(self, words: str) -> bool:
        if len(words) < STRETCH or len(self.text) > LONGEST:
            return True
        known, middle = self.stretches, (len(words) - STRETCH) // 2
        ends = words[:STRETCH] in known and words[-STRETCH:] in known
        return ends and words[middle : middle + STRETCH] in known

    def once(self, words: str) -> int | None:
        """Where these words stand, if it is at one place."""
        if not words or self.left <= 0 or not self.may_have(words):
            return None
        at = self.text.find(words)
        self.left -= len(self.text) if at < 0 else at
        if at < 0:
            return None
        again = self.text.find(words, at + 1)
        self.left -= (len(self.text) if again < 0 else again) - at
        return at if again < 0 else None
