"""What a piece of Python imports, and a hash of it that ignores comments and docstrings.

>>> found = facts("import numpy as np\\nfrom walks.steps import step  # how", package="")
>>> found.imports
('numpy', 'walks.steps', 'walks.steps.step')
>>> found.digest == facts('import numpy as np\\nfrom walks.steps import step', package="").digest
True
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from app.lab.fingerprint.files import MISSING
from app.lab.stamps import Stamp, is_settled, stamp_of

DOCUMENTED = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
BY_NAME = ("import_module", "__import__", "run_module")
BY_PATH = ("run_path",)


@dataclass(frozen=True)
class Facts:
    """`imports` are dotted names: each may be a module, or something inside one."""

    digest: str
    imports: tuple[str, ...]


@dataclass(frozen=True)
class Reached:
    """`modules` by relative path; `outside` are the first names of all other imports."""

    modules: dict[str, Facts]
    outside: frozenset[str]


# What this process has read, by path; an entry holds for as long as stat says the same.
_read: dict[Path, tuple[Stamp, Facts]] = {}


def facts(source: str, *, package: str) -> Facts:
    """`package` is the dotted name that a relative import starts from."""
    try:
        tree = ast.parse(source)
        imports = tuple(dict.fromkeys(imported(tree, package)))
        remove_docstrings(tree)
        return Facts(hashed(ast.dump(tree)), imports)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Facts(hashed(source), ())


def reached(root: Path, names: Iterable[str], paths: Iterable[str] = ()) -> Reached:
    """All that these imports reach: the files below `root`, and what is from elsewhere.

    `paths`: files of code below `root` that are known to be loaded, however.
    """
    modules = {path: facts_of_file(root, path) for path in paths}
    local: dict[str, bool] = {}
    waiting = [*names, *(each for found in modules.values() for each in found.imports)]
    known = set(waiting)
    while waiting:
        name = waiting.pop()
        top = name.partition(".")[0]
        if top not in local:
            local[top] = is_local(root, top)
        for path in files_of(root, name) if local[top] else ():
            if path not in modules:
                modules[path] = facts_of_file(root, path)
                waiting += [each for each in modules[path].imports if each not in known]
                known.update(modules[path].imports)
    outside = frozenset(top for top, here in local.items() if not here)
    return Reached(dict(sorted(modules.items())), outside)


def is_local(root: Path, top: str) -> bool:
    return (root / f"{top}.py").is_file() or (root / top).is_dir()


def imported(tree: ast.Module, package: str) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = origin(node, package)
            if base:
                yield base
            prefix = f"{base}." if base else ""
            yield from (f"{prefix}{alias.name}" for alias in node.names if alias.name != "*")
        elif isinstance(node, ast.Call):
            yield from called(node, package)


def called(node: ast.Call, package: str) -> Iterator[str]:
    """What `importlib.import_module("walks")` imports, and its like, where a literal says it."""
    function = node.func
    name = getattr(function, "attr", None) or getattr(function, "id", "")
    first = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else None
    if not isinstance(first, str):
        return
    meant = ""
    if name in BY_NAME:
        level = len(first) - len(first.lstrip("."))
        meant = origin(ast.ImportFrom(first[level:] or None, [], level), package)
    elif name in BY_PATH and first.endswith(".py"):
        meant = ".".join(PurePosixPath(first.removesuffix(".py")).parts)
    if all(part.isidentifier() for part in meant.split(".")):
        yield meant


def origin(node: ast.ImportFrom, package: str) -> str:
    """`walks.paths` of `from .paths import p` in the package `walks`."""
    if not node.level:
        return node.module or ""
    parts = package.split(".") if package else []
    above = parts[: len(parts) - node.level + 1]
    return ".".join([*above, *([node.module] if node.module else [])])


def files_of(root: Path, name: str) -> Iterator[str]:
    """The files that `import a.b.c` reads: of each package its `__init__`, then the module."""
    path = ""
    for part in name.split("."):
        path = f"{path}/{part}" if path else part
        if (root / path / "__init__.py").is_file():
            yield f"{path}/__init__.py"
        elif (root / f"{path}.py").is_file():
            yield f"{path}.py"
        elif not (root / path).is_dir():
            return


def facts_of_file(root: Path, path: str) -> Facts:
    full = root / path
    try:
        if not full.is_file():
            return Facts(MISSING, ())
        stamp = stamp_of(full)
        known = _read.get(full)
        if known is not None and known[0] == stamp:
            return known[1]
        settled = is_settled(stamp)
        source = full.read_bytes().decode("utf-8", "replace")
        found = facts(source, package=path.rpartition("/")[0].replace("/", "."))
        if settled:
            _read[full] = (stamp, found)
    except OSError:
        return Facts(MISSING, ())
    return found


def remove_docstrings(tree: ast.Module) -> None:
    for node in ast.walk(tree):
        if isinstance(node, DOCUMENTED) and node.body and is_text(node.body[0]):
            node.body = node.body[1:]


def is_text(statement: ast.stmt) -> bool:
    value = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


def hashed(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
