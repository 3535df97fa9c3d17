"""Bars, columns and a line for figures, drawn on the server as SVG; a table beside each says the same.

The pictures carry no colour of their own: classes take them from the page's style, light, dark or on paper. All
arithmetic is in integers.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from markupsafe import Markup, escape

from web.charts import nice_step

WIDTH = 560
NAME_WIDTH, TEXT_WIDTH, ROW, BAR = 150, 120, 26, 16
HEIGHT, TOP, BOTTOM, LEFT, RIGHT = 220, 14, 26, 56, 12
LINES = 4
LABELS = 7
"""Names on an axis, at most."""
NAME_MAX = 11
"""Letters of a name beside a bar; the table has it whole."""


class Bar(NamedTuple):
    """One bar: its name, how long it is, and what is written at its end."""

    name: str
    value: int
    text: str


class Column(NamedTuple):
    """One column of two parts, the first at the bottom."""

    name: str
    first: int
    second: int = 0


def _svg(label: str, height: int, parts: Sequence[str]) -> Markup:
    """The picture; every text in `parts` was escaped where it was made."""
    opening = f'<svg class="chart" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(label)}">'
    return Markup(f"{opening}{''.join(parts)}</svg>")  # noqa: S704


def bars(label: str, rows: Sequence[Bar]) -> Markup:
    """Horizontal bars, one under the other; the longest fills the width."""
    most = max((row.value for row in rows), default=0)
    room = WIDTH - NAME_WIDTH - TEXT_WIDTH
    return _svg(
        label, max(ROW, ROW * len(rows)), [_bar(n, row, room, max(1, most)) for n, row in enumerate(rows)]
    )


def _bar(n: int, row: Bar, room: int, most: int) -> str:
    y, long = n * ROW, max(0, row.value) * room // most
    name = row.name if len(row.name) <= NAME_MAX else f"{row.name[: NAME_MAX - 1]}…"
    return (
        f'<text class="axis" x="{NAME_WIDTH - 8}" y="{y + 17}" text-anchor="end">{escape(name)}</text>'
        f'<rect class="bar" x="{NAME_WIDTH}" y="{y + 5}" width="{max(long, 1)}" height="{BAR}"/>'
        f'<text class="axis" x="{NAME_WIDTH + long + 6}" y="{y + 17}">{escape(row.text)}</text>'
    )


def columns(label: str, found: Sequence[Column]) -> Markup:
    """Columns from left to right, of whole numbers."""
    high = max((one.first + one.second for one in found), default=0)
    step = max(1, nice_step(max(high, 1), LINES))
    top = max(step, -(-high // step) * step)
    wide = (WIDTH - LEFT - RIGHT) // max(1, len(found))
    parts = _rows(range(0, top + 1, step), 0, top, str)
    for n, one in enumerate(found):
        x = LEFT + n * wide + wide // 5
        middle, up = _y(one.first, 0, top), _y(one.first + one.second, 0, top)
        parts.append(_box("bar", x, middle, wide * 3 // 5, _y(0, 0, top) - middle))
        parts.append(_box("bar other", x, up, wide * 3 // 5, middle - up))
    return _svg(label, HEIGHT, [*parts, *_names([one.name for one in found], LEFT + wide // 2, wide)])


def _box(kind: str, x: int, y: int, width: int, height: int) -> str:
    return f'<rect class="{kind}" x="{x}" y="{y}" width="{width}" height="{height}"/>' if height > 0 else ""


def line(label: str, names: Sequence[str], hundredths: Sequence[int]) -> Markup:
    """A line through values given in hundredths, one for each name."""
    low, high = min(hundredths, default=0), max(hundredths, default=0)
    step = nice_step(max(high - low, 1000), LINES)
    low, high = low // step * step, -(-(high + 1) // step) * step
    wide = (WIDTH - LEFT - RIGHT) // max(1, len(names))
    points = [(LEFT + n * wide + wide // 2, _y(value, low, high)) for n, value in enumerate(hundredths)]
    drawn = "M" + "L".join(f"{x} {y}" for x, y in points) if points else ""
    dots = [f'<circle class="dot" cx="{x}" cy="{y}" r="4"/>' for x, y in points]
    rows = _rows(range(low, high + 1, step), low, high, lambda value: f"{value // 100}")
    path = f'<path class="line" d="{drawn}"/>' if drawn else ""
    return _svg(label, HEIGHT, [*rows, path, *dots, *_names(names, LEFT + wide // 2, wide)])


def _y(value: int, low: int, high: int) -> int:
    room = HEIGHT - TOP - BOTTOM
    return TOP + room - (value - low) * room // max(1, high - low)


def _rows(values: range, low: int, high: int, text: Callable[[int], str]) -> list[str]:
    """Horizontal lines with their values."""
    return [
        f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{_y(value, low, high)}" y2="{_y(value, low, high)}"/>'
        f'<text class="axis" x="{LEFT - 8}" y="{_y(value, low, high) + 4}" text-anchor="end">{escape(text(value))}</text>'
        for value in values
    ]


def _names(names: Sequence[str], first: int, wide: int) -> list[str]:
    """Names under the columns, as many as have room."""
    every = max(1, -(-len(names) // LABELS))
    return [
        f'<text class="axis" x="{first + n * wide}" y="{HEIGHT - 8}" text-anchor="middle">{escape(name)}</text>'
        for n, name in enumerate(names)
        if n % every == 0
    ]


def hundredths(text: str) -> int:
    """ "104.25" → 10425; what is finer is cut off, for a picture only."""
    whole, _, rest = text.partition(".")
    return int(whole) * 100 + int(f"{rest}00"[:2])
