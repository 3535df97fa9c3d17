"""Ask whether a pinned dependency has a known vulnerability, and say what could not be asked.

Exit 0: none is known among those that were checked; the last line gives their number, which is nought where
the vulnerability service cannot be reached. Exit 1: a vulnerability is known.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

_PINS = Path(__file__).resolve().parent.parent / "constraints.txt"


def ask() -> tuple[list[dict[str, Any]], str]:
    """What pip-audit says of each pin (nothing is resolved anew), and its last word when it says nothing."""
    arguments = ["--requirement", str(_PINS), "--no-deps", "--disable-pip", "--format=json"]
    command = [sys.executable, "-m", "pip_audit", "--progress-spinner=off", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        return json.loads(done.stdout)["dependencies"], ""
    except (ValueError, KeyError):
        return [], (done.stderr.strip().splitlines() or ["no reason given"])[-1]


def report(dependencies: list[dict[str, Any]], reason: str) -> tuple[list[str], int]:
    """The lines to print and the exit status."""
    checked = [each for each in dependencies if "skip_reason" not in each]
    lines = [
        f"{each['name']} {each['version']}: {fault['id']}, mended in {', '.join(fault['fix_versions']) or 'no release yet'}"
        for each in checked
        for fault in each["vulns"]
    ]
    status = 1 if lines else 0
    if not checked:
        why = reason or (dependencies[0]["skip_reason"] if dependencies else "there are no pins")
        told = "NOTHING CHECKED, no vulnerability data can be had from here; this says nothing about the dependencies"
        return [f"pip-audit: {told} ({why})"], 0
    return [
        *lines,
        f"pip-audit: {len(checked)} of {len(dependencies)} pins checked, {len(lines)} known faults",
    ], status


def main() -> int:
    """Print the report."""
    lines, status = report(*ask())
    print("\n".join(lines))
    return status


if __name__ == "__main__":
    sys.exit(main())
