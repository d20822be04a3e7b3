'''An analysis as its file describes it: read by `ast`, never imported, never run.

>>> from app.lab.signature.texts import bind_text
>>> source = """'Walks. With steps.'
... def main(walkers: Annotated[int, Ge(1), "how many"] = 10, when: date | None = None): ...
... """
>>> signature = read(source, "walk")
>>> signature.title, bind_text(signature, {"walkers": "20", "when": ""})
('Walks. With steps', {'walkers': 20, 'when': None})

The form, the command line and the validation of a request all come from this one reading.
'''

from __future__ import annotations

import ast
from dataclasses import replace

from app.errors import BadInput, Unreadable
from app.lab.signature import declared, hints, literals
from app.lab.signature.binding import checked
from app.lab.signature.parameters import Parameter, Signature

LARGEST_SOURCE = 1_000_000


def read(source: str, name: str) -> Signature:
    """The signature of the analysis `name`; Unreadable says which line, and what to do."""
    try:
        return described(parse(source), name)
    except Unreadable as error:
        error.path = f"{name}.py"
        raise
    except (RecursionError, MemoryError):
        raise Unreadable(
            "The file is nested too deeply to be read.",
            path=f"{name}.py",
            hint="Compute such a value inside a function.",
        ) from None


def parse(source: str) -> ast.Module:
    if len(source) > LARGEST_SOURCE:
        raise Unreadable(
            f"The file has more than {LARGEST_SOURCE} characters.",
            hint="Put the data into a file of its own and name it in INPUTS.",
        )
    try:
        return ast.parse(source)
    except SyntaxError as error:
        raise Unreadable(f"Syntax error: {error.msg}.", line=error.lineno or 0) from None
    except ValueError as error:  # a NUL, or half of a character
        raise Unreadable(f"The file is no Python text: {error}.") from None


def described(tree: ast.Module, name: str) -> Signature:
    doc = (ast.get_docstring(tree) or "").strip()
    title = doc.partition("\n")[0].strip().removesuffix(".")
    return Signature(
        name,
        title or name.replace("_", " ").strip().capitalize(),
        doc,
        parameters(main_of(tree)),
        declared.inputs(tree),
        declared.limits(tree),
    )


def main_of(tree: ast.Module) -> ast.FunctionDef:
    for statement in reversed(tree.body):
        if isinstance(statement, ast.AsyncFunctionDef) and statement.name == "main":
            raise Unreadable(
                "`main` is async.", line=statement.lineno, hint="Write def main(...) -> dict."
            )
        if isinstance(statement, ast.FunctionDef) and statement.name == "main":
            return statement
    raise Unreadable(
        "The file defines no `main`.", hint="Write def main(...) -> dict at its top level."
    )


def parameters(main: ast.FunctionDef) -> tuple[Parameter, ...]:
    taken = main.args
    for star in (taken.vararg, taken.kwarg):
        if star:
            raise Unreadable(
                f"`main` takes *{star.arg}.",
                line=star.lineno,
                hint="Name each parameter, with a type and a default.",
            )
    if taken.posonlyargs:
        raise Unreadable(
            "`main` has parameters without a name for callers.",
            line=taken.posonlyargs[0].lineno,
            hint="Remove the `/`.",
        )
    missing = [None] * (len(taken.args) - len(taken.defaults))
    defaults = [*missing, *taken.defaults, *taken.kw_defaults]
    return tuple(map(parameter, [*taken.args, *taken.kwonlyargs], defaults))


def parameter(argument: ast.arg, default: ast.expr | None) -> Parameter:
    name, line = argument.arg, argument.lineno
    if argument.annotation is None:
        raise Unreadable(
            f"The parameter `{name}` has no type.", line=line, hint=f"As in {name}: int = 10."
        )
    if default is None:
        raise Unreadable(
            f"The parameter `{name}` has no default.",
            line=line,
            hint="Every analysis must run as it stands: give it one.",
        )
    found = replace(hints.parameter(argument.annotation), name=name)
    try:
        return replace(found, default=checked(found, literals.value(default)))
    except BadInput as error:
        raise Unreadable(
            f"The default does not fit: {error.message}",
            line=default.lineno,
            hint="Change the default, or the type.",
        ) from None
