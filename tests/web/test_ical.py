"""The calendar feed, read by a strict reader of RFC 5545 that is not the writer's."""

import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from exchange.demo.data import load
from exchange.demo.steps import NOTICE, Steps
from matching_engine.terms import MINUTE
from tests.exchange.house.running import BEGIN
from tests.web.running import key
from tests.web.served import whole_web
from web.ical import Entry, calendar, utc

_NAME = re.compile(r"[A-Z][A-Z-]*", re.ASCII)
_INSTANT = re.compile(r"\d{8}T\d{6}Z", re.ASCII)
_ESCAPED = re.compile(r"\\([\\;,nN])|\\|[;,]")
TEXTS = ("UID", "SUMMARY", "DESCRIPTION", "X-WR-CALNAME")
Events = list[dict[str, str]]


def read(feed: str) -> tuple[dict[str, str], Events]:
    """Properties of the calendar and of its events; AssertionError for anything that the standard does not allow."""
    data = feed.encode()
    assert data.endswith(b"\r\n")
    physical = data[:-2].split(b"\r\n")
    assert all(0 < len(line) <= 75 and b"\r" not in line and b"\n" not in line for line in physical)
    lines: list[str] = []
    for line in physical:
        text = line.decode()  # a character cut in two would not decode
        if text.startswith(" "):
            lines[-1] += text[1:]
        else:
            lines.append(text)
    assert (lines[0], lines[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")
    return _components(lines[1:-1])


def _components(lines: list[str]) -> tuple[dict[str, str], Events]:
    head: dict[str, str] = {}
    events: Events = []
    target = head
    for line in lines:
        name, colon, value = line.partition(":")
        assert _NAME.fullmatch(name), line
        assert colon == ":"
        if line == "BEGIN:VEVENT":
            assert target is head
            target = {}
        elif line == "END:VEVENT":
            assert {"UID", "DTSTAMP", "DTSTART", "SUMMARY"} <= set(target)
            events.append(target)
            target = head
        else:
            assert name not in target, f"{name} twice"
            target[name] = _value(name, value)
    assert target is head
    assert head["VERSION"] == "2.0"
    assert head["PRODID"]
    assert len({event["UID"] for event in events}) == len(events)
    return head, events


def _value(name: str, value: str) -> str:
    if name.startswith("DT"):
        assert _INSTANT.fullmatch(value), value
    if name not in TEXTS:
        return value

    def plain(match: re.Match[str]) -> str:
        assert match[1], f"bare {match[0]!r} in {value!r}"
        return "\n" if match[1] in "nN" else match[1]

    return _ESCAPED.sub(plain, value)


_WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]) | st.just("\n"), max_size=200)


@given(_WORDS, _WORDS, st.integers(0, 4_000_000_000_000_000))
def test_any_text_comes_back_as_it_was(title: str, more: str, at: int) -> None:
    """Long, Chinese, with commas, semicolons, backslashes and line ends: folded and escaped, and read again whole."""
    entry = Entry("opens-L1@hub", at, title, "http://x/lots/L1", at + 1_000_000, more)
    head, (event,) = read(calendar("落槌", [entry], BEGIN))
    assert (event["SUMMARY"], event.get("DESCRIPTION", "")) == (title, more)
    assert head["X-WR-CALNAME"] == "落槌"
    assert event["DTSTART"] == utc(at)


def test_instants_are_utc() -> None:
    """Nine in the morning in Shanghai is one in the morning UTC: no zone has to be known."""
    assert utc(BEGIN) == "20260302T010000Z"


async def test_the_feed_holds_what_the_market_has_to_come(sqlite_path: Path) -> None:
    """Notice, opening and close of the committed state, for the market and for a lot alone; an unknown lot is 404."""
    async with whole_web(f"sqlite:///{sqlite_path}") as web:
        steps, client = Steps(web.exchange.own_house, key()), web.client()
        await steps.enrol()
        await steps.offer("A2", load()[1])
        answer = await client.get("/calendar.ics")
        assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
        (event,) = read(answer.text)[1]
        assert event["UID"].startswith("notice-A2@")
        assert event["DTSTART"] == utc(BEGIN + NOTICE)
        await web.pass_time(NOTICE)
        lot = await web.open_lot()
        await web.pass_time(MINUTE)
        assert [
            one["UID"].partition("@")[0] for one in read((await client.get("/calendar.ics")).text)[1]
        ] == [f"closes-{lot}"]
        of_lot = read((await client.get(f"/lots/{lot}/calendar.ics")).text)[1]
        assert [one["URL"].rpartition("/")[2] for one in of_lot] == [lot]
        assert (await client.get("/lots/L9/calendar.ics")).status_code == 404
