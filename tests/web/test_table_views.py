"""Who sees what of a negotiation table: the one rule behind socket, REST and pages."""

import pytest

from exchange.house.command import Principal
from exchange.market.negotiation_state import TableState
from tests.exchange.market.table import HOLDER, OTHER, TAKER, Desk
from web.table_views import sight


def who(party: str | None, *roles: str) -> Principal:
    """Somebody of a party, in some roles."""
    return Principal("somebody", party, frozenset(roles))


@pytest.mark.parametrize(
    ("principal", "open_", "ended"),
    [
        (who(HOLDER, "seller"), "whole", "whole"),
        (who(TAKER, "bidder"), "whole", "whole"),
        (who(OTHER, "bidder"), None, None),
        (who(None, "operator"), "metadata", "metadata"),
        (who(None, "auditor"), None, "whole"),
        (who(None, "registrar"), None, None),
        (who(None, "funder", "bank"), None, None),
        (None, None, None),
    ],
)
def test_a_table_is_seen_by_those_whom_it_concerns(
    principal: Principal | None, open_: str | None, ended: str | None
) -> None:
    """The parties always, the operator without its terms, the auditor once it has ended, nobody else ever."""
    desk = Desk()
    desk.open()
    table = desk.table()
    for state in (TableState.INVITED, TableState.OPEN, TableState.NOTICE, TableState.OBJECTED):
        table.state = state
        assert sight(principal, table) == open_
    for state in (TableState.CONCLUDED, TableState.ENDED):
        table.state = state
        assert sight(principal, table) == ended
    assert sight(principal, None) is None
