"""`python -m app search`: what it prints, and what it says where there is nothing to search."""

from __future__ import annotations

import inspect
import json
import re
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from app import database
from app.__main__ import main
from app.commands import search
from app.lab import analyses
from app.library.syncing.sync import sync
from app.search import common, fields
from app.search.find import Results
from app.settings import Settings, load

NOTE = "---\ntitle: On needles\n---\nOpening.\n\n## In the hay\n\nA needle in the haystack.\n"


def folders(settings: Settings) -> list[str]:
    return [f"--{name}={getattr(settings, name)}" for name in ("notes", "analysis", "data")]


@pytest.fixture
def indexed(settings: Settings, connection: sqlite3.Connection) -> Settings:
    (settings.notes / "hay.md").write_text(NOTE)
    assert not sync(settings, connection).failed
    common.refresh(connection)
    return settings


def test_a_hit_has_its_heading_and_where_to_read_it(indexed: Settings, capsys: Any) -> None:
    assert main(["search", "needle", *folders(indexed)]) == 0
    said = capsys.readouterr().out
    assert "On needles  (note hay, In the hay)" in said
    assert "\n    A needle in the haystack.\n    /notes/hay#in-the-hay\n" in said
    indexed.served_at.write_text("http://127.0.0.1:8123\n")
    assert main(["search", "needle", *folders(indexed)]) == 0
    assert "\n    http://127.0.0.1:8123/notes/hay#in-the-hay\n" in capsys.readouterr().out


def test_nothing_found_is_no_error_and_says_what_may_be_meant(
    indexed: Settings, capsys: Any
) -> None:
    assert main(["search", "needel", *folders(indexed)]) == 0
    said = capsys.readouterr().out
    assert "Did you mean: needle" in said
    assert "0 found" in said
    assert main(["search", "--json", "needel", *folders(indexed)]) == 0
    assert json.loads(capsys.readouterr().out)["suggestion"] == "needle"


def test_more_than_were_counted() -> None:
    said = search.report(Results("a", 20, 1.0, False, None, [], is_exact=False))
    assert said.startswith("more than 20 found")


def test_a_folder_that_is_not_there_makes_nothing(tmp_path: Path, capsys: Any) -> None:
    data = tmp_path / "data"
    assert main(["search", "a", f"--notes={tmp_path / 'nots'}", f"--data={data}"]) == 1
    assert "There is no folder" in capsys.readouterr().err
    assert not data.exists()


def test_a_library_that_was_never_indexed_says_so(settings: Settings, capsys: Any) -> None:
    (settings.notes / "hay.md").write_text(NOTE)
    assert main(["search", "needle", *folders(settings)]) == 1
    said = capsys.readouterr().err
    assert "never indexed" in said
    assert "python -m app sync" in said
    assert not settings.data.exists()
    with database.opened(settings.database):
        pass
    assert main(["search", "needle", *folders(settings)]) == 1
    assert "never indexed" in capsys.readouterr().err


def test_an_empty_library_has_no_hits(
    settings: Settings, connection: sqlite3.Connection, capsys: Any
) -> None:
    sync(settings, connection)
    assert main(["search", "needle", *folders(settings)]) == 0
    assert "0 found" in capsys.readouterr().out


def test_the_help_teaches_the_language() -> None:
    words = inspect.getdoc(search) or ""
    for taught in ("OR", "-not", "( )", '"a phrase"', "begin*", "/regex/", "year:2019..", "stale:"):
        assert taught in words
    for taught in (*(f"{name}:" for name in fields.VALUES), *fields.STATES, *fields.PARTS):
        assert re.search(rf"\b{re.escape(taught)}", words), taught
    assert "after:2023 begins with 2024" in words
    assert "exit status is 0" in words


def test_a_vault_is_not_searched_for_analyses_that_it_does_not_use(
    settings: Settings, connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = settings.data.parent / "project"
    (project / "notes").mkdir(parents=True)
    shutil.move(settings.analysis, project / "analysis")
    for name in ("used", "other"):
        code = f'"""{name.title()} code."""\ndef main(steps: int = 3) -> dict:\n    return {{}}\n'
        (project / "analysis" / f"{name}.py").write_text(code)
    (settings.notes / "a.md").write_text("Text.\n\n```analysis\nscript: used\n```\n")
    monkeypatch.chdir(project)
    given = {"notes": str(settings.notes), "data": str(settings.data)}
    vault, named = load(given, {}), load({**given, "analysis": str(settings.analysis)}, {})
    sync(vault, connection)
    analyses.index(vault, connection)
    assert set(analyses.indexed(connection)) == {"used"}
    (project / "analysis").rename(settings.analysis)
    analyses.index(named, connection)
    assert set(analyses.indexed(connection)) == {"used", "other"}
    settings.analysis.rename(project / "analysis")
    own = load({"data": str(settings.data)}, {})
    analyses.index(own, connection)
    assert set(analyses.indexed(connection)) == {"used", "other"}
