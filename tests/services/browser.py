"""A real Chromium for the tests of pages: where it is, how it starts, and whether it can write Chinese."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

# Nothing here may reach for the network on its own: the tests talk to loopback only.
ARGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"]


def find_chromium() -> Path | None:
    """The browser named by TEST_CHROMIUM or found on PATH; one that cannot tell its version does not count."""
    given = os.environ.get("TEST_CHROMIUM")
    for name in [given] if given else _NAMES:
        path = shutil.which(name)
        if path and version(Path(path)):
            return Path(path)
    return None


def version(path: Path) -> str | None:
    """What the browser says of itself, or None when it does not run (a stub that wants to be installed first)."""
    try:
        done = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() or None


def has_chinese_font() -> bool:
    """Whether fontconfig knows a font for Chinese; without one every character is the same empty box."""
    if not shutil.which("fc-list"):
        return False
    done = subprocess.run(["fc-list", ":lang=zh-cn"], capture_output=True, text=True, check=False)
    return bool(done.stdout.strip())
