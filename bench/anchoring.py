"""Where marks land after edits: right, wrong, or an honest orphan; ours beside Hypothesis's way.

    python -m bench.anchoring                        made edits of the texts in this project
    python -m bench.anchoring --texts DIR            of the Markdown files there
    python -m bench.anchoring --repository DIR       replays the history of a git repository
    python -m bench.anchoring --show 20              tells the wrong ones
    python -m bench.anchoring --floors               tries the floors for a client's selectors

Ends with 1 if fewer than 99 % of the passages that stand are found, if more than 0.1 % of all are
attached to wrong words, or if 10,000 annotations on a note of 100 kB take a second to follow.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from bench.anchors import foreign, histories, subject, synthetic
from bench.anchors.subject import Subject
from bench.anchors.synthetic import Results
from bench.anchors.verdicts import Tally
from bench.ratios import Ratio

PROJECT = Path(__file__).resolve().parents[1]
OWN_TEXTS = ("notes/**/*.md", "README.md", "CHANGELOG.md", "bench/anchors/texts/*.md")
TRIALS, SEED = 1_000, 7
RIGHT_LEAST, WRONG_MOST, SECONDS_MOST = 0.99, 0.001, 1.0
ANNOTATIONS, CHARACTERS = 10_000, 100_000


def measure() -> list[Ratio]:
    """As one of the measures of `python -m bench`."""
    with subject.started() as asked:
        results = synthetic.run(asked, own_texts(), TRIALS, SEED)
        return [*promises("made edits", results.ours), slowest(timed(asked))]


def own_texts() -> list[Path]:
    return sorted({file for pattern in OWN_TEXTS for file in PROJECT.glob(pattern)})


def promises(name: str, tally: Tally) -> list[Ratio]:
    detail = f"{tally.total:,} passages"
    right, wrong = 100 * tally.right_of_standing, 100 * tally.wrong_of_all
    return [
        Ratio(f"{name}: % found of what stands", right, 100 * RIGHT_LEAST, "at least", detail),
        Ratio(f"{name}: % wrong of all", wrong, 100 * WRONG_MOST, "at most", detail),
    ]


def timed(asked: Subject) -> dict[str, float]:
    found: dict[str, float] = asked.ask({"annotations": ANNOTATIONS, "characters": CHARACTERS})
    return found


def slowest(seconds: dict[str, float]) -> Ratio:
    detail = ", ".join(f"{name} {took:.2f}" for name, took in seconds.items())
    name = f"{ANNOTATIONS:,} annotations on {CHARACTERS // 1000} kB, seconds"
    return Ratio(name, max(seconds.values()), SECONDS_MOST, "at most", detail)


def main(arguments: Sequence[str]) -> int:
    options = parser().parse_args(arguments)
    started = time.monotonic()
    if options.floors:
        return tell_floors(files_of(options.texts), options.trials, options.seed)
    with subject.started() as asked:
        ratios = []
        for repository in options.repository:
            results = histories.run(asked, repository, options.files, options.seed)
            ratios += told(str(repository), results, options.show)
        if options.texts or not options.repository:
            print(f"seed {options.seed}")
            files = files_of(options.texts)
            results = synthetic.run(asked, files, options.trials, options.seed)
            ratios += told("made edits", results, options.show)
        ratios.append(slowest(timed(asked)))
    for ratio in ratios:
        kept = "kept  " if ratio.kept else "BROKEN"
        print(
            f"{kept} {ratio.name}: {ratio.value:.3f}"
            f" ({ratio.bound} {ratio.limit:g}); {ratio.detail}"
        )
    print(f"{time.monotonic() - started:.0f} s")
    return 0 if all(ratio.kept for ratio in ratios) else 1


def files_of(folders: Sequence[Path]) -> list[Path]:
    found = [file for folder in folders for file in sorted(folder.rglob("*.md"))]
    return found or own_texts()


def tell_floors(files: Sequence[Path], trials: int, seed: int) -> int:
    """No promise, but where the floors stand: what each finds, and what it attaches wrongly."""
    with subject.started() as asked:
        print("\n".join(foreign.lines(foreign.run(asked, files, trials, seed))))
    return 0


def told(name: str, results: Results, show: int) -> list[Ratio]:
    """Print right, wrong and honest orphans of each side; the promises about ours."""
    print(name)
    for side, tally in results.named().items():
        shares = (
            f"{tally.right_of_standing:.3%} of what stands, wrong {tally.wrong_of_all:.3%} of all"
        )
        print(f" {side}: {shares}")
        print("\n".join(tally.lines()))
    for words in results.ours.wrong[:show]:
        print(f"  {words}")
    return promises(name, results.ours)


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="python -m bench.anchoring",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("--repository", type=Path, action="append", default=[], metavar="DIR")
    made.add_argument("--files", type=int, default=30, help="at most so many, those changed most")
    made.add_argument("--texts", type=Path, action="append", default=[], metavar="DIR")
    made.add_argument("--floors", action="store_true", help="try the floors for selectors")
    made.add_argument("--trials", type=int, default=TRIALS)
    made.add_argument("--seed", type=int, default=SEED)
    made.add_argument("--show", type=int, default=0, help="tell so many of the wrong ones")
    return made


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
