"""The mathematical macros of a library, in notes/macros.yaml, and those of a note's front matter.

A vault of Obsidian may have them in preamble.sty, beside its notes: what is defined there holds,
too, and the rest of that file is no concern of ours. macros.yaml wins over it.

Both are written in one of two ways, as a mapping or as TeX (one text, or a list of lines):

    norm: '\\|#1\\|'                           - \\newcommand{\\norm}[1]{\\|#1\\|}
    E: ['\\mathbb{E}_{#1}\\left[#2\\right]', 2]    - \\DeclareMathOperator{\\Var}{Var}

A name may have its backslash. A note's own macros win over the library's.

    >>> taken(header.compose(r"norm: '\\|#1\\|'"))
    {'\\\\norm': '\\\\|#1\\\\|'}
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import yaml

from app.library import regular
from app.library.front import header
from app.markup.mathematics import typeset

FILE = "macros.yaml"
PREAMBLE = "preamble.sty"
DEFINES = re.compile(r"\\(?:(?:re)?newcommand|providecommand|def|let|Declare)")
LARGEST = 256_000  # bytes
NAME = re.compile(r"\\(?:[A-Za-z@]+|[^A-Za-z\s])\Z")
COUNTS = range(10)


def of_library(root: Path) -> tuple[Mapping[str, str], str]:
    """The macros of the library below `root`, and what is wrong with macros.yaml."""
    own, wrong = read(root / FILE, changed(root / FILE))
    return {**preamble(root / PREAMBLE, changed(root / PREAMBLE)), **own}, wrong


def changed(path: Path) -> tuple[int, int]:
    """Size and time of a file, of one that is not there zeros."""
    try:
        stat = path.stat()
    except OSError:
        return 0, 0
    return stat.st_size, stat.st_mtime_ns


@lru_cache(maxsize=8)
def preamble(path: Path, stat: tuple[int, int]) -> Mapping[str, str]:
    """What a file of TeX defines; if it cannot be taken as a whole, what its lines define."""
    if not 0 < stat[0] <= LARGEST:
        return {}
    try:
        source = regular.text(path, "replace")
    except OSError:
        return {}
    found: dict[str, str] = {}
    for tex in [source] if is_preamble(source) else source.splitlines():
        if DEFINES.search(tex) and is_preamble(tex):
            found |= typeset(tex, display=True).defined
    return found


def is_preamble(tex: str) -> bool:
    formula = typeset(tex, display=True)
    return formula.error is None and not formula.html


def of_note(root: Path, own: Mapping[str, str]) -> Mapping[str, str]:
    """The macros that hold in a note: the library's, and its own over them."""
    known, _ = of_library(root)
    return {**known, **own} if own else known


@lru_cache(maxsize=8)
def read(path: Path, stat: tuple[int, int]) -> tuple[Mapping[str, str], str]:
    """Read anew whenever `stat` is another one."""
    if stat == (0, 0):
        return {}, ""
    if stat[0] > LARGEST:
        return {}, f"It is larger than {LARGEST // 1000} kB."
    try:
        node = header.compose(regular.text(path))
        return taken(node) if node is not None else {}, ""
    except header.Wrong as wrong:
        return {}, wrong.reason.replace("The front matter", "The file")
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        return {}, f"It is no YAML: {error.problem} in line {line}."
    except (OSError, ValueError, yaml.YAMLError, RecursionError) as error:
        return {}, f"It cannot be read: {error}."


def taken(node: yaml.Node) -> dict[str, str]:
    """The macros that a YAML value defines; ValueError says what is wrong with it."""
    if isinstance(node, yaml.MappingNode):
        return {named(name): meaning(named(name), value) for name, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        found: dict[str, str] = {}
        for line in node.value:
            found |= taken(line)
        return found
    return defined(str(node.value)) if not header.is_null(node) else {}


def named(node: yaml.Node) -> str:
    name = str(node.value).strip() if isinstance(node, yaml.ScalarNode) else ""
    name = name if name.startswith("\\") else f"\\{name}"
    if not NAME.match(name):
        raise ValueError(f"«{name}» is no name of a macro: letters only, as in \\norm")
    return name


def meaning(name: str, node: yaml.Node) -> str:
    """Its replacement text; in a list, with the number of arguments and the first's default."""
    if isinstance(node, yaml.ScalarNode):
        return str(node.value)
    parts = [str(part.value) for part in node.value if isinstance(part, yaml.ScalarNode)]
    if not isinstance(node, yaml.SequenceNode) or not 1 <= len(parts) == len(node.value) <= 3:
        raise ValueError(f"{name} must be a text, or a list of text and number of arguments")
    body, count, *default = [*parts, "0"] if len(parts) == 1 else parts
    if not count.isdecimal() or int(count) not in COUNTS:
        raise ValueError(f"{name} has {count} arguments: a number from 0 to 9 is expected")
    first = f"[{default[0]}]" if default else ""
    return f"\\newcommand{{{name}}}[{count}]{first}{{{body}}}"


def defined(tex: str) -> dict[str, str]:
    """The macros that TeX defines, as a preamble does."""
    formula = typeset(tex, display=True)
    if formula.error is not None or formula.html:
        raise ValueError(formula.error or "only definitions are expected, as in a preamble")
    return dict(formula.defined)


def stamp(root: Path) -> int:
    """A checksum of the library's macros: when it changes, every note is rendered anew."""
    found = 0
    for name in (FILE, PREAMBLE):
        try:
            found = zlib.crc32(regular.read(root / name), found)
        except OSError:
            continue
    return found
