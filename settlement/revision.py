"""Versions of a contract before it is signed: a party proposes other words, and all signatures begin anew.

To sign the newest text is to agree with it; a signature under an older one is refused by its digest.
"""

from matching_engine.errors import require
from settlement.clauses import clauses_of, is_fixed, replace_clause, tidy, words_fault
from settlement.commands import Change, ProposeText
from settlement.contract import digest_of
from settlement.dispatch import Deciders, Evolvers
from settlement.events import ContractRevised
from settlement.refusals import Events, Refusal, refuse
from settlement.state import Contract, ContractState, Settlement, TextVersion


def propose_text(state: Settlement, command: ProposeText, _at: int) -> Events:
    """The next version, with other words under the numbers named; whole or not at all."""
    contract = state.contracts.get(command.contract)
    if contract is None:
        return refuse(command.contract, command, Refusal.CONTRACT_UNKNOWN, "no such contract")
    trade = state.trades[contract.trade]
    side = trade.side_of(command.party)
    if side is None:
        return refuse(command.contract, command, Refusal.NOT_A_PARTY, "only seller and buyer negotiate")
    if trade.failed is not None:
        return refuse(command.contract, command, Refusal.TRADE_FAILED, trade.failed)
    if contract.state is not ContractState.DRAFTED:
        return refuse(command.contract, command, Refusal.CONTRACT_CONCLUDED, "the contract is concluded")
    if command.digest != contract.digest:
        detail = "the proposal is about another version of the text"
        return refuse(command.contract, command, Refusal.DIGEST_MISMATCH, detail)
    changes = tuple(Change(change.clause, tidy(change.text)) for change in command.changes)
    fault = _fault(contract, changes)
    if fault is not None:
        return refuse(command.contract, command, *fault)
    text = _changed(contract.text, changes)
    if text == contract.text:
        return refuse(command.contract, command, Refusal.CONTRACT_UNCHANGED, "nothing would change")
    version = len(contract.versions) + 1
    return (
        ContractRevised(
            contract.id,
            trade.id,
            version,
            command.party,
            side,
            command.author,
            changes,
            text,
            digest_of(text),
        ),
    )


def _fault(contract: Contract, changes: tuple[Change, ...]) -> tuple[Refusal, str] | None:
    """The first thing wrong with the changes, naming the clause."""
    known = clauses_of(contract.text)
    for change in changes:
        if change.clause not in known:
            return Refusal.CLAUSE_UNKNOWN, f"clause {change.clause[:20]}: expected a number of this contract"
        if is_fixed(change.clause):
            return Refusal.CLAUSE_FIXED, f"clause {change.clause} states what was sold, or the price"
        if not change.text:
            heading = f"clause {change.clause} ({known[change.clause].partition('：')[0][:20]})"
            return Refusal.CONTRACT_ITEM_MISSING, f"{heading}: got nothing, expected words"
        wrong = words_fault(change.text)
        if wrong is not None:
            return Refusal.CLAUSE_TEXT, f"clause {change.clause}: got {wrong}"
    return None


def _changed(text: str, changes: tuple[Change, ...]) -> str:
    for change in changes:
        text = replace_clause(text, change.clause, change.text)
    return text


def revised(state: Settlement, event: ContractRevised, at: int) -> None:
    """The new text lies before both parties; nobody has signed it."""
    contract = state.contracts[event.contract]
    require(contract.state is ContractState.DRAFTED, "only a draft is revised")
    require(event.version == len(contract.versions) + 1, "versions follow each other")
    require(event.digest == digest_of(event.text), "the digest is that of the text")
    contract.text, contract.digest = event.text, event.digest
    contract.signatures.clear()
    contract.versions.append(
        TextVersion(event.version, event.text, event.digest, at, event.side, event.author)
    )


DECIDE: Deciders = {ProposeText: propose_text}
EVOLVE: Evolvers = {ContractRevised: revised}
