"""Exact shares."""

import pytest

from exchange.registers.shares import check_whole, read_share, shown
from matching_engine.errors import Malformed


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("70%", "7/10"),
        ("0.7", "7/10"),
        ("14/20", "7/10"),
        ("1", "1"),
        ("100%", "1"),
        (" 1/3 ", "1/3"),
        ("33.3%", "333/1000"),
    ],
)
def test_one_form(text: str, share: str) -> None:
    """However it is written, the share is one fraction in lowest terms."""
    assert read_share(text, "s") == share


@pytest.mark.parametrize(
    "text", ["", "0", "0%", "1.01", "101%", "3/2", "1/0", "-1/2", "七成", "７0%", "1e-1", "nan"]
)
def test_no_share(text: str) -> None:
    """Nothing, more than all, and what is no number."""
    with pytest.raises(Malformed, match=r"^s: "):
        read_share(text, "s")


def test_wholes() -> None:
    """Three thirds are one; stated ones must be; where one is silent the others leave it something."""
    check_whole(["1/3"] * 3, "s")
    check_whole(["7/10", ""], "s")
    check_whole(["", ""], "s")
    check_whole([], "s")
    for wrong in (["1/3", "1/3"], ["1/2", "1/2", ""], ["2/3", "2/3"]):
        with pytest.raises(Malformed):
            check_whole(wrong, "s")


def test_shown() -> None:
    """Percent where it says it exactly."""
    assert [shown(one) for one in ("7/10", "1/3", "1", "")] == ["70%", "1/3", "100%", ""]
