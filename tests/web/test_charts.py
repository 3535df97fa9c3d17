"""The step chart: well-formed, inside its frame, and true to the prices."""

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching_engine.terms import DAY, HOUR, MINUTE, SECOND
from web import charts as c
from web.i18n import speech

OPENS = 1_772_413_200_000_000
OPENING = 160_000_000
points = st.lists(
    st.tuples(st.integers(0, DAY), st.integers(1, 10**12)).map(lambda p: c.Point(OPENS + p[0], p[1])),
    max_size=40,
).map(sorted)


def drawn(steps: list[c.Point], until: int = OPENS + DAY, hammered: bool = False) -> ElementTree.Element:
    """The chart as XML."""
    chart = c.price_chart(speech("zh"), steps, OPENS, until, OPENING, hammered)
    return ElementTree.fromstring(str(chart))


def corners(path: str) -> list[tuple[int, int]]:
    """The corners of a path of M, H and V."""
    x = y = 0
    found = []
    for letter, first, second in re.findall(r"([MHV])(\d+)(?: (\d+))?", path):
        x, y = (
            (int(first), int(second))
            if letter == "M"
            else (int(first), y)
            if letter == "H"
            else (x, int(first))
        )
        found.append((x, y))
    return found


@given(points, st.booleans())
def test_every_chart_is_well_formed_and_inside(steps: list[c.Point], hammered: bool) -> None:
    """Whatever the prices, the picture is XML and every corner of the line lies inside the frame, left to right."""
    svg = drawn(steps, hammered=hammered)
    lines = svg.findall("path[@class='line']")
    assert len(lines) == bool(steps)
    for line in lines:
        found = corners(line.attrib["d"])
        assert [x for x, _ in found] == sorted(x for x, _ in found)
        assert all(c.LEFT <= x <= c.WIDTH - c.RIGHT for x, _ in found)
        assert all(c.TOP <= y <= c.HEIGHT - c.BOTTOM for _, y in found)


def test_the_line_rises_in_steps() -> None:
    """A price holds until the next one: right first, then up; a higher price is drawn higher."""
    svg = drawn([c.Point(OPENS, OPENING), c.Point(OPENS + DAY // 2, 2 * OPENING)])
    line = svg.find("path[@class='line']")
    assert line is not None
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = corners(line.attrib["d"])
    assert y0 == y1 > y2 == y3
    assert x0 < x1 == x2 < x3
    assert x1 == c.LEFT + c.INNER_WIDTH // 2


def test_without_a_price_the_opening_price_is_marked() -> None:
    """No line, one dashed mark, and the label says so."""
    svg = drawn([])
    assert svg.find("path") is None
    assert svg.find("line[@class='opening']") is not None
    assert svg.attrib["aria-label"] == "尚无报价；起拍价 ¥1,600,000.00"


def test_the_hammer_is_marked() -> None:
    """A sale has a stroke that falls from the last price to the ground."""
    steps = [c.Point(OPENS, OPENING)]
    assert drawn(steps).find("path[@class='fall']") is None
    fall = drawn(steps, hammered=True).find("path[@class='fall']")
    assert fall is not None
    assert corners(fall.attrib["d"])[-1][1] == c.HEIGHT - c.BOTTOM


def test_many_bids_make_no_larger_picture() -> None:
    """Ten thousand bids are at most one step for each column."""
    steps = [c.Point(OPENS + n * SECOND, OPENING + n * 1000) for n in range(10_000)]
    line = drawn(steps, OPENS + 10_000 * SECOND).find("path[@class='line']")
    assert line is not None
    assert line.attrib["d"].count("V") <= c.INNER_WIDTH + 1


@given(st.integers(1, 10**15), st.integers(2, 6))
def test_a_step_is_round_and_enough(span: int, lines: int) -> None:
    """1, 2 or 5 times a power of ten; not more parts than lines, and the next smaller one would be too small."""
    step = c.nice_step(span, lines)
    assert str(step).rstrip("0") in ("1", "2", "5")
    assert step * lines >= span
    assert step == 1 or c.nice_step(step * lines, lines) == step


@pytest.mark.parametrize(
    ("fen", "zh", "en"),
    [
        (165_000_000, "¥165万", "¥1.65M"),
        (165_500_000, "¥165.5万", "¥1.65M"),
        (1_200_000_000_000, "¥120亿", "¥12,000M"),
        (99_900, "¥999", "¥999"),
        (500_000, "¥5000", "¥5k"),
    ],
)
def test_amounts_on_the_axis_are_short(fen: int, zh: str, en: str) -> None:
    """万 and 亿 in Chinese, k and M in English, rounded down to two decimals."""
    assert (c.short_money(speech("zh"), fen), c.short_money(speech("en"), fen)) == (zh, en)


@pytest.mark.parametrize("length", [20 * SECOND, 5 * MINUTE, HOUR, DAY, 60 * DAY])
def test_times_on_the_axis_are_few_and_round(length: int) -> None:
    """At most five times on the axis, for seconds as for months."""
    svg = drawn([], OPENS + length)
    times = [text for text in svg.findall("text") if text.attrib.get("text-anchor") == "middle"]
    assert 1 <= len(times) <= c.TIMES + 1
