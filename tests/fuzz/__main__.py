"""`make fuzz MINUTES=10 DOOR=frames`: round after round of new octets until the time is over; 70 when a door breaks.

What broke it is printed in its smallest form, and kept in `.hypothesis`, so that the next run begins with it.
"""

import argparse
import logging
import secrets
import sys
import time
import traceback

from hypothesis import HealthCheck, given, seed, settings

from tests.fuzz.doors import DOORS, Door

ROUND = 2_000
"""Examples between two looks at the clock; each round has a seed of its own, which is printed when it breaks."""


def main() -> int:
    """Go round the doors until the minutes are over."""
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--door", choices=["", *DOORS], default="", help="one door only")
    parser.add_argument("--seed", type=int, help="the one round with this seed")
    told = parser.parse_args()
    logging.disable()
    doors = {name: door for name, door in DOORS.items() if told.door in ("", name)}
    until, rounds = time.monotonic() + 60 * told.minutes, 0
    while rounds == 0 or (told.seed is None and time.monotonic() < until):
        number = secrets.randbits(32) if told.seed is None else told.seed
        for name, door in doors.items():
            if not holds(name, door, number):
                return 70
        rounds += 1
    _say(f"{rounds} rounds of {ROUND} at {', '.join(doors)}: every door held")
    return 0


def holds(name: str, door: Door, number: int, examples: int = ROUND) -> bool:
    """Whether a door held for one round; says so where it did not."""
    long = settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
    try:
        seed(number)(long(given(door.octets)(door.check)))()
    except Exception:
        traceback.print_exc()
        _say(f"{name} broke: repeat with make fuzz DOOR={name} SEED={number}")
        return False
    return True


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 (a command prints)


if __name__ == "__main__":
    sys.exit(main())
