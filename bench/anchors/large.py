"""A long text, and ways in which it may change."""

from __future__ import annotations

import random
import string


def text(characters: int) -> str:
    """Paragraphs of 30 to 120 words out of 3,000."""
    dice = random.Random(0)
    words = vocabulary(dice)
    paragraphs: list[str] = []
    length = 0
    while length < characters:
        paragraphs.append(" ".join(dice.choices(words, k=dice.randint(30, 120))) + ".")
        length += len(paragraphs[-1]) + 1
    return "\n".join(paragraphs)[:characters]


def vocabulary(dice: random.Random) -> list[str]:
    letters = string.ascii_lowercase
    return ["".join(dice.choices(letters, k=dice.randint(2, 9))) for _ in range(3_000)]


def edits(whole: str) -> dict[str, str]:
    dice = random.Random(1)
    words, lines = vocabulary(dice), whole.split("\n")

    def reworded(line: str, share: float) -> str:
        return " ".join(dice.choice(words) if dice.random() < share else w for w in line.split(" "))

    tenth = [reworded(line, 0.1) if n % 10 == 0 else line for n, line in enumerate(lines)]
    tenth.append(tenth.pop(3))
    all_of_it = [reworded(line, 0.3) for line in lines]
    shuffled = dice.sample(all_of_it, len(all_of_it))
    return {
        "a word inserted": f"Inserted. {whole}",
        "a tenth reworded, a paragraph moved": "\n".join(tenth),
        "all reworded": "\n".join(all_of_it),
        "all reworded and shuffled": "\n".join(shuffled),
        "another text": " ".join(dice.choices(words, k=len(whole) // 6)),
    }
