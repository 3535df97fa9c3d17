"""Negotiation: versions, their signatures, and what cannot be changed."""

import msgspec
import pytest

from matching_engine.errors import Broken
from settlement.clauses import TEXT_MAX, clauses_of, replace_clause
from settlement.commands import Change, PartyFacts, ProposeText
from settlement.events import ContractRevised
from settlement.evolve import evolve
from settlement.state import ContractState
from tests.settlement.desk import AT, CONTRACT, FACTORY, TRADE, UNIVERSITY, Desk, sign, signed, sold

WORDS = "验收方法：乙方自收到技术资料之日起六十日内书面验收。"


def propose(desk: Desk, *changes: tuple[str, str], party: PartyFacts = FACTORY) -> ProposeText:
    """A party proposes other words for the text as it stands."""
    digest = desk.state.contracts[CONTRACT].digest
    listed = tuple(Change(clause, text) for clause, text in changes or (("6.2", WORDS),))
    return ProposeText(CONTRACT, party.id, f"{party.id}-author", digest, listed)


def test_a_proposal_is_a_new_version_that_nobody_has_signed() -> None:
    """The clause has its new words, all else stays letter by letter, and the seller's signature is void."""
    desk = sold()
    old = desk.state.contracts[CONTRACT].text
    desk.ask(sign(desk, UNIVERSITY))
    (event,) = desk.ask(propose(desk))
    assert isinstance(event, ContractRevised)
    contract = desk.state.contracts[CONTRACT]
    assert (event.version, event.side, contract.signatures) == (2, "buyer", [])
    assert {**clauses_of(old), "6.2": WORDS} == clauses_of(contract.text)
    assert len(contract.text.split("\n")) == len(old.split("\n"))
    assert [version.text for version in contract.versions] == [old, contract.text]


def test_the_old_text_cannot_be_signed_any_more() -> None:
    """A signature under the superseded digest is refused; under the new one both conclude."""
    desk = sold()
    stale = sign(desk, UNIVERSITY)
    desk.ask(propose(desk))
    assert desk.refused(stale) == "DIGEST_MISMATCH"
    desk.ask(sign(desk, UNIVERSITY))
    desk.ask(sign(desk, FACTORY))
    contract = desk.state.contracts[CONTRACT]
    assert contract.state is ContractState.CONCLUDED
    assert {one.digest for one in contract.signatures} == {contract.digest}


def test_versions_follow_each_other() -> None:
    """An answer to a proposal is version 3; one made to an older version is refused."""
    desk = sold()
    late = propose(desk, party=UNIVERSITY)
    desk.ask(propose(desk))
    assert desk.refused(late) == "DIGEST_MISMATCH"
    desk.ask(propose(desk, ("6.2", "验收方法：当场验收。"), ("4.3", "保密期限：十年。"), party=UNIVERSITY))
    contract = desk.state.contracts[CONTRACT]
    assert [(one.number, one.side) for one in contract.versions] == [(1, None), (2, "buyer"), (3, "seller")]
    assert "4.3 保密期限：十年。" in contract.text.split("\n")


def test_items_of_a_clause_are_replaced_with_it() -> None:
    """A clause of several lines is one clause."""
    text = sold().state.contracts[CONTRACT].text
    changed = replace_clause(text, "3.1", "计划：\n（一）即日交付。")
    assert clauses_of(changed)["3.1"] == "计划：\n（一）即日交付。"
    assert clauses_of(changed)["3.2"] == clauses_of(text)["3.2"]
    assert "（四）" not in changed


@pytest.mark.parametrize(
    ("clause", "words", "code", "says"),
    [
        ("99.1", "x", "CLAUSE_UNKNOWN", "clause 99.1"),
        ("", "x", "CLAUSE_UNKNOWN", "expected a number"),
        ("7.1", "价款为零。", "CLAUSE_FIXED", "clause 7.1"),
        ("2.3", "x", "CLAUSE_FIXED", "clause 2.3"),
        ("6.2", " \n ", "CONTRACT_ITEM_MISSING", "clause 6.2 (验收方法)"),
        ("6.2", "x\n7.1 价款为零。", "CLAUSE_TEXT", "clause 6.2"),
        ("6.2", "x\n第七条 价款", "CLAUSE_TEXT", "clause 6.2"),
        ("6.2", "x" * (TEXT_MAX + 1), "CLAUSE_TEXT", "4001 characters"),
        ("6.2", clauses_of(sold().state.contracts[CONTRACT].text)["6.2"], "CONTRACT_UNCHANGED", "nothing"),
    ],
)
def test_a_bad_change_is_one_clear_refusal(clause: str, words: str, code: str, says: str) -> None:
    """Nothing of a proposal with a bad change is taken, and the refusal names the clause."""
    desk = sold()
    before = desk.state.contracts[CONTRACT].text
    good = ("6.2", WORDS) if clause != "6.2" else ("4.3", "保密期限：十年。")
    changes = [(clause, words)] if code == "CONTRACT_UNCHANGED" else [good, (clause, words)]
    assert desk.refused(propose(desk, *changes)) == code
    assert says in getattr(desk.history[-1][0], "detail", "")
    assert desk.state.contracts[CONTRACT].text == before


def test_only_parties_negotiate_and_only_before_the_conclusion() -> None:
    """A stranger, no such contract, and a concluded one."""
    desk = sold()
    body = propose(desk)
    assert desk.refused(msgspec.structs.replace(body, party="P-X")) == "NOT_A_PARTY"
    assert desk.refused(msgspec.structs.replace(body, contract="C-X")) == "CONTRACT_UNKNOWN"
    done = signed()
    assert done.refused(propose(done)) == "CONTRACT_CONCLUDED"


def test_a_forged_version_is_broken() -> None:
    """A journaled text that is not its digest is not taken in."""
    desk = sold()
    with pytest.raises(Broken, match="the digest is that of the text"):
        evolve(desk.state, ContractRevised(CONTRACT, TRADE, 2, FACTORY.id, "buyer", "x", (), "t", "00"), AT)
