"""pain.001 of open orders: every element in the order and form that the message's schema asks for."""

import re
from xml.etree.ElementTree import Element, fromstring

import msgspec
import pytest

from matching_engine.errors import Malformed
from settlement.bank_account import BankAccount
from settlement.commands import RefundSuspense
from settlement.pain001 import Payer, Version, open_orders, ready_orders, waiting_orders, write_pain001
from tests.settlement.desk import (
    ACCOUNTS,
    AT,
    DEPOSIT_FEN,
    FACTORY,
    PRICE_FEN,
    TRADE,
    UNIVERSITY,
    Desk,
    confirm,
    credit,
    signed,
    with_account,
)

PAYER = Payer("落槌技术交易所托管专户", "6222000011112222", "102100099996")
MAX35, MAX140 = r".{1,35}", r".{1,140}"
BIC = r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?"
MONEY = r"[0-9]{1,16}\.[0-9]{2}"


def schema(version: str) -> dict[str, tuple[str, ...]]:
    """Parent → its children in the schema's sequence; `?` may be missing, `*` may stand several times."""
    execution = {"ReqdExctnDt": ("Dt",)} if version == "09" else {}
    return {
        "Document": ("CstmrCdtTrfInitn",),
        "CstmrCdtTrfInitn": ("GrpHdr", "PmtInf*"),
        "GrpHdr": ("MsgId", "CreDtTm", "NbOfTxs", "CtrlSum?", "InitgPty"),
        "PmtInf": (
            "PmtInfId", "PmtMtd", "NbOfTxs?", "CtrlSum?", "ReqdExctnDt", "Dbtr", "DbtrAcct", "DbtrAgt",
            "CdtTrfTxInf*",
        ),
        "DbtrAcct": ("Id", "Ccy?"),
        "DbtrAgt": ("FinInstnId",),
        "FinInstnId": ("BIC?" if version == "03" else "BICFI?", "ClrSysMmbId?", "Nm?"),
        "CdtrAgt": ("FinInstnId",),
        "CdtrAcct": ("Id",),
        "ClrSysMmbId": ("ClrSysId?", "MmbId"),
        "CdtTrfTxInf": ("PmtId", "Amt", "CdtrAgt?", "Cdtr", "CdtrAcct", "RmtInf?"),
        "PmtId": ("InstrId?", "EndToEndId"),
        **execution,
    }  # fmt: skip


TEXTS = {
    "MsgId": MAX35,
    "CreDtTm": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00",
    "NbOfTxs": r"[0-9]{1,15}",
    "CtrlSum": MONEY,
    "PmtInfId": MAX35,
    "PmtMtd": "TRF",
    "InstrId": MAX35,
    "EndToEndId": MAX35,
    "InstdAmt": MONEY,
    "Nm": MAX140,
    "Ustrd": MAX140,
    "MmbId": r"[0-9]{12}",
    "BIC": BIC,
    "BICFI": BIC,
    "IBAN": r"[A-Z]{2}[0-9]{2}[A-Za-z0-9]{1,30}",
}


def name(element: Element) -> str:
    """The element's name without its namespace."""
    return element.tag.rpartition("}")[2]


def check(element: Element, children: dict[str, tuple[str, ...]]) -> None:
    """The element and all below have what the schema asks for, in its order."""
    if name(element) in children:
        sequence = "".join(
            f"(?:{one.rstrip('?*')} ){one[-1] if one[-1] in '?*' else ''}" for one in children[name(element)]
        )
        assert re.fullmatch(sequence, "".join(f"{name(child)} " for child in element)), name(element)
    if name(element) in TEXTS:
        assert re.fullmatch(TEXTS[name(element)], element.text or ""), (name(element), element.text)
    for child in element:
        check(child, children)


def to_pay() -> Desk:
    """A desk with the proceeds and a refund to pay, both with their accounts."""
    desk = with_account(signed(), UNIVERSITY.id)
    told = credit("c2", f"O-{TRADE}", PRICE_FEN - DEPOSIT_FEN + 5)
    desk.ask(msgspec.structs.replace(told, payer_account=ACCOUNTS[FACTORY.id]))
    desk.ask(RefundSuspense("c2"))
    return desk


@pytest.mark.parametrize("version", ["03", "09"])
def test_the_message_has_the_structure_of_its_schema(version: Version) -> None:
    """Every order is a transfer in the right place, the totals are exact, the namespace is the version's."""
    orders = open_orders(to_pay().state)
    root = fromstring(write_pain001(orders, PAYER, AT, version))
    assert root.tag == f"{{urn:iso:std:iso:20022:tech:xsd:pain.001.001.{version}}}Document"
    check(root, schema(version))
    space = root.tag.rpartition("}")[0] + "}"
    assert [node.text for node in root.iter(f"{space}CtrlSum")] == ["1700000.05"] * 2
    assert [node.text for node in root.iter(f"{space}NbOfTxs")] == ["2", "2"]
    assert [node.text for node in root.iter(f"{space}EndToEndId")] == [f"P-{TRADE}", "PR-c2"]
    assert [(node.text, node.get("Ccy")) for node in root.iter(f"{space}InstdAmt")] == [
        ("1700000.00", "CNY"),
        ("0.05", "CNY"),
    ]
    transfers = list(root.iter(f"{space}CdtTrfTxInf"))
    paths = ("CdtrAcct/Id/Othr/Id", "CdtrAcct/Id/IBAN")
    numbers = [
        transfer.findtext("/".join(f"{space}{one}" for one in path.split("/")))
        for transfer, path in zip(transfers, paths, strict=True)
    ]
    assert numbers == [ACCOUNTS[UNIVERSITY.id].number, ACCOUNTS[FACTORY.id].number]
    assert [transfer.findtext(f"{space}Cdtr/{space}Nm") for transfer in transfers] == [
        UNIVERSITY.name,
        FACTORY.name,
    ]


def test_what_the_bank_confirmed_is_not_ordered_again() -> None:
    """Only open orders are exported, and with none there is no message."""
    desk = to_pay()
    desk.ask(confirm(f"P-{TRADE}"))
    assert [order.payment for order in open_orders(desk.state)] == ["PR-c2"]
    desk.ask(confirm("PR-c2"))
    with pytest.raises(Malformed, match="at least one open order"):
        write_pain001(ready_orders(desk.state), PAYER, AT)


def test_an_order_without_an_account_waits() -> None:
    """It is not exported incomplete: the list of those that wait names it, and writing it is refused."""
    desk = signed()
    desk.ask(credit("c2", f"O-{TRADE}", PRICE_FEN - DEPOSIT_FEN))
    (order,) = waiting_orders(desk.state)
    assert (order.payment, ready_orders(desk.state)) == (f"P-{TRADE}", ())
    with pytest.raises(Malformed, match=f"P-{TRADE}: expected the account it pays to"):
        write_pain001([order], PAYER, AT)
    with_account(desk, UNIVERSITY.id)
    assert waiting_orders(desk.state) == ()
    assert ready_orders(desk.state) == (order,)


def test_a_payer_without_an_account_is_refused() -> None:
    """Nothing is exported that no bank could execute."""
    with pytest.raises(Malformed, match=r"payer\.account"):
        write_pain001(open_orders(to_pay().state), PAYER._replace(account=""), AT)


def test_a_refund_of_a_long_reference_keeps_to_35_characters() -> None:
    """The bank's own references may be longer than an end-to-end id."""
    desk = signed()
    told = credit("x" * 64, "?", 5)
    desk.ask(msgspec.structs.replace(told, payer_account=ACCOUNTS[FACTORY.id]))
    desk.ask(RefundSuspense("x" * 64))
    (order,) = open_orders(desk.state)
    assert len(order.payment) <= 35
    check(fromstring(write_pain001([order], PAYER, AT)), schema("09"))


def test_characters_that_xml_cannot_carry_are_left_out() -> None:
    """A payer's name with control characters still makes a message that can be read."""
    desk = signed()
    account = BankAccount("A\x00<B>\x1f", "6217000000000001")
    desk.ask(msgspec.structs.replace(credit("c9", "?", 5), payer_account=account))
    desk.ask(RefundSuspense("c9"))
    root = fromstring(write_pain001(open_orders(desk.state), PAYER, AT))
    space = root.tag.rpartition("}")[0] + "}"
    assert [node.findtext(f"{space}Nm") for node in root.iter(f"{space}Cdtr")] == ["A<B>"]
