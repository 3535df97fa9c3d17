"""The contract of a trade: drafted from the facts of the sale, signed by both parties, concluded.

Written form is required for the transfer of technology (Civil Code, art. 863); a signature covers the SHA-256
of the text (electronic signature law, art. 13: what was signed cannot be altered unseen).
"""

import hashlib
from datetime import date
from string import Template

from matching_engine.errors import require
from matching_engine.money import format_yuan
from settlement.capitals import capital_yuan
from settlement.commands import DraftContract, PartyFacts, SignContract
from settlement.dates import shanghai_date, written_date, written_time
from settlement.dispatch import Deciders, Evolvers
from settlement.events import ContractConcluded, ContractDrafted, ContractSigned
from settlement.ids import contract_id
from settlement.refusals import Events, Refusal, refuse
from settlement.regions import region_name
from settlement.state import Contract, ContractState, Obligation, Settlement, Signature, Trade
from settlement.templates import assignment

_ASSIGNMENT = Template(assignment.TEXT)
_KINDS = {"university": "高等院校", "research_institute": "研究开发机构", "enterprise": "企业"}
_MECHANISMS = {
    "english": "增价竞价",
    "dutch": "降价竞价",
    "sealed_first_price": "密封报价（第一价格）",
    "sealed_second_price": "密封报价（第二价格）",
    "weighted": "综合评价报价",
    "multi_award": "多方密封报价",
    "listed": "挂牌交易",
    "open_licence": "公开要约",
    "challenge": "揭榜挂帅",
}
_UNSTATED = "以交易所主体登记为准"


def draft_contract(state: Settlement, command: DraftContract, _at: int) -> Events:
    """Write the contract of a trade, once."""
    trade = state.trades.get(command.trade)
    if trade is None:
        return refuse(command.trade, command, Refusal.TRADE_UNKNOWN, "no such trade")
    if trade.contract is not None:
        return refuse(command.trade, command, Refusal.CONTRACT_EXISTS, "the contract was drafted before")
    text = render(trade, state.obligation_of(trade.id))
    return (ContractDrafted(contract_id(trade.id), trade.id, "assignment", text, digest_of(text)),)


def digest_of(text: str) -> str:
    """What the parties sign: the hex SHA-256 of the text in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def render(trade: Trade, obligation: Obligation) -> str:
    """The whole text of the assignment contract; the same trade gives the same text."""
    return _ASSIGNMENT.substitute(
        version=assignment.VERSION,
        contract=contract_id(trade.id),
        trade=trade.id,
        lot=trade.lot,
        listing=trade.subject.listing,
        title=_line(trade.subject.title),
        field=_line(trade.subject.field) or "未分类",
        abstract=_line(trade.subject.abstract) or "以挂牌公告及技术资料所载为准。",
        ip=_numbered(trade.subject.ip),
        hammered_at=written_time(trade.hammered_at),
        mechanism=_MECHANISMS.get(trade.mechanism, trade.mechanism),
        price=format_yuan(trade.price_fen),
        price_capitals=capital_yuan(trade.price_fen),
        due_on=written_date(date.fromisoformat(obligation.due_on)),
        reference=obligation.reference,
        deposit=_deposit_clause(obligation),
        **_party("seller", trade.seller),
        **_party("buyer", trade.buyer),
    )


def _party(side: str, party: PartyFacts) -> dict[str, str]:
    return {
        f"{side}_name": _line(party.name),
        f"{side}_code": _line(party.code),
        f"{side}_kind": _KINDS[party.kind],
        f"{side}_region": region_name(party.region),
        f"{side}_address": _line(party.address) or _UNSTATED,
        f"{side}_representative": _line(party.representative) or _UNSTATED,
    }


def _deposit_clause(obligation: Obligation) -> str:
    """The deposit is named as a part of the price."""
    if not obligation.deposit_fen:
        return ""
    applied = format_yuan(obligation.deposit_fen)
    if obligation.missing_after_deposit_fen == 0:
        return f"乙方已缴竞买保证金中的{applied}元抵作全部价款，无须另行汇款。"
    missing = format_yuan(obligation.missing_after_deposit_fen)
    return f"乙方已缴竞买保证金{applied}元抵作价款，尚应支付{missing}元。"


def _numbered(lines: tuple[str, ...]) -> str:
    """One line for each right; without any, what is sold is know-how."""
    if not lines:
        return "（1）技术秘密：以技术资料所载为准，未申请专利。"
    return "\n".join(f"（{number}）{_line(line)}" for number, line in enumerate(lines, 1))


def _line(text: str) -> str:
    """One line: nothing that a party states can look like a clause of its own."""
    return " ".join(text.split())


def sign_contract(state: Settlement, command: SignContract, at: int) -> Events:
    """Take a party's signature; the second one concludes the contract."""
    contract = state.contracts.get(command.contract)
    if contract is None:
        return refuse(command.contract, command, Refusal.CONTRACT_UNKNOWN, "no such contract")
    side = state.trades[contract.trade].side_of(command.party)
    if side is None:
        return refuse(command.contract, command, Refusal.NOT_A_PARTY, "only seller and buyer sign")
    if contract.signed_by(side):
        detail = f"the {side} has signed before"
        return refuse(command.contract, command, Refusal.CONTRACT_SIGNED_ALREADY, detail)
    if command.digest != contract.digest:
        detail = "the digest is not that of the contract's text"
        return refuse(command.contract, command, Refusal.DIGEST_MISMATCH, detail)
    signed = ContractSigned(contract.id, command.party, side, command.signer, command.digest)
    if not contract.signatures:
        return (signed,)
    return signed, ContractConcluded(contract.id, contract.trade, shanghai_date(at).isoformat())


def drafted(state: Settlement, event: ContractDrafted, _at: int) -> None:
    """The text lies before both parties."""
    trade = state.trades[event.trade]
    require(trade.contract is None, "one trade, one contract")
    require(event.digest == digest_of(event.text), "the digest is that of the text")
    trade.contract = event.contract
    state.contracts[event.contract] = Contract(
        event.contract, event.trade, event.kind, event.text, event.digest
    )


def signed(state: Settlement, event: ContractSigned, at: int) -> None:
    """One party is bound."""
    contract = state.contracts[event.contract]
    require(not contract.signed_by(event.side), "a party signs once")
    require(event.digest == contract.digest, "a signature covers the text")
    contract.signatures.append(Signature(event.side, event.party, event.signer, event.digest, at))


def concluded(state: Settlement, event: ContractConcluded, _at: int) -> None:
    """Both parties are bound."""
    contract = state.contracts[event.contract]
    require(len(contract.signatures) == 2, "a contract is concluded by two signatures")
    contract.state = ContractState.CONCLUDED
    contract.effective_on = event.effective_on


DECIDE: Deciders = {DraftContract: draft_contract, SignContract: sign_contract}
EVOLVE: Evolvers = {ContractDrafted: drafted, ContractSigned: signed, ContractConcluded: concluded}
