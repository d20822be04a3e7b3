"""An analysis on its own: `.venv/bin/python analysis/random_walk.py --walkers 10`.

The file imports `run` and ends with two lines:

    if __name__ == "__main__":
        run(main)

The options come from the same reading of the file as the form in the page, and what `main`
returns is kept by the same code: values and tables are printed, figures written as files. As in the
page, `main` runs in the folder of its file, in which its relative paths begin.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import chdir
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.errors import GlossError, Unreadable, reader_is_gone
from app.lab.claims import values
from app.lab.signature import arguments, bind_text, read
from app.lab.signature.parameters import Parameter, Signature
from app.lab.signature.texts import as_text, in_words, way_to_none

if TYPE_CHECKING:
    from app.lab.runs import Output

ROWS = 20
PREFIX = "parameter "  # a parameter may be named as one of our own options
NEGATIVE = re.compile(r"-[\d.]")


def run(main: Callable[..., Any], given: Sequence[str] | None = None) -> None:
    """Run `main` with the options of the command line, and show what it returns."""
    path = Path(main.__code__.co_filename)
    try:
        signature = read(path.read_text(encoding="utf-8-sig"), path.stem)
        words = list(sys.argv[1:] if given is None else given)
        options = vars(parser(signature, path.name).parse_args(joined(signature, words)))
        params = bind_text(signature, written(options))
        for output in computed(main, signature, params, options["folder"]):
            sys.stdout.write(f"{shown(output, options['folder'])}\n")
        sys.stdout.flush()
    except BrokenPipeError:
        sys.exit(reader_is_gone())
    except GlossError as error:
        sys.exit(str(error) if isinstance(error, Unreadable) else f"{path.name}: {error}")


def parser(signature: Signature, file: str) -> argparse.ArgumentParser:
    """Of `--out` and a parameter named `out` the parameter wins."""
    made = argparse.ArgumentParser(
        prog=file,
        description=described(signature),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        conflict_handler="resolve",
        allow_abbrev=False,
    )
    made.add_argument("--out", dest="folder", metavar="DIR", type=Path, help="where files go")
    for parameter in signature.parameters:
        switch = parameter.type == "bool" and not parameter.many
        made.add_argument(
            *flags(parameter),
            dest=PREFIX + parameter.name,
            help=help_of(parameter).replace("%", "%%"),
            **({"action": argparse.BooleanOptionalAction} if switch else {"metavar": "VALUE"}),
        )
    made.set_defaults(folder=Path())
    return made


def described(signature: Signature) -> str:
    """argparse takes `%` for a format only where it finds its own name of the program."""
    return signature.doc.replace("%", "%%") if "%(prog)" in signature.doc else signature.doc


def flags(parameter: Parameter) -> list[str]:
    """`--step-size`, and as it is written in the file: `--step_size`."""
    return list(dict.fromkeys([f"--{parameter.name.replace('_', '-')}", f"--{parameter.name}"]))


def help_of(parameter: Parameter) -> str:
    """`walkers (at least 1; at most 100; default 10)`"""
    bounds = {
        "at least": parameter.minimum,
        "at most": parameter.maximum,
        "more than": parameter.above,
        "less than": parameter.below,
    }
    rules = [f"{rule} {bound}" for rule, bound in bounds.items() if bound is not None]
    if parameter.choices:
        rules.append(f"of {', '.join(as_text(parameter, each) for each in parameter.choices)}")
    if parameter.many:
        rules.append("a list with commas; [] is one of nothing")
    if parameter.optional:
        rules.append(way_to_none(parameter))
    rules.append(f"default {in_words(parameter, parameter.default)}")
    return f"{parameter.help} ({'; '.join(rules)})".strip()


def joined(signature: Signature, words: Iterable[str]) -> list[str]:
    """`--shift -1,2` as `--shift=-1,2`: argparse would take the list for an option."""
    known = {flag for parameter in signature.parameters for flag in flags(parameter)}
    found: list[str] = []
    for word in words:
        if found and found[-1] in known and NEGATIVE.match(word):
            found[-1] += f"={word}"
        else:
            found.append(word)
    return found


def written(options: Mapping[str, Any]) -> dict[str, str]:
    """The parameters that were given, as texts."""
    given = {
        name.removeprefix(PREFIX): value
        for name, value in options.items()
        if name.startswith(PREFIX) and value is not None
    }
    return {
        name: value if isinstance(value, str) else "yes" if value else "no"
        for name, value in given.items()
    }


def computed(
    main: Callable[..., Any], signature: Signature, params: Mapping[str, Any], folder: Path
) -> list[Output]:
    """What the page would show. Imported here: `--help` needs no second of matplotlib."""
    import matplotlib as mpl

    from app.lab.outputs import results, style
    from app.lab.runner import seed

    mpl.use("agg")  # an analysis draws into files, also where there is a screen
    style.apply()
    seed.start(params)
    with chdir(Path(main.__code__.co_filename).absolute().parent):
        returned = main(**arguments(signature, params))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return results.kept(returned, folder)
    except OSError as error:
        raise GlossError(
            f"Cannot write into {folder.absolute()}: {error.strerror}.",
            hint="Name another folder with --out DIR.",
        ) from None


def shown(output: Output, folder: Path) -> str:
    files = ", ".join(str(folder / file) for file in output.files.values())
    if output.kind == "table":
        total, rows = output.value["total"], output.value["rows"][:ROWS]
        cut = f"\n… {total} rows" if total > len(rows) else ""
        return f"{output.name}: {files}\n{grid([output.value['columns'], *rows])}{cut}"
    return f"{output.name}: {files}" if files else f"{output.name} = {value_of(output)}"


def value_of(output: Output) -> str:
    return "none" if output.value is None else words(output.value)


def grid(rows: Sequence[Sequence[Any]]) -> str:
    """The rows in columns, each as wide as its widest cell."""
    cells = [[words(cell) for cell in row] for row in rows]
    cells = [[*row, *[""] * (len(cells[0]) - len(row))] for row in cells]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join(
        "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        for row in cells
    )


def words(value: Any) -> str:
    return "" if value is None else values.format(value) or str(value)
