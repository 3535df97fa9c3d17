"""Provinces as people write them."""

import pytest

from exchange.registers.regions import region_key, short_name


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("河南", "henan"),
        ("河南省", "henan"),
        ("henan", "henan"),
        ("广西", "guangxi"),
        ("内蒙古", "inner_mongolia"),
        ("北京市", "beijing"),
        ("火星", None),
    ],
)
def test_keys(text: str, key: str | None) -> None:
    """Key, full and short name; nothing else."""
    assert region_key(text) == key


def test_short_names() -> None:
    """Without the kind of province."""
    assert [short_name(key) for key in ("xinjiang", "guangxi", "tianjin", "x")] == [
        "新疆",
        "广西",
        "天津",
        "x",
    ]
