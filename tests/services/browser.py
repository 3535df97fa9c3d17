"""A real Chromium for the tests of pages: where it is, how it starts, and whether it can write Chinese."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.services.process import ServiceUnavailable, end_with_parent

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
# What Playwright gives a browser that it starts itself: pages of no window go on at full speed, and nothing is in the way.
_UNATTENDED = [
    "--hide-scrollbars",
    "--mute-audio",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--disable-breakpad",
    "--disable-popup-blocking",
    "--disable-hang-monitor",
    "--force-color-profile=srgb",
]
NAMES = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome-stable", "google-chrome"]


def find_chromium() -> Path | None:
    """The browser named by TEST_CHROMIUM or found on PATH; one that cannot tell its version does not count."""
    given = os.environ.get("TEST_CHROMIUM")
    for name in [given] if given else NAMES:
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


_START_SECONDS = 60


@contextmanager
def running(path: Path) -> Iterator[str]:
    """A browser that outlives a test; gives the address at which each test talks to it."""
    with tempfile.TemporaryDirectory(prefix="luochui-chromium-", ignore_cleanup_errors=True) as profile:
        own = ["--remote-debugging-port=0", f"--user-data-dir={profile}", "about:blank"]
        command = [str(path), *ARGS, *_UNATTENDED, *own]
        started = subprocess.Popen(
            command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=end_with_parent,
            process_group=0,
        )
        try:
            yield _address(Path(profile) / "DevToolsActivePort")
        finally:
            os.killpg(started.pid, signal.SIGTERM)  # The program may be a script that starts another one.
            started.wait(30)


def _address(told: Path) -> str:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        lines = told.read_text().splitlines() if told.exists() else []
        if len(lines) == 2:
            return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
        time.sleep(0.02)
    raise ServiceUnavailable(f"Chromium did not say within {_START_SECONDS} s where it listens")
