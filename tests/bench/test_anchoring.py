"""The judge of anchoring: that it knows the truth, and tells right from wrong."""

from __future__ import annotations

import ast
import random
import subprocess
from pathlib import Path

import pytest

from bench import anchoring
from bench.anchors import foreign, histories, identities, subject
from bench.anchors.identities import EDITS, Editor, first, flat, shown
from bench.anchors.verdicts import Place, Tally, Truth
from bench.baselines import hypothesis

JUDGE = Path(anchoring.__file__).parent
BLOCKS = ["A walk goes far.", "A second walk does not; see $x$.", "因为左右互相抵消。"]


def truth(edit: str, seed: int = 0) -> Truth:
    text = first(BLOCKS)
    before = flat(text)
    EDITS[edit](Editor(random.Random(seed), ["new", "words"]), text, 1)
    return Truth.of(before, flat(text))


@pytest.mark.parametrize("edit", sorted(EDITS))
def test_every_edit_knows_where_each_character_is(edit: str) -> None:
    known = truth(edit)
    for number, place in known.where.items():
        assert known.before[number].shown == known.after[place].shown
    assert shown(known.before) == "\n".join(BLOCKS)


def test_verdicts() -> None:
    known = truth("insert_block")
    after = shown(known.after)
    span = (19, 25)
    there = after.index("second")
    kind, verdict = known.judge(span, Place(there, there + 6, "moved"))
    assert (shown(known.before[19:25]), kind, verdict) == ("second", "stands", "right")
    assert known.judge(span, Place(None, None, "orphan")) == ("stands", "orphan")
    assert known.judge(span, Place(there + 1, there + 6, "changed")) == ("stands", "wrong")
    assert known.judge(span, Place(0, 6, "changed")) == ("stands", "wrong")
    gone = truth("delete_block")
    assert gone.judge(span, Place(None, None, "orphan")) == ("gone", "right")
    assert gone.judge((19, 30), Place(0, 6, "changed")) == ("gone", "wrong")


def test_a_tally_counts_shares() -> None:
    tally = Tally()
    for kind, verdict in (("stands", "right"), ("stands", "orphan"), ("gone", "wrong")):
        tally.add(kind, verdict)
    assert (tally.right_of_standing, round(tally.wrong_of_all, 3)) == (0.5, 0.333)


def test_the_judge_imports_nothing_of_what_it_judges() -> None:
    for file in [JUDGE / "anchoring.py", JUDGE / "baselines" / "hypothesis.py", *modules()]:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        names = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        names += [a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names]
        assert not [name for name in names if name.split(".")[0] == "app"], file


def modules() -> list[Path]:
    return sorted(Path(identities.__file__).parent.glob("*.py"))


def test_hypothesis_finds_the_nearest_words_and_has_no_floor() -> None:
    text = "we saw one walk there and another walk here"
    assert hypothesis.anchor(text, "walk", "another ", " here") == (34, 38)
    assert hypothesis.anchor(text, "walk", "another ", " here", 11) == (11, 15)
    assert hypothesis.anchor(text, "anothre walk", "and ", " here") == (26, 38)
    assert hypothesis.anchor(text, "zzzz") is None
    assert hypothesis.anchor("the wolf ran", "the wall was") is not None


def test_a_history_is_replayed(tmp_path: Path) -> None:
    versions = [
        "# On walks\n\nA walk of many steps goes rather far. It is random.\n",
        "# On walks\n\nNew here.\n\nA walk of many steps goes rather far. It was random, once.\n",
        "# On walks\n\nNothing is left of it all.\n",
    ]
    git(tmp_path, "init", "-q")
    for number, text in enumerate(versions):
        (tmp_path / "walk.md").write_text(text)
        git(tmp_path, "add", ".")
        git(tmp_path, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", str(number))
    with subject.started() as asked:
        results = histories.run(asked, tmp_path, 5, 0)
    assert results.ours.right_of_standing == 1
    assert results.ours.wrong_of_all == 0
    assert results.ours.total >= 2


def test_floors_are_tried_on_the_same_passages(tmp_path: Path) -> None:
    text = "\n\n".join(
        f"{block} It goes on for a while, walk {n}." for n in range(9) for block in BLOCKS
    )
    (tmp_path / "a.md").write_text(text, encoding="utf-8")
    with subject.started() as asked:
        results = foreign.run(asked, [tmp_path / "a.md"], 1, 0, [{}, {"quote": 1.0, "lead": 1.0}])
    totals = {tally.total for tallies in results.values() for tally in tallies.values()}
    assert len(totals) == 1
    assert totals != {0}
    assert len(list(foreign.lines(results))) == 4


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(folder), *arguments], check=True)
