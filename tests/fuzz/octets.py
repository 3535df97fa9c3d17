"""Octets to try a parser with: valid ones cut, doubled, mixed and spoilt, and some that never were anything."""

from collections.abc import Sequence
from functools import reduce
from typing import TypeVar

from hypothesis import strategies as st

Edit = tuple[str, int, int, bytes]

T = TypeVar("T")

TOKENS = (
    *(
        b'"',
        b"'",
        b"\\",
        b"{",
        b"}",
        b"[",
        b"]",
        b":",
        b",",
        b"\n",
        b"\0",
        b"\x7f",
        b"&",
        b"=",
        b"%",
        b"--b",
        b"\r\n",
    ),
    *(
        b"NaN",
        b"-Infinity",
        b"1e400",
        b"-0",
        b"true",
        b"null",
        b"9" * 4400,
        b"0.5",
        b"9007199254740993",
        b"-1",
    ),
    *(
        b"\\ud800",
        b"\\u0000",
        b"\xed\xa0\x80",
        b"\xff\xfe",
        b"\xc0\x80",
        "１６０".encode(),
        "\u202e".encode(),
    ),
    *(
        b"[" * 3000,
        b'{"t":' * 500,
        b"- " * 500,
        b"&a ",
        b"*a",
        b"<<: *a",
        b"!!python/object:x ",
        b"%YAML 1.1\n",
        b"? ",
    ),
    *(
        b"9999-12-31T23:59:59Z",
        b"36500d",
        b"999999999999d",
        b'"0.00"',
        b'"0.01"',
        b'"10000000000000.00"',
        b"1s",
        b"~",
    ),
)
"""What has broken parsers before, theirs or ours."""


def one_of(choices: Sequence[T]) -> st.SearchStrategy[T]:
    """One of the choices; unlike `sampled_from` it does not print them all when something breaks."""
    return st.integers(0, len(choices) - 1).map(choices.__getitem__)


def _edited(data: bytes, edit: Edit) -> bytes:
    """One edit: `at` and `length` are taken modulo what there is."""
    kind, at, length, token = edit
    at %= len(data) + 1
    end = at + length % 64
    if kind == "cut":
        return data[:at] + data[end:]
    if kind == "double":
        return data[:end] + data[at:]
    if kind == "put":
        return data[:at] + token + data[at:]
    if kind == "replace":
        return data[:at] + token + data[end:]
    return data[:at]


_EDITS = st.tuples(
    st.sampled_from(["cut", "double", "put", "replace", "put", "replace", "end"]),
    st.integers(0, 1 << 16),
    st.integers(0, 63),
    one_of(TOKENS) | st.binary(max_size=8),
)


def spoilt(seeds: Sequence[bytes], edits: int = 6) -> st.SearchStrategy[bytes]:
    """One of the seeds after some edits, two of them one into the other, or any octets at all."""
    one = one_of(seeds)
    changed = st.builds(lambda data, made: reduce(_edited, made, data), one, st.lists(_EDITS, max_size=edits))
    mixed = st.builds(
        lambda a, b, n: a[: n % (len(a) + 1)] + b[n % (len(b) + 1) :], one, one, st.integers(0, 1 << 12)
    )
    return st.one_of(changed, changed, mixed, st.binary(max_size=200))
