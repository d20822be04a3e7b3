"""A module changes: what rests on it is listed, looks right, and is rerun by one button."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.test_browser_history import LOOKS, PICTURES

NOTE = """---
title: Resting on steps
---
It is {{ first_steps.x }}, or [{{ second_steps.x }}](/).

```analysis
script: first_steps
show: [x, gone]
```

```analysis
script: second_steps
```

```claim
id: rests
text: One is as large as the other.
check: first_steps.x == second_steps.x
```
"""
CODE = '"""Of {name} steps."""\nimport rested\ndef main() -> dict:\n    return {{"x": rested.X}}\n'


def test_what_a_module_made_stale_is_rerun_together(
    server: Any,
    open_page: Callable[..., Page],
    owner_state: Any,
    accessible: Callable[[Page], None],
) -> None:
    PICTURES.mkdir(exist_ok=True)
    (server.analysis / "rested.py").write_text("X = 1\n")
    for name in ("first", "second"):
        (server.analysis / f"{name}_steps.py").write_text(CODE.format(name=name))
    (server.notes / "resting.md").write_text(NOTE)
    server.command("sync")  # what other modules left there may fail
    for name in ("first", "second"):
        assert server.command("run", f"{name}_steps").returncode == 0
    watching = open_page(storage_state=owner_state)
    watching.goto("/notes/resting")
    expect(watching.get_by_text("Up to date")).to_have_count(2)
    (server.analysis / "rested.py").write_text("X = 2\n")
    expect(watching.locator(".prov .state.stale")).to_have_count(2, timeout=30_000)
    expect(watching.locator(".claim.stale")).to_have_count(1, timeout=30_000)
    watching.close()
    server.command("sync")  # what other modules left there may fail
    for look, options in LOOKS.items():
        page = open_page(storage_state=owner_state, **options)
        for name, address in {
            "stale-groups": "/analyses",
            "stale-note": "/notes/resting",
            "resting": "/analyses/first_steps",
            "claims": "/claims",
        }.items():
            page.goto(address)
            accessible(page)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            page.screenshot(path=PICTURES / f"{name}-{look}.png", full_page=True)
    page = open_page(storage_state=owner_state, java_script_enabled=False)
    page.goto("/notes/resting")
    page.locator("a.value").first.click()
    page.wait_for_url("**/runs/*")
    expect(page.get_by_role("heading", name="The code as it was")).to_be_visible()
    page.goto("/analyses")
    group = page.locator("#stale li").filter(has_text="rested.py")
    expect(group).to_contain_text("changed on")
    expect(group).to_contain_text("2 outputs in one note")
    group.get_by_role("button").click()
    page.wait_for_url("**/analyses#stale")
    for _ in range(100):
        if page.goto("/notes/resting") and page.get_by_text("Up to date").count() == 2:
            break
        page.wait_for_timeout(100)
    expect(page.locator("a.value")).to_have_text("2")
    expect(page.get_by_role("button", name="Rerun the")).to_have_count(0)
