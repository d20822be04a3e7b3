"""The harness: what it counts, what it compares, and that a broken promise fails the run."""

from __future__ import annotations

import http.server
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import __main__ as harness
from bench import load, notes
from bench.baselines import page as minimal
from bench.baselines.scan import scan
from bench.ratios import Ratio, by_turns, ratio

PROJECT = Path(__file__).resolve().parents[2]


class Counting(http.server.BaseHTTPRequestHandler):
    """Answers `hello`, keeps connections open; /growing answers one byte more each time."""

    protocol_version = "HTTP/1.1"
    asked = 0

    def do_GET(self) -> None:
        Counting.asked += 1
        body = b"x" * Counting.asked if self.path == "/growing" else b"hello"
        self.send_response(304 if self.headers["If-None-Match"] else 200)
        if not self.headers["If-None-Match"]:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if not self.headers["If-None-Match"]:
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """The client ends when its time is over, whatever is under way."""


@pytest.fixture
def counting() -> Iterator[str]:
    Counting.asked = 0
    served = Server(("127.0.0.1", 0), Counting)
    thread = threading.Thread(target=served.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{served.server_port}"
    served.shutdown()
    served.server_close()
    thread.join()


def test_load_counts_the_answers(counting: str) -> None:
    done = load.in_a_process(f"{counting}/", connections=3, seconds=0.3)
    assert (done.status, done.length) == (200, 5)
    assert 10 < done.answers <= Counting.asked <= done.answers + 4  # one first, some under way
    assert done.rate == pytest.approx(done.answers / done.seconds)


def test_load_takes_an_answer_without_a_body(counting: str) -> None:
    done = load.in_a_process(f"{counting}/", seconds=0.1, headers=("If-None-Match: x",))
    assert (done.status, done.length) == (304, 0)
    assert done.answers > 0


def test_load_refuses_an_answer_that_changes(counting: str) -> None:
    with pytest.raises(subprocess.CalledProcessError):
        load.in_a_process(f"{counting}/growing", seconds=0.3)


def test_load_takes_an_answer_that_may_change(counting: str) -> None:
    assert load.in_a_process(f"{counting}/growing", seconds=0.3, varying=True).answers > 1


def test_load_asks_this_machine_only() -> None:
    with pytest.raises(SystemExit, match="only this machine"):
        load.load("http://192.0.2.1/", 1, 1, [])


def test_turns_change_who_goes_first() -> None:
    order: list[str] = []
    sides = [lambda name=name: order.append(name) or len(order) for name in "ab"]
    assert by_turns(2, *sides) == [[1, 4], [2, 3]]
    assert order == ["a", "b", "b", "a"]


def test_ratio_is_the_median_of_the_rounds() -> None:
    assert ratio([1.0, 100.0, 3.0], [1.0, 10.0, 1.0]) == 3.0


@pytest.mark.parametrize(("value", "status"), [(0.9, 0), (0.7, 1)])
def test_a_broken_promise_fails_the_run(
    value: float, status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = Ratio("a : b", value, 0.8, "at least", "7 : 9")
    monkeypatch.setattr(harness, "run", lambda name: [made])
    assert harness.main(["pages"]) == status
    assert ("BROKEN" in capsys.readouterr().out) == bool(status)


def test_an_unknown_measure_is_named() -> None:
    command = [sys.executable, "-m", "bench", "nonesuch"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "nonesuch" in done.stdout


def test_every_measure_is_listed() -> None:
    written = {
        path.stem
        for path in (PROJECT / "bench").glob("*.py")
        if "\ndef measure(" in path.read_text()
    }
    assert written == set(harness.MEASURES)


def test_notes_are_the_same_each_time(tmp_path: Path) -> None:
    for name in ("first", "second"):
        assert len(notes.write(tmp_path / name, 40)) == 40
    sources = [
        {path.name: path.read_text() for path in (tmp_path / name).rglob("*.md")}
        for name in ("first", "second")
    ]
    assert sources[0] == sources[1]
    assert len(sources[0]) == len(scan(str(tmp_path / "first"))) == 40
    assert 2_000 < sum(map(len, sources[0].values())) / 40 < 5_000


def test_the_minimal_page_has_the_same_bytes(tmp_path: Path) -> None:
    page = (
        "<!doctype html>\n<title>A &amp; B</title>\n{{ no }} {% tag %}\n"
        '<main id="x">\n<p>\u2013 {{ x }} &lt;</p></main>\n</html>\n'
    )
    minimal.make(tmp_path, page)
    answer = minimal.create_app(tmp_path).test_client().get("/note")
    assert answer.get_data(as_text=True) == page
