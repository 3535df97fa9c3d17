"""Where the pages are: each role finds its desk in the bar, everything public behind "More", nothing twice."""

import pytest

from exchange.house.command import Principal
from exchange.registers import Account
from web.i18n import speech
from web.pages import page_routes
from web.pages.navigation import navigation
from web.sessions import Caller


def caller(*roles: str, party: str | None = None) -> Caller:
    """Somebody with these roles."""
    account = Account("a-1", "somebody", "Somebody", party, frozenset(roles), True, 1, 0)
    assert account.principal == Principal("a-1", party, frozenset(roles))
    return Caller(account)


@pytest.mark.parametrize(
    ("roles", "party", "desk"),
    [
        (("seller",), "U1", "/desk"),
        (("bidder",), "E1", "/desk"),
        (("operator",), None, "/operator"),
        (("registrar",), None, "/registrations"),
        (("funder",), None, "/claims"),
        (("bank",), None, "/bank"),
        (("auditor",), None, "/bank"),
    ],
)
def test_each_role_finds_its_desk_in_the_bar(roles: tuple[str, ...], party: str | None, desk: str) -> None:
    """One look at the bar tells a person where the own work is."""
    bar, _ = navigation(speech("zh"), caller(*roles, party=party))
    assert desk in dict(bar)


def test_a_visitor_sees_what_is_public_and_no_desk() -> None:
    """Without an account nothing of anybody's own is offered."""
    bar, more = navigation(speech("en"), None)
    paths = {**dict(bar), **dict(more)}
    assert {"/", "/achievements", "/listings", "/calculator", "/reports", "/network"} <= set(paths)
    assert not {"/desk", "/operator", "/bank", "/statement", "/workspace"} & set(paths)


@pytest.mark.parametrize("roles", [(), ("operator",), ("auditor",), ("seller", "bidder")])
def test_every_entry_leads_somewhere_and_stands_once(roles: tuple[str, ...]) -> None:
    """No path is offered twice, and each has a page."""
    bar, more = navigation(speech("zh"), caller(*roles, party="U1") if roles else None)
    paths = [path for path, _ in (*bar, *more)]
    assert len(paths) == len(set(paths))
    served = {route.path for route in page_routes()} | {"/api/docs"}
    assert set(paths) <= served
