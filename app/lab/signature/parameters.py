"""What an analysis can be asked: its parameters, and all that is known of it without running it.

>>> walkers = Parameter("walkers", "int", 1000, minimum=1, maximum=100_000)
>>> Signature("walk", "A walk", "A walk.", (walkers,))["walkers"].default
1000
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Type = Literal["bool", "int", "float", "str", "date", "choice"]
Bound = int | float | str  # a date's bound is its ISO text, which sorts as the date does

# A form and an address must be able to carry a value: these are far above what either needs.
MOST_ITEMS = 1_000
LONGEST_TEXT = 10_000
LARGEST_WHOLE = 2**63 - 1


@dataclass(frozen=True)
class Parameter:
    """One parameter of `main`. With `many` it is a list, and type and range are its items'."""

    name: str
    type: Type
    default: Any = None  # as JSON: a date is its ISO text
    help: str = ""
    minimum: Bound | None = None
    maximum: Bound | None = None
    above: Bound | None = None  # the value must be larger than this, not equal
    below: Bound | None = None
    choices: tuple[str | int, ...] = ()
    optional: bool = False  # may be None
    many: bool = False
    shortest: int = 0  # of a text its characters, of a list its items
    longest: int | None = None


@dataclass(frozen=True)
class Signature:
    """An analysis as its file describes it. `limits` holds only what the file sets."""

    name: str
    title: str
    doc: str
    parameters: tuple[Parameter, ...] = ()
    inputs: tuple[str, ...] = ()
    limits: Mapping[str, float] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Parameter:
        return next(parameter for parameter in self.parameters if parameter.name == name)

    @property
    def names(self) -> list[str]:
        return [parameter.name for parameter in self.parameters]
