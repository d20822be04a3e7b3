"""What is known of the equations of a note while it is rendered: their labels and numbers."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Equations:
    count: int = 0  # the last number that was given
    seconds: float = 0.0  # spent on typesetting
    labels: dict[str, str] = field(default_factory=dict)  # label: number
