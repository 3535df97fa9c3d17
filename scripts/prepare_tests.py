"""Bring what `make test` needs and pip cannot: a Chromium and a Chinese font.

As root on Debian or Ubuntu they are installed with apt, once. Elsewhere nothing is installed and the tests
of the browser are skipped, which the last lines of the run then say. PostgreSQL and Redis need nothing
here: what is missing comes with the extra `test`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.services.browser import find_chromium, has_chinese_font

_BROWSERS = ("chromium-headless-shell", "chromium")
"""The same browser without its windows' own pages is a third of the work; older releases have it whole only."""
_QUIET = {"DEBIAN_FRONTEND": "noninteractive"}


def missing() -> list[str]:
    """The Debian packages that this machine lacks for the browser tests."""
    packages = []
    if find_chromium() is None:
        packages.append(_BROWSERS[0])
    if not has_chinese_font():
        packages += ["fontconfig", "fonts-wqy-microhei"]
    return packages


def may_install() -> bool:
    """Whether apt is there and we are root; nobody's machine is changed through sudo."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def apt(*arguments: str) -> bool:
    """Run apt-get, its chatter to stderr only when it fails."""
    done = subprocess.run(
        ["apt-get", "-q", *arguments],
        env={**os.environ, **_QUIET},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        print(f"apt-get {' '.join(arguments)}: exit {done.returncode}\n{done.stderr}", file=sys.stderr)
    return done.returncode == 0


def main() -> int:
    """Install what is missing where that is possible; never an error: the tests decide what a lack means."""
    packages = missing()
    if not packages:
        return 0
    if not may_install():
        print(f"browser tests will be skipped; to run them install: {' '.join(packages)}", file=sys.stderr)
        return 0
    print(f"installing {' '.join(packages)} for the browser tests", file=sys.stderr)
    if apt("update") and not apt("install", "-y", "--no-install-recommends", *packages):
        instead = [_BROWSERS[1] if package == _BROWSERS[0] else package for package in packages]
        apt("install", "-y", "--no-install-recommends", *instead)
    left = missing()
    if left:
        print(f"could not install: {' '.join(left)}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
