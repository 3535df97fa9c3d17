"""Calendar dates of the exchange: Asia/Shanghai, eight hours ahead of UTC all year."""

from datetime import date, datetime, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8))
"""Asia/Shanghai; it has kept one offset since 1991."""
_EPOCH = datetime(1970, 1, 1, tzinfo=SHANGHAI) + timedelta(hours=8)


def shanghai_time(at: int) -> datetime:
    """The wall clock in Shanghai at an instant (µs since the epoch, UTC)."""
    return _EPOCH + timedelta(microseconds=at)


def shanghai_date(at: int) -> date:
    """The calendar date in Shanghai at an instant (µs)."""
    return shanghai_time(at).date()


def due_date(at: int, days: int) -> date:
    """`days` calendar days after an instant; the first day is not counted (Civil Code, art. 201)."""
    return shanghai_date(at) + timedelta(days=days)


def end_of_day(day: date) -> int:
    """The last instant (µs) of a date in Shanghai."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=SHANGHAI) + timedelta(days=1)
    return (midnight - _EPOCH) // timedelta(microseconds=1) - 1


def parse_date(text: str) -> date | None:
    """The date of a text like "2026-11-20"; None for anything else, however close to it."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.isoformat() == text else None


def written_date(day: date) -> str:
    """ "2026年11月20日", as documents write it; the same on every machine, whatever its locale."""
    return f"{day.year}年{day.month:02d}月{day.day:02d}日"


def written_time(at: int) -> str:
    """ "2026年11月20日19时00分00秒" in Shanghai."""
    moment = shanghai_time(at)
    return f"{written_date(moment.date())}{moment.hour:02d}时{moment.minute:02d}分{moment.second:02d}秒"
