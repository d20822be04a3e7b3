"""A millisecond of work at many points: as an analysis, and as bare forks of a warm process.

As an analysis a sweep computes it; as `python forks.py TOGETHER` it forks a child for each point
that a line of standard input names (`first end`), so many at once, and prints the rows as JSON. No
sandbox, no limits, no database: less cannot be done with a process for each point.
"""

from __future__ import annotations

import json
import os
import select
import sys
import time
from typing import Any

NICE = 10  # as the sandbox's processes are


def main(n: int = 0) -> dict:
    end = time.perf_counter() + 0.001
    while time.perf_counter() < end:
        pass
    return {"square": n * n, "half": n / 2}


def compute(numbers: range, together: int) -> list[Any]:
    """Each in a child of its own, which sends what it computed as JSON."""
    waiting, rows = list(reversed(numbers)), []
    running: dict[Any, Any] = {}
    while waiting or running:
        while waiting and len(running) < together:
            number = waiting.pop()
            reader, pid = fork(number)
            running[reader] = (number, pid)
        for reader in select.select(list(running), [], [])[0]:
            number, pid = running.pop(reader)
            with os.fdopen(reader, "rb") as pipe:
                rows.append([number, json.loads(pipe.read())])
            os.waitpid(pid, 0)
    return sorted(rows)


def fork(number: int) -> tuple[int, int]:
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        os.write(writer, json.dumps(main(number)).encode())
        os._exit(0)
    os.close(writer)
    return reader, pid


def serve(together: int) -> None:
    from app.lab.runner import warm

    warm.up()
    os.nice(NICE)
    print("ready", flush=True)
    for line in sys.stdin:
        first, end = map(int, line.split())
        print(json.dumps(compute(range(first, end), together)), flush=True)


if __name__ == "__main__":
    serve(int(sys.argv[1]))
