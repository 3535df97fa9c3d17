"""What no file of the repository may contain: the hosts of registries, paths of one machine, unfinished work.

Each pattern is written so that it does not match this file.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.source import Finding

_PATTERNS = {
    "the host of a package registry": re.compile(
        r"py[p]i\.org|python[h]osted\.org|n[p]mjs\.(?:org|com)|(?:deb|security)\.de[b]ian\.org"
        r"|archive\.u[b]untu\.com|mirrors\.[a]liyun|pypi\.[t]una"
    ),
    "a path of one machine": re.compile(
        r"/wor[k]/(?:main|shared|\.library)|/far[m]/|/roo[t]/[.\w]|/opt/(?:pyp[i]|wheel[s])|\.\./share[d]\b"
    ),
    "unfinished work": re.compile(r"\b(?:TO[D]O|FIX[M]E|XX[X]|HA[C]K)\b"),
}


def check_text(path: str, text: str) -> Iterator[Finding]:
    """Every line that one of the patterns matches."""
    for number, line in enumerate(text.splitlines(), start=1):
        for what, pattern in _PATTERNS.items():
            if pattern.search(line):
                yield Finding(path, number, f"{what}: {line.strip()[:80]}")


def tracked(root: Path) -> list[Path]:
    """The files that git knows and that are there; binary ones are left out."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True)
    paths = [root / name for name in listed.stdout.split("\0") if name]
    return [path for path in paths if path.is_file() and b"\0" not in path.read_bytes()[:8192]]
