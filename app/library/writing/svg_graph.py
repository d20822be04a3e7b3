"""How much a browser draws for an SVG: an element that refers to a part draws all of that part.

A part may hold references in turn: a file of a kilobyte can ask for billions of elements. They are
counted over the graph of what refers to what, each part once, so that the time is that of reading.
What is counted is at least what a browser draws; what refers to itself is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from app.library.writing import svg_styles as styles
from app.library.writing.svg_names import XML, listed

MOST = 100_000  # elements drawn, or TIMES as many as the file has
TIMES = 10
MOST_ELEMENTS = 300_000
DEEPEST = 256  # elements within each other, references included
LARGEST = 1e15  # counted no further
SIGNS = 1_000  # so many letters of an outline weigh as an element more
# Stops are colours of one thing that is drawn.
WEIGHTS = {"stop": 0.05, "linearGradient": 0.2, "radialGradient": 0.2}
SHAPES = listed(
    """
    path rect circle ellipse line polyline polygon text tspan textPath use image
    flowRoot flowRegion flowPara flowSpan mesh
    """
)
OWN = ("filter", "clip-path", "mask", "background", "href")  # not handed on to what is within
IDS = ("id", f"{XML} id")
POINTS = re.compile(r"[A-Za-z]|\d+\.?\d*|\.\d+")


class Endless(Exception):
    """A part that holds itself; its id."""


@dataclass(slots=True, eq=False)
class Node:
    """An element, an id, what a selector refers to, or what holds for all within an element."""

    weight: float = 0.0
    points: float = 0.0  # of outlines: a marker is drawn at each
    parts: list[Node] = field(default_factory=list)  # drawn once each
    paint: Node | None = None  # drawn for each shape
    marks: Node | None = None  # drawn at each point
    used: Node | None = None  # one of the parts, which takes paint and marks from here
    name: str = ""
    depth: int = -1  # not known yet; the weight is then that of the element alone
    is_shape: bool = False

    def needs(self) -> Iterator[Node]:
        yield from self.parts
        if self.paint and (self.is_shape or self.used):
            yield self.paint
        if self.marks and (self.is_shape or self.used):
            yield self.marks

    def count(self) -> None:
        """Weight, points and depth, when those of all that it needs are known."""
        drawn = self.weight + sum(part.weight for part in self.parts)
        points = self.points + sum(part.points for part in self.parts)
        if self.paint:
            drawn += self.paint.weight * (self.is_shape + (self.used.weight if self.used else 0))
        if self.marks:
            drawn += self.marks.weight * (self.points + (self.used.points if self.used else 0))
        self.depth = max((part.depth for part in self.needs()), default=0) + bool(self.weight)
        self.weight, self.points = min(drawn, LARGEST), min(points, LARGEST)


@dataclass(slots=True)
class Element:
    """An element that was opened: its node, and what its styles may be asked by."""

    node: Node
    keys: tuple[str, ...]
    own: list[tuple[str, str]]  # property and id of each reference
    parent: int


class Graph:
    """Takes the elements of a drawing as they open and close."""

    def __init__(self) -> None:
        self.elements: list[Element] = []
        self.around: list[int] = []
        self.ids: dict[str, Node] = {}
        self.seen: set[tuple[str, str]] = set()
        self.sheets: list[str] = []
        self.inherits = False

    def open(self, name: str, attributes: Mapping[str, str]) -> None:
        weight = WEIGHTS.get(name, 1.0)
        node = Node(weight, is_shape=name in SHAPES)
        own = list(self.referred(name, attributes, node))
        keys = (name.lower(), *(f".{one.lower()}" for one in attributes.get("class", "").split()))
        for kind in IDS:
            if found := attributes.get(kind):
                keys += (f"#{found.lower()}",)
                self.name(kind, found, node)
        parent = self.around[-1] if self.around else -1
        if parent >= 0:
            self.elements[parent].node.parts.append(node)
        self.around.append(len(self.elements))
        self.elements.append(Element(node, keys, own, parent))

    def close(self) -> None:
        self.around.pop()

    def name(self, kind: str, found: str, node: Node) -> None:
        """Of several elements with one id it is the first one's."""
        if (kind, found) not in self.seen:
            self.seen.add((kind, found))
            self.ids.setdefault(found, Node(name=found)).parts.append(node)

    def referred(
        self, element: str, attributes: Mapping[str, str], node: Node
    ) -> Iterator[tuple[str, str]]:
        for full, value in attributes.items():
            name = full.rpartition(" ")[2]
            if name in ("d", "points"):
                node.points += len(POINTS.findall(value))
                node.weight += len(value) / SIGNS
            elif name == "href" and element != "a":
                if value.strip().startswith("#"):
                    yield "href", value.strip()[1:]
            elif name == "style":
                yield from self.in_style(value, node)
            elif "url(" in value.lower():
                found = (styles.target(call[0]) for call in styles.CALL.finditer(value))
                yield from ((name, one) for one in found if one)
            elif name in OWN and "inherit" in value.lower():
                self.inherits = True

    def in_style(self, style: str, node: Node) -> list[tuple[str, str]]:
        self.inherits |= styles.inherits(style)
        lower = style.lower()
        node.points += len(POINTS.findall(style)) if "path(" in lower else 0
        return list(styles.references(style)) if "url(" in lower else []

    def fault(self) -> str:
        """Why it is not to be drawn, "" for nothing."""
        self.connect()
        nodes = [element.node for element in self.elements]
        try:
            count(nodes[:1])
            count(nodes)
        except Endless as endless:
            return f"the part #{endless}, which refers to itself"
        root = nodes[0]
        if max(node.depth for node in nodes) > DEEPEST:
            return f"references that lead more than {DEEPEST} elements deep"
        most = max(MOST, TIMES * len(nodes))
        return f"references that draw more than {most:,} elements" if root.weight > most else ""

    def connect(self) -> None:
        """Lead each reference from its element, or from whatever takes it over, to its part."""
        sheet = "".join(f"{text}\n" for text in self.sheets)
        self.inherits |= styles.inherits(sheet)
        in_sheets = len(POINTS.findall(sheet)) if "path(" in sheet.lower() else 0
        held: dict[str, tuple[Node, Node, Node]] = {}
        for key, found in styles.rules(sheet):
            self.refer(held.setdefault(key, (Node(), Node(), Node())), [found])
        for element in self.elements:
            node = element.node
            node.points += in_sheets if node.is_shape else 0
            of_sheets = [held[key] for key in (styles.EVERY, *element.keys) if key in held]
            outer = self.elements[element.parent].node if element.parent >= 0 else Node()
            node.paint, node.marks = outer.paint, outer.marks
            if not element.own and not of_sheets:
                continue
            kinds = (node, Node(), Node())
            self.refer(kinds, element.own)
            for sheets in of_sheets:
                for mine, part in zip(kinds, sheets, strict=True):
                    if part.parts:
                        mine.parts.append(part)
            node.paint = joined(kinds[1], outer.paint)
            node.marks = joined(kinds[2], outer.marks)

    def meant(self, address: str) -> list[Node]:
        """What has the id as it is written, or as an address means it."""
        return [self.ids[one] for one in {address, unquote(address)} if one in self.ids]

    def refer(self, kinds: tuple[Node, Node, Node], found: Iterable[tuple[str, str]]) -> None:
        """Add references to what is drawn once, for each shape, or at each point."""
        once, paint, marks = kinds
        for name, one in found:
            for each in self.meant(one):
                if name == "href":
                    if once.used is None:
                        once.used = Node()
                        once.parts.append(once.used)
                    once.used.parts.append(each)
                elif name.startswith(OWN):
                    once.parts.append(each)
                if not name.startswith(OWN) or (self.inherits and name != "href"):
                    paint.parts.append(each)
                if name in ("marker", "marker-mid", styles.UNKNOWN) or name.startswith("--"):
                    marks.parts.append(each)


def joined(own: Node, outer: Node | None) -> Node | None:
    """What holds within an element: its own references and those that hold around it."""
    if not own.parts:
        return outer
    if outer:
        own.parts.append(outer)
    return own


def count(nodes: Iterable[Node]) -> None:
    """Count each node after all that it needs; Endless, if one needs itself."""
    for start in nodes:
        if start.depth >= 0:
            continue
        path = [(start, start.needs())]
        on_path = {start}
        while path:
            node, needs = path[-1]
            for need in needs:
                if need in on_path:
                    raise Endless(next((n.name for n, _ in reversed(path) if n.name), ""))
                if need.depth < 0:
                    path.append((need, need.needs()))
                    on_path.add(need)
                    break
            else:
                node.count()
                on_path.discard(node)
                path.pop()
