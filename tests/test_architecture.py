"""The shape of app/: which room may import which, no circles, small modules and functions.

Every rule is a function from the modules read to complaints; each is shown to fail on a small
made-up tree, so that a green run means something.
"""

from __future__ import annotations

import ast
import graphlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

APP = Path(__file__).resolve().parent.parent / "app"

LONGEST_FUNCTION = 50
LONGEST_MODULE = 300

FOUNDATION = {"clock", "errors", "settings", "schema", "derived", "database", "unseen"}
SHARED = FOUNDATION | {"markup", "accounts.permissions"}
# What each part of app/ may import of the others. "" is app/__init__.py, which makes the app;
# `part.module` is a module that may import more than the rest of its part.
ALLOWED: dict[str, set[str]] = {
    "clock": set(),
    "unseen": set(),
    "errors": set(),
    "settings": {"errors"},
    "schema": {"schema_statements", "schema_versions"},
    "schema_statements": set(),
    "schema_versions": set(),
    "derived": set(),
    "database": {"schema", "derived", "errors"},
    "markup": {"errors", "settings"},
    "accounts": FOUNDATION,
    "search": SHARED,
    "library": SHARED | {"search"},
    "lab": SHARED | {"search", "library"},
    "annotations": SHARED | {"search", "library"},
    "web": SHARED | {"accounts", "search", "library", "lab", "annotations"},
    "web.server": {"", "settings", "supervisor"},
    "commands": SHARED | {"accounts", "search", "library", "lab", "annotations", "supervisor", ""},
    "supervisor": {"settings"},
    "": FOUNDATION | {"web"},
    "__main__": {"commands", "errors", "settings"},
}
# The cores: what goes in decides what comes out. They know neither pages nor the database.
PURE = (
    "markup",
    "accounts.permissions",
    "library.history.differences",
    "library.front.front_matter",
    "library.moving.link_spans",
    "library.front.header_edit",
    "library.front.header_write",
    "library.writing.attachment",
    "library.writing.dimensions",
    "library.writing.svg",
    "library.writing.svg_graph",
    "library.writing.svg_styles",
    "library.writing.starts",
    "library.history.headers",
    "library.history.matching",
    "library.history.merge",
    "library.names",
    "library.history.packing",
    "search.query",
    "lab.signature",
    "lab.claims",
    "lab.sweeps.axes",
    "lab.sweeps.plot",
    "lab.sweeps.scale",
    "annotations.model",
    "annotations.anchoring",
    "annotations.known_contexts",
    "annotations.rdf",
    "annotations.pieces",
    "annotations.copies",
    "annotations.rewording",
    "annotations.heading_places",
    "annotations.harmless",
    "annotations.survivors",
    "annotations.carrying",
    "annotations.finding",
    "annotations.following",
    "annotations.selectors_found",
    "annotations.ranges",
    "annotations.utf16",
)
PAGES = {"flask", "werkzeug", "jinja2"}
STORAGE = {"sqlite3", "sqlite_utils", "app.database"}


@dataclass(frozen=True)
class Module:
    """One file: its name below app (`lab.runs`; a package has its folder's name)."""

    name: str
    tree: ast.Module
    lines: int
    is_package: bool
    imports: frozenset[str]  # full names, of modules only

    @property
    def part(self) -> str:
        return self.name.split(".")[0]

    @property
    def own(self) -> set[str]:
        """The modules of app that it imports, named below app."""
        return {name[4:] for name in self.imports if f"{name}.".startswith("app.")}


def read(root: Path) -> dict[str, Module]:
    paths = {name_of(path, root): path for path in sorted(root.rglob("*.py"))}
    return {name: read_one(name, path, set(paths)) for name, path in paths.items()}


def name_of(path: Path, root: Path) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def read_one(name: str, path: Path, known: set[str]) -> Module:
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    found = {one for node in ast.walk(tree) for one in imported(node, known)}
    is_package = path.name == "__init__.py"
    return Module(name, tree, source.count("\n"), is_package, frozenset(found))


def imported(node: ast.AST, known: set[str]) -> Iterator[str]:
    """The modules that a statement imports; `from app import x` is app.x where that is a module."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = "." * node.level + (node.module or "")
        inner = {alias.name: f"{base}.{alias.name}" for alias in node.names}
        for full in inner.values():
            yield full if full.removeprefix("app.") in known else base


# The rules ------------------------------------------------------------------------------------


def wrong_directions(modules: Mapping[str, Module]) -> Iterator[str]:
    """Imports go one way, between the parts that ALLOWED names."""
    for module in modules.values():
        if module.part not in ALLOWED:
            yield f"app.{module.name} belongs to no part of app/ that is known"
            continue
        for target in sorted(module.own):
            same = target.split(".")[0] == module.part
            if not same and not may_import(module, target):
                yield f"app.{module.name} imports app.{target}".rstrip(".")


def may_import(module: Module, target: str) -> bool:
    return any(
        target == allowed or (allowed and target.startswith(f"{allowed}."))
        for allowed in ALLOWED.get(module.name, ALLOWED[module.part])
    )


def relative_imports(modules: Mapping[str, Module]) -> Iterator[str]:
    """Imports are written in full, so that a reader and this test see where they go."""
    for module in modules.values():
        for name in sorted(module.imports):
            if name.startswith("."):
                yield f"app.{module.name} imports {name}: write it in full"


def pages_outside_web(modules: Mapping[str, Module]) -> Iterator[str]:
    for module in modules.values():
        if module.part not in {"web", ""}:
            for name in sorted(packages(module) & PAGES):
                yield f"app.{module.name} imports {name}: only web does"


def impure_cores(modules: Mapping[str, Module]) -> Iterator[str]:
    for module in modules.values():
        if f"{module.name}.".startswith(tuple(f"{core}." for core in PURE)):
            for name in sorted((packages(module) | module.imports) & (STORAGE | PAGES)):
                yield f"app.{module.name} is pure and imports {name}"


def packages(module: Module) -> set[str]:
    return {name.split(".")[0] for name in module.imports}


def circles(modules: Mapping[str, Module]) -> Iterator[str]:
    graph = {name: module.own & set(modules) for name, module in modules.items()}
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        yield "circle: " + " imports ".join(f"app.{name}" for name in reversed(error.args[1]))


def missing_docstrings(modules: Mapping[str, Module]) -> Iterator[str]:
    for module in modules.values():
        if not ast.get_docstring(module.tree):
            yield f"app.{module.name} does not say what it is for"


def long_functions(modules: Mapping[str, Module]) -> Iterator[str]:
    for module in modules.values():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > LONGEST_FUNCTION:
                    yield f"app.{module.name}: {node.name} has {lines} lines"


def long_modules(modules: Mapping[str, Module]) -> Iterator[str]:
    for module in modules.values():
        if module.lines > LONGEST_MODULE:
            yield f"app.{module.name} has {module.lines} lines"


RULES: tuple[Callable[[Mapping[str, Module]], Iterator[str]], ...] = (
    wrong_directions,
    relative_imports,
    pages_outside_web,
    impure_cores,
    circles,
    missing_docstrings,
    long_functions,
    long_modules,
)


# The tree as it is ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def modules() -> dict[str, Module]:
    found = read(APP)
    assert len(found) > 20, "the tree was not read"
    return found


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_rule_holds(
    rule: Callable[[Mapping[str, Module]], Iterator[str]], modules: dict[str, Module]
) -> None:
    complaints = list(rule(modules))
    assert not complaints, "\n".join(complaints)


def test_app_lists_only_what_is_known() -> None:
    """Listing app/ tells what the product does: nothing stands there that has no place."""
    found = {path.stem for path in APP.iterdir() if path.suffix == ".py" or path.is_dir()}
    assert found - {"__init__", "__pycache__"} == {part for part in ALLOWED if part.isidentifier()}


def test_every_folder_of_python_is_a_package() -> None:
    folders = {path.parent for path in APP.rglob("*.py")}
    assert [folder for folder in folders if not (folder / "__init__.py").exists()] == []


def test_every_core_that_is_named_pure_exists(modules: dict[str, Module]) -> None:
    assert [name for name in PURE if name not in modules] == []


# Each rule can fail ---------------------------------------------------------------------------

LONG = "def long():\n" + "    x = 1\n" * LONGEST_FUNCTION


@pytest.mark.parametrize(
    ("rule", "files", "complaint"),
    [
        (
            wrong_directions,
            {"library/sync.py": "from app.lab.runs import get", "lab/runs.py": ""},
            "app.library.sync imports app.lab.runs",
        ),
        (
            wrong_directions,
            {"library/sync.py": "def f():\n    from app import annotations"},
            "app.library.sync imports app.annotations",
        ),
        (
            wrong_directions,
            {"search/find.py": "import app.accounts.people", "accounts/people.py": ""},
            "app.search.find imports app.accounts.people",
        ),
        (
            wrong_directions,
            {"markup/text.py": "from app.database import connect"},
            "app.markup.text imports app.database",
        ),
        (
            wrong_directions,
            {"lab/run.py": "from app.web import access"},
            "app.lab.run imports app.web",
        ),
        (wrong_directions, {"helpers.py": ""}, "app.helpers belongs to no part"),
        (relative_imports, {"lab/run.py": "from . import claims"}, "app.lab.run imports ."),
        (
            pages_outside_web,
            {"library/sync.py": "from flask import g"},
            "app.library.sync imports flask",
        ),
        (
            pages_outside_web,
            {"lab/runs.py": "import werkzeug.utils"},
            "app.lab.runs imports werkzeug",
        ),
        (impure_cores, {"markup/a/b.py": "import sqlite3"}, "app.markup.a.b is pure"),
        (impure_cores, {"lab/claims.py": "from app import database"}, "app.lab.claims is pure"),
        (
            circles,
            {"lab/a.py": "from app.lab import b", "lab/b.py": "def f():\n    import app.lab.a"},
            "app.lab.a imports app.lab.b",
        ),
        (missing_docstrings, {"lab/runs.py": "x = 1"}, "app.lab.runs does not say"),
        (long_functions, {"lab/runs.py": LONG}, "app.lab.runs: long has 51 lines"),
        (long_modules, {"lab/runs.py": "x = 1\n" * 301}, "app.lab.runs has 301 lines"),
    ],
)
def test_rule_can_fail(
    rule: Callable[[Mapping[str, Module]], Iterator[str]],
    files: dict[str, str],
    complaint: str,
    tmp_path: Path,
) -> None:
    made = made_up(tmp_path, files)
    assert [found for found in rule(read(made)) if complaint in found]
    with_only_what_is_right = read(made_up(tmp_path / "right", RIGHT))
    assert list(rule(with_only_what_is_right)) == []


RIGHT = {
    "__init__.py": '"""Made up."""\nfrom app.web import access\nfrom app.settings import load',
    "settings.py": '"""Made up."""\nfrom app.errors import BadInput',
    "web/access.py": '"""Made up."""\nimport flask\nfrom app.accounts import people',
    "accounts/people.py": '"""Made up."""\nimport sqlite3\nfrom app import database',
    "annotations/store.py": '"""Made up."""\nfrom app.library import sync\nimport app.search',
    "library/sync.py": '"""Made up."""\nfrom app.accounts.permissions import may',
    "lab/claims.py": '"""Made up."""\nfrom app import errors\nimport simpleeval',
}


def made_up(root: Path, files: dict[str, str]) -> Path:
    """A small app/ with these files, and an empty one of every name that they may import."""
    app = root / "app"
    for part in filter(str.isidentifier, ALLOWED):
        is_module = part in FOUNDATION
        path = app / (f"{part}.py" if is_module else f"{part}/__init__.py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text('"""Made up."""\n')
    (app / "accounts" / "permissions.py").write_text('"""Made up."""\n')
    for name, source in files.items():
        (app / name).parent.mkdir(parents=True, exist_ok=True)
        (app / name).write_text(source)
    return app
