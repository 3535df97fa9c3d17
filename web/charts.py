"""The path of a price as a step chart, drawn on the server as SVG.

The picture carries no colour of its own: classes take them from the page's style, light or dark. All arithmetic
is in integers; at most one step is drawn for each column of the picture.
"""

from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup, escape

from matching_engine.terms import DAY, HOUR, MINUTE, SECOND
from settlement.dates import shanghai_time
from web.i18n import Speech

WIDTH, HEIGHT = 560, 230
LEFT, RIGHT, TOP, BOTTOM = 84, 12, 20, 28
INNER_WIDTH, INNER_HEIGHT = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
LINES = 4
"""Horizontal lines, about."""
TIMES = 4
"""Times on the axis, at most."""
SPANS = (
    *(n * SECOND for n in (1, 5, 10, 30)),
    *(n * MINUTE for n in (1, 2, 5, 10, 15, 30)),
    *(n * HOUR for n in (1, 2, 3, 6, 12)),
    *(n * DAY for n in (1, 2, 7, 14, 28)),
)
"""Distances between two times on the axis."""


class Point(NamedTuple):
    """From `at` (µs) on the price was `fen`."""

    at: int
    fen: int


class Frame(NamedTuple):
    """What part of time and money the picture shows."""

    since: int
    until: int
    low: int
    high: int

    def x(self, at: int) -> int:
        """The column of an instant."""
        inside = min(max(at, self.since), self.until)
        return LEFT + (inside - self.since) * INNER_WIDTH // (self.until - self.since)

    def y(self, fen: int) -> int:
        """The row of an amount."""
        return TOP + INNER_HEIGHT - (fen - self.low) * INNER_HEIGHT // (self.high - self.low)


def price_chart(
    speech: Speech,
    points: Sequence[Point],
    opens_at: int,
    until: int,
    opening_fen: int,
    hammered: bool = False,
) -> Markup:
    """The chart of a lot from its opening to `until`; before the first price only the opening price is marked."""
    frame = _frame(points, opens_at, until, opening_fen)
    parts = [
        _grid(speech, frame),
        _times(frame),
        _opening(speech, frame, opening_fen),
        _path(frame, points, hammered),
    ]
    label = _label(speech, points, opening_fen)
    return Markup(  # noqa: S704 (every text in it is escaped where it is made)
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(label)}">'
        f"{''.join(parts)}</svg>"
    )


def _label(speech: Speech, points: Sequence[Point], opening_fen: int) -> str:
    if not points:
        return speech.text("No price yet; opening price %(price)s", price=speech.money(opening_fen))
    return speech.text(
        "Price path: %(n)s steps, now %(price)s",
        n=speech.number(len(points)),
        price=speech.money(points[-1].fen),
    )


def _frame(points: Sequence[Point], opens_at: int, until: int, opening_fen: int) -> Frame:
    """All prices and the opening price, with a line's worth of room above and below where they are one."""
    amounts = [opening_fen, *(point.fen for point in points)]
    step = nice_step(max(max(amounts) - min(amounts), max(amounts) // 20, 100), LINES)
    low = min(amounts) // step * step
    high = -(-max(amounts) // step) * step
    if high == low:
        low, high = max(0, low - step), high + step
    return Frame(opens_at, max(until, opens_at + SECOND), low, high)


def nice_step(span: int, lines: int) -> int:
    """The least of 1, 2, 5 × a power of ten that divides `span` into at most `lines` parts."""
    power = 1
    while True:
        for factor in (1, 2, 5):
            if factor * power * lines >= span:
                return factor * power
        power *= 10


def short_money(speech: Speech, fen: int) -> str:
    """An amount for an axis: 165万, 1.2亿; 1.65M, 120M."""
    units = ((10**10, "亿"), (10**6, "万")) if speech.language == "zh" else ((10**8, "M"), (10**5, "k"))
    for size, name in units:
        if fen >= size:
            whole, rest = divmod(fen * 100 // size, 100)
            fraction = f".{rest:02d}".rstrip("0").rstrip(".")
            return f"¥{whole:,}{fraction}{name}"
    return f"¥{fen // 100}"


def _grid(speech: Speech, frame: Frame) -> str:
    step = nice_step(frame.high - frame.low, LINES)
    first = -(-frame.low // step) * step
    rows = [(frame.y(fen), short_money(speech, fen)) for fen in range(first, frame.high + 1, step)]
    return "".join(
        f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}"/>'
        f'<text class="axis" x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{escape(text)}</text>'
        for y, text in rows
    )


def _times(frame: Frame) -> str:
    """Times at round distances, in Shanghai."""
    span = frame.until - frame.since
    apart = next((one for one in SPANS if one * TIMES >= span), -(-span // TIMES))
    form = "%m-%d" if apart >= DAY else "%H:%M:%S" if apart < MINUTE else "%H:%M"
    offset = 8 * HOUR
    first = -(-(frame.since + offset) // apart) * apart - offset
    ticks = [
        at for at in range(first, frame.until + 1, apart) if LEFT + 10 < frame.x(at) < WIDTH - RIGHT - 20
    ]
    return "".join(
        f'<text class="axis" x="{frame.x(at)}" y="{HEIGHT - 8}" text-anchor="middle">'
        f"{shanghai_time(at).strftime(form)}</text>"
        for at in ticks
    )


def _opening(speech: Speech, frame: Frame, opening_fen: int) -> str:
    y = frame.y(opening_fen)
    return (
        f'<line class="opening" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}"/>'
        f'<text class="axis" x="{WIDTH - RIGHT}" y="{y - 5}" text-anchor="end">'
        f"{escape(speech.text('opening price'))}</text>"
    )


def _path(frame: Frame, points: Sequence[Point], hammered: bool) -> str:
    columns = {frame.x(point.at): frame.y(point.fen) for point in points}
    if not columns:
        return ""
    x, y = next(iter(columns.items()))
    drawn = f"M{x} {y}" + "".join(f"H{x}V{y}" for x, y in list(columns.items())[1:])
    end, level = frame.x(frame.until), frame.y(points[-1].fen)
    floor = HEIGHT - BOTTOM
    area = f'<path class="area" d="{drawn}H{end}V{floor}H{x}Z"/>'
    mark = f'<circle class="dot" cx="{end}" cy="{level}" r="4"/>'
    if hammered:
        mark = f'<path class="fall" d="M{end} {level}V{floor}"/>{mark}'
    return f'{area}<path class="line" d="{drawn}H{end}"/>{mark}'
