"""Who may see an achievement, and who may take tables in."""

from datetime import date

import pytest

from exchange.house.command import Principal
from exchange.market.unconverted import Secrecy
from exchange.registers import Achievement
from web.catalogue import may_see
from web.security import IMPORT_MAX, IMPORT_PATHS, body_limit

DAY = date(2026, 3, 1)
PUBLIC = Achievement("A", "甲", "ly", secrecy=Secrecy.PUBLIC, secrecy_reviewer="李", secrecy_reviewed_on=DAY)
HIDDEN = Achievement("B", "乙", "ly")
NOBODYS = Achievement("C", "丙")


@pytest.mark.parametrize(
    ("principal", "hidden", "nobodys"),
    [
        (None, False, False),
        (Principal("s", "ly", frozenset({"seller"})), True, False),
        (Principal("s", "zz", frozenset({"seller"})), False, False),
        (Principal("k", None, frozenset({"bank"})), False, False),
        (Principal("f", None, frozenset({"funder"})), False, False),
        (Principal("b", "zz", frozenset({"broker"})), False, False),
        (Principal("o", None, frozenset({"operator"})), True, True),
        (Principal("a", None, frozenset({"auditor"})), True, True),
    ],
)
def test_who_sees_what_is_not_public(principal: Principal | None, hidden: bool, nobodys: bool) -> None:
    """Its holder and the overseers; what is public everybody sees; no party is not the holder of nobody's."""
    assert may_see(principal, PUBLIC)
    assert may_see(principal, HIDDEN) is hidden
    assert may_see(principal, NOBODYS) is nobodys


def test_only_tables_may_be_large() -> None:
    """The three doors for tables take more than any other body."""
    assert {body_limit(path) for path in IMPORT_PATHS} == {IMPORT_MAX}
    assert (
        body_limit("/api/v1/achievements")
        < body_limit("/achievements/form")
        < body_limit("/api/v1/bank/statements")
    )
    assert body_limit("/api/v1/achievements") < body_limit("/api/v1/bank/statements") < IMPORT_MAX
