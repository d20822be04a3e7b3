"""The measure of ranking: its numbers by hand, the formats it reads, how it ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import judged, measures, search_quality


def test_measures_by_hand() -> None:
    grades = {"a": 2.0, "b": 1.0, "c": 0.0, "d": 1.0}
    ranked = ["c", "a", "x", "b"]
    # gains 0 + 2 / log2(3) + 0 + 1 / log2(5) of 2 + 1 / log2(3) + 1 / log2(4)
    assert measures.ndcg(ranked, grades) == pytest.approx(1.692536 / 3.130930, abs=1e-6)
    assert measures.average_precision(ranked, grades) == pytest.approx((1 / 2 + 2 / 4) / 3)
    assert measures.recall(ranked, grades) == pytest.approx(2 / 3)
    assert measures.recall(ranked, grades, depth=2) == pytest.approx(1 / 3)


FORMATS = {
    "sgml": "<DOC>\n<DOCNO> d1 </DOCNO>\n<TITLE>On A</TITLE>\n<TEXT>one &amp; two</TEXT>\n</DOC>",
    "smart": ".I d1\n.T\nOn A\n.W\none & two\n.X\n1 2 3\n",
    "json": '{"_id": "d1", "title": "On A", "text": "one & two"}\n',
    "tabs": "d1\tOn A\tone & two\n",
}


@pytest.mark.parametrize("kind", FORMATS)
def test_documents(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "docs"
    file.write_text(FORMATS[kind])
    assert judged.documents(file) == [judged.Document("d1", "On A", "one & two")]


@pytest.mark.parametrize(
    "text",
    [
        "7\theat flow\n",
        "<top>\n<num> Number: 7\n<title> heat flow\n<desc> Description:\nmore\n</top>",
        ".I 7\n.W\nheat flow\n",
        '{"_id": "7", "text": "heat flow"}\n',
    ],
)
def test_queries(tmp_path: Path, text: str) -> None:
    file = tmp_path / "queries"
    file.write_text(text)
    assert judged.queries(file) == {"7": "heat flow"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7 0 d1 2\n7 0 d2 -1\n", {"7": {"d1": 2.0, "d2": 0.0}}),
        ("query-id\tcorpus-id\tscore\n7\td1\t1\n", {"7": {"d1": 1.0}}),
        ("  7  11 0 0.000000\n  7  12 0 0.000000\n", {"7": {"11": 1.0, "12": 1.0}}),
    ],
)
def test_judgments(tmp_path: Path, text: str, expected: judged.Judgments) -> None:
    file = tmp_path / "qrels"
    file.write_text(text)
    assert judged.judgments(file) == expected


def test_without_files_nothing_is_evaluated(capsys: pytest.CaptureFixture[str]) -> None:
    assert search_quality.main([]) == 0
    assert "not evaluated, because" in capsys.readouterr().out


def test_a_table_and_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    texts = {"docs": "d1\theat flow\nd2\tcold air\n", "queries": "1\theat\n", "qrels": "1 0 d1 1\n"}
    arguments = []
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
        arguments += [f"--{name}", str(tmp_path / name)]
    assert search_quality.main(arguments) == 0
    assert "nDCG@10        1.0000   1.0000   1.000" in capsys.readouterr().out
    (tmp_path / "qrels").write_text("")
    assert search_quality.main(arguments) == 2
    assert "the file is empty" in capsys.readouterr().err
