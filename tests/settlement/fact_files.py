"""Fact files for tests: a trade where everything is in order, and worked examples turned into fact files."""

from typing import Any

from matching_engine.money import format_yuan, parse_yuan
from settlement.claims import ClaimLine, evaluate
from settlement.facts import parse_facts
from settlement.rulebook import Rulebook, load_rulebook
from settlement.rules import shipped

BOOK: Rulebook = load_rulebook(shipped())

BUYER, SELLER, SPECIALIST = "HLJ-2017-16/BUYER", "HLJ-2017-16/SELLER", "HLJ-2017-16/SPECIALIST"


def trade(received: str = "2000000.00", **changes: Any) -> dict[str, Any]:
    """A registered trade inside Heilongjiang; `received` arrived in the claim year, all of it for technology."""
    return {
        "jurisdiction": "heilongjiang",
        "claim_year": 2018,
        "project": "P-1",
        "contract": contract(),
        "seller": {"name": "某大学", "kind": "university", "region": "heilongjiang"},
        "buyer": {"name": "某公司", "kind": "enterprise", "region": "heilongjiang"},
        "credits": [{"on": "2018-05-02", "amount": received}],
        "refunds": [],
        "election": "buyer",
        "specialist": False,
    } | changes


def contract(total: str = "90000000.00", non_technical: str = "0.00", **changes: Any) -> dict[str, Any]:
    """A registered assignment."""
    number = "2018230101000001"
    return {
        "kind": "assignment",
        "registered": True,
        "number": number,
        "effective_on": "2018-03-01",
        "total": total,
        "non_technical": non_technical,
    } | changes


def lines(raw: object, *include: str) -> dict[str, ClaimLine]:
    """The answer of the public engine to a fact file, by rule."""
    return {line.rule: line for line in evaluate(parse_facts(raw), BOOK, include)}


def worked(jurisdiction: str, given: dict[str, Any]) -> dict[str, Any]:
    """The fact file of a worked example: its facts in the places where fact files have them."""
    raw: dict[str, Any] = {"jurisdiction": jurisdiction, "claim_year": 2018, "project": "P-1"}
    other = dict(given)
    if "received" in other:
        raw |= trade(other.pop("received"))
        raw["election"] = other.pop("election", None)
    if "subsidy" in other:
        raw |= trade(_received_for(other.pop("subsidy")), specialist=other.pop("specialist"))
    if "contract_total" in other:
        raw["contract"] = {key: other.pop(name) for key, name in _PRICE.items()}
    return raw | {"other": other}


_PRICE = {"total": "contract_total", "non_technical": "non_technical"}


def _received_for(subsidy: str) -> str:
    """The least that must arrive for three tenths of it to be the subsidy."""
    return format_yuan(-(-parse_yuan(subsidy) * 10 // 3))
