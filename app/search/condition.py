"""A condition of SQL with the values to bind.

>>> both([Condition("a = ?", (1,)), Condition("b")])
Condition(sql='(a = ?) AND (b)', values=(1,))
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Condition:
    sql: str
    values: tuple[str | int, ...] = ()


def both(conditions: Iterable[Condition], operator: str = "AND") -> Condition:
    """All of these, or any with OR; true if there are none."""
    found = list(conditions)
    sql = f" {operator} ".join(f"({each.sql})" for each in found) or "1"
    return Condition(sql, tuple(value for each in found for value in each.values))
