"""The contract of a trade: drafted from the facts of the sale, signed by both parties, concluded.

Written form is required for development, transfer and licence (Civil Code, art. 851, 863); a signature covers the SHA-256
of the text (electronic signature law, art. 13: what was signed cannot be altered unseen).
"""

import hashlib
import re

from matching_engine.errors import require
from settlement.commands import DraftContract, ElectClaimant, SignContract
from settlement.dates import shanghai_date
from settlement.dispatch import Deciders, Evolvers
from settlement.drafting import deal_of, missing_item, render
from settlement.events import ContractConcluded, ContractDrafted, ContractSigned
from settlement.ids import contract_id
from settlement.refusals import Events, Refusal, refuse
from settlement.state import Contract, ContractState, Settlement, Signature, TextVersion

_HEX_64, _HEX_128 = re.compile("[0-9a-f]{64}"), re.compile("[0-9a-f]{128}")


def draft_contract(state: Settlement, command: DraftContract, _at: int) -> Events:
    """Write the contract of a trade, once."""
    trade = state.trades.get(command.trade)
    if trade is None:
        return refuse(command.trade, command, Refusal.TRADE_UNKNOWN, "no such trade")
    if trade.contract is not None:
        return refuse(command.trade, command, Refusal.CONTRACT_EXISTS, "the contract was drafted before")
    missing = missing_item(trade)
    if missing is not None:
        return refuse(command.trade, command, Refusal.CONTRACT_ITEM_MISSING, missing)
    text, kind = render(trade, state.obligation_of(trade.id)), deal_of(trade).kind
    return (ContractDrafted(contract_id(trade.id), trade.id, kind, text, digest_of(text)),)


def digest_of(text: str) -> str:
    """What the parties sign: the hex SHA-256 of the text in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def sign_contract(state: Settlement, command: SignContract, at: int) -> Events:
    """Take a party's signature; the second one concludes the contract."""
    contract = state.contracts.get(command.contract)
    if contract is None:
        return refuse(command.contract, command, Refusal.CONTRACT_UNKNOWN, "no such contract")
    side = state.trades[contract.trade].side_of(command.party)
    if side is None:
        return refuse(command.contract, command, Refusal.NOT_A_PARTY, "only seller and buyer sign")
    failed = state.trades[contract.trade].failed
    if failed is not None:
        return refuse(command.contract, command, Refusal.TRADE_FAILED, failed)
    if contract.signed_by(side):
        detail = f"the {side} has signed before"
        return refuse(command.contract, command, Refusal.CONTRACT_SIGNED_ALREADY, detail)
    if command.digest != contract.digest:
        detail = "the digest is not that of the contract's text"
        return refuse(command.contract, command, Refusal.DIGEST_MISMATCH, detail)
    if not key_is_whole(command):
        detail = (
            "a signature with a key names key_id, public_key (64 hex digits) and signature (128 hex digits)"
        )
        return refuse(command.contract, command, Refusal.SIGNATURE_INVALID, detail)
    signed = ContractSigned(
        contract.id,
        command.party,
        side,
        command.signer,
        command.digest,
        command.key_id,
        command.public_key,
        command.signature,
        command.certificate_issuer,
    )
    if not contract.signatures:
        return (signed,)
    return signed, ContractConcluded(contract.id, contract.trade, shanghai_date(at).isoformat())


def statement(contract: str, digest: str) -> bytes:
    """What a key signs: the kind of statement, the contract, and the digest of its text, one a line."""
    return f"luochui contract v1\n{contract}\n{digest}".encode()


def key_is_whole(command: SignContract | ElectClaimant) -> bool:
    """Whether key, public key and signature are all there in their form, or none of them and no certificate."""
    if not command.key_id:
        return not (command.public_key or command.signature or command.certificate_issuer)
    whole = _HEX_64.fullmatch(command.public_key) and _HEX_128.fullmatch(command.signature)
    return whole is not None


def drafted(state: Settlement, event: ContractDrafted, at: int) -> None:
    """The text lies before both parties."""
    trade = state.trades[event.trade]
    require(trade.contract is None, "one trade, one contract")
    require(event.digest == digest_of(event.text), "the digest is that of the text")
    trade.contract = event.contract
    state.contracts[event.contract] = Contract(
        event.contract,
        event.trade,
        event.kind,
        event.text,
        event.digest,
        versions=[TextVersion(1, event.text, event.digest, at)],
    )


def signed(state: Settlement, event: ContractSigned, at: int) -> None:
    """One party is bound."""
    contract = state.contracts[event.contract]
    require(not contract.signed_by(event.side), "a party signs once")
    require(event.digest == contract.digest, "a signature covers the text")
    contract.signatures.append(
        Signature(
            event.side,
            event.party,
            event.signer,
            event.digest,
            at,
            event.key_id,
            event.public_key,
            event.signature,
            event.certificate_issuer,
        )
    )


def concluded(state: Settlement, event: ContractConcluded, _at: int) -> None:
    """Both parties are bound."""
    contract = state.contracts[event.contract]
    require(len(contract.signatures) == 2, "a contract is concluded by two signatures")
    contract.state = ContractState.CONCLUDED
    contract.effective_on = event.effective_on


DECIDE: Deciders = {DraftContract: draft_contract, SignContract: sign_contract}
EVOLVE: Evolvers = {ContractDrafted: drafted, ContractSigned: signed, ContractConcluded: concluded}
