"""`make simulate SEED=… CRASH=…`: repeat one run, or look for a seed that breaks; exit status 70 when one does."""

import argparse
import sys
from collections.abc import Iterator

from tests.simulation import market
from tests.simulation.apart import havoc_apart
from tests.simulation.chaos import havoc, long_havoc
from tests.simulation.faults import rough
from tests.simulation.rooms import WorldWithRooms
from tests.simulation.run import Report, run


def main() -> int:
    """Run what the arguments say, print the reports, and the end of the trace of what broke."""
    parser = argparse.ArgumentParser(prog="make simulate", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="the first seed")
    parser.add_argument("--runs", type=int, default=1, help="how many seeds, one after the other")
    parser.add_argument(
        "--crash", default="", help="a step, 'all' for every step, or nothing for faults by seed"
    )
    parser.add_argument("--steps", type=int, default=40, help="lines of the trace's end to print")
    told = parser.parse_args()
    for seed in range(told.seed, told.seed + told.runs):
        for report in reports(seed, told.crash):
            _print(report, told.steps, report.broken is not None or (told.runs == 1 and told.crash != "all"))
            if report.broken is not None:
                return 70
    return 0


def reports(seed: int, crash: str) -> Iterator[Report]:
    """The runs of one seed: with faults, with one crash, or with a crash at every step until none comes any more."""
    if not crash:
        yield run(seed, faults=rough, chaos=havoc)
        yield run(seed, market.play, rough, long_havoc)
        yield run(seed, market.play, rough, havoc_apart, world=WorldWithRooms)
    elif crash != "all":
        yield run(seed, crash_at=int(crash))
    else:
        report = run(seed, crash_at=(at := 1))
        while report.crashes:
            yield report
            at += 1
            report = run(seed, crash_at=at)


def _print(report: Report, steps: int, with_trace: bool) -> None:
    if with_trace:
        print("\n".join(report.trace[-steps:]))  # noqa: T201 (a command prints)
    print(report)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
