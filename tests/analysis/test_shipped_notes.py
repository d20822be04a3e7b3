"""The notes that come with Gloss: each claim ends as it expects, each number and link is found."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from matplotlib.figure import Figure

from app.lab import signature
from app.lab.claims import judge, values
from app.library.front import front_matter
from app.markup import Rendered, fill, render

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "notes").rglob("*.md"))
IDS = [file.relative_to(ROOT / "notes").with_suffix("").as_posix() for file in FILES]
SOURCES = dict(zip(IDS, (file.read_text() for file in FILES), strict=True))


def parsed(path: str) -> front_matter.FrontMatter:
    return front_matter.parse(SOURCES[path], f"{path}.md")


def rendered(path: str) -> Rendered:
    front = parsed(path)
    return render(front.body, path=path, first_line=front.body_line)


def returned(analysis: Callable[[str], ModuleType], note: Rendered) -> dict[str, dict[str, Any]]:
    """What each block of a note returns when it is run as the lab would run it."""
    found = {}
    for block in note.blocks:
        module = analysis(block.script)
        described = signature.read(Path(str(module.__file__)).read_text(), block.script)
        result = module.main(**signature.arguments(described, block.params))
        assert set(block.show or ()) <= set(result), f"{block.name} shows what is not returned"
        found[block.name] = {
            name: value for name, value in result.items() if not isinstance(value, Figure | list)
        }
    return found


@pytest.mark.parametrize("path", IDS)
def test_a_note_renders_without_a_problem(path: str) -> None:
    note = rendered(path)
    assert note.problems == []
    assert parsed(path).title or note.title
    assert note.summary.strip()
    assert parsed(path).visibility == ("private" if path == "journal/2026-11-21" else "public")


@pytest.mark.parametrize("path", [path for path in IDS if "```claim" in SOURCES[path]])
def test_claims_end_as_expected_and_values_are_known(
    analysis: Callable[[str], ModuleType], path: str
) -> None:
    note = rendered(path)
    namespace = returned(analysis, note)
    for claim in note.claims:
        verdict = judge.judge(claim.check, namespace)
        assert verdict.state == claim.expect, f"{claim.id}: {verdict}"

    def known(wanted: dict[str, Any]) -> str:
        reference = values.Reference(wanted["name"], wanted["key"], wanted["format"])
        shown = values.look_up(reference, namespace)
        assert shown is not None, wanted
        return shown

    assert "gloss:value" not in fill(note.html, {"value": known})


@pytest.mark.parametrize("path", IDS)
def test_links_lead_to_public_notes(path: str) -> None:
    names = {posixpath.basename(each): each for each in IDS}
    for link in rendered(path).links:
        target = link.target.removeprefix("/")
        if target.startswith(("./", "../")):
            target = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
        target = target if target in IDS else names.get(target)
        assert target is not None, link
        assert parsed(target).visibility == "public"
        headings = {heading.id for heading in rendered(target).headings}
        assert not link.fragment or link.fragment in headings


def test_the_code_in_the_note_on_symmetries_runs() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", SOURCES["networks/symmetries"], re.DOTALL)
    exec(code, {})


def test_both_kinds_of_claims_are_shipped() -> None:
    expected = [claim.expect for path in IDS for claim in rendered(path).claims]
    assert expected.count("holds") >= 10
    assert expected.count("refuted") >= 5
