"""What runs computed, in the search: as it is now, after any sequence of edits and runs."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st

from app import database
from app.accounts import people
from app.accounts.permissions import PUBLIC
from app.commands.sync import up_to_date
from app.lab import runs
from app.lab.runs import Output, entries, queue
from app.search.find import search
from app.settings import Settings

SOURCE = '"""Walks."""\n\n\ndef main(n: int = 1) -> dict:\n    return {}\n'
BLOCK = "```analysis\nscript: walk\nparams: {{n: {n}}}\nas: {name}\nshow: {show}\n```\n"


def write(settings: Settings, n: int | str = 1, show: str = "null", more: str = "public") -> None:
    block = BLOCK.format(n=n, name="wide", show=show).replace("show: null\n", "")
    (settings.notes / "note.md").write_text(f"---\nvisibility: {more}\n---\n# Note\n\n{block}")


def ran(
    settings: Settings,
    connection: sqlite3.Connection,
    n: int,
    words: str,
    status: str = "succeeded",
) -> int:
    owner = people.owner(connection)
    run, _ = runs.enqueue(settings, connection, "walk", {"n": n}, owner, force=True)
    queue.claim(settings, connection, ((run.id, run.id),))
    made = [Output("said", "text", words, {}), Output("other", "value", 0.5, {})]
    outputs = made if status == "succeeded" else ()
    queue.finish(settings, connection, run.id, status, outputs=outputs, log=f"log of {words}")
    return run.id


def seen(connection: sqlite3.Connection) -> list[tuple[object, ...]]:
    rows = connection.execute(
        "SELECT made.*, title, headings, body, date FROM search_output AS made"
        " LEFT JOIN search_entry AS entry ON entry.type = 'output' AND entry.key = made.key"
        " ORDER BY made.key"
    )
    return [tuple(row) for row in rows]


def keys(connection: sqlite3.Connection, words: str = "in:outputs") -> set[str]:
    return {hit.id for hit in search(connection, people.owner(connection), words).results}


@pytest.fixture
def library(settings: Settings, connection: sqlite3.Connection) -> sqlite3.Connection:
    (settings.analysis / "walk.py").write_text(SOURCE)
    write(settings)
    up_to_date(settings, connection)
    return connection


def test_a_run_is_found_when_it_ends_and_only_the_newest(
    settings: Settings, library: sqlite3.Connection
) -> None:
    assert seen(library) == []
    first = ran(settings, library, 1, "early")
    assert keys(library) == {"1/wide", f"log/{first}"}
    second = ran(settings, library, 1, "later")
    assert keys(library) == {"1/wide", f"log/{second}"}
    assert keys(library, "later") == {"1/wide", f"log/{second}"}
    assert not search(library, people.owner(library), "early").total
    ran(settings, library, 1, "broken", "excepted")
    assert keys(library, "later") == {"1/wide", f"log/{second}"}
    third = ran(settings, library, 5, "aside")
    assert keys(library, "aside") == {f"run/{third}", f"log/{third}"}


def test_only_what_a_block_shows_is_found_by_its_note(
    settings: Settings, library: sqlite3.Connection
) -> None:
    write(settings, show="[other]")
    up_to_date(settings, library)
    run = ran(settings, library, 1, "unseen")
    assert not search(library, PUBLIC, "unseen").total
    assert [hit.id for hit in search(library, PUBLIC, "other in:outputs").results] == ["1/wide"]
    assert keys(library, "unseen") == {f"run/{run}", f"log/{run}"}


def test_what_a_note_no_longer_shows_is_hidden_at_once(
    settings: Settings, library: sqlite3.Connection
) -> None:
    ran(settings, library, 1, "early")
    assert search(library, PUBLIC, "early").total == 1
    with database.transaction(library):
        library.execute("UPDATE document SET visibility = 'private'")
    assert search(library, PUBLIC, "early").total == 0
    with database.transaction(library):
        library.execute("UPDATE document SET visibility = 'public'")
        library.execute("UPDATE document_block SET params = '{\"n\": 2}'")
    assert search(library, PUBLIC, "early").total == 0


def test_nothing_is_written_where_nothing_changed(
    settings: Settings, library: sqlite3.Connection
) -> None:
    ran(settings, library, 1, "early")
    before = database.version(library)
    entries.index(settings, library)
    assert database.version(library) == before


def test_a_new_title_of_an_analysis_is_that_of_its_results(
    settings: Settings, library: sqlite3.Connection
) -> None:
    ran(settings, library, 1, "early")
    (settings.analysis / "walk.py").write_text(SOURCE.replace("Walks", "Long strolls"))
    up_to_date(settings, library)
    assert "1/wide" in keys(library, "title:strolls")
    (settings.analysis / "walk.py").unlink()
    up_to_date(settings, library)
    assert keys(library, "title:strolls") == set()
    assert "1/wide" not in keys(library), "its parameters can no longer be read"


Step = Callable[[Settings, sqlite3.Connection], object]
steps: st.SearchStrategy[Step] = st.one_of(
    st.builds(
        lambda n, words: lambda s, c: ran(s, c, n, words),
        st.integers(1, 3), st.sampled_from(["early", "later"]),
    ),
    st.builds(
        lambda n, show, more: lambda s, c: write(s, n, show, more),
        st.sampled_from([1, 2, "wrong"]), st.sampled_from(["null", "[said]", "[none]"]),
        st.sampled_from(["public", "private"]),
    ),
    st.just(lambda s, c: (s.notes / "note.md").unlink(missing_ok=True)),
    st.just(lambda s, c: (s.analysis / "walk.py").write_text(SOURCE.replace("= 1", "= 2"))),
    st.just(lambda s, c: up_to_date(s, c, accept_removals=True)),
)  # fmt: skip


@given(st.lists(steps, max_size=8))
@trying(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_kept_up_it_equals_one_made_anew(
    settings: Settings, library: sqlite3.Connection, edits: list[Step]
) -> None:
    for edit in edits:
        edit(settings, library)
    up_to_date(settings, library, accept_removals=True)
    kept = seen(library)
    library.execute("INSERT INTO search_text(search_text, rank) VALUES ('integrity-check', 1)")
    up_to_date(settings, library, rebuild=True)
    assert seen(library) == kept


def test_results_that_a_page_can_show_are_words() -> None:
    table = Output("t", "table", {"columns": ["a", "b"], "rows": [[1, None], ["x", True]]}, {})
    assert entries.words(table) == "t: a  b\n1  \nx  true"
    assert entries.words(Output("v", "value", "inf", {})) == "v: ∞"
    assert entries.words(Output("v", "value", 1.25, {})) == "v: 1.25"
    assert entries.words(Output("p", "figure", {"alt": "two lines"}, {})) == "p: two lines"
