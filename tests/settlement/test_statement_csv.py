"""CSV statements under a column map: the same credits, and one error for what is wrong."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching_engine.errors import Malformed
from settlement.statement_csv import ColumnMap, read_csv
from tests.settlement.bank_files import MAP, Movement, csv_text

MOVES = (Movement("1001", 160_000_00), Movement("1002", -5_00), Movement("1003", 7, "", ""))


def mapping(**changes: Any) -> ColumnMap:
    """The map of the test bank, with other values."""
    return msgspec.convert({**MAP, **changes}, ColumnMap)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_credits_are_read(encoding: str) -> None:
    """In either encoding, with thousands apart, and never a debit."""
    text = csv_text(MOVES).replace("160000.00,160100.00", '"160,000.00","160,100.00"')
    first, second = read_csv(text.encode(encoding), mapping(encoding=encoding))
    assert (first.amount_fen, first.reference, first.credited_on) == (160_000_00, "D-L1-001", "2026-11-21")
    assert (second.amount_fen, second.reference) == (7, "")


def test_a_mark_at_the_beginning_and_empty_lines_do_not_matter() -> None:
    """Spreadsheets write both."""
    text = "\ufeff" + csv_text(MOVES) + "\r\n,,,,,,\r\n"
    assert len(read_csv(text.encode(), mapping())) == 2


def test_opening_and_closing_stand_for_a_balance_column() -> None:
    """A bank without running balances gives the two ends, and they must fit."""
    columns = {key: name for key, name in MAP["columns"].items() if key != "balance"}  # type: ignore[attr-defined]
    ends = {"columns": columns, "opening": "100.00", "closing": "160095.07"}
    assert len(read_csv(csv_text(MOVES).encode(), mapping(**ends))) == 2
    with pytest.raises(Malformed, match="closing: expected 16009507 fen"):
        read_csv(csv_text(MOVES).encode(), mapping(**{**ends, "closing": "160095.08"}))
    with pytest.raises(Malformed, match="a balance column, or opening and closing"):
        read_csv(csv_text(MOVES).encode(), mapping(columns=columns))


WRONG = {
    "sum": ("160095.07", "160095.08", r"line 4 \(1003\), 余额: expected 16009507 fen"),
    "negative": (",0.07,160095.07", ",-0.07,160095.07", r"line 4 \(1003\), 贷方金额: .*not negative"),
    "letters": (",0.07,160095.07", ",O.07,160095.07", r"line 4 \(1003\), 贷方金额: .*'O.07'"),
    "no amount": (",0.07,160095.07", ",,160095.07", r"line 4 \(1003\), 贷方金额 or 借方金额"),
    "date": ("1003,20261121", "1003,20261321", r"line 4 \(1003\), 交易日期: .*date"),
    "entry": ("1003,20261121", ",20261121", r"line 4, 流水号: .*number of the movement"),
    "twice": ("1003,20261121", "1001,20261121", r"line 4 \(1001\): .*one reference"),
    "cells": ("1003,20261121", "1003,20261121,", r"line 4: expected 7 cells, got '8 cells'"),
    "heading": ("附言", "摘要", r"columns.reference: expected one of the headings"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_file_gives_one_error(case: str) -> None:
    """The error names line, entry and column."""
    right, wrong, message = WRONG[case]
    text = csv_text(MOVES)
    assert right in text
    with pytest.raises(Malformed, match=message):
        read_csv(text.replace(right, wrong).encode(), mapping())


def test_another_currency_is_refused() -> None:
    """A map with a currency column takes CNY only."""
    text = "\n".join(
        f"{line.strip()},{'币种' if not n else 'USD'}" for n, line in enumerate(csv_text(MOVES).split())
    )
    with pytest.raises(Malformed, match=r"line 2 \(1001\), 币种: expected CNY, got 'USD'"):
        read_csv(text.encode(), mapping(columns={**MAP["columns"], "currency": "币种"}))  # type: ignore[dict-item]


def test_bytes_that_are_no_text_are_refused() -> None:
    """The wrong encoding is told, and an empty file has no headings."""
    with pytest.raises(Malformed, match="text in utf-8"):
        read_csv(csv_text(MOVES).encode("gb18030"), mapping())
    with pytest.raises(Malformed, match="headings"):
        read_csv(b"", mapping())


@given(fens=st.lists(st.integers(-(10**10), 10**10).filter(bool), max_size=8))
def test_the_credits_are_exactly_what_came_in(fens: list[int]) -> None:
    """Whatever moved, and reading twice gives the same ids."""
    moves = [Movement(f"E{n}", fen) for n, fen in enumerate(fens)]
    data = csv_text(moves, opening=10**11).encode()
    found = read_csv(data, mapping())
    assert [credit.amount_fen for credit in found] == [fen for fen in fens if fen > 0]
    assert found == read_csv(data, mapping())
