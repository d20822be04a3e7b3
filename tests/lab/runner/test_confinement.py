"""Analyses in real processes: what is out of their reach, and what is within it."""

# ruff: noqa: E501 - an analysis of a test reads best on a line of its own

from __future__ import annotations

import errno
import os
import socket
from pathlib import Path

import pytest

from app.lab import runs
from app.lab.sandbox import kernel
from tests.lab.runner.conftest import DAEMON, REACH, Lab, left_over
from tests.lab.runner.test_sweeping import begin, ended


def test_this_host_holds_a_run_as_the_probe_said(lab: Lab) -> None:
    """Where a host refuses a part, the words say which; here nothing may be missing silently."""
    run = lab.run("level", "import os\nreturn {'as': os.getuid()}")
    root = "sandboxed as root" if run.values["as"] == 0 else "sandboxed"
    assert run.sandbox == root or run.sandbox.startswith(("partly sandboxed: no ", "not"))
    assert lab.uid == os.getuid() or run.values["as"] == lab.uid
    print(run.sandbox)


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
        url = (
            f"import urllib.request\nurllib.request.urlopen('http://{server.getsockname()[0]}:1/')"
        )
        name = "import socket\nsocket.getaddrinfo('gloss.example', 80)"
        for body in (tcp, udp, url, name):
            run = lab.run("network", body)
            if "no network" in run.sandbox or "no namespaces" in run.sandbox:
                continue
            assert run.status == "excepted", run
            assert "(an analysis has no network: " in run.message, run.message
        if "network" not in run.sandbox and "namespaces" not in run.sandbox:
            with pytest.raises(BlockingIOError):
                u.recv(10)
            with pytest.raises(BlockingIOError):
                server.accept()


@pytest.mark.parametrize("abstract", [False, True])
@pytest.mark.parametrize("kind", ["SOCK_STREAM", "SOCK_DGRAM"])
@pytest.mark.parametrize("made", ["socket.socket(1, KIND)", "socket.socketpair(1, KIND)[0]"])
def test_no_socket_of_another_program_is_reached(
    lab: Lab, abstract: bool, kind: str, made: str
) -> None:
    """A socket of a pair counts too: one of datagrams can be turned to another address."""
    place = lab.settings.data.parent / "s"
    place.unlink(missing_ok=True)
    name = f"\0gloss-{os.getpid()}-{kind}" if abstract else str(place)
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
        if "pair" not in made:
            assert "(an analysis has no network: " in run.message, run.message
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
    lab.give(file)
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
    ("machine", "name", "calls"),
    [
        ("x86_64", 0xC000003E, (41, 53, 56, 272, 29, 157, 319, 302)),
        ("aarch64", 0xC00000B7, (198, 199, 220, 97, 194, 167, 279, 261)),
    ],
)
def test_the_filter_of_each_machine(machine: str, name: int, calls: tuple[int, ...]) -> None:
    opens, pairs, clone, unshare, shared, control, memory, limits = calls
    steps = kernel.call_filter(machine)
    refused = [(opens, 1, 1), (opens, 40, 1), (pairs, 1, 2), (pairs, 1, 0o2000003)]
    refused += [(clone, 0x10000011, 0), (unshare, 0, 0), (425, 8, 0), (kernel.X32 + opens, 2, 1)]
    refused += [(shared, 0, 1), (control, 4, 0), (limits, 7, 0)]
    allowed = [
        (opens, 2, 1),
        (opens, 10, 2),
        (pairs, 1, 0o2000001),
        (clone, 0x3D0F00, 0),
        (control, 15, 0),
        (limits, 0, 0),
        (0, 0, 0),
    ]
    for call in (*refused, *allowed):
        wanted = kernel.REFUSE if call in refused else kernel.ALLOW
        assert answer(steps, {0: call[0], 4: name, 16: call[1], 24: call[2]}) == wanted, call
    for number in (435, 447, memory):
        assert answer(steps, {0: number, 4: name, 16: 0}) == kernel.UNKNOWN
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


def test_no_open_file_of_another_process_is_reached(lab: Lab) -> None:
    """Neither of those that started it, nor of the child that waits, nor of who watches."""
    run = lab.run("reaches", "return {'x': [place for place, _ in reached()]}", REACH)
    assert run.status == "succeeded", run.message
    assert ("no wall" in run.sandbox) == bool(run.values.get("x")), run


def test_a_point_forges_no_result_of_another_and_gives_no_orders(lab: Lab) -> None:
    """It wrote into the pipes of the process that had started it, through /proc."""
    body = """
if seed == 1:
    own = int(os.environ["HOME"].rsplit("-", 1)[1])
    lower, names = lower_limits(), " ".join(place for place, _ in reached())
    forge([own, *range(own + 1, own + 20)])
    return {"x": seed, "reached": names, "lowered": lower}
open(os.environ["HOME"] + "/file", "w").write("x" * 10)
return {"x": seed}
"""
    lab.write("forging", body, REACH)
    rows = ended(lab, begin(lab, "forging", "seed=0:6"))
    if not no_wall(lab, rows[0].run_id):
        assert (rows[1].values["reached"], rows[1].values["lowered"]) == ("", 0)
        assert [row.values["x"] for row in rows] == [0, 1, 2, 3, 4, 5], rows
        assert {row.status for row in rows} == {"succeeded"}


LEAVES = """
home = os.environ["HOME"]
above, beside = os.path.dirname(home), os.path.join(os.path.dirname(home), "home")
places = [above, "/dev/shm"] if os.stat("/dev/shm").st_uid == os.getuid() else [above]
seen = [os.listdir(home), os.environ["MPLCONFIGDIR"] == home, os.path.exists(beside)]
for place in places:
    kept = os.stat(place)
    seen.append((len(os.listdir(place)), oct(kept.st_mode), kept.st_size, kept.st_mtime == 99))
    try:
        seen.append(os.listxattr(place))
    except OSError:
        pass
seen += [os.getpriority(os.PRIO_PROCESS, 0), len(os.sched_getaffinity(0))]
steps = [
    lambda: os.mkdir(beside),
    lambda: open(beside + "/mark", "w").write("left"),
    lambda: [os.chmod(place, 0o755 - 1) for place in places],
    lambda: [os.setxattr(place, "user.mark", b"left") for place in places],
    lambda: [os.utime(place, (99, 99)) for place in places],
    lambda: os.setpriority(os.PRIO_PROCESS, os.getppid(), 17),
    lambda: os.sched_setaffinity(os.getppid(), sorted(os.sched_getaffinity(0))[:1]),
    lambda: [open(above + f"/{n:0200}", "w").close() for n in range(60)],
    lambda: [os.unlink(above + f"/{n:0200}") for n in range(60)],
]
for step in steps if seed % 10 == 9 else steps[seed % 10 : seed % 10 + 1]:
    try:
        step()
    except OSError:
        pass
return {"seen": str(seen)}
"""


def test_a_point_finds_nothing_that_another_one_left(lab: Lab) -> None:
    """It read what another had written into the home of the process that starts them all."""
    lab.write("leaves", LEAVES, "import os")
    rows = ended(lab, begin(lab, "leaves", "seed=0:12"))
    assert {row.status for row in rows} == {"succeeded"}, rows[0].message
    first, *others = {row.values["seen"] for row in rows}
    assert (others, first[:18]) == ([], "[[], True, False, ")


def no_wall(lab: Lab, run_id: int) -> bool:
    return "no wall" in runs.get(lab.connection, run_id).sandbox


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
    assert "GLOSS_" not in str(run.values)
    assert "PATH" in str(run.values["own"]).split()


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
