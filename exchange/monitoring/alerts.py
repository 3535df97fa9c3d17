"""Which alerts are open, from readings of one process: the thresholds of docs/operating/alerts.yaml, as functions.

Prometheus sees every process and keeps years; the desk sees the process that serves it, for as long as somebody looks.
What one process cannot know (that there is no holder, or no standby) is left to Prometheus. A test holds both together.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

SECOND = 1_000_000
MINUTE = 60 * SECOND
KEPT = 10 * MINUTE
"""µs of readings that the rules look back on."""
QUEUE_DEPTH = 2_000
LATE = 1 * SECOND
COMMIT = SECOND // 10
FAILURES_OF = 20
"""One answer in so many that fails."""


@dataclass(frozen=True, slots=True)
class Counts:
    """A spread as it stands: for each bound how many values were not above it, and how many there were."""

    bounds: tuple[int, ...] = ()
    at_most: tuple[int, ...] = ()
    """One more than bounds: the last is all of them."""

    @property
    def all(self) -> int:
        """How many values there were."""
        return self.at_most[-1] if self.at_most else 0

    def above(self, bound: int) -> int:
        """How many values were above one of the bounds."""
        return self.all - self.at_most[self.bounds.index(bound)] if self.at_most else 0

    def since(self, before: "Counts") -> "Counts":
        """What came after an earlier reading; a process that began anew has everything after it."""
        if not self.at_most or not before.at_most or before.all > self.all:
            return self
        later = zip(self.at_most, before.at_most, strict=True)
        return Counts(self.bounds, tuple(now - then for now, then in later))

    def reaches(self, percent: int) -> int | None:
        """The bound that so many of a hundred values do not exceed; None when there are none, or beyond the last bound."""
        if not self.all:
            return None
        for bound, count in zip(self.bounds, self.at_most, strict=False):
            if 100 * count >= percent * self.all:
                return bound
        return None


@dataclass(frozen=True, slots=True)
class Reading:
    """One process at an instant; what is counted is counted since it started."""

    at: int
    alive: bool
    role: str
    queue_depth: int
    takeovers: int
    answers: int
    failures: int
    commits_us: Counts = Counts()
    gavel_us: Counts = Counts()
    shown_us: Counts = Counts()


@dataclass(frozen=True, slots=True)
class Rule:
    """An alert: it is open when `holds` was true at every reading of the last `held_for` µs."""

    name: str
    severity: str
    held_for: int
    window: int
    """µs before each reading that `holds` compares it with."""
    holds: Callable[[Reading, Reading], bool]
    """The earliest reading of the window, and the one in question."""


@dataclass(frozen=True, slots=True)
class Alert:
    """An open alert, since the first reading at which it held without a break."""

    name: str
    severity: str
    since: int


def _slow(then: Counts, now: Counts, bound: int) -> bool:
    """Whether more than one value in a hundred is above the bound."""
    new = now.since(then)
    return 100 * new.above(bound) > new.all


def _answers_fail(then: Reading, now: Reading) -> bool:
    answers, failures = now.answers - then.answers, now.failures - then.failures
    return failures * FAILURES_OF > answers


RULES: tuple[Rule, ...] = (
    Rule(
        "LuochuiHolderDoesNotWork",
        "page",
        10 * SECOND,
        0,
        lambda _, now: now.role == "holder" and not now.alive,
    ),
    Rule(
        "LuochuiHammerLate",
        "page",
        0,
        10 * MINUTE,
        lambda then, now: now.gavel_us.since(then.gavel_us).above(LATE) > 0,
    ),
    Rule("LuochuiAnswersFail", "page", MINUTE, 2 * MINUTE, _answers_fail),
    Rule("LuochuiTakenOver", "ticket", 0, 10 * MINUTE, lambda then, now: now.takeovers > then.takeovers),
    Rule(
        "LuochuiCommitsSlow",
        "ticket",
        5 * MINUTE,
        5 * MINUTE,
        lambda then, now: _slow(then.commits_us, now.commits_us, COMMIT),
    ),
    Rule("LuochuiQueueGrows", "page", 30 * SECOND, 0, lambda _, now: now.queue_depth > QUEUE_DEPTH),
    Rule(
        "LuochuiShownLate",
        "ticket",
        2 * MINUTE,
        5 * MINUTE,
        lambda then, now: _slow(then.shown_us, now.shown_us, LATE),
    ),
)
"""The alerts that one process can tell by itself, under the names of docs/operating/alerts.yaml."""


def open_alerts(readings: Sequence[Reading]) -> tuple[Alert, ...]:
    """What is open at the last of the readings, which stand in order of time."""
    found = ((rule, _held_since(rule, readings)) for rule in RULES)
    return tuple(Alert(rule.name, rule.severity, since) for rule, since in found if since is not None)


def _held_since(rule: Rule, readings: Sequence[Reading]) -> int | None:
    """The first reading of the unbroken run in which the rule holds; None when the run is too short, or none."""
    since = None
    first = len(readings)
    for place in range(len(readings) - 1, -1, -1):
        now = readings[place]
        first = min(first, place)
        while first > 0 and readings[first - 1].at >= now.at - rule.window:
            first -= 1
        if not rule.holds(readings[first], now):
            break
        since = now.at
    if since is None or readings[-1].at - since < rule.held_for:
        return None
    return since
