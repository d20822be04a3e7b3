"""What a search asks of other rooms: judged once, and again as soon as anything is different."""

from __future__ import annotations

import os
import sqlite3

import pytest

from app import database
from app.accounts import people
from app.accounts.permissions import PUBLIC
from app.commands.sync import up_to_date
from app.lab import runs
from app.lab.runs import Output, queue, spans
from app.lab.shown import lookups
from app.settings import Settings

CODE = '"""Returns."""\n\n\ndef main(n: int = 2) -> dict:\n    return {"total": n}\n'
NOTE = """---
visibility: private
---
```analysis
script: sums
params: {n: 2}
```

```claim
id: small
text: small
check: sums.total > 5
expect: refuted
```
"""


@pytest.fixture
def library(settings: Settings, connection: sqlite3.Connection) -> sqlite3.Connection:
    (settings.notes / "sums.md").write_text(NOTE)
    (settings.analysis / "sums.py").write_text(CODE)
    up_to_date(settings, connection)
    run, _ = runs.enqueue(
        settings, connection, "sums", {"n": 2}, people.owner(connection), force=True
    )
    claimed = queue.claim(settings, connection, spans.spans([run.id]))
    assert claimed
    queue.finish(settings, connection, run.id, "succeeded", seconds=1, log="",
                 outputs=[Output("total", "value", 2, {})])  # fmt: skip
    return connection


def test_all_notes_are_judged_once_for_everybody_until_something_changes(
    settings: Settings, library: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged: list[object] = []
    judge = lookups.judge

    def counting(*given: object) -> object:
        judged.append(given)
        return judge(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(lookups, "judge", counting)
    known = lookups.known(settings, library, PUBLIC)
    for _ in range(3):
        assert (len(known.refuted()), len(known.stale())) == (1, 0)
    assert len(judged) == 1
    path = settings.analysis / "sums.py"
    path.write_text(CODE + "\nMORE = 1\n")
    assert len(known.stale()) == 1
    path.write_text(CODE)
    os.utime(path, (1, 1))
    assert len(known.stale()) == 0
    with database.transaction(library):
        pass
    known.stale()
    assert len(judged) == 4
