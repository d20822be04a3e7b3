"""Print the path of a Chromium to test with; with --install, install Debian's if there is none.

    python .ci/browser.py [--install]

Looked for, in this order: the variable CHROME, the usual names on PATH, Playwright's own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ADVICE = (
    "No browser to test with: install Chromium (Debian: apt-get install chromium), "
    "or name one: CHROME=/path/to/chrome make test"
)


def main() -> None:
    if os.environ.get("CHROME"):
        sys.exit(named(os.environ["CHROME"]))
    path = find()
    if path is None and "--install" in sys.argv[1:] and can_install():
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
    print("Installing Chromium ...", file=sys.stderr)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for step in (["update", "-qq"], ["install", "-y", "-qq", "chromium"]):
        subprocess.run(["apt-get", *step], env=quiet, stdout=sys.stderr, check=False)


if __name__ == "__main__":
    main()
