"""The checklist as data: whole, closed, and in both languages."""

from typing import get_args

from settlement.deal import ContractKind
from settlement.review import ASKED, FITS, Item, RefuseReason, checklist


def test_every_item_is_asked_of_some_kind_and_stands_for_a_reason() -> None:
    """No item without its question, its reason and a kind; no reason without an item."""
    asked = {item for kind in get_args(ContractKind) for item in checklist(kind)}
    assert asked == set(Item) == set(FITS) == set(ASKED)
    assert set(FITS.values()) == set(RefuseReason)
    assert all(chinese and english for chinese, english in ASKED.values())


def test_each_kind_has_questions_of_its_own_and_none_twice() -> None:
    """Five kinds, five lists; the general items stand first."""
    lists = [checklist(kind) for kind in get_args(ContractKind)]
    assert len(set(lists)) == 5
    assert all(len(set(items)) == len(items) and items[0] is Item.PARTIES for items in lists)
