"""Made-up notes that weigh what real ones do: prose, mathematics, code, links, tags.

The same number and seed give the same files. Formulas come from a small pool, as they do in the
notes of one field; common words come often and rare ones seldom.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

COMMON = """the of a and in to is that for we with as by it this on which are be an not from at
every one has its if when can than but or all two where so then under only no more let same each
most there over such between any until whose what""".split()  # noqa: SIM905 (a list of words, not of quotes)
FIELD = """sum series walk step distance dimension walker variance estimate bound prior posterior
likelihood data model sample measure density limit proof lemma theorem term digit harmonic
convergent divergent random tempered loss function expectation entropy gradient weight parameter
evidence temperature inference noise regression kernel process lattice return probability moment
constant ratio error norm vector matrix operator eigenvalue spectrum space point neighbour
sequence interval integral derivative product logarithm exponential polynomial root prime block
number figure table experiment result claim note paper method result argument intuition example
counterexample remark question answer page journal week morning idea draft plot curve line axis
scale slope tail order leading correction asymptotic finite infinite small large simple careful
wrong right true false known open useful surprising slow fast stable robust optimal uniform
independent symmetric linear convex smooth discrete continuous""".split()  # noqa: SIM905 (as above)
INLINE = (
    *(r"$N$", r"$\sqrt N$", r"$x_i$", r"$\sigma^2$", r"$p(\theta \mid x)$", r"$\beta \in (0, 1)$"),
    *(r"$O(\log n)$", r"$d = 2$", r"$\mathbb{E}[X]$", r"$\frac{1}{n}$", r"$\lVert S_N \rVert$"),
    *(r"$\varepsilon > 0$", r"$\pi(\theta)$", r"$k!$", r"$\lambda_1$", r"$a_{ij}$", r"$10^{-3}$"),
    *(r"$f \colon X \to Y$", r"$\hat\theta_n$", r"$\mathcal{N}(0, 1)$"),
)
DISPLAY = (
    r"\sum_{n=1}^{\infty} \frac{1}{n^2} = \frac{\pi^2}{6}",
    r"\mathbb{E}\lVert S_N \rVert^2 = \sum_{i=1}^{N} \mathbb{E}\lVert X_i \rVert^2 = N",
    r"\pi_\beta(\theta \mid x) \propto p(x \mid \theta)^{\beta}\, \pi(\theta)",
    r"\int_{-\infty}^{\infty} e^{-x^2 / 2} \, dx = \sqrt{2\pi}",
    r"\sum_{k=0}^{\infty} \frac{9^k \cdot 8}{10^k} = 80",
    r"\begin{aligned} a &= b + c \\ &= \tfrac12 (d - e)^2 \end{aligned}",
)
CODE = """```python
steps = rng.choice([-1, 1], size=(walkers, length))
distance = np.sqrt((steps.cumsum(axis=1) ** 2).mean(axis=0))
```"""
TABLE = """| dimension | steps | distance |
|---|---:|---:|
| 5 | 1,000 | 31.6 |
| 10 | 1,000 | 31.7 |"""
KINDS = {"papers": "paper", "posts": "post", "ideas": "note"}
FIRST_DAY = date(2020, 1, 1)


def write(root: Path, count: int, *, paragraphs: int = 10, seed: int = 0) -> list[str]:
    """Write `count` notes below `root`; their ids. About 3 kB each with ten paragraphs."""
    dice = random.Random(seed)
    names = [name_of(number, dice) for number in range(count)]
    for number, name in enumerate(names):
        path = root / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(note(number, names, paragraphs, dice), encoding="utf-8")
    return names


def name_of(number: int, dice: random.Random) -> str:
    """Its folder (of about a hundred notes), some words, and a number that no other note has."""
    folder = f"{dice.choice(list(KINDS))}/{number // 300:02d}"
    return f"{folder}/{'-'.join(dice.choices(FIELD, k=3))}-{number}"


def note(number: int, names: list[str], paragraphs: int, dice: random.Random) -> str:
    body = "\n\n".join(blocks(names, paragraphs, dice))
    return f"{front_matter(number, dice)}\n# {title(dice)}\n\n{body}\n"


def front_matter(number: int, dice: random.Random) -> str:
    """As people write it; two notes in three are public."""
    day = FIRST_DAY + timedelta(days=number % 2500)
    visibility = "private" if number % 3 == 2 else "public"
    tags = ", ".join(sorted(set(dice.choices(FIELD[:24], k=3))))
    return f"---\ndate: {day}\ntags: [{tags}]\nvisibility: {visibility}\nyear: {day.year}\n---\n"


def title(dice: random.Random) -> str:
    return " ".join(dice.choices(FIELD, k=4)).capitalize()


def blocks(names: list[str], paragraphs: int, dice: random.Random) -> Iterator[str]:
    """Paragraphs, and after every second one something else in turn."""
    for number in range(paragraphs):
        yield paragraph(names, dice)
        if number % 2 == 0:
            yield between(number // 2, dice)
    yield f"[^1]: {sentence(dice)}"


def between(number: int, dice: random.Random) -> str:
    return (
        f"$$\n{dice.choice(DISPLAY)}\n$$",
        f"## {title(dice)}",
        "\n".join(f"- {sentence(dice)}" for _ in range(3)),
        CODE,
        TABLE,
    )[number % 5]


def paragraph(names: list[str], dice: random.Random) -> str:
    sentences = [sentence(dice) for _ in range(dice.randint(2, 4))]
    if dice.random() < 0.3:
        sentences.append(f"See [[{dice.choice(names)}]].")
    if dice.random() < 0.1:
        sentences[0] += "[^1]"
    return " ".join(sentences)


def sentence(dice: random.Random) -> str:
    """Common and rare words by turns, a formula in every second sentence, some emphasis."""
    words = [dice.choice(COMMON) if dice.random() < 0.5 else rare(dice) for _ in range(14)]
    if dice.random() < 0.5:
        words[dice.randrange(1, 14)] = dice.choice(INLINE)
    if dice.random() < 0.2:
        words[3] = f"*{words[3]}*"
    return f"{words[0].capitalize()} {' '.join(words[1:])}."


def rare(dice: random.Random) -> str:
    """The n-th word of the field about n times more seldom than the first."""
    return FIELD[int(len(FIELD) ** dice.random()) - 1]
