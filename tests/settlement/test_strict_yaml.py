"""YAML without guesses."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching_engine.errors import Malformed
from settlement.strict_yaml import LIMIT_BYTES, read_yaml


def test_what_is_written_is_what_is_read() -> None:
    """`on` is a word, a date is a text, a decimal keeps its digits, and numbers that only YAML knows are texts."""
    text = "on: 2018-05-02\nyes: no\nplain: 0.70\nquoted: '0.70'\nsixty: 1:30\noctal: 010\nunder: 1_0\nnan: .nan\n"
    assert read_yaml(text.encode()) == {
        "on": "2018-05-02",
        "yes": "no",
        "plain": Decimal("0.70"),
        "quoted": "0.70",
        "sixty": "1:30",
        "octal": "010",
        "under": "1_0",
        "nan": ".nan",
    }
    assert str(read_yaml(b"0.70")) == "0.70"


def test_the_plain_values() -> None:
    """true, false, null, nothing, whole numbers, lists, mappings and shared nodes."""
    assert read_yaml(b"{a: true, b: False, c: null, d: ~, e: , f: -7, g: [1, x], h: &h {i: 2}, j: *h}") == {
        "a": True,
        "b": False,
        "c": None,
        "d": None,
        "e": None,
        "f": -7,
        "g": [1, "x"],
        "h": {"i": 2},
        "j": {"i": 2},
    }
    assert read_yaml(b"\xef\xbb\xbfa: 1") == {"a": 1}


@pytest.mark.parametrize(
    ("text", "field"),
    [
        (b"a: 1\nb: 2\na: 3", "line 3"),
        (b"x: {a: 1, a: 1}", "line 1"),
        (b"1: x", "line 1"),
        (b"[a]: x", "line 1"),
        (b"!!python/object:os.system x", "line 1"),
        (b"a: !mine 1", "line 1"),
        (b"a: !!float 1e3", "line 1"),
        (b"a: !!int 1_0", "line 1"),
        (b"a: !!timestamp 2018-02-30", "line 1"),
        (b"a: !!map x", "line 1"),
        (b"a: !!seq x", "line 1"),
        (b"a: !!str [x]", "line 1"),
        (b"a: &x [*x]", "line 1"),
        (b"a: *x", "line 1"),
        (b"a: [1", "line 1"),
        (b"a\n---\nb", "line 2"),
        (b"a: \xff", "file"),
        (b"a: \x00", "file"),
        (b"[" * 100_000, "file"),
        (b" " * (LIMIT_BYTES + 1), "file"),
    ],
)
def test_anything_doubtful_is_one_error_with_its_line(text: bytes, field: str) -> None:
    """Twice the same key, foreign tags, endless nesting, other encodings: Malformed, and where."""
    with pytest.raises(Malformed) as caught:
        read_yaml(text)
    assert caught.value.field == field


def test_shared_nodes_do_not_explode() -> None:
    """Nine levels of nine references each stay nine lists."""
    rows = ["a0: &a0 [x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    assert isinstance(read_yaml("\n".join(rows).encode()), dict)


@given(
    st.one_of(
        st.binary(max_size=60), st.text("{}[]:,-?&*!|>'\"%@` \nabc01.~<#\t", max_size=40).map(str.encode)
    )
)
def test_no_bytes_get_another_error(data: bytes) -> None:
    """Whatever comes is read, or refused as Malformed."""
    said = ""
    try:
        read_yaml(data)
    except Malformed as error:
        said = str(error)
    assert "\n" not in said
