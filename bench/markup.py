"""Rendering: against the stock plugins on the same notes; and its growth on hostile ones.

Mathematics is cached, as it is from the second rendering on; the stock plugins do not typeset.
Growth is the time for twice as much, over the time for as much: 2 where it is linear.
"""

from __future__ import annotations

import gc
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from app.library.front import front_matter
from app.markup import render
from bench import notes
from bench.baselines.markup import parser
from bench.ratios import Ratio, by_turns, ratio, seconds

NOTES = 200
ROUNDS = 7
AT_MOST = 1.6
GROWTH_AT_MOST = 2.6
SHORTEST = 0.15  # seconds; a family is made longer until it takes that
TRIES = 3

# What an attacker or an accident repeats, once a unit.
FAMILIES: dict[str, Callable[[int], str]] = {
    "[": lambda n: "[" * n,
    "[[": lambda n: "[[" * n,
    "![": lambda n: "![" * n,
    "![[": lambda n: "![[" * n,
    "^[": lambda n: "^[" * n,
    "[a](": lambda n: "[a](" * n,
    "[a](b) ": lambda n: "[a](b) " * n,
    "[[a|b]] ": lambda n: "[[a|b]] " * n,
    "](": lambda n: "](" * n,
    "*a ": lambda n: "*a " * n,
    "**a *": lambda n: "**a *" * n,
    "_a": lambda n: "_a" * n,
    "~~a": lambda n: "~~a" * n,
    "==a": lambda n: "==a" * n,
    "%%": lambda n: "%% a " * n,
    "%% on lines": lambda n: "a %%\n%% b\n" * n,
    "%% across": lambda n: "a %%\n\n- b\n" * n,
    "#a": lambda n: "#a " * n,
    "`": lambda n: " ".join("`" * (1 + i % 90) for i in range(n // 20)),
    "$": lambda n: "$a " * n,
    "$$": lambda n: "$$\na\n\n" * n,
    "a$x": lambda n: "a$x" * n,
    "$ x": lambda n: "$ \\al " * n,
    "$ a_b": lambda n: "$ " + "a_b " * n + "\nx$",
    "$ al": lambda n: "$ " + "\\al " * n + "\nx$",
    "a $$": lambda n: "a $$\n" + "$$ x $$\n" * n,
    "。**（": lambda n: "。**（" * n,
    "[a](b c ": lambda n: "[a](b c " * n,
    "```c": lambda n: "```c\n" + "\n \n" * n + "```\n",
    "```c, many": lambda n: ("```c\n" + "\n \n" * 9 + "```\n\n") * (n // 20),
    "```python": lambda n: "```python\n" + "x = 'a'\n" * n + "```\n",
    "```js, a line": lambda n: "```js\n" + "(a" * n + "\n```\n",
    "<img>": lambda n: "<img>\n" * n,
    "\\(": lambda n: "\\(" * n,
    "\\[ on lines": lambda n: "\\[\n" * n,
    "\\begin": lambda n: "\\begin{align}\n" * n,
    "{{": lambda n: "{{ a." * n,
    "@a": lambda n: "@a [@b] " * n,
    "<": lambda n: "<a " * n,
    "<![CDATA[": lambda n: "<![CDATA[" * n,
    "<!--": lambda n: "a <!--" * n,
    "<?": lambda n: "<?" * n,
    "<b>": lambda n: "<b>" * n,
    "<div>": lambda n: "<div>\n" * n,
    "<td>": lambda n: "<table><tr><td>" * n,
    "</b>": lambda n: "</b></div>" * n,
    "> lazily": lambda n: ">" * 40 + "a\n" * n,
    "> > >": lambda n: "> " * n,
    "- - -": lambda n: "- " * n + "a",
    "- a": lambda n: "- a\n" * n,
    "> [!note]": lambda n: "> [!note] a\n> b\n\n" * n,
    "| a": lambda n: "|a|b|\n|-|-|\n" + "|c|d|\n" * n,
    "|": lambda n: "|" * n + "\n|-|\n",
    "# a": lambda n: "# a\n" * n,
    "[^1]": lambda n: "[^1]: x\n\n" + "[^1] " * n,
    "[^1], undefined": lambda n: "\\[^2] [^1]\n" * n,
    "[^n]": lambda n: "".join(f"a[^{i}]\n\n[^{i}]: b\n\n" for i in range(n)),
    "^[a]": lambda n: "a ^[b] " * n,
    "[a]: b": lambda n: "".join(f"[a{i}]: b\n" for i in range(n)),
    "https://": lambda n: "https://a.b/c " * n,
    "https://…)))": lambda n: "https://a.b/c" + ")" * n,
    "a@": lambda n: "a@" * n,
    "a: ": lambda n: "a: " * n,
    "&": lambda n: "&" * n,
    "\\": lambda n: "\\" * n,
    "a word": lambda n: "a" * n,
    "a long line": lambda n: "word " * n,
    "lines": lambda n: "a\n" * n,
    "spaces": lambda n: "a" + " " * n + "b",
    "controls": lambda n: "\x01\u202e\u2066" * n,
}


def measure() -> list[Ratio]:
    return [speed(), *growths()]


def speed() -> Ratio:
    with tempfile.TemporaryDirectory() as root:
        ids = notes.write(Path(root), NOTES)
        sources = [(Path(root) / f"{note}.md").read_text(encoding="utf-8") for note in ids]
    stock = parser()
    ours, theirs = by_turns(
        ROUNDS,
        lambda: seconds(lambda: [rendered(source) for source in sources]),
        lambda: seconds(lambda: [stock.render(source) for source in sources]),
    )
    rates = [NOTES / statistics.median(side) for side in (ours, theirs)]
    detail = f"{rates[0]:,.0f} : {rates[1]:,.0f} notes a second"
    first = ratio(ours[1:], theirs[1:])  # the first round typesets
    return Ratio("rendering : stock plugins", first, AT_MOST, "at most", detail)


def rendered(source: str) -> str:
    found = front_matter.parse(source, "note.md")
    return render(found.body, path="note", first_line=found.body_line).html


def growths() -> list[Ratio]:
    return [growth(name, make) for name, make in FAMILIES.items()]


def growth(name: str, make: Callable[[int], str]) -> Ratio:
    count = 500
    while (took := quickest(make(count), 1)) < SHORTEST and count < 2_000_000:
        count = min(count * 2, 2_000_000)
    once, twice = quickest(make(count), TRIES), quickest(make(2 * count), TRIES)
    del took
    detail = f"{1000 * once:,.0f} : {1000 * twice:,.0f} ms for {count:,} and {2 * count:,}"
    return Ratio(f"growth of {name!r}", twice / once, GROWTH_AT_MOST, "at most", detail)


def quickest(source: str, tries: int) -> float:
    """The least of some tries, in time of the processor: others use the machine too."""
    found = []
    for _ in range(tries):
        gc.collect()
        started = time.process_time()
        render(source, path="note")
        found.append(time.process_time() - started)
    return min(found)
