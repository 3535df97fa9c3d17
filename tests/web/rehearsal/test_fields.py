"""Reading one mapping strictly."""

from decimal import Decimal
from typing import Any

import pytest

from matching_engine.errors import Malformed
from matching_engine.terms import DAY, HOUR, MINUTE, SECOND
from web.rehearsal.fields import Fields, as_text


def fields(**values: Any) -> Fields:
    """A mapping at the path `lot`."""
    return Fields(values, "lot", None)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-20T10:00:00+08:00",
        "2026-11-20 10:00:00+08:00",
        "2026-11-20 10:00:00 +08:00",
        "2026-11-20t02:00:00z",
        "2026-11-20T02:00:00.000000Z",
        "2026-11-20T10:00+0800",
        "2026-11-19T21:00:00-05:00",
    ],
)
def test_one_instant_in_many_dresses(text: str) -> None:
    """With any offset, a T or a blank, with or without seconds and fractions."""
    assert fields(at=text).instant("at") == 1_795_140_000 * SECOND


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-20T10:00:00",
        "2026-11-20",
        "10:00",
        "2026-13-01T00:00:00Z",
        "2026-11-20T24:00:01Z",
        5,
        None,
        "now",
        "1969-12-31T23:59:59Z",
    ],
)
def test_what_is_no_instant(value: object) -> None:
    """No offset, no such day, before 1970, or no instant at all."""
    with pytest.raises(Malformed, match=r"lot\.at: expected"):
        fields(at=value).instant("at")


def test_microseconds_are_kept() -> None:
    """Six digits and no more."""
    assert fields(at="1970-01-01T00:00:00.000001Z").instant("at") == 1
    with pytest.raises(Malformed):
        fields(at="1970-01-01T00:00:00.0000001Z").instant("at")


def test_durations() -> None:
    """A whole number and one unit."""
    units = {"0s": 0, "90s": 90 * SECOND, "5m": 5 * MINUTE, "2h": 2 * HOUR, "36500d": 36_500 * DAY}
    assert {text: fields(d=text).duration("d") for text in units} == units
    for text in ("", "5", "5 m", "5M", "-5m", "1.5h", "5m ", "٥m", 5, None, "36501d"):
        with pytest.raises(Malformed, match=r"lot\.d: expected"):
            fields(d=text).duration("d")


def test_numbers_keep_their_digits() -> None:
    """A decimal as it was written, never a float, an exponent or a sign."""
    given = {"a": 60, "b": Decimal("92.50"), "c": "0.1", "d": Decimal("0.0000001")}
    assert [fields(**given).number(key) for key in given] == ["60", "92.50", "0.1", "0.0000001"]
    for value in (-1, True, "1e3", "NaN", None, [1]):
        with pytest.raises(Malformed, match=r"lot\.x: expected a decimal"):
            fields(x=value).number("x")


def test_whole_numbers() -> None:
    """Above zero, and true is not one."""
    assert fields(n=3).whole("n") == 3
    assert fields().whole("n", 1) == 1
    for value in (0, -1, True, "3", Decimal("3.0"), None):
        with pytest.raises(Malformed):
            fields(n=value).whole("n")


def test_texts() -> None:
    """Printable, not empty, not too long; anything else is shown shortened."""
    assert as_text("异议成立", "reason") == "异议成立"
    for value in ("", "a\nb", "a\u202eb", "\ud800", "x" * 65, 7, None):
        with pytest.raises(Malformed) as error:
            as_text(value, "id")
        assert len(str(error.value)) < 250


def test_unknown_keys_are_named_with_the_known_ones() -> None:
    """So that a slip can be mended from the message."""
    with pytest.raises(
        Malformed, match=r"lot\.colour: expected no such key; known are id, mechanism, got 'red'"
    ):
        Fields({"colour": "red"}, "lot", ("id", "mechanism"))
    with pytest.raises(Malformed, match="file: expected a mapping, got 5"):
        Fields(5, "", ())


def test_null_is_left_out() -> None:
    """A key with null is as if it were not there."""
    assert not fields(a=None).has("a")
    assert fields(a=None).choice("a", ("x", "y"), "y") == "y"
