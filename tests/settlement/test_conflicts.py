"""Several rules on one trade and year: which applies, what it excludes, why."""

from typing import Any

import msgspec

from settlement.conflicts import Conflict, conflicts
from settlement.facts import parse_facts
from settlement.rulebook import Rulebook
from tests.settlement.fact_files import BOOK, BUYER, SELLER, trade


def found(raw: dict[str, Any], book: Rulebook = BOOK) -> dict[tuple[str, str | None], Conflict]:
    """The conflicts of a fact file, by reason and the rule that stands back first."""
    return {
        (one.why, one.excluded[0] if one.excluded else None): one for one in conflicts(parse_facts(raw), book)
    }


def test_the_elected_side_excludes_the_other() -> None:
    """By the rule of one side, with the document's number."""
    one = found(trade())[("elected", SELLER)]
    assert (one.applies, one.by) == (BUYER, "HLJ-2017-16/ONE-SIDE")
    assert one.documents[SELLER] == "黑政发〔2017〕16号"


def test_without_an_election_neither_side_applies() -> None:
    """Both stand back until the parties agree."""
    one = found(trade(election=None))[("not_elected", BUYER)]
    assert (one.applies, one.excluded) == (None, (BUYER, SELLER))


def test_a_claim_decided_before_blocks_both() -> None:
    """For the same project and year, whichever side it was."""
    prior = [{"rule": SELLER, "project": "P-1", "claim_year": 2018}]
    one = found(trade(prior=prior))[("decided_before", BUYER)]
    assert one.applies is None


def test_the_policy_and_what_implements_or_follows_it() -> None:
    """The detailed rule of 2,000,000 and the later one are named beside the policy that claims are drawn up by."""
    seen = found(trade("3333333.33"))
    implements = seen[("implements", "HLJ-IMPL/BUYER")]
    assert (implements.applies, implements.documents["HLJ-IMPL/BUYER"]) == (
        BUYER,
        "黑龙江省技术交易补助、奖励实施细则",
    )
    assert seen[("succeeds", "HLJ-2024-12/SELLER")].documents["HLJ-2024-12/SELLER"] == "黑科规〔2024〕12号"


def test_a_rule_out_of_force_is_shown_with_its_dates() -> None:
    """A claim of the year before the rule."""
    raw = trade(claim_year=2016) | {"credits": [{"on": "2016-05-02", "amount": "2000000.00"}]}
    one = found(raw)[("out_of_force", BUYER)]
    assert (str(one.valid_from), one.valid_to) == ("2017-12-31", None)


def test_one_rule_alone_is_in_no_conflict() -> None:
    """A book without relations and choices has nothing to explain."""
    sheets = tuple(sheet for sheet in BOOK.sheets if sheet.jurisdiction == "cn")
    raw = {"jurisdiction": "cn", "other": {"income": "1.00"}}
    assert conflicts(parse_facts(raw), msgspec.structs.replace(BOOK, sheets=sheets)) == ()
