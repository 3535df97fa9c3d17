"""The structure of camt.053: our own files follow it, and what stands in another order is refused by its place."""

import pytest

from matching_engine.errors import Malformed
from settlement.camt053 import read_camt053
from settlement.camt053_structure import SEQUENCES, out_of_place
from tests.settlement.bank_files import Movement, camt

MOVES = [Movement("E1", 500), Movement("E2", -5)]


@pytest.mark.parametrize("version", ["02", "08"])
def test_a_file_in_order_is_read(version: str) -> None:
    """Both versions."""
    assert len(read_camt053(camt(MOVES, version).encode())) == 1


@pytest.mark.parametrize(
    ("right", "wrong", "place"),
    [
        ("<Sts>BOOK</Sts>\n<BookgDt>", "<BookgDt>", r"Ntry\[1\]/Sts"),
        ("</CdtDbtInd><Sts>BOOK</Sts>", "</CdtDbtInd><Sts>BOOK</Sts><Sts>BOOK</Sts>", r"Ntry\[1\]/Sts"),
        ("<BkTxCd><Prtry><Cd>1</Cd></Prtry></BkTxCd>\n", "", r"Ntry\[1\]/BkTxCd"),
        ("<Refs>", "<Purp/><Refs>", r"TxDtls/Refs"),
        ("</Acct>", "</Acct><Surprise/>", "Stmt/Bal"),
        ("<GrpHdr><MsgId>M1</MsgId>", "<GrpHdr>", "GrpHdr/MsgId"),
    ],
)
def test_what_stands_elsewhere_is_named(right: str, wrong: str, place: str) -> None:
    """A missing, a doubled, a foreign element, another order: the path leads to it."""
    text = camt(MOVES)
    assert right in text
    text = text.replace(right, wrong, 1)
    with pytest.raises(Malformed, match=place):
        read_camt053(text.encode())


def test_each_rule_of_the_structure_is_one_child() -> None:
    """No child stands twice in a sequence, and a sequence without its optional parts is in order."""
    for name, rules in SEQUENCES.items():
        children = [rule.rstrip("?*+") for rule in rules]
        assert len(set(children)) == len(children), name
        needed = [rule.rstrip("+") for rule in rules if rule[-1] not in "?*"]
        assert out_of_place(name, needed) is None
        assert out_of_place(name, children) is None
        assert out_of_place(name, list(reversed(children))) is not None or len(children) == 1
