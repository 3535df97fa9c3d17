"""Write the tables of docs/performance.md from what the benchmarks printed; `--measure` runs them first.

What `luochui bench … --json` printed lies in docs/measured/, a file for each benchmark, its first line the machine.
`--check` says whether the page follows from them.
"""

import json
import os
import platform
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parent.parent / "docs"
PAGE = DOCS / "performance.md"
MEASURED = DOCS / "measured"
PARTS = ("engine", "bids", "fanout", "recovery", "market")
_PLACE = re.compile(r"(<!-- figures: (\w+) -->\n).*?(<!-- end of figures -->)", re.DOTALL)


def main(arguments: list[str]) -> int:
    """0 when the page is as it should be, now; 1 for `--check` when it is not."""
    if "--check" in arguments:
        return int(bool(stale()))
    for part in arguments[1:] if "--measure" in arguments else ():
        measure(part)
    PAGE.write_text(page(), encoding="utf-8")
    return 0


def measure(part: str) -> None:
    """Run one benchmark, and keep what it printed with the machine it ran on."""
    before = machine()
    command = [sys.executable, "-m", "web", "bench", part, "--json"]
    printed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    before["load_after"] = round(os.getloadavg()[0], 1)
    MEASURED.mkdir(exist_ok=True)
    text = json.dumps(before, ensure_ascii=False) + "\n" + printed
    (MEASURED / f"{part}.jsonl").write_text(text, encoding="utf-8")


def machine() -> dict[str, Any]:
    """What the figures depend on, and how busy it was before."""
    return {
        "on": datetime.now(UTC).date().isoformat(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": len(os.sched_getaffinity(0)),
        "load_before": round(os.getloadavg()[0], 1),
    }


def page() -> str:
    """The page with its tables."""
    text = PAGE.read_text(encoding="utf-8")
    return _PLACE.sub(lambda place: place[1] + table(place[2]) + place[3], text)


def table(part: str) -> str:
    """The table of one benchmark, under a line about the machine."""
    first, *rest = (MEASURED / f"{part}.jsonl").read_text(encoding="utf-8").splitlines()
    at, figures = json.loads(first), [json.loads(line) for line in rest]
    where = (
        f"Measured on {at['on']}: {at['cores']} cores, {at['system']}, CPython {at['python']}; "
        f"load {at['load_before']} before and {at['load_after']} at the end, the benchmark's own included.\n"
    )
    rows = "".join(_row(figure) for figure in figures)
    return f"\n{where}\n| figure | measured | goal | met |\n|---|---:|---:|---|\n{rows}\n"


def _row(figure: dict[str, Any]) -> str:
    measured = f"{figure['measured']:,} {figure['unit']}".strip()
    if "goal" not in figure:
        return f"| {figure['name']} | {measured} |  |  |\n"
    met = "yes" if figure["met"] else "**no**"
    return f"| {figure['name']} | {measured} | {_goal(figure)} | {met} |\n"


def _goal(figure: dict[str, Any]) -> str:
    """The goal with its direction, which the figure and whether it is met give away."""
    at_most = (figure["measured"] <= figure["goal"]) == figure["met"]
    return f"{'≤' if at_most else '≥'} {figure['goal']:g}"


def stale() -> bool:
    """Whether the page does not follow from docs/measured."""
    return page() != PAGE.read_text(encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
