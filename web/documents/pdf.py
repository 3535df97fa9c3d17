"""A document as PDF, printed by a Chromium of this machine; without one, or without a Chinese font, it says so."""

import os
import shutil
import subprocess
import tempfile
import threading
from pathlib import Path

from matching_engine.errors import LuochuiError

BROWSERS = (
    "chromium",
    "chromium-headless-shell",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
)
"""The one without windows prints as well."""
_SECONDS = 60
_one_at_a_time = threading.Lock()
"""A browser takes a few hundred megabytes; a second one waits."""


class NoPdf(LuochuiError):
    """This machine cannot make a PDF; the text names the package that is missing."""


def to_pdf(html: str) -> bytes:
    """The PDF of a whole page (its style within). NoPdf when browser or font is missing, or it fails.

    Takes seconds and blocks: call it in a thread.
    """
    browser = _browser()
    if not _has_chinese_font():
        raise NoPdf("no Chinese font: install the package fonts-noto-cjk or fonts-wqy-microhei")
    with _one_at_a_time, tempfile.TemporaryDirectory(prefix="luochui-pdf-") as directory:
        return _print(browser, html, Path(directory))


def _browser() -> str:
    for name in BROWSERS:
        found = shutil.which(name)
        if found:
            return found
    raise NoPdf("no browser to print with: install the package chromium")


def _has_chinese_font() -> bool:
    lister = shutil.which("fc-list")
    if lister is None:
        raise NoPdf("fonts cannot be listed: install the package fontconfig")
    done = subprocess.run([lister, ":lang=zh-cn"], capture_output=True, check=False)  # noqa: S603 (no input of others)
    return bool(done.stdout.strip())


def _print(browser: str, html: str, directory: Path) -> bytes:
    page, target = directory / "page.html", directory / "page.pdf"
    page.write_text(html, encoding="utf-8")
    options = [
        "--headless",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--no-pdf-header-footer",
        f"--user-data-dir={directory / 'profile'}",
        f"--print-to-pdf={target}",
    ]
    # Chromium refuses to run as root within its own sandbox; the page is ours, escaped, and has no script.
    if os.geteuid() == 0:
        options.append("--no-sandbox")
    try:
        subprocess.run([browser, *options, page.as_uri()], capture_output=True, timeout=_SECONDS, check=True)  # noqa: S603 (our own page)
    except (OSError, subprocess.SubprocessError) as error:
        raise NoPdf(f"the browser {browser} did not print: {type(error).__name__}") from error
    if not target.exists():
        raise NoPdf(f"the browser {browser} printed nothing")
    return target.read_bytes()
