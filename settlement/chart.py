"""The chart of accounts: what money lies where and whose it is, under codes and names in Chinese and English.

Codes follow the habit of Chinese ledgers: 1xxx what is there, 2xxx what is owed to somebody, 5xxx what public
money was granted, 6xxx what the exchange earned. Nothing in escrow is the exchange's: every fen there stands on an
account of what is owed, and a commission is its income once it has left escrow for the exchange's own account.
"""

from enum import StrEnum
from typing import NamedTuple


class Account(StrEnum):
    """The accounts; one that is kept per item carries the item's id after a slash."""

    ESCROW = "escrow"
    HELD = "held"
    SUSPENSE = "suspense"
    ORDERED = "ordered"
    RETURNED = "returned"
    FORFEITED = "forfeited"
    GRANTED = "granted"
    FUND = "fund"
    OWN = "own"
    COMMISSION = "commission"

    def of(self, item: str) -> str:
        """The account kept for one item."""
        return f"{self.value}/{item}"


class ChartLine(NamedTuple):
    """An account of the chart; `debit` is the side on which its balance stands."""

    code: str
    account: Account
    zh: str
    en: str
    debit: bool
    item: str
    """What it is kept for, one account each; empty for an account that is kept as one."""


CHART = (
    ChartLine("1002", Account.ESCROW, "银行存款（监管账户）", "Escrow account at the bank", True, ""),
    ChartLine("1003", Account.FUND, "财政资金账户", "Account of the public fund", False, ""),
    ChartLine("1012", Account.OWN, "交易所自有账户", "The exchange's own account", True, ""),
    ChartLine("2241", Account.HELD, "代管款项", "Held in escrow", False, "deposit or obligation"),
    ChartLine("2242", Account.SUSPENSE, "待查款项", "Suspense", False, ""),
    ChartLine("2243", Account.ORDERED, "已指令待付款", "Ordered out, not confirmed", False, "payment"),
    ChartLine("2244", Account.RETURNED, "退回待重付款", "Void order, to be paid again", False, "payment"),
    ChartLine("2245", Account.FORFEITED, "没收的保证金", "Forfeited deposits", False, "trade"),
    ChartLine("6021", Account.COMMISSION, "佣金收入", "Commission income", False, ""),
    ChartLine("5001", Account.GRANTED, "已批补助奖励", "Granted claims", True, "claim"),
)

_BY_ACCOUNT = {line.account.value: line for line in CHART}


def chart_line(account: str) -> ChartLine:
    """The chart's line of an account, also of one kept per item like "held/D-L1-1234"."""
    return _BY_ACCOUNT[account.partition("/")[0]]
