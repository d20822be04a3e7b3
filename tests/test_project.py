"""The project's own files: nothing in them is somebody else's, and what they promise is there."""

from __future__ import annotations

import dataclasses
import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from app.__main__ import COMMANDS, FOLDERS
from app.settings import Settings

PROJECT = Path(__file__).resolve().parent.parent
PINNED = re.compile(r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[0-9][0-9A-Za-z.]*)")

# What people write by hand, and pictures made by our own tests.
SUFFIXES = {
    *(".bib", ".csl", ".css", ".csv", ".html", ".js", ".json", ".md", ".png", ".py", ".svg"),
    *(".toml", ".txt", ".xml", ".yaml", ".yml", ".input", ".expected"),
}
NAMES = {".gitignore", ".gitattributes", ".editorconfig", "LICENSE", "Makefile", "run"}
LARGEST_SCRIPT = 64_000  # a bundled library is larger than any script or style sheet of ours
BANNERS = re.compile(r"/\*!|@license|@preserve|sourceMappingURL")

# In pieces, so that this file does not name them either.
REGISTRIES = [
    ".".join(words)
    for words in (
        ("registry", "npmjs", "org"),
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("deb", "debian", "org"),
        ("npmmirror", "com"),
        ("yarnpkg", "com"),
        ("jsdelivr", "net"),
        ("unpkg", "com"),
        ("cdnjs", "cloudflare"),
        ("fonts", "googleapis"),
    )
]
MACHINE = re.compile(r"(?<![\w.])/(?:root|work|home/[a-z]+|Users/[A-Za-z]+|opt/[a-z]+)/")


def committed() -> list[Path]:
    """Every file that is in the repository or would be added to it."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = [PROJECT / name for name in listed.stdout.split("\0") if name]
    return [path for path in paths if path.is_file()]


@pytest.fixture(scope="module")
def files() -> list[Path]:
    found = committed()
    assert len(found) > 30, "the tree was not read"
    return found


@pytest.fixture(scope="module")
def texts(files: list[Path]) -> dict[str, str]:
    """The text of every file that has one, by its name below the project."""
    read = {}
    for path in files:
        if path.suffix != ".png":
            read[str(path.relative_to(PROJECT))] = path.read_text("utf-8", errors="replace")
    return read


def test_every_file_is_of_a_kind_that_we_write(files: list[Path]) -> None:
    """No font, archive, compiled or minified file: third-party files come from packages."""
    odd = [path for path in files if path.suffix not in SUFFIXES and path.name not in NAMES]
    minified = [path for path in files if ".min." in path.name]
    assert [str(path.relative_to(PROJECT)) for path in odd + minified] == []


def test_no_script_or_style_sheet_is_a_library(texts: dict[str, str]) -> None:
    ours = {name: text for name, text in texts.items() if name.endswith((".js", ".css"))}
    found = [name for name, text in ours.items() if BANNERS.search(text)]
    large = [name for name, text in ours.items() if len(text) > LARGEST_SCRIPT]
    assert found + large == []


def test_no_registry_and_no_content_network_is_named(texts: dict[str, str]) -> None:
    found = [(name, host) for name, text in texts.items() for host in REGISTRIES if host in text]
    assert found == []


def test_no_path_of_somebodys_machine_is_named(texts: dict[str, str]) -> None:
    named = {name: MACHINE.search(text) for name, text in texts.items()}
    assert [(name, found[0]) for name, found in named.items() if found] == []


@pytest.mark.parametrize("folder", ["/root", "see /home/ann", '"/work'])
def test_a_path_of_somebodys_machine_would_be_found(folder: str) -> None:
    assert MACHINE.search(f"{folder}/notes")
    assert not MACHINE.search("https://example.org/work/x")


def requirements(name: str) -> dict[str, str]:
    """The lines of a requirements file: what is pinned, and the comment beside it."""
    lines = (PROJECT / name).read_text().splitlines()
    split = [line.partition("#") for line in lines if line and not line.startswith("#")]
    return {pinned.strip(): reason.strip() for pinned, _, reason in split}


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_each_direct_dependency_is_pinned_and_has_its_reason(name: str) -> None:
    wanted = requirements(name)
    assert wanted
    assert [line for line in wanted if not PINNED.fullmatch(line)] == []
    assert [line for line, reason in wanted.items() if len(reason) < 5] == []


def test_everything_that_is_installed_is_pinned_once() -> None:
    files = ("requirements.txt", "requirements-dev.txt", "constraints.txt")
    lines = [line for name in files for line in requirements(name)]
    assert [line for line in lines if not PINNED.fullmatch(line)] == []
    names = Counter(re.sub(r"[-_.]+", "-", line.split("==")[0]).lower() for line in lines)
    assert [name for name, times in names.items() if times > 1] == []


def test_constraints_are_what_is_installed() -> None:
    """So `make constraints` was not forgotten when a direct dependency changed."""
    freeze = [sys.executable, "-m", "pip", "freeze", "--exclude-editable"]
    installed = subprocess.run(freeze, capture_output=True, text=True, check=True).stdout.split()
    files = ("requirements.txt", "requirements-dev.txt", "constraints.txt")
    pinned = {line for name in files for line in requirements(name)}
    assert [line for line in installed if line not in pinned] == []


def test_front_end_packages_are_exact_and_locked_without_a_host() -> None:
    package = json.loads((PROJECT / "package.json").read_text())
    lock = json.loads((PROJECT / "package-lock.json").read_text())["packages"]
    wanted = {**package["dependencies"], **package["devDependencies"]}
    assert [name for name, version in wanted.items() if not re.fullmatch(r"[\d.]+", version)] == []
    assert {name: lock[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    locked = {name: entry for name, entry in lock.items() if name}
    assert [name for name, entry in locked.items() if "resolved" in entry] == []
    assert [name for name, entry in locked.items() if "integrity" not in entry] == []


def test_names_of_test_files_are_unique() -> None:
    names = Counter(path.name for path in (PROJECT / "tests").rglob("test_*.py"))
    assert [name for name, times in names.items() if times > 1] == []


@pytest.fixture(scope="module")
def readme() -> str:
    return (PROJECT / "README.md").read_text()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_stands_in_the_readme_and_explains_itself(command: str, readme: str) -> None:
    assert re.search(rf"(?:app |`){command}\b", readme)
    assert COMMANDS[command] in program("--help")
    assert "usage:" in program(command, "--help")


def test_the_readme_maps_every_part_of_app(readme: str) -> None:
    parts = {path.name for path in (PROJECT / "app").iterdir()} - {"__init__.py", "__pycache__"}
    assert [part for part in sorted(parts) if part not in readme] == []


def test_every_setting_is_explained_by_serve() -> None:
    shown = " ".join(program("serve", "--help").split())
    rows = dataclasses.fields(Settings)
    assert {row.name for row in rows} >= set(FOLDERS)
    assert [row.name for row in rows if f"--{row.name.replace('_', '-')}" not in shown] == []
    assert [row.name for row in rows if row.metadata["help"] not in shown] == []


def program(*words: str) -> str:
    """What `python -m app …` prints; it must end well."""
    command = [sys.executable, "-m", "app", *words]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_two_commands_stand_in_the_readme(readme: str) -> None:
    assert "make serve" in readme
    assert "make test" in readme


def test_every_target_of_make_is_explained() -> None:
    makefile = (PROJECT / "Makefile").read_text()
    offered = {"setup", "serve", "test", "bench", "soak", "help"}
    told = subprocess.run(["make"], cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    assert {line.split()[1] for line in told.splitlines()} >= offered
    assert all(f"\n{name}:" in makefile for name in offered)


def test_the_changelog_knows_this_version() -> None:
    version = re.search(r'^version = "(.+)"', (PROJECT / "pyproject.toml").read_text(), re.M)
    assert version
    assert f"## {version[1]}" in (PROJECT / "CHANGELOG.md").read_text()
