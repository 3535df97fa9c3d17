"""The market's calendar as iCalendar (RFC 5545): instants in UTC, lines folded at 75 octets, texts escaped."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC

from settlement.dates import shanghai_time

LINE_MAX = 75
"""Octets of a line, without its end (section 3.1)."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Something at an instant (µs); `until` where it lasts."""

    uid: str
    at: int
    title: str
    url: str
    until: int | None = None
    description: str = ""


def calendar(name: str, entries: Iterable[Entry], now: int) -> str:
    """A VCALENDAR with one VEVENT for each entry."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Luochui//Exchange calendar//ZH",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_text(name)}",
    ]
    for entry in entries:
        lines += _event(entry, now)
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _event(entry: Entry, now: int) -> list[str]:
    ends = [] if entry.until is None else [f"DTEND:{utc(entry.until)}"]
    about = [f"DESCRIPTION:{_text(entry.description)}"] if entry.description else []
    return [
        "BEGIN:VEVENT",
        f"UID:{_text(entry.uid)}",
        f"DTSTAMP:{utc(now)}",
        f"DTSTART:{utc(entry.at)}",
        *ends,
        f"SUMMARY:{_text(entry.title)}",
        *about,
        f"URL:{entry.url}",
        "END:VEVENT",
    ]


def utc(at: int) -> str:
    """An instant in the form "20261120T020000Z"."""
    return f"{shanghai_time(at).astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(text: str) -> str:
    """A value of the type TEXT (section 3.3.11)."""
    escaped = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return escaped.replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "\\n")


def _folded(line: str) -> str:
    """The line in pieces of at most 75 octets, none of which cuts a character."""
    pieces, piece, size = [], "", 0
    for char in line:
        width = len(char.encode())
        if size + width > LINE_MAX:
            pieces.append(piece)
            piece, size = " ", 1
        piece, size = piece + char, size + width
    return "\r\n".join([*pieces, piece])
