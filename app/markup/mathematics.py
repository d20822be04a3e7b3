"""Typesetting: TeX to HTML with MathML, by KaTeX, and nothing else knows that it is KaTeX.

    >>> typeset("x^2", display=False).error
    >>> typeset(r"\\frac{a", display=False).error
    "Unexpected end of input in a macro argument, expected '}' at end of input: \\\\frac{a"

The engine is V8 in this process. It does not survive `os.fork()`, so each process makes its own,
at its first formula; a formula that runs too long or takes too much memory is stopped.
"""

from __future__ import annotations

import asyncio
import atexit
import os
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from py_mini_racer import JSEvalException, JSOOMException, JSTimeoutException, MiniRacer

from app.errors import Unavailable
from app.settings import PACKAGES

KATEX = PACKAGES / "katex" / "dist" / "katex.min.js"
SECONDS = 3.0  # the slowest of 11,802 real formulas took 0.1
MEMORY = 256 * 1024 * 1024
LENGTH = 20_000  # characters; a longer formula is a mistake or an attack
CACHED = 4_000  # formulas; about 5 kB each
SIZE = 50  # em; the largest \\rule or \\kern
TYPESET = f"""function typeset(tex, display, macros) {{
  try {{
    return {{html: katex.renderToString(tex, {{displayMode: display, macros: macros, trust: false,
      strict: "ignore", output: "htmlAndMathml", throwOnError: true, maxSize: {SIZE}}})}};
  }} catch (error) {{ return {{error: String(error.message || error)}}; }}
}}"""


@dataclass(frozen=True)
class Formula:
    """A typeset formula, or the reason why it cannot be typeset."""

    html: str
    error: str | None = None


@dataclass
class Engine:
    """The one engine of this process, and the lock that keeps its users apart."""

    lock: threading.Lock
    racer: MiniRacer | None = None


_engine = Engine(threading.Lock())
_left_behind: list[Engine] = []


def typeset(tex: str, *, display: bool, macros: Mapping[str, str] | None = None) -> Formula:
    """`tex` as HTML, or why not; raises Unavailable only if KaTeX is not installed."""
    return cached(tex, display, tuple(sorted(macros.items())) if macros else ())


@lru_cache(maxsize=CACHED)
def cached(tex: str, display: bool, macros: tuple[tuple[str, str], ...]) -> Formula:
    if len(tex) > LENGTH:
        return Formula("", f"The formula is longer than {LENGTH:,} characters.")
    with _engine.lock:
        answer = ask(tex, display, dict(macros))
    if "html" in answer:
        return Formula(answer["html"])
    return Formula("", reason(answer["error"]))


def ask(tex: str, display: bool, macros: dict[str, str]) -> dict[str, str]:
    """What the engine says. One that was stopped can go on; one out of memory cannot."""
    try:
        answer: Any = outside_of_loops(asked, tex, display, macros)
    except JSTimeoutException:
        return {"error": f"The formula took more than {SECONDS:.0f} seconds."}
    except JSOOMException:
        _engine.racer = None
        return {"error": "The formula took too much memory."}
    except JSEvalException as error:
        return {"error": str(error)}
    return dict(answer)


def asked(tex: str, display: bool, macros: dict[str, str]) -> Any:
    racer = _engine.racer = _engine.racer or start()
    return racer.call("typeset", tex, display, macros, timeout_sec=SECONDS)


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
        source = KATEX.read_text(encoding="utf-8")
    except OSError as error:
        raise Unavailable(
            "Mathematics cannot be typeset: KaTeX is not installed.", hint="Run make setup."
        ) from error
    racer = MiniRacer()
    racer.eval(source)
    racer.eval(TYPESET)
    racer.set_hard_memory_limit(MEMORY)
    return racer


def reason(message: str) -> str:
    """KaTeX's message without its marks under the letters."""
    return message.removeprefix("KaTeX parse error: ").replace("\u0332", "").strip()


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
