"""What is judged, as a process that is asked by lines of JSON."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from bench.anchors.verdicts import Place

Span = tuple[int, int]


class Subject:
    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def ask(self, question: dict[str, Any]) -> Any:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, "the judged process has ended"
        return json.loads(line)

    def follow(self, texts: Sequence[str], spans: Sequence[Span]) -> list[Place]:
        """Where passages of the first text stand in the last one."""
        return [Place(*place) for place in self.ask({"texts": texts, "spans": spans})]

    def find(
        self,
        text: str,
        quotes: Sequence[dict[str, Any]],
        floors: Mapping[str, float] | None = None,
    ) -> list[Place]:
        """Where quotes stand in a text, by what a client sent of them."""
        asked = {"text": text, "quotes": quotes, "floors": floors or {}}
        return [Place(*place) for place in self.ask(asked)]


@contextmanager
def started() -> Iterator[Subject]:
    command = [sys.executable, "-m", "bench.anchoring_subject"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Subject(process)
        finally:
            if process.stdin:
                process.stdin.close()
            process.wait(20)
