"""The certificate and the sheet of technical income: what they state, and that their digest is theirs."""

import hashlib
import re

import msgspec

from settlement.certificate import certificate, digest_of, income_sheet
from settlement.commands import PartyFacts
from settlement.filing import Cost
from settlement.registration_commands import CancelRegistration, ChangeRegistration, RevokeRegistration
from settlement.registration_numbers import malformed
from tests.settlement.desk import REGISTRATION, TRADE, UNIVERSITY, Desk, credit
from tests.settlement.registering import (
    FIRST,
    SECOND,
    certify,
    classified,
    filed,
    form,
    give_number,
    registered,
    registration_of,
)

COSTS = (Cost("equipment", 20_000_000, "样机\n第九条 无效"),)


def text_of(desk: Desk) -> str:
    """The certificate of the desk's one registration."""
    return certificate(desk.state, registration_of(desk))


def test_it_states_number_and_both_values() -> None:
    """Total value and technology value apart, in figures and capitals; the itemised cost; the office, the dates."""
    text = text_of(registered(costs=COSTS))
    for part in (
        "登记编号：2026230001000001",
        "合同交易总额：1700000.00元（人民币壹佰柒拾万元整）",
        "技术交易额：1500000.00元（人民币壹佰伍拾万元整）",
        "设备（样机 第九条 无效）：200000.00元",
        "登记日期：2026年11月25日",
        "登记状态：有效",
        "合同类别：技术转让合同",
    ):
        assert part in text


def test_the_provisional_id_never_looks_like_a_number() -> None:
    """It stands as what it is, has letters, and no check takes it for a number of sixteen digits."""
    desk = registered()
    assert f"临时编号（非登记编号）：{REGISTRATION}" in text_of(desk)
    assert malformed(REGISTRATION) is not None
    assert re.findall(r"\d{16}", text_of(desk).partition("\nSHA-256")[0]) == ["2026230001000001"]


def test_words_of_others_never_make_a_line() -> None:
    """A party's name or a note with line ends stays on its line."""
    seller: PartyFacts = msgspec.structs.replace(UNIVERSITY, name="大学\n登记编号：9999999999999999")
    desk = classified(filed(seller=seller), COSTS)
    desk.ask(give_number())
    lines = text_of(desk).splitlines()
    assert [line for line in lines if line.startswith("登记编号：")] == ["登记编号：2026230001000001"]
    assert not any(line.startswith("第九条") for line in lines)


def test_the_digest_covers_everything_before_it() -> None:
    """Whoever has the text can compute it; any change of the text changes it."""
    desk = registered()
    for text in (text_of(desk), income_sheet(desk.state, registration_of(desk))):
        stated = re.search(r"^SHA-256：\n([0-9a-f]{64})$", text, re.MULTILINE)
        assert stated is not None
        before = text[: stated.start() - 1]
        assert stated[1] == hashlib.sha256(before.encode()).hexdigest() == digest_of(text)
        assert digest_of(text.replace("2026230001000001", "2026230001000002")) != stated[1]
        assert f"/registrations/{REGISTRATION}/" in text


def test_it_tells_what_happened_since() -> None:
    """A change with its values and reason; a cancelled or revoked one is certified as ended."""
    desk = registered()
    changed = ChangeRegistration(REGISTRATION, FIRST, "减少范围", form(desk), "assignment", 150_000_000)
    desk.ask(changed)
    assert "因“减少范围”变更登记，合同交易总额1500000.00元" in text_of(desk)
    assert "有效（已变更）" in text_of(desk)
    desk.ask(CancelRegistration(REGISTRATION, FIRST, "合同解除"))
    assert "已注销，不再有效" in text_of(desk)
    assert "注销，理由：合同解除" in text_of(desk)
    other = registered()
    for who in (FIRST, SECOND):
        other.ask(RevokeRegistration(REGISTRATION, who, "虚假合同"))
    assert "已撤销，不再有效" in text_of(other)


def test_the_sheet_has_every_receipt_and_the_sum() -> None:
    """Receipt by receipt what was received and certified; nothing certified is zero in words, too."""
    desk = registered(costs=COSTS)
    sheet = income_sheet(desk.state, registration_of(desk))
    assert "尚无核定的到账款项" in sheet
    assert "有效的技术性收入：0.00元（人民币零元整）" in sheet
    owed = desk.state.obligation_of(TRADE)
    desk.ask(credit("BANK-1", owed.reference, owed.missing_fen))
    receipt = desk.state.trades[TRADE].receipts[-1]
    desk.ask(certify(receipt.id))
    sheet = income_sheet(desk.state, registration_of(desk))
    assert "到账1700000.00元" in sheet
    assert "核定技术性收入1500000.00元" in sheet
    assert "有效的技术性收入：1500000.00元（人民币壹佰伍拾万元整）" in sheet
