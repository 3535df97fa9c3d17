"""Where the pages are: a short bar with what a person's role works with, and everything else behind "More"."""

from collections.abc import Iterable

from web.i18n import Speech
from web.sessions import Caller

Link = tuple[str, str]
"""A path and its name."""


def navigation(s: Speech, caller: Caller | None) -> tuple[list[Link], list[Link]]:
    """The bar and the menu behind it, each page once."""
    roles = caller.principal.roles if caller else frozenset()
    bar = [
        ("/", s.text("Market")),
        ("/achievements", s.text("Achievements")),
        ("/demands", s.text("Demands")),
        ("/calendar", s.text("Calendar")),
        *_desks(s, roles),
    ]
    own = _own(s, roles) if caller and caller.principal.party else []
    return _once(bar), _once([*own, *_overseen(s, roles), *_public(s)])


def _desks(s: Speech, roles: frozenset[str]) -> list[Link]:
    """Where a role's work waits."""
    desks = (
        ({"bidder"}, "/bidding", s.text("Bidding")),
        ({"seller"}, "/selling", s.text("Seller's desk")),
        ({"seller", "bidder", "broker"}, "/desk", s.text("My desk")),
        ({"broker"}, "/clients", s.text("My clients")),
        ({"operator"}, "/operator", s.text("Operator's desk")),
        ({"registrar"}, "/registrations", s.text("Registration desk")),
        ({"funder"}, "/claims", s.text("Claims")),
        ({"auditor"}, "/auditor", s.text("Auditor's desk")),
        ({"bank", "operator", "auditor"}, "/bank", s.text("Bank")),
    )
    return [(path, name) for needed, path, name in desks if roles & needed]


def _own(s: Speech, roles: frozenset[str]) -> list[Link]:
    """What an organisation has here."""
    trading = [
        ("/negotiations", s.text("Negotiations")),
        ("/trials", s.text("Trials")),
    ]
    return [
        ("/workspace", s.text("Workspace")),
        ("/matches", s.text("Matches")),
        *(trading if roles & {"seller", "bidder", "broker"} else []),
        *([("/unconverted", s.text("Unconverted results"))] if "seller" in roles else []),
        ("/statement", s.text("Account statement")),
        ("/journal", s.text("Own rows of the journal")),
        ("/reads", s.text("Who read what is ours")),
    ]


def _overseen(s: Speech, roles: frozenset[str]) -> list[Link]:
    """What those see who watch over the market."""
    if not roles & {"operator", "auditor"}:
        return []
    grants = [("/grants", s.text("Accounts and roles"))] if "operator" in roles else []
    if "auditor" in roles:
        grants.append(("/access-log", s.text("Access log")))
    return [
        *grants,
        ("/seals", s.text("Sealed bids: keys and openings")),
        *([("/operator/mandates", s.text("People and mandates"))] if "operator" in roles else []),
        ("/operator/hints", s.text("Hints")),
        ("/unconverted", s.text("Unconverted results")),
        ("/statement", s.text("Account statement")),
    ]


def _public(s: Speech) -> list[Link]:
    """What everybody may read."""
    return [
        ("/listings", s.text("Listings")),
        ("/seals", s.text("Sealed bids: keys and openings")),
        ("/licences", s.text("Open licences")),
        ("/zones/unconverted", s.text("Special zone: unconverted results")),
        ("/agreements", s.text("Agreements under public notice")),
        ("/directory", s.text("Directories")),
        ("/reports", s.text("Reports")),
        ("/network", s.text("Network")),
        ("/calculator", s.text("Subsidy calculator")),
        ("/papers/check", s.text("Check a paper")),
        ("/verify", s.text("Check a receipt")),
        ("/api/docs", s.text("For programs")),
    ]


def _once(links: Iterable[Link]) -> list[Link]:
    return list(dict.fromkeys(links))
