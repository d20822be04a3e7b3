"""`python -m app user` and `token`, `--help` of every command, and a backup that comes back."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import tarfile
from dataclasses import fields
from pathlib import Path

import pytest

from app import database
from app.__main__ import COMMANDS, main
from app.errors import BadInput, Conflict
from app.library.backup import archive, recovery
from app.library.syncing.sync import sync
from app.library.writing import save
from app.settings import Settings


def run(settings: Settings, *words: str) -> int:
    folders = [f"--{name}={getattr(settings, name)}" for name in ("notes", "analysis", "data")]
    return main([*words, *folders])


def test_people_and_their_links(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(settings, "user", "create", "Ada", "--role", "annotator") == 0
    assert run(settings, "user", "link", "Ada") == 0
    links = capsys.readouterr().out.split("\n")
    assert all(re.match(r"Sign in: http://\S+/sign-in\?token=\S{40,}$", each) for each in links[:2])
    assert links[0] != links[1]
    assert run(settings, "user", "list", "--json") == 0
    assert json.loads(capsys.readouterr().out) == [{"name": "Ada", "role": "annotator"}]


def test_a_token_is_printed_alone_and_can_be_revoked(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(settings, "token", "create", "--role", "owner", "--name", "script") == 0
    token = capsys.readouterr().out
    assert re.fullmatch(r"gloss_\S{40,}\n", token)
    assert run(settings, "token", "list") == 0
    listed = capsys.readouterr().out
    assert "script  (owner, for owner)" in listed
    assert token.strip() not in listed
    assert run(settings, "token", "revoke", "--name", "script") == 0
    assert run(settings, "token", "revoke", "--name", "script") == 1


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["user", "create", "Ada", "--role", "king"], "is no role"),
        (["user", "create", " "], "1 to 80 characters"),
        (["user", "link", "Nobody"], "no person named Nobody"),
        (["token", "create", "--name", ""], "1 to 80 characters"),
        (["token", "create", "--name", "x", "--person", "Nobody"], "no person named"),
        (["backup", "/nowhere/at/all.tar.gz"], "no library"),
        (["restore", "/nowhere.tar.gz"], "no file"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(
    settings: Settings, capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    assert run(settings, *words) == 1
    said = capsys.readouterr()
    assert message in said.err
    assert "Traceback" not in said.err
    assert said.out == ""


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert all(f"--{folder}" in shown for folder in ("notes", "analysis", "data"))
    if name == "serve":
        settings = [row.name.replace("_", "-") for row in fields(Settings)]
        assert [each for each in settings if f"--{each}" not in shown] == []


@pytest.fixture
def library(settings: Settings) -> Settings:
    for number in range(20):
        (settings.notes / f"{number}.md").write_text(f"---\ntitle: Note {number}\n---\nWords.\n")
    (settings.analysis / "one.py").write_text('"""One."""\ndef main() -> dict: return {}\n')
    (settings.outputs / "1").mkdir(parents=True)
    (settings.outputs / "1" / "figure.svg").write_text("<svg/>")
    with database.opened(settings.database) as connection:
        sync(settings, connection)
    return settings


def tree(settings: Settings) -> dict[str, bytes]:
    return {
        f"{name}/{file.relative_to(folder)}": file.read_bytes()
        for name in ("notes", "analysis", "outputs")
        for folder in [getattr(settings, name)]
        for file in folder.rglob("*")
        if file.is_file()
    }


def elsewhere(tmp_path: Path) -> Settings:
    new = tmp_path / "new"
    return Settings(notes=new / "notes", analysis=new / "analysis", data=new / "data")


def test_a_backup_restored_elsewhere_is_equal(library: Settings, tmp_path: Path) -> None:
    file, new = tmp_path / "library.tar.gz", elsewhere(tmp_path)
    archive.backup(library, file)
    recovery.restore(new, file)
    assert tree(new) == tree(library)
    with database.opened(library.database) as old, database.opened(new.database) as restored:
        assert list(old.iterdump()) == list(restored.iterdump())


def test_a_backup_made_while_notes_are_written_is_whole(library: Settings, tmp_path: Path) -> None:
    script = (
        "import sys, itertools; from pathlib import Path\n"
        "for n in itertools.count():\n"
        " p = Path(sys.argv[1]) / 'new.tmp'; p.write_text(f'{n} ' * 5000)\n"
        " p.rename(p.with_name(f'{n % 30}.md'))\n"
    )
    writer = subprocess.Popen([sys.executable, "-c", script, str(library.notes)])
    try:
        for number in range(5):
            file = tmp_path / f"{number}.tar.gz"
            archive.backup(library, file)
            (tmp_path / f"u{number}").mkdir()
            assert archive.unpack(file, tmp_path / f"u{number}").files
    finally:
        writer.kill()
        writer.wait()


def test_what_was_there_is_kept_and_newer_notes_are_not_overwritten(
    library: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "library.tar.gz"
    archive.backup(library, file)
    with database.opened(library.database) as connection:
        save.create(library, connection, "later", "Later.\n")
    before = tree(library)
    with pytest.raises(Conflict, match="newer"):
        recovery.restore(library, file)
    assert tree(library) == before
    recovery.restore(library, file, over_newer=True)
    assert not (library.notes / "later.md").exists()
    (kept,) = library.notes.parent.glob("notes.before-restore-*")
    assert (kept / "later.md").exists()


@pytest.mark.parametrize("cut", [0.3, 0.9])
def test_a_damaged_archive_is_refused(library: Settings, tmp_path: Path, cut: float) -> None:
    file, before = tmp_path / "library.tar.gz", tree(library)
    archive.backup(library, file)
    whole = file.read_bytes()
    at = int(len(whole) * cut)
    for damaged in (whole[:at], whole[:at] + bytes([whole[at] ^ 255]) + whole[at + 1 :], b""):
        file.write_bytes(damaged)
        with pytest.raises(BadInput):
            recovery.restore(library, file, over_newer=True)
        assert tree(library) == before


@pytest.mark.parametrize("kind", ["outside", "absolute", "link", "hard link", "unlisted"])
def test_an_archive_with_a_hostile_member_is_refused(
    library: Settings, tmp_path: Path, kind: str
) -> None:
    good, bad = tmp_path / "good.tar.gz", tmp_path / "bad.tar.gz"
    archive.backup(library, good)
    names = {"outside": "../outside.md", "absolute": str(tmp_path / "outside.md")}
    member = tarfile.TarInfo(names.get(kind, "notes/hostile.md"))
    member.type = {"link": tarfile.SYMTYPE, "hard link": tarfile.LNKTYPE}.get(kind, b"0")
    member.linkname = "../../../etc/passwd" if "link" in kind else ""
    with tarfile.open(good) as old, tarfile.open(bad, "w:gz") as new:
        for each in old:
            new.addfile(each, old.extractfile(each))
        new.addfile(member, io.BytesIO())
    before = tree(library)
    with pytest.raises(BadInput):
        recovery.restore(library, bad, over_newer=True)
    assert tree(library) == before
    assert not list(tmp_path.rglob("outside.md"))
