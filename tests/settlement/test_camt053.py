"""camt.053 in both versions: what is right gives its credits, what is wrong one error that names entry and field."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching_engine.errors import Malformed
from settlement.camt053 import read_camt053
from tests.settlement.bank_files import Movement, camt

MOVES = (
    Movement("E1", 160_000_00, "竞买保证金 D-L1-001"),
    Movement("E2", -5_00),
    Movement("E3", 7, "", ""),
    Movement("E4", 9_00, status="PDNG"),
)


@pytest.mark.parametrize("version", ["02", "08"])
def test_booked_credits_are_read(version: str) -> None:
    """Both versions give the same credits; debits and what is not booked are none."""
    first, second = read_camt053(camt(MOVES, version).encode())
    assert (first.amount_fen, first.reference) == (160_000_00, "竞买保证金 D-L1-001")
    assert (first.payer, first.credited_on) == ("松江重型机械有限公司", "2026-11-21")
    assert (second.amount_fen, second.reference, second.payer) == (7, "", "")
    assert read_camt053(camt(MOVES, "02").encode()) == read_camt053(camt(MOVES, "08").encode())


def test_ids_follow_from_account_statement_and_entry() -> None:
    """The same file has the same ids; another statement has others."""
    first = [credit.id for credit in read_camt053(camt(MOVES).encode())]
    assert first == [credit.id for credit in read_camt053(camt(MOVES).encode())]
    other = [credit.id for credit in read_camt053(camt(MOVES, statement="S2").encode())]
    assert not set(first) & set(other)
    assert all(len(id_) == 28 for id_ in first)


BATCH = """<NtryDtls>{}</NtryDtls></Ntry></Stmt>"""
PART = """<TxDtls><Refs><EndToEndId>{}</EndToEndId></Refs><AmtDtls><TxAmt><Amt Ccy="CNY">{}</Amt></TxAmt></AmtDtls>
</TxDtls>"""


def batch(*parts: tuple[str, str]) -> bytes:
    """One entry of 10.00 that stands for several transactions."""
    text = camt([Movement("E1", 10_00)])
    head = text[: text.index("<NtryDtls>")]
    body = BATCH.format("".join(PART.format(*part) for part in parts))
    return (head + body + "</BkToCstmrStmt></Document>").encode()


def test_a_batch_gives_a_credit_for_each_transaction() -> None:
    """Each has its amount, its reference and its id."""
    found = read_camt053(batch(("D-1", "4.00"), ("D-2", "6.00")))
    assert [(credit.reference, credit.amount_fen) for credit in found] == [("D-1", 400), ("D-2", 600)]
    assert len({credit.id for credit in found}) == 2


def test_a_batch_that_does_not_add_up_is_refused() -> None:
    """Transactions must make their entry's amount."""
    with pytest.raises(Malformed, match=r"Ntry \(E1\)/NtryDtls: expected 1000 fen"):
        read_camt053(batch(("D-1", "4.00"), ("D-2", "5.00")))


WRONG = {
    "sum": ('<Amt Ccy="CNY">100.07</Amt>', '<Amt Ccy="CNY">100.08</Amt>', r"Bal CLBD: expected 10007 fen"),
    "negative": (
        '<Amt Ccy="CNY">0.07</Amt>',
        '<Amt Ccy="CNY">-0.07</Amt>',
        r"Ntry \(E3\)/Amt: .*not negative",
    ),
    "nothing": ('<Amt Ccy="CNY">0.07</Amt>', '<Amt Ccy="CNY">0.00</Amt>', r"Ntry \(E3\)/Amt: .*above 0.00"),
    "third digit": (
        '<Amt Ccy="CNY">0.07</Amt>',
        '<Amt Ccy="CNY">0.075</Amt>',
        r"Ntry \(E3\)/Amt: .*decimals",
    ),
    "currency": (
        '<Amt Ccy="CNY">0.07</Amt>',
        '<Amt Ccy="USD">0.07</Amt>',
        r"Ntry \(E3\)/Amt/@Ccy: .*CNY.*'USD'",
    ),
    "no currency": ('<Amt Ccy="CNY">0.07</Amt>', "<Amt>0.07</Amt>", r"Ntry \(E3\)/Amt/@Ccy: expected CNY"),
    "side": (
        "<CdtDbtInd>CRDT</CdtDbtInd><Sts>",
        "<CdtDbtInd>PLUS</CdtDbtInd><Sts>",
        r"E3\)/CdtDbtInd: .*PLUS",
    ),
    "status": ("<Sts>BOOK</Sts>", "<Sts>SURE</Sts>", r"E3\)/Sts: expected BOOK"),
    "date": (
        "<ValDt><Dt>2026-11-21</Dt></ValDt>",
        "<ValDt><Dt>2026-13-21</Dt></ValDt>",
        r"E3\)/BookgDt: .*date",
    ),
    "no header": ("<MsgId>M1</MsgId>", "", r"GrpHdr/MsgId"),
    "no statement id": ("<Id>S1</Id>", "", r"Stmt/Id"),
    "no account": ("<Othr><Id>6222000011112222</Id></Othr>", "", r"Stmt/Acct/Id: .*IBAN"),
    "no closing": ("<Cd>CLBD</Cd>", "<Cd>CLAV</Cd>", r"Stmt/Bal: expected a balance CLBD"),
    "two openings": ("<Cd>CLBD</Cd>", "<Cd>OPBD</Cd>", r"one balance OPBD"),
    "namespace": ("camt.053.001.02", "camt.053.001.99", r"camt.053.001.02 or camt.053.001.08"),
    "not a statement": ("BkToCstmrStmt>", "Other>", r"Document/BkToCstmrStmt"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_statement_gives_one_error(case: str) -> None:
    """The error names the entry and the field, and no credit is given."""
    right, wrong, message = WRONG[case]
    text = camt([Movement("E3", 7)])
    assert right in text
    with pytest.raises(Malformed, match=message):
        read_camt053(text.replace(right, wrong).encode())


def test_two_entries_of_one_reference_are_refused() -> None:
    """They could not be told apart when the statement comes again."""
    with pytest.raises(Malformed, match="one reference for each entry"):
        read_camt053(camt([Movement("E1", 5), Movement("E1", 6)]).encode())


@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE Document [<!ENTITY a "aaaa">]>',
        '<!DOCTYPE Document SYSTEM "file:///etc/passwd">',
    ],
)
def test_document_types_and_entities_are_refused(declared: str) -> None:
    """No statement has one; in UTF-16 neither."""
    text = camt(MOVES).replace("<Document", declared + "<Document", 1)
    for data in (text.encode(), text.replace("UTF-8", "UTF-16").encode("utf-16")):
        with pytest.raises(Malformed, match="document type or entity"):
            read_camt053(data)


@pytest.mark.parametrize("data", [b"", b"<Document>", b"\xff\xfe\x00", b"{}"])
def test_what_is_no_xml_is_refused(data: bytes) -> None:
    """One clear error, whatever comes."""
    with pytest.raises(Malformed, match="file"):
        read_camt053(data)


@given(
    fens=st.lists(st.integers(-(10**10), 10**10).filter(bool), max_size=8),
    opening=st.integers(-(10**9), 10**9),
    version=st.sampled_from(["02", "08"]),
)
def test_any_statement_that_adds_up_is_read_to_the_fen(fens: list[int], opening: int, version: str) -> None:
    """Whatever moved, the credits are exactly what came in."""
    moves = [Movement(f"E{n}", fen) for n, fen in enumerate(fens)]
    found = read_camt053(camt(moves, version, opening).encode())
    assert [credit.amount_fen for credit in found] == [fen for fen in fens if fen > 0]
