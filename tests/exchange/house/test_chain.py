"""The hash chain: every bit of a row, and of all rows before it, counts."""

import hashlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.house.chain import GENESIS, link
from exchange.ports import Row
from tests.exchange.house.written import changed, journal

_NUMBERS = st.integers(0, 2**63 - 1)
_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
_FIELDS: dict[str, st.SearchStrategy[object]] = {
    "house": _TEXTS,
    "seq": _NUMBERS,
    "epoch": _NUMBERS,
    "at": _NUMBERS,
    "stream": _TEXTS,
    "stream_seq": _NUMBERS,
    "command_id": _TEXTS,
    "part": _NUMBERS,
    "request": _TEXTS,
    "principal": _TEXTS,
    "causation": st.none() | _TEXTS,
    "type": _TEXTS,
    "body": st.binary(max_size=40),
}
rows = st.builds(Row, **_FIELDS, hash=st.just(b""))


@given(rows, st.binary(min_size=32, max_size=32), st.data())
def test_another_value_gives_another_hash(row: Row, before: bytes, data: st.DataObject) -> None:
    """Whichever field changes, its own hash aside, the link changes; without a change it is the same."""
    assert link(before, row) == link(before, changed(row, hash=b"other"))
    name = data.draw(st.sampled_from(sorted(_FIELDS)))
    other = data.draw(_FIELDS[name].filter(lambda value: value != getattr(row, name)))
    assert link(before, changed(row, **{name: other})) != link(before, row)


@given(rows, st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_the_hash_before_counts(row: Row, before: bytes, other: bytes) -> None:
    """A row has one place: after another predecessor it has another hash."""
    assert (link(before, row) == link(other, row)) == (before == other)


@pytest.mark.parametrize("left", ["command_id", "request", "principal", "type"])
def test_fields_do_not_run_into_each_other(left: str) -> None:
    """Moving a letter from one field to its neighbour is a change, like None against the empty text."""
    names = [name for name in msgspec.structs.asdict(journal()[0]) if name != "part"]
    right = names[names.index(left) - 1]
    row = changed(journal()[0], **{right: "ab", left: "c"})
    assert link(GENESIS, row) != link(GENESIS, changed(row, **{right: "a", left: "bc"}))
    assert link(GENESIS, changed(row, causation=None)) != link(GENESIS, changed(row, causation=""))


def test_the_chain_is_what_it_was() -> None:
    """The hash of a given row never changes with the program: journals live longer than versions."""
    row = Row("hub", 1, 1, 2, "lot/L1", 1, "c1", 0, "ab", "p", None, "LotOpened", b'{"lot":"L1"}', b"")
    head = (
        b'["hub",1,1,2,"lot/L1",1,"c1",0,"ab","p",null,"LotOpened","'
        + hashlib.sha256(b'{"lot":"L1"}').hexdigest().encode()
        + b'"]'
    )
    assert link(GENESIS, row) == hashlib.sha256(bytes(32) + head).digest()
