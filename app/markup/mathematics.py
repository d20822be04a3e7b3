"""Typesetting: TeX to HTML with MathML, by KaTeX, and nothing else knows that it is KaTeX.

    >>> typeset("x^2", display=False).error
    >>> typeset(r"\\frac{a", display=False).error
    "Unexpected end of input in a macro argument, expected '}'"

The engine is V8 in this process. It does not survive `os.fork()`, so each process makes its own,
at its first formula; a formula that runs too long or takes too much memory is stopped.
"""

from __future__ import annotations

import asyncio
import atexit
import os
import re
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from py_mini_racer import JSEvalException, JSOOMException, JSTimeoutException, MiniRacer

from app.errors import Unavailable
from app.settings import PACKAGES

KATEX = PACKAGES / "katex" / "dist" / "katex.min.js"
CHEMISTRY = KATEX.parent / "contrib" / "mhchem.min.js"
OURS = [Path(__file__).with_name(name) for name in ("tex.js", "tex_packages.js", "tex_physics.js")]
SECONDS = 3.0  # the slowest of 11,802 real formulas took 0.1
MEMORY = 256 * 1024 * 1024
LENGTH = 20_000  # characters; a longer formula is a mistake or an attack
CACHED = 4_000  # formulas; about 5 kB each
COMMAND = re.compile(r"\\(?:[a-zA-Z@]+|.)", re.DOTALL)
AT_END = re.compile(r" at end of input: .*", re.DOTALL)  # the source is shown beside it
UNKNOWN = re.compile(r"Undefined control sequence: (\\\S+)")
UNDEFINED = "{} is not defined: define it in this note, or for all of them in macros.yaml."


@dataclass(frozen=True)
class Equation:
    """A numbered line of a formula: the names that references use, and the author's own number."""

    labels: tuple[str, ...] = ()
    tag: str | None = None


@dataclass(frozen=True)
class Formula:
    """A typeset formula, or the reason why it cannot be typeset.

    Where a number of the note belongs, the HTML has a mark (see tex.js). `parts` are the labels
    of a whole whose equations are numbered 3a, 3b; `defined` are macros, by name: they hold for
    the formulas that follow.
    """

    html: str
    error: str | None = None
    equations: tuple[Equation, ...] = ()
    references: tuple[str, ...] = ()
    parts: tuple[str, ...] | None = None
    defined: tuple[tuple[str, str], ...] = ()


@dataclass
class Engine:
    """The one engine of this process, and the lock that keeps its users apart."""

    lock: threading.Lock
    racer: MiniRacer | None = None


_engine = Engine(threading.Lock())
_left_behind: list[Engine] = []


def typeset(
    tex: str,
    *,
    display: bool,
    macros: Mapping[str, str] | None = None,
    numbered: bool = True,
) -> Formula:
    """`tex` as HTML, or why not; raises Unavailable only if KaTeX is not installed.

    A macro is its replacement text, with `#1` for its first argument, or a whole `\\newcommand`,
    `\\def` or `\\let` of it.
    """
    return cached(tex, display, seen(tex, macros) if macros else (), numbered)


def seen(tex: str, macros: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The macros that `tex` uses, and those that they use: others cannot change the formula.

    >>> seen(r"\\a x", {r"\\a": r"\\b", r"\\b": "1", r"\\c": "2"})
    (('\\\\a', '\\\\b'), ('\\\\b', '1'))
    """
    found: dict[str, str] = {}
    waiting: list[str] = COMMAND.findall(tex)
    while waiting:
        name = waiting.pop()
        if name in macros and name not in found:
            found[name] = macros[name]
            waiting += COMMAND.findall(found[name])
    return tuple(sorted(found.items()))


@lru_cache(maxsize=CACHED)
def cached(tex: str, display: bool, macros: tuple[tuple[str, str], ...], numbered: bool) -> Formula:
    if len(tex) > LENGTH:
        return Formula("", f"The formula is longer than {LENGTH:,} characters.")
    with _engine.lock:
        answer = ask(tex, display, macros, numbered)
    defined = tuple((name, source) for name, source in answer.get("defined", ()))
    if "html" not in answer:
        return Formula("", reason(answer["error"]), defined=defined)
    parts = answer.get("parts")
    return Formula(
        answer["html"],
        None,
        tuple(Equation(tuple(one["labels"]), one["tag"]) for one in answer.get("equations", ())),
        tuple(answer.get("references", ())),
        None if parts is None else tuple(parts),
        defined,
    )


def ask(
    tex: str, display: bool, macros: tuple[tuple[str, str], ...], numbered: bool
) -> dict[str, Any]:
    """What the engine says. One that was stopped can go on; one out of memory cannot."""
    try:
        answer: Any = outside_of_loops(asked, tex, display, macros, numbered)
    except JSTimeoutException:
        return {"error": f"The formula took more than {SECONDS:.0f} seconds."}
    except JSOOMException:
        _engine.racer = None
        return {"error": "The formula took too much memory."}
    except JSEvalException as error:
        return {"error": str(error)}
    return dict(answer)


def asked(tex: str, display: bool, macros: dict[str, str], numbered: bool) -> Any:
    racer = _engine.racer = _engine.racer or start()
    return racer.call("typeset", tex, display, macros, numbered, timeout_sec=SECONDS)


def outside_of_loops(function: Callable[..., Any], *arguments: Any) -> Any:
    """The engine refuses a thread in which an event loop runs: there, another thread asks."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return function(*arguments)
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(function, *arguments).result()


def start() -> MiniRacer:
    try:
        sources = [path.read_text(encoding="utf-8") for path in (KATEX, CHEMISTRY, *OURS)]
    except OSError as error:
        raise Unavailable(
            "Mathematics cannot be typeset: KaTeX is not installed.", hint="Run make setup."
        ) from error
    racer = MiniRacer()
    for source in sources:
        racer.eval(source)
    racer.set_hard_memory_limit(MEMORY)
    return racer


def reason(message: str) -> str:
    """KaTeX's message without its marks under the letters; an unknown command has its own."""
    plain = message.removeprefix("KaTeX parse error: ").replace("\u0332", "").strip()
    plain = AT_END.sub("", plain)
    unknown = UNKNOWN.match(plain)
    return UNDEFINED.format(unknown[1]) if unknown else plain


def begin_again() -> None:
    """In a forked child: a new engine. The parent's is kept, for closing it would hang."""
    global _engine
    _left_behind.append(_engine)
    _engine = Engine(threading.Lock())


def close() -> None:
    """At the end of the process. Left to the interpreter, half of the processes hung at exit."""
    if _engine.racer is not None:
        _engine.racer.close()
        _engine.racer = None


os.register_at_fork(after_in_child=begin_again)
atexit.register(close)
