"""The words of a text as the index has them: split, without case and accents, and stemmed.

Porter's algorithm as SQLite's tokenizer runs it; a test compares the two.

>>> words("Émilie's running_times, relational")
['emili', 's', 'run', 'time', 'relat']
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

WORD = re.compile(r"[^\W_]+")
KEPT = 50_000  # stems in memory: about 6 MB
VOWELS = "aeiou"
SECOND = {
    "ational": "ate", "tional": "tion", "enci": "ence", "anci": "ance", "izer": "ize",
    "logi": "log", "bli": "ble", "alli": "al", "entli": "ent", "eli": "e", "ousli": "ous",
    "ization": "ize", "ation": "ate", "ator": "ate", "alism": "al", "iveness": "ive",
    "fulness": "ful", "ousness": "ous", "aliti": "al", "iviti": "ive", "biliti": "ble",
}  # fmt: skip
THIRD = {
    "icate": "ic", "ative": "", "alize": "al", "iciti": "ic", "ical": "ic", "ful": "", "ness": "",
}  # fmt: skip
FOURTH = (
    "ement", "ance", "ence", "able", "ible", "ment", "ant", "ent", "ion", "ism", "ate", "iti",
    "ous", "ive", "ize", "al", "er", "ic", "ou",
)  # fmt: skip


def words(text: str) -> list[str]:
    """Every word of the text, stemmed, in its order."""
    return [stem(word) for word in WORD.findall(folded(text))]


def folded(text: str) -> str:
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFD", text.lower())
    return "".join(char for char in plain if not unicodedata.combining(char))


@lru_cache(KEPT)
def stem(word: str) -> str:
    if not 2 < len(word) < 64 or not word.isascii():
        return word
    word = with_i(past(singular(word)))
    word = longer(longer(word, SECOND), THIRD)
    return without_e(shorter(word))


def singular(word: str) -> str:
    if word.endswith(("sses", "ies")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def past(word: str) -> str:
    """Without -ed and -ing."""
    if word.endswith("eed"):
        return word[:-1] if measure(word[:-3]) else word
    for ending in ("ed", "ing"):
        bare = word.removesuffix(ending)
        if bare != word and "v" in shape(bare):
            return mended(bare)
    return word


def mended(bare: str) -> str:
    if bare.endswith(("at", "bl", "iz")):
        return bare + "e"
    if is_doubled(bare) and bare[-1] not in "lsz":
        return bare[:-1]
    return bare + "e" if measure(bare) == 1 and is_short(bare) else bare


def with_i(word: str) -> str:
    return word[:-1] + "i" if word.endswith("y") and "v" in shape(word[:-1]) else word


def longer(word: str, endings: dict[str, str]) -> str:
    """The longest of the endings replaced, if enough stands before it."""
    for size in range(7, 2, -1):
        ending = word[-size:]
        if len(word) > size and ending in endings:
            bare = word[:-size]
            return bare + endings[ending] if measure(bare) else word
    return word


def shorter(word: str) -> str:
    for ending in FOURTH:
        bare = word.removesuffix(ending)
        if bare != word:
            is_whole = ending != "ion" or bare.endswith(("s", "t"))
            return bare if measure(bare) > 1 and is_whole else word
    return word


def without_e(word: str) -> str:
    bare = word[:-1]
    if word.endswith("e") and (measure(bare) > 1 or (measure(bare) == 1 and not is_short(bare))):
        word = bare
    return word[:-1] if word.endswith("ll") and measure(word) > 1 else word


def shape(word: str) -> str:
    """Each letter as v or c; a y after a consonant is a vowel."""
    kinds = ""
    for place, letter in enumerate(word):
        is_vowel = letter in VOWELS or (letter == "y" and place > 0 and kinds[-1] == "c")
        kinds += "v" if is_vowel else "c"
    return kinds


def measure(word: str) -> int:
    """How many times consonants follow vowels."""
    return shape(word).count("vc")


def is_doubled(word: str) -> bool:
    return word[-1:] == word[-2:-1] and shape(word)[-1:] == "c"


def is_short(word: str) -> bool:
    return shape(word)[-3:] == "cvc" and word[-1] not in "wxy"
