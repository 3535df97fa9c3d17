"""Who takes part in the demo: organisations named as what they are, and an account for each role."""

import msgspec

from exchange.house.command import Principal
from settlement.commands import PartyFacts

PASSWORD = "luochui-demo-2026"  # noqa: S105 (printed on the screen of the demo)


class DemoAccount(msgspec.Struct, frozen=True):
    """An account that the demo prints."""

    login: str
    name: str
    party: str | None
    roles: tuple[str, ...]
    played: bool = True
    """Whether a simulated person acts for it; the others wait for the reader."""

    @property
    def principal(self) -> Principal:
        """The account as the house knows it."""
        return Principal(self.login, self.party, frozenset(self.roles))


def _enterprise(id_: str, name: str, region: str, serial: int) -> PartyFacts:
    return PartyFacts(id_, name, "enterprise", region, f"91DEMO{serial:012d}", "演示地址", "演示代表")


UNIVERSITY = PartyFacts(
    "university", "演示大学", "university", "heilongjiang", "12DEMO000000000001", "演示地址", "演示代表"
)
INSTITUTE = PartyFacts(
    "institute", "演示研究院", "research_institute", "henan", "12DEMO000000000002", "演示地址", "演示代表"
)
"""Sold in the months before the demo begins; its account is there to look at what became of it."""
ENTERPRISES = (
    _enterprise("jia", "演示企业甲", "heilongjiang", 1),
    _enterprise("yi", "演示企业乙", "heilongjiang", 2),
    _enterprise("bing", "演示企业丙", "zhejiang", 3),
    _enterprise("ding", "演示企业丁", "heilongjiang", 4),
    _enterprise("wu", "演示企业戊", "heilongjiang", 5),
)
PARTIES = (UNIVERSITY, *ENTERPRISES)

ACCOUNTS = (
    DemoAccount("university", "演示大学·成果转化办", "university", ("seller",)),
    DemoAccount("institute", "演示研究院·成果转化办", "institute", ("seller",)),
    DemoAccount("jia", "演示企业甲·竞买代表", "jia", ("bidder",), played=False),
    DemoAccount("yi", "演示企业乙·竞买代表", "yi", ("bidder",), played=False),
    DemoAccount("bing", "演示企业丙·竞买代表", "bing", ("bidder",)),
    DemoAccount("ding", "演示企业丁·竞买代表", "ding", ("bidder",)),
    DemoAccount("wu", "演示企业戊·竞买代表", "wu", ("bidder",)),
    DemoAccount("operator", "演示交易员", None, ("operator",)),
    DemoAccount("operator2", "演示复核员", None, ("operator",)),
    DemoAccount("auditor", "演示监督员", None, ("auditor",)),
    DemoAccount("registrar", "演示登记员", None, ("registrar",)),
    DemoAccount("registrar2", "演示复审员", None, ("registrar",)),
    DemoAccount("funder1", "演示审核人一", None, ("funder",)),
    DemoAccount("funder2", "演示审核人二", None, ("funder",)),
    DemoAccount("evaluator", "演示评价专家", None, ("evaluator",)),
    DemoAccount("bank", "演示银行", None, ("bank",)),
)
_BY_LOGIN = {account.login: account for account in ACCOUNTS}


def principal(login: str) -> Principal:
    """The principal of a demo account."""
    return _BY_LOGIN[login].principal


def account_of(party: str) -> DemoAccount:
    """The account that acts for an organisation."""
    return next(account for account in ACCOUNTS if account.party == party)
