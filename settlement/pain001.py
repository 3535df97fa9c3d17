"""Open orders as ISO 20022 pain.001 (CustomerCreditTransferInitiation), versions 001.03 and 001.09.

Message definition report "Payments Initiation": a group header with the number of transfers and their sum, and
one payment information with the debtor's account and a transfer for each order. The end-to-end id is the
payment's id, by which the bank's confirmation finds its order; the bank executes an end-to-end id once.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from matching_engine.errors import Malformed
from settlement.bank_account import BankAccount, is_iban
from settlement.dates import shanghai_time
from settlement.state import PaymentOrder, Settlement

Version = Literal["03", "09"]
_BASE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001."
_NAME_MAX, _ID_MAX, _TEXT_MAX = 140, 35, 140


class Payer(NamedTuple):
    """The escrow account at the bank: its holder, its number, and the bank's clearing code (CNAPS, 12 digits)."""

    name: str
    account: str
    bank: str


def open_orders(state: Settlement) -> tuple[PaymentOrder, ...]:
    """What the bank is to pay from escrow and has not confirmed, in the order given; claims are the fund's to pay."""
    return tuple(order for order in state.payments_open.values() if order.account == "escrow")


def waiting_orders(state: Settlement) -> tuple[PaymentOrder, ...]:
    """Open orders that no bank could execute yet: nobody told, or two persons have not confirmed, to which account."""
    return tuple(order for order in open_orders(state) if order.creditor is None)


def ready_orders(state: Settlement) -> tuple[PaymentOrder, ...]:
    """Open orders with the account they pay to."""
    return tuple(order for order in open_orders(state) if order.creditor is not None)


def write_pain001(
    orders: Sequence[PaymentOrder],
    payer: Payer,
    at: int,
    version: Version = "09",
) -> bytes:
    """The orders as one message of the instant `at` (µs).

    Malformed when there is no order, one without the account it pays to, or the payer is incomplete.
    """
    if not orders:
        raise Malformed("orders", "none", "at least one open order that has its account")
    for field, text in payer._asdict().items():
        if not text:
            raise Malformed(f"payer.{field}", "nothing", "the escrow account's holder, number and bank")
    stamp = shanghai_time(at)
    message = f"LC{stamp:%Y%m%d%H%M%S}{at % 1_000_000:06d}"
    document = Element("Document", xmlns=f"{_BASE}{version}")
    root = SubElement(document, "CstmrCdtTrfInitn")
    header = SubElement(root, "GrpHdr")
    _text(header, "MsgId", message)
    _text(header, "CreDtTm", stamp.isoformat(timespec="seconds"))
    _totals(header, orders)
    _text(SubElement(header, "InitgPty"), "Nm", payer.name[:_NAME_MAX])
    block = _payment(root, orders, message, payer)
    _execution(block, stamp.date().isoformat(), version)
    _debtor(block, payer)
    for order in orders:
        if order.creditor is None:
            raise Malformed(order.payment, "no account", "the account it pays to")
        _transfer(block, order, order.creditor, version)
    indent(document)
    return bytes(tostring(document, encoding="UTF-8", xml_declaration=True)) + b"\n"


def _text(parent: Element, name: str, text: str) -> None:
    """An element with its text, without the control characters that XML cannot carry."""
    SubElement(parent, name).text = "".join(char for char in text if char.isprintable())


def _yuan(amount_fen: int) -> str:
    return f"{amount_fen // 100}.{amount_fen % 100:02d}"


def _totals(parent: Element, orders: Sequence[PaymentOrder]) -> None:
    _text(parent, "NbOfTxs", str(len(orders)))
    _text(parent, "CtrlSum", _yuan(sum(order.amount_fen for order in orders)))


def _payment(root: Element, orders: Sequence[PaymentOrder], message: str, payer: Payer) -> Element:
    block = SubElement(root, "PmtInf")
    _text(block, "PmtInfId", f"{message}-1"[:_ID_MAX])
    _text(block, "PmtMtd", "TRF")
    _totals(block, orders)
    return block


def _execution(block: Element, on: str, version: Version) -> None:
    """The day to pay, which version 09 puts one level deeper."""
    if version == "03":
        _text(block, "ReqdExctnDt", on)
    else:
        _text(SubElement(block, "ReqdExctnDt"), "Dt", on)


def _debtor(block: Element, payer: Payer) -> None:
    _text(SubElement(block, "Dbtr"), "Nm", payer.name[:_NAME_MAX])
    account = SubElement(block, "DbtrAcct")
    _text(SubElement(SubElement(account, "Id"), "Othr"), "Id", payer.account)
    _text(account, "Ccy", "CNY")
    _clearing(SubElement(SubElement(block, "DbtrAgt"), "FinInstnId"), payer.bank)


def _transfer(block: Element, order: PaymentOrder, creditor: BankAccount, version: Version) -> None:
    if len(order.payment) > _ID_MAX:
        raise Malformed("EndToEndId", order.payment, f"a payment id of at most {_ID_MAX} characters")
    transfer = SubElement(block, "CdtTrfTxInf")
    ids = SubElement(transfer, "PmtId")
    _text(ids, "InstrId", order.payment)
    _text(ids, "EndToEndId", order.payment)
    amount = SubElement(SubElement(transfer, "Amt"), "InstdAmt", Ccy="CNY")
    amount.text = _yuan(order.amount_fen)
    _agent(transfer, creditor, version)
    _text(SubElement(transfer, "Cdtr"), "Nm", creditor.holder[:_NAME_MAX])
    holder = SubElement(SubElement(transfer, "CdtrAcct"), "Id")
    if is_iban(creditor.number):
        _text(holder, "IBAN", creditor.number)
    else:
        _text(SubElement(holder, "Othr"), "Id", creditor.number)
    _text(SubElement(transfer, "RmtInf"), "Ustrd", order.purpose[:_TEXT_MAX])


def _agent(transfer: Element, creditor: BankAccount, version: Version) -> None:
    """The creditor's bank, as far as it is known: BIC, clearing code, name, in the schema's sequence."""
    if not (creditor.bic or creditor.bank_code or creditor.bank_name):
        return
    institution = SubElement(SubElement(transfer, "CdtrAgt"), "FinInstnId")
    if creditor.bic:
        _text(institution, "BIC" if version == "03" else "BICFI", creditor.bic)
    if creditor.bank_code:
        _clearing(institution, creditor.bank_code)
    if creditor.bank_name:
        _text(institution, "Nm", creditor.bank_name[:_NAME_MAX])


def _clearing(institution: Element, code: str) -> None:
    """A bank by its code in the clearing system of the People's Bank of China."""
    member = SubElement(institution, "ClrSysMmbId")
    _text(SubElement(member, "ClrSysId"), "Cd", "CNAPS")
    _text(member, "MmbId", code)
