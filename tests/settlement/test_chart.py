"""The chart of accounts: one line an account, each with a code and a name in both languages."""

from settlement.chart import CHART, Account, chart_line


def test_every_account_has_its_line_and_its_own_code() -> None:
    """Nothing is booked on an account that the chart does not name, and no code stands twice."""
    assert {line.account for line in CHART} == set(Account)
    assert len({line.code for line in CHART}) == len(CHART)
    assert all(line.zh and line.en for line in CHART)


def test_an_account_of_one_item_is_found_by_its_family() -> None:
    """The account kept for one deposit has the line of the held ones."""
    assert chart_line(Account.HELD.of("D-L1-1234")).account is Account.HELD
    assert chart_line("escrow").debit
