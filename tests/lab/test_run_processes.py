"""Analyses in real processes: how each ends, and that nothing of it is left."""

# ruff: noqa: E501 - an analysis of a test reads best on a line of its own

from __future__ import annotations

import errno
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app import database
from app.accounts import people
from app.accounts.permissions import Person
from app.errors import Unreadable
from app.lab import runner, runs
from app.lab.runner import child
from app.lab.runs import Run
from app.lab.sandbox import kernel, processes
from app.settings import PROJECT, Settings, environment, load

PATIENCE = 30.0


@dataclass
class Lab:
    """A library with a runner of its own."""

    settings: Settings
    connection: sqlite3.Connection
    person: Person
    process: subprocess.Popen[bytes]

    def write(self, name: str, body: str, top: str = "") -> None:
        lines = "\n".join(f"    {line}" for line in body.strip("\n").splitlines())
        source = f'"""One case."""\n{top}\ndef main(seed: int = 0) -> dict:\n{lines}\n'
        (self.settings.analysis / f"{name}.py").write_text(source)

    def start(self, name: str, **params: Any) -> Run:
        run, _ = runs.enqueue(self.settings, self.connection, name, params, self.person, force=True)
        runner.wake(self.settings)
        return run

    def wait(self, run: Run, until: Callable[[Run], bool] = lambda run: not run.active) -> Run:
        end = time.monotonic() + PATIENCE
        while not until(now := runs.get(self.connection, run.id)):
            assert time.monotonic() < end, f"still {now.status}"
            time.sleep(0.01)
        return now

    def run(self, name: str, body: str, top: str = "", **params: Any) -> Run:
        self.write(name, body, top)
        return self.wait(self.start(name, **params))


def started(settings: Settings, code: str = "") -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, *(["-c", code] if code else ["-m", "app.lab.runner"])],
        env={**os.environ, **environment(settings), "TELLTALE": "a secret of the server"},
        cwd=PROJECT,
    )
    end = time.monotonic() + PATIENCE
    while not (settings.data / "runner.sock").exists():
        assert process.poll() is None
        assert time.monotonic() < end
        time.sleep(0.02)
    return process


def library(folder: Path) -> Settings:
    for name in ("notes", "analysis"):
        (folder / name).mkdir()
    (folder / "notes" / "secret.md").write_text("secret")
    folders = {name: str(folder / name) for name in ("notes", "analysis", "data")}
    return load({**folders, "runners": "2"}, {})


def left_over(lab: Lab) -> list[int]:
    """What still runs below the runner a second later, but for the one child that waits."""
    end = time.monotonic() + 1
    while (found := besides_spare(lab.process.pid)) and time.monotonic() < end:
        time.sleep(0.02)
    return found


def besides_spare(runner: int) -> list[int]:
    families = [[guard, *processes.descendants(guard)] for guard in processes.children(runner)]
    waiting = [family for family in families if len(family) <= 3 and named_spare(family[-1])]
    return [pid for family in families for pid in family if family not in waiting[:1]]


def named_spare(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip() == child.WAITING
    except OSError:
        return False


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    settings = library(tmp_path_factory.mktemp("library"))
    connection = database.connect(settings.database)
    database.migrate(connection)
    process = started(settings)
    yield Lab(settings, connection, people.owner(connection), process)
    process.terminate()
    assert process.wait(PATIENCE) == 0
    assert not (settings.data / "runner.sock").exists()
    connection.close()


PLOT = """
import random
import numpy as np
from matplotlib import pyplot as plt
figure, axes = plt.subplots()
axes.plot(np.random.random(20), label="noise")
axes.set(title="Noise", xlabel="step", ylabel="height")
return {"noise": figure, "drawn": np.random.random(), "other": random.random(),
        "table": [{"a": 1, "b": float("nan")}, {"a": 2, "b": 0.5}], "words": "done"}
"""


def test_a_run_that_succeeds_keeps_its_outputs_in_their_order(lab: Lab) -> None:
    run = lab.run("plot", PLOT)
    assert run.status == "succeeded", run.message
    assert [(row.name, row.kind) for row in run.outputs] == [
        ("noise", "figure"),
        ("drawn", "value"),
        ("other", "value"),
        ("table", "table"),
        ("words", "text"),
    ]
    assert run.outputs[0].value["alt"] == "Noise; height against step"
    assert run.outputs[3].value["rows"] == [[1, "nan"], [2, 0.5]]
    folder = runs.folder(lab.settings, run.id)
    named = {file for row in run.outputs for file in row.files.values()}
    assert {path.name for path in folder.iterdir()} == named
    assert (folder / "noise.png").read_bytes().startswith(b"\x89PNG")
    assert b"<svg" in (folder / "noise.svg").read_bytes()
    assert run.seconds is not None
    assert run.person == "owner"


def test_this_host_holds_a_run_as_the_probe_said(lab: Lab) -> None:
    """Where a host refuses a part, the words say which; here nothing may be missing silently."""
    run = lab.run("level", "return {}")
    assert run.sandbox == "sandboxed" or run.sandbox.startswith(("partly sandboxed: no ", "not"))
    print(run.sandbox)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(lab: Lab) -> None:
    first, second, other = (
        lab.run("plot", PLOT),
        lab.run("plot", PLOT),
        lab.run("plot", PLOT, seed=1),
    )

    def files(run: Run) -> dict[str, bytes]:
        return {
            path.name: path.read_bytes() for path in runs.folder(lab.settings, run.id).iterdir()
        }

    assert first.values == second.values
    assert files(first) == files(second)
    assert first.values["drawn"] != other.values["drawn"]
    assert files(first)["noise.svg"] != files(other)["noise.svg"]


def test_two_children_of_one_parent_do_not_share_the_chance_of_the_system(lab: Lab) -> None:
    draws = "import numpy as np, secrets\nreturn {'a': np.random.default_rng().random(), 'b': secrets.token_hex(8)}"
    assert lab.run("chance", draws).values != lab.run("chance", draws).values


def test_an_exception_points_to_its_line_and_shows_only_our_own_frames(lab: Lab) -> None:
    run = lab.run("fails", "import numpy as np\nreturn {'x': np.linalg.inv(np.zeros((2, 2)))}")
    assert run.status == "excepted"
    assert "LinAlgError" in run.message
    assert run.message.startswith("fails.py, line 5: ")
    assert "Traceback" in run.log
    assert 'File "fails.py", line 5, in main' in run.log
    assert "site-packages" not in run.log
    assert str(lab.settings.analysis) not in run.log


@pytest.mark.parametrize(
    ("name", "body", "top", "status", "words"),
    [
        (
            "endless",
            "while True: pass",
            "LIMITS = {'wall_seconds': 1}",
            "timed_out",
            "limit of 1 s",
        ),
        (
            "processor",
            "while True: pass",
            "LIMITS = {'cpu_seconds': 1}",
            "excepted",
            "processor time",
        ),
        (
            "hog",
            "return {'x': len(bytearray(100_000_000_000))}",
            "LIMITS = {'memory_mb': 500}",
            "excepted",
            "more memory than its limit of 500 MB",
        ),
        (
            "hogs",
            "import os, time\nfor i in range(8):\n    if os.fork() == 0:\n"
            "        x = bytearray(os.urandom(1000)) * 150_000\n        time.sleep(60)\ntime.sleep(60)",
            "LIMITS = {'memory_mb': 500}",
            "excepted",
            "more memory than its limit of 500 MB",
        ),
        (
            "bomb",
            "import os, time\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        time.sleep(0.1)",
            "LIMITS = {'processes': 20}",
            "excepted",
            "processes",
        ),
        ("leaves", "import os\nos._exit(3)", "", "excepted", "exit status 3"),
        ("exits", "import sys\nsys.exit(0)", "", "excepted", "exit(0)"),
        ("crash", "import ctypes\nctypes.string_at(0)", "", "excepted", "segmentation fault"),
        ("aborts", "import os\nos.abort()", "", "excepted", "abort()"),
        ("suicide", "import os\nos.kill(os.getpid(), 9)", "", "excepted", "killed"),
        ("package", "import no_such_package", "", "excepted", "no module named no_such_package"),
        ("set", "return {'x': {1, 2}}", "", "excepted", "'x' of type set"),
        ("nothing", "pass", "", "excepted", "return a dict"),
        ("name", "return {'../x': 1}", "", "excepted", "'../x'"),
        ("object", "return {'x': object()}", "", "excepted", "'x' of type object"),
        (
            "large",
            "import os\nopen(os.path.join(os.environ['HOME'], 'x'), 'wb').write(b'0' * 3_000_000)",
            "LIMITS = {'file_mb': 1}",
            "excepted",
            "File too large",
        ),
        (
            "many",
            "import os, time\nfor i in range(9):\n    open(os.environ['HOME'] + f'/{i}', 'wb')"
            ".write(b'0' * 900_000)\ntime.sleep(60)",
            "LIMITS = {'file_mb': 1, 'output_mb': 3}",
            "excepted",
            "more than 3 MB",
        ),
    ],
)
def test_each_way_to_fail_has_a_name_and_the_next_run_works(
    lab: Lab, name: str, body: str, top: str, status: str, words: str
) -> None:
    run = lab.run(name, body, top)
    assert (run.status, words in run.message) == (status, True), run
    assert run.outputs == ()
    assert not runs.folder(lab.settings, run.id).exists()
    assert not (lab.settings.outputs / f"{run.id}.tmp").exists()
    assert lab.run("next", "return {'x': 1}").values == {"x": 1}
    assert left_over(lab) == []


@pytest.mark.parametrize(
    "body",
    [
        "return {'x': open(DATABASE, 'rb').read(10)}",
        "import sqlite3\nreturn {'x': str(sqlite3.connect(DATABASE).execute('SELECT 1 FROM run').fetchall())}",
        "return {'x': open(NOTE).read()}",
        "open(OUTSIDE, 'w').write('x')",
        "import os\nos.symlink(DATABASE, os.environ['HOME'] + '/l')\nreturn {'x': open(os.environ['HOME'] + '/l', 'rb').read(9)}",
        "import os\nos.link(NOTE, os.environ['HOME'] + '/l')\nreturn {}",
        "return {'x': open('/etc/passwd').read()}",
        "import subprocess\nsubprocess.run(['/bin/cat', NOTE], check=True)",
        "import os\nfor n in range(3, 50):\n    try:\n        os.fstat(n)\n"
        "    except OSError:\n        continue\n    if 'pipe' not in os.readlink(f'/proc/self/fd/{n}'):\n"
        "        return {'x': os.readlink(f'/proc/self/fd/{n}')}\nraise OSError",
    ],
)
def test_files_of_others_are_out_of_reach(lab: Lab, body: str) -> None:
    outside = lab.settings.data.parent / "outside"
    top = f"DATABASE = {str(lab.settings.database)!r}\nOUTSIDE = {str(outside)!r}\n"
    top += f"NOTE = {str(lab.settings.notes / 'secret.md')!r}"
    run = lab.run("reach", body, top)
    if "Landlock" in run.sandbox or run.sandbox.startswith("not"):
        assert "no Landlock" in run.sandbox
        return
    assert (run.status, run.outputs) == ("excepted", ()), run
    assert not outside.exists()


def test_an_output_that_is_a_link_to_a_file_of_ours_is_refused(lab: Lab) -> None:
    body = """
import os, app.lab.outputs.results as ours
ours.table = lambda name, columns, rows, folder: (
    os.symlink(DATABASE, folder / "x.csv"), ours.Output("x", "table", {}, {"csv": "x.csv"}))[1]
return {"x": [[1]]}
"""
    run = lab.run("link", body, f"DATABASE = {str(lab.settings.database)!r}")
    assert run.status == "excepted"
    assert "x.csv is no file" in run.message


def test_no_packet_leaves_over_tcp_or_udp(lab: Lab) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.socket(type=socket.SOCK_DGRAM) as u,
    ):
        u.bind(("127.0.0.1", 0))
        u.setblocking(False)
        server.setblocking(False)
        tcp = (
            f"import socket\nsocket.create_connection(('127.0.0.1', {server.getsockname()[1]}), 2)"
        )
        udp = (
            "import socket\nsocket.socket(type=socket.SOCK_DGRAM)"
            f".sendto(b'x', ('127.0.0.1', {u.getsockname()[1]}))"
        )
        for body in (tcp, udp):
            run = lab.run("network", body)
            if "no network" in run.sandbox or "no namespaces" in run.sandbox:
                continue
            assert run.status == "excepted", run
        if "network" not in run.sandbox and "namespaces" not in run.sandbox:
            with pytest.raises(BlockingIOError):
                u.recv(10)
            with pytest.raises(BlockingIOError):
                server.accept()


@pytest.mark.parametrize("abstract", [False, True])
@pytest.mark.parametrize("kind", ["SOCK_STREAM", "SOCK_DGRAM"])
@pytest.mark.parametrize("made", ["socket.socket(1, KIND)", "socket.socketpair(1, KIND)[0]"])
def test_no_socket_of_another_program_is_reached(
    lab: Lab, tmp_path: Path, abstract: bool, kind: str, made: str
) -> None:
    """A socket of a pair counts too: one of datagrams can be turned to another address."""
    name = f"\0gloss-{os.getpid()}-{kind}" if abstract else str(tmp_path / "s")
    tmp_path.chmod(0o755)
    with socket.socket(socket.AF_UNIX, getattr(socket, kind)) as server:
        server.bind(name)
        server.setblocking(False)
        if not abstract:
            Path(name).chmod(0o777)
        if kind == "SOCK_STREAM":
            server.listen()
        body = f"s = {made}\ns.connect({name!r})\ns.send(b'x')"
        run = lab.run("unix", body, f"import socket\nKIND = socket.{kind}")
        if "filter" in run.sandbox:
            pytest.skip(run.sandbox)
        assert run.status == "excepted", run
        with pytest.raises(BlockingIOError):
            server.accept() if kind == "SOCK_STREAM" else server.recv(10)


@pytest.mark.parametrize(
    "change",
    [
        "os.chmod(FILE, 0o666)",
        "os.utime(FILE, (1, 1))",
        "os.setxattr(FILE, 'user.gloss', b'x')",
        "os.chown(FILE, os.getuid(), os.getgid())",
        "os.unlink(FILE)",
        "os.rename(FILE, FILE + '.old')",
        "os.chmod(f'/proc/self/fd/{os.open(FILE, os.O_PATH)}', 0o666)",
        "os.chmod('/proc/1/root' + FILE, 0o666)",
        "os.chmod(__file__, 0o666)",
        "os.utime('.', (1, 1))",
    ],
)
def test_no_file_outside_is_changed_in_any_way(lab: Lab, change: str) -> None:
    file = lab.settings.data.parent / "note.txt"
    file.write_text("as it was")
    before = (traits(file), lab.settings.analysis.stat().st_mode)
    lab.write("change", change, f"import os\nFILE = {str(file)!r}")
    script = lab.settings.analysis / "change.py"
    own = traits(script)
    run = lab.wait(lab.start("change"))
    if "read-only" in run.sandbox:
        pytest.skip(run.sandbox)
    assert run.status == "excepted", run
    assert "Error: [Errno " in run.message
    assert (traits(file), lab.settings.analysis.stat().st_mode) == before
    assert (traits(script), file.read_text()) == (own, "as it was")


def traits(file: Path) -> tuple[object, ...]:
    found = file.stat()
    return found.st_mode, found.st_uid, found.st_mtime_ns, found.st_ctime_ns, os.listxattr(file)


CALLS = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
def errno(result):
    return ctypes.get_errno() if result == -1 else 0
"""


def test_system_calls_that_lead_out_are_refused(lab: Lab) -> None:
    body = """
return {
    "user": errno(libc.unshare(0x10000000)),
    "clone": errno(libc.syscall({"x86_64": 56}.get(os.uname().machine, 220), 0x10000011, 0, 0, 0, 0)),
    "mount": errno(libc.mount(b"none", b"/dev/shm", b"tmpfs", 0, None)),
    "enter": errno(libc.setns(0, 0)),
    "trace": errno(libc.ptrace(0, 0, 0, 0)),
    "ring": errno(libc.syscall(425, 1, None)),
    "writable": errno(libc.syscall(442, -100, b"/", 0, bytes(8) + b"\\1" + bytes(23), 32)),
}
"""
    run = lab.run("calls", body, CALLS)
    if "filter" in run.sandbox:
        pytest.skip(run.sandbox)
    assert run.status == "succeeded", run
    assert set(run.values.values()) == {errno.EPERM}, run.values


@pytest.mark.parametrize(
    ("machine", "name", "opens", "pairs", "clone", "unshare"),
    [
        ("x86_64", 0xC000003E, 41, 53, 56, 272),
        ("aarch64", 0xC00000B7, 198, 199, 220, 97),
    ],
)
def test_the_filter_of_each_machine(
    machine: str, name: int, opens: int, pairs: int, clone: int, unshare: int
) -> None:
    steps = kernel.call_filter(machine)
    refused = [(opens, 1, 1), (opens, 40, 1), (pairs, 1, 2), (pairs, 1, 0o2000003)]
    refused += [(clone, 0x10000011, 0), (unshare, 0, 0), (425, 8, 0), (kernel.X32 + opens, 2, 1)]
    allowed = [
        (opens, 2, 1),
        (opens, 10, 2),
        (pairs, 1, 0o2000001),
        (clone, 0x3D0F00, 0),
        (0, 0, 0),
    ]
    for call in (*refused, *allowed):
        wanted = kernel.REFUSE if call in refused else kernel.ALLOW
        assert answer(steps, {0: call[0], 4: name, 16: call[1], 24: call[2]}) == wanted, call
    assert answer(steps, {0: 435, 4: name}) == kernel.UNKNOWN
    assert answer(steps, {0: 0, 4: 0x40000003}) == kernel.REFUSE  # of another machine


def answer(steps: list[kernel.Step], call: dict[int, int]) -> int:
    """What the kernel would make of it."""
    tests = {
        kernel.IF_EQUAL: int.__eq__,
        kernel.IF_AT_LEAST: int.__ge__,
        kernel.IF_ANY_BIT: int.__and__,
    }
    at = held = 0
    while (step := steps[at])[0] != kernel.RETURN:
        operation, if_so, if_not, number = step
        at += 1
        if operation in tests:
            at += if_so if tests[operation](held, number) else if_not
        else:
            held = call[number] if operation == kernel.LOAD else held & number
    return step[3]


def test_what_analyses_need_of_the_system_still_works(lab: Lab) -> None:
    body = """
def work():
    got.append(int(np.linalg.svd(np.eye(200))[1].sum()))
threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
left, right = socket.socketpair()
if (pid := os.fork()) == 0:
    right.send(b"fork")
    os._exit(0)
os.waitpid(pid, 0)
async def hello():
    process = await asyncio.create_subprocess_exec("/bin/echo", "hi", stdout=-1)
    return (await process.communicate())[0].decode().strip()
folder = os.environ["HOME"]
open(folder + "/a", "w").close()
os.chmod(folder + "/a", 0o600)
os.utime(folder + "/a", (1, 1))
os.rename(folder + "/a", folder + "/b")
os.unlink(folder + "/b")
open("/dev/null", "w").write("x")
return {"threads": sum(got), "fork": left.recv(9).decode(), "asyncio": asyncio.run(hello()),
        "shell": os.popen("echo shell").read().strip(), "bars": len(list(tqdm.tqdm(range(3))))}
"""
    top = "import asyncio, os, socket, threading\nimport numpy as np, tqdm\ngot = []"
    run = lab.run("needs", body, top)
    assert run.status == "succeeded", (run.message, run.log)
    expected = {"threads": 800, "fork": "fork", "asyncio": "hi", "shell": "shell", "bars": 3}
    assert run.values == expected


def test_the_parent_and_its_neighbours_cannot_be_signalled(lab: Lab) -> None:
    body = f"""
import os, signal
for pid in ({lab.process.pid}, {os.getpid()}, os.getppid(), 1, -1):
    try:
        os.kill(pid, signal.SIGTERM)
    except OSError:
        pass
return {{"pid": os.getpid()}}
"""
    lab.run("kill", body)
    assert lab.process.poll() is None
    assert lab.run("next", "return {'x': 1}").status == "succeeded"


DAEMON = """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for number in range(3):
            os.close(number)
        time.sleep(100)
    os._exit(0)
time.sleep(0.1)
return {"x": 1}
"""


def test_a_daemon_left_behind_is_gone(lab: Lab) -> None:
    run = lab.run("daemon", DAEMON)
    assert run.status == "succeeded"
    assert left_over(lab) == []


def test_the_environment_of_the_server_is_not_passed_on(lab: Lab) -> None:
    body = """
import os
return {"own": " ".join(os.environ), "first": open("/proc/self/environ").read()}
"""
    run = lab.run("environ", body)
    assert "TELLTALE" not in str(run.values)
    assert "GLOSS_" not in str(run.values["own"])


def test_a_flood_of_output_is_cut_and_then_ended(lab: Lab) -> None:
    run = lab.run("flood", "while True: print('x' * 1000)")
    assert (run.status, "printed more than 50 MB" in run.message) == ("excepted", True)
    assert len(run.log) < 70_000
    assert "bytes are left out" in run.log


def test_what_is_printed_is_kept_also_on_import_and_by_a_child(lab: Lab) -> None:
    body = "import subprocess\nsubprocess.run(['/bin/echo', 'third'])\nreturn {'x': 1}"
    run = lab.run("prints", body, "import sys\nprint('first ∑')\nprint('second', file=sys.stderr)")
    assert run.log.split() == ["first", "∑", "second", "third"]
    assert run.status == "succeeded"


def test_not_a_number_is_kept_as_a_word(lab: Lab) -> None:
    body = "import numpy as np\nreturn {'a': float('nan'), 'b': -np.inf, 'c': np.int64(3), 'd': np.array([[1.5, np.nan]])}"
    run = lab.run("nan", body)
    assert run.values == {"a": "nan", "b": "-inf", "c": 3}
    assert run.outputs[3].value["rows"] == [[1.5, "nan"]]


def test_a_huge_figure_becomes_a_small_picture(lab: Lab) -> None:
    body = "from matplotlib import pyplot as plt\nreturn {'x': plt.figure(figsize=(400, 400))}"
    run = lab.run("huge", body)
    assert run.status == "succeeded", run
    assert (runs.folder(lab.settings, run.id) / "x.png").stat().st_size < 2_000_000


def test_a_bar_of_tqdm_is_progress_and_draws_nothing(lab: Lab) -> None:
    body = """
import time
from tqdm import tqdm
for step in tqdm(range(40), desc="walking"):
    time.sleep(0.05)
return {"x": 1}
"""
    lab.write("bar", body)
    run = lab.start("bar")
    seen = lab.wait(run, lambda now: now.progress.get("n", 0) > 0 or not now.active)
    assert seen.status == "running"
    assert (seen.progress["total"], seen.progress["desc"]) == (40, "walking")
    assert 0 < seen.progress["n"] < 40
    assert seen.progress["bars"] == [{name: seen.progress[name] for name in ("n", "total", "desc")}]
    assert 0 <= seen.progress["since"] < PATIENCE
    done = lab.wait(run)
    assert (done.status, done.log) == ("succeeded", "")


def test_cancel_ends_a_run_and_all_it_started_within_a_second(lab: Lab) -> None:
    lab.write("long", "import os, time\nos.fork()\nprint('here', flush=True)\ntime.sleep(100)")
    run = lab.wait(lab.start("long"), lambda now: "here" in now.log)
    asked = time.monotonic()
    runs.cancel(lab.connection, run.id)
    runner.wake(lab.settings)
    assert lab.wait(run).status == "cancelled"
    assert time.monotonic() - asked < 1.0
    assert left_over(lab) == []


def test_a_waiting_run_is_cancelled_at_once_and_two_run_at_a_time(lab: Lab) -> None:
    lab.write("slow", "import time\ntime.sleep(0.5)\nreturn {'seed': seed}")
    first, second, third = (lab.start("slow", seed=seed) for seed in range(3))
    lab.wait(second, lambda now: now.status == "running")
    assert runs.get(lab.connection, third.id).status == "queued"
    assert runs.cancel(lab.connection, third.id).status == "cancelled"
    assert lab.wait(first).status == lab.wait(second).status == "succeeded"
    assert runs.get(lab.connection, third.id).status == "cancelled"


def test_a_file_that_broke_while_it_waited_is_said_to_be_broken(lab: Lab) -> None:
    lab.write("slow", "import time\ntime.sleep(0.5)\nreturn {'seed': seed}")
    lab.write("broken", "return {}")
    for seed in range(2):
        lab.start("slow", seed=seed)
    run = lab.start("broken")
    (lab.settings.analysis / "broken.py").write_text("def main(:\n")
    ended = lab.wait(run)
    assert (ended.status, "broken.py:1" in ended.message) == ("excepted", True)
    with pytest.raises(Unreadable):
        lab.start("broken")


def test_an_input_below_the_folder_of_analyses_can_be_read(lab: Lab) -> None:
    (lab.settings.analysis / "data").mkdir(exist_ok=True)
    (lab.settings.analysis / "data" / "x.csv").write_text("1,2\n")
    (lab.settings.analysis / "helper.py").write_text("def double(x):\n    return 2 * x\n")
    body = """
from pathlib import Path
import helper
from app.lab.claims import values
text = Path(__file__).with_name("data").joinpath("x.csv").read_text()
return {"a": text, "b": open("data/x.csv").read(), "c": helper.double(4)}
"""
    run = lab.run("reads", body, 'INPUTS = ["data/x.csv"]')
    assert run.values == {"a": "1,2\n", "b": "1,2\n", "c": 8}, run


def test_locks_of_multiprocessing_work(lab: Lab) -> None:
    body = """
import multiprocessing
with multiprocessing.get_context("fork").Pool(2) as pool:
    return {"sum": sum(pool.map(abs, [-1, -2, -3]))}
"""
    run = lab.run("pool", body)
    assert run.values == {"sum": 6}, run


def test_temporary_files_can_be_written_and_do_not_stay(lab: Lab) -> None:
    body = """
import tempfile, os
with tempfile.NamedTemporaryFile("w+", delete=False) as file:
    file.write("x")
return {"place": file.name, "home": os.path.expanduser("~")}
"""
    run = lab.run("temporary", body)
    assert run.status == "succeeded", run
    assert not Path(run.values["place"]).exists()
    assert list(runs.folder(lab.settings, run.id).iterdir()) == []


def test_a_killed_runner_leaves_no_process_and_the_next_says_interrupted(tmp_path: Path) -> None:
    settings = library(tmp_path)
    connection = database.connect(settings.database)
    database.migrate(connection)
    lab = Lab(settings, connection, people.owner(connection), started(settings))
    lab.write("long", "import os, time\nos.fork()\nprint('here', flush=True)\ntime.sleep(100)")
    run = lab.wait(lab.start("long"), lambda now: "here" in now.log)
    family = processes.descendants(lab.process.pid)
    assert len(family) >= 3
    lab.process.send_signal(signal.SIGKILL)
    lab.process.wait(PATIENCE)
    end = time.monotonic() + 5
    while any(alive(pid) for pid in family):
        assert time.monotonic() < end
        time.sleep(0.02)
    assert runs.get(connection, run.id).status == "running"
    lab.process = started(settings)
    assert lab.wait(run).status == "interrupted"
    assert not (settings.outputs / f"{run.id}.tmp").exists()
    again = lab.wait(lab.start("long"), lambda now: "here" in now.log)
    lab.process.terminate()
    assert lab.process.wait(PATIENCE) == 0
    assert runs.get(connection, again.id).status == "interrupted"
    connection.close()


def alive(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


OTHERS = "no read-only files, no filter of system calls"


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        ("0, False, 0, None", f"not sandboxed: no namespaces, no Landlock, {OTHERS}"),
        ("0, False, kernel.landlock_version(), None", f"partly sandboxed: no namespaces, {OTHERS}"),
        ("confine.ESSENTIAL, False, 0, None", f"partly sandboxed: no Landlock, {OTHERS}"),
        (
            "kernel.NEW_USER | kernel.NEW_NETWORK, False, 0, None",
            f"partly sandboxed: no process namespace, no Landlock, {OTHERS}",
        ),
        (
            "0, False, 0, None, False, True",
            "partly sandboxed: no namespaces, no Landlock, no read-only files",
        ),
    ],
)
def test_a_host_that_refuses_parts_is_named_and_still_leaves_no_process(
    tmp_path: Path, plan: str, words: str
) -> None:
    settings = library(tmp_path)
    connection = database.connect(settings.database)
    database.migrate(connection)
    code = "from app.lab import sandbox\nfrom app.lab.runner import engine\nfrom app.lab.sandbox import confine, kernel\n"
    code += f"sandbox.probe = lambda settings: sandbox.Plan({plan})\nengine.main([])"
    lab = Lab(settings, connection, people.owner(connection), started(settings, code))
    run = lab.run("daemon", DAEMON)
    assert (run.status, run.sandbox) == ("succeeded", words), run
    assert left_over(lab) == []
    lab.write(
        "long", DAEMON.replace("return", "print('here', flush=True)\ntime.sleep(100)\nreturn")
    )
    run = lab.wait(lab.start("long"), lambda now: "here" in now.log)
    runs.cancel(connection, run.id)
    assert lab.wait(run).status == "cancelled"
    assert left_over(lab) == []
    assert lab.run("plot", PLOT).status == "succeeded"
    lab.process.terminate()
    assert lab.process.wait(PATIENCE) == 0
    connection.close()


def test_what_waits_for_its_run_is_one_child_and_is_replaced_when_it_is_killed(lab: Lab) -> None:
    lab.run("first", "return {'x': 1}")
    before = spares(lab)
    os.kill(before[0], signal.SIGKILL)
    while before[0] in processes.descendants(lab.process.pid):
        time.sleep(0.02)
    time.sleep(0.2)  # until the runner has noticed
    assert lab.run("next", "return {'x': 2}").values == {"x": 2}
    after = spares(lab)
    assert (len(before), len(after)) == (1, 1)
    assert before != after


def test_the_time_before_its_order_is_no_time_of_the_run(lab: Lab) -> None:
    """A spare draws while it waits: a run that comes later has its whole limit all the same."""
    lab.run("first", "return {'x': 1}")
    time.sleep(1.0)
    body = "import time\nwhile time.process_time() < SPENT + 0.9: pass\nreturn {'spent': SPENT}"
    top = (
        "import time\nLIMITS = {'cpu_seconds': 1, 'wall_seconds': 20}\nSPENT = time.process_time()"
    )
    run = lab.run("whole", body, top)
    assert run.status == "succeeded", run.message
    assert 0.0 < float(run.values["spent"]) < 1.0
    assert run.seconds is not None
    assert run.seconds >= 0.9


def spares(lab: Lab) -> list[int]:
    """Once it is there: who waits below the runner."""
    end = time.monotonic() + PATIENCE
    while not (
        found := [pid for pid in processes.descendants(lab.process.pid) if named_spare(pid)]
    ):
        assert time.monotonic() < end
        time.sleep(0.02)
    return found


def test_without_a_runner_one_is_started_for_the_run_alone(tmp_path: Path) -> None:
    settings = library(tmp_path)
    connection = database.connect(settings.database)
    database.migrate(connection)
    (settings.analysis / "one.py").write_text("'One.'\ndef main() -> dict:\n    return {'x': 1}\n")
    person = people.owner(connection)
    run, cached = runs.enqueue(settings, connection, "one", {}, person)
    assert not cached
    assert not runner.is_running(settings)
    seen: list[str] = []
    assert runner.run_now(settings, connection, run.id, lambda now: seen.append(now.status)).values
    assert seen[0] == "queued"
    assert not runner.is_running(settings)
    again, cached = runs.enqueue(settings, connection, "one", {}, person)
    assert (again.id, cached) == (run.id, True)
    connection.close()
