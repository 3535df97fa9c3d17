"""What a key may do: every operation has its scope, or is for people alone."""

from web.api import OPERATIONS
from web.key_terms import SCOPE_OF_TAG, WINDOW, Seen, scope_of, scopes_of
from web.own_keys import checked_networks

PEOPLE_ONLY = {"account"}


def test_every_operation_that_changes_something_has_a_scope() -> None:
    """A tag that is in no table is for no key: only that of one's own account is meant so."""
    without = {one.tag for one in OPERATIONS if one.method != "GET" and scope_of(one) is None}
    assert without == PEOPLE_ONLY
    assert not PEOPLE_ONLY & set(SCOPE_OF_TAG)


def test_running_the_exchange_is_not_bidding() -> None:
    """Operations that share a tag with bidding and offering, but run the exchange, take another scope."""
    scopes = {f"{one.method} {one.path.removeprefix('/api/v1/')}": scope_of(one) for one in OPERATIONS}
    assert scopes["POST lots/{lot}/bids"] == "bid"
    assert scopes["POST lots/{lot}/suspension"] == "admin"
    assert scopes["POST listings"] == "trade"
    assert scopes["POST listings/{listing}/admission"] == "admin"
    assert scopes["POST contracts/{contract}/signatures"] == "settle"
    assert scopes["GET lots"] == "read"


def test_a_key_from_the_shell_is_for_what_the_roles_do() -> None:
    """Nobody's key runs the exchange unless its owner does; networks are kept in one form."""
    assert scopes_of(["bidder"]) == {"read", "bid", "trade", "settle"}
    assert scopes_of(["operator"]) == {"read", "admin", "settle"}
    assert scopes_of([]) == {"read"}
    assert checked_networks(["203.0.113.9/24", "203.0.113.0/24", "2001:db8::1"]) == (
        "203.0.113.0/24",
        "2001:db8::1/128",
    )


def test_a_signature_counts_once_and_is_remembered_no_longer_than_it_would_count() -> None:
    """A copy is known for as long as its time could still fit; memory is bounded, the oldest goes first."""
    seen = Seen(most=2)
    assert [seen.first(one, 0) for one in ("a", "a", "b")] == [True, False, True]
    assert not seen.first("b", 2 * WINDOW)
    assert seen.first("b", 2 * WINDOW + 1)
    assert seen.first("c", 2 * WINDOW + 2)
    assert seen.first("d", 2 * WINDOW + 3)
    assert not seen.first("d", 2 * WINDOW + 4)
    assert seen.first("b", 2 * WINDOW + 5)
