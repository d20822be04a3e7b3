"""Stems: the same from every thread, the first time too."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.search import endings


def test_threads_agree_about_words_that_are_new_to_all_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(endings, "MOST_KEPT", 300)
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as threads:
            for turn in range(60):
                words = [f"walking{turn}x{number}s" for number in range(20)]
                found = list(threads.map(endings.of, [words] * 4))
                assert all(all(each.values()) for each in found)
                assert found.count(found[0]) == 4
    finally:
        sys.setswitchinterval(before)
