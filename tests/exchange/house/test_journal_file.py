"""The journal as a file of lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.house.journal_file import from_line, to_line
from exchange.house.verify import BadRow
from exchange.ports import Row
from matching_engine.errors import Malformed
from tests.exchange.house.written import changed, journal

WRITTEN = journal()


@given(st.sampled_from(WRITTEN), st.text(st.characters(exclude_categories=["Cs"])))
def test_a_row_survives_the_file(row: Row, text: str) -> None:
    """Whatever text a body holds, line ends too, the row comes back byte for byte from a single line."""
    row = changed(row, body=text.encode())
    line = to_line(row)
    assert line.count(b"\n") == 1
    assert from_line(line, 1) == row


def test_a_body_that_is_no_text_is_named() -> None:
    """A row that was damaged in the database cannot be exported; it says which."""
    with pytest.raises(BadRow, match=r"seq 1 .*not UTF-8"):
        to_line(changed(WRITTEN[0], body=b"\xff"))


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"[]",
        b'{"house":"hub"}',
        to_line(WRITTEN[0]).replace(b'"seq":1', b'"seq":"1"'),
        to_line(WRITTEN[0]).replace(b'"seq":1', b'"seq":1,"note":"x"'),
        to_line(WRITTEN[0]).replace(WRITTEN[0].hash.hex().encode(), b"ab"),
        to_line(WRITTEN[0]).replace(WRITTEN[0].hash.hex().encode(), b"z" * 64),
        to_line(WRITTEN[0]).replace(b"hub", b"\xff"),
    ],
    ids=[
        "empty",
        "list",
        "fields missing",
        "text for seq",
        "unknown field",
        "short hash",
        "no hex",
        "no utf-8",
    ],
)
def test_another_line_is_malformed(line: bytes) -> None:
    """What is no row is refused by its number in the file."""
    with pytest.raises(Malformed, match=r"^line 7: expected a row of `luochui export journal`"):
        from_line(line, 7)
