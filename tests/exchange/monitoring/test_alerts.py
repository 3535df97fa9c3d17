"""The desk's alerts: open and shut as docs/operating/alerts.yaml says."""

from pathlib import Path
from typing import Any

import yaml

from exchange.house.spread import COMMIT_US, LATE_US, Spread
from exchange.monitoring import alerts
from exchange.monitoring.alerts import MINUTE, RULES, SECOND, Alert, Counts, Reading, open_alerts

FILE = Path(__file__).parents[3] / "docs" / "operating" / "alerts.yaml"
UNITS = {"s": SECOND, "m": MINUTE}


def published() -> dict[str, Any]:
    """The rules of the file by name."""
    groups = yaml.safe_load(FILE.read_text())["groups"]
    return {rule["alert"]: rule for group in groups for rule in group["rules"]}


def length(text: str) -> int:
    """µs of "30s"."""
    return int(text[:-1]) * UNITS[text[-1]]


def test_the_rules_are_those_of_the_file() -> None:
    """Name, severity and time of each stand in the file, and so do their thresholds and windows."""
    known = published()
    for rule in RULES:
        there = known[rule.name]
        assert there["labels"]["severity"] == rule.severity
        assert length(there.get("for", "0s")) == rule.held_for
        if rule.window:
            assert f"[{rule.window // MINUTE}m]" in there["expr"]
    assert f"> {alerts.QUEUE_DEPTH}" in known["LuochuiQueueGrows"]["expr"]
    assert f"> 0.{SECOND // alerts.COMMIT // 10}" in known["LuochuiCommitsSlow"]["expr"]
    assert f"> {alerts.LATE // SECOND}" in known["LuochuiShownLate"]["expr"]
    assert f"> 0.0{100 // alerts.FAILURES_OF}" in known["LuochuiAnswersFail"]["expr"]
    assert 'le="1.0"' in known["LuochuiHammerLate"]["expr"]


def reading(at: int, **more: Any) -> Reading:
    """A process in good health."""
    plain = {"alive": True, "role": "holder", "queue_depth": 0, "takeovers": 0, "answers": 0, "failures": 0}
    return Reading(at, **{**plain, **more})


def counts(bounds: tuple[int, ...], *values: int) -> Counts:
    """A spread of these values."""
    spread = Spread(bounds)
    for value in values:
        spread.add(value)
    return Counts(bounds, tuple(spread.at_most()))


def test_a_long_queue_opens_after_its_time_and_shuts_at_once() -> None:
    """Half a minute above the threshold, without a break."""
    long = [reading(n * SECOND, queue_depth=2001) for n in range(31)]
    assert open_alerts(long[:30]) == ()
    assert open_alerts(long) == (Alert("LuochuiQueueGrows", "page", 0),)
    assert open_alerts([*long, reading(31 * SECOND, queue_depth=2000)]) == ()
    broken = [*long[:20], reading(20 * SECOND), *long[21:]]
    assert open_alerts(broken) == ()


def test_what_is_counted_is_compared_within_its_window() -> None:
    """A late hammer and a takeover stay open for ten minutes; slow commits need one in a hundred for five."""
    late = [reading(0, gavel_us=counts(LATE_US, 5)), reading(SECOND, gavel_us=counts(LATE_US, 5, 2 * SECOND))]
    assert [one.name for one in open_alerts(late)] == ["LuochuiHammerLate"]
    after = reading(11 * MINUTE, gavel_us=late[1].gavel_us)
    assert open_alerts([*late, after]) == ()
    assert [one.name for one in open_alerts([reading(0), reading(SECOND, takeovers=1)])] == [
        "LuochuiTakenOver"
    ]
    slow = [
        reading(n * MINUTE, commits_us=counts(COMMIT_US, *[500] * 99 * n, *[200_000] * 2 * n))
        for n in range(7)
    ]
    assert [one.name for one in open_alerts(slow)] == ["LuochuiCommitsSlow"]
    good = [reading(n * MINUTE, commits_us=counts(COMMIT_US, *[500] * 100 * n)) for n in range(7)]
    assert open_alerts(good) == ()


def test_failing_answers_and_a_dead_house() -> None:
    """More than one answer in twenty for a minute; a holder that takes nothing for ten seconds."""
    failing = [reading(n * 10 * SECOND, answers=n * 20, failures=n * 2) for n in range(9)]
    assert [one.name for one in open_alerts(failing)] == ["LuochuiAnswersFail"]
    dead = [reading(n * SECOND, alive=False) for n in range(11)]
    assert [one.name for one in open_alerts(dead)] == ["LuochuiHolderDoesNotWork"]
    assert open_alerts([reading(n * SECOND, alive=False, role="follower") for n in range(11)]) == ()


def test_quantiles_are_bounds() -> None:
    """The bound that so many of a hundred do not exceed; nothing of nothing; a restart begins anew."""
    found = counts(COMMIT_US, *[400] * 98, 30_000, 300_000)
    assert (found.reaches(50), found.reaches(99), found.reaches(100)) == (500, 50_000, 1_000_000)
    assert Counts().reaches(99) is None
    assert counts(COMMIT_US, 400).since(found).all == 1
    assert open_alerts([]) == ()
