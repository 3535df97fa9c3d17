"""Following, as pages and REST share it: what can be followed by whom, and what it is called."""

from urllib.parse import parse_qsl

from exchange.bootstrap import Exchange
from exchange.house.command import Principal
from exchange.notices.searches import canonical, title_of
from exchange.notices.told import Kind
from exchange.registers.follows import Follow, FollowKind
from web import errors
from web.api_listings import may_see
from web.demands import visible
from web.parse import BadInput

ZONES = ("unconverted",)
CHOSEN = tuple(kind.value for kind in Kind if kind is not Kind.WEBHOOK)
"""Kinds between which people and webhooks choose."""


async def follow(exchange: Exchange, principal: Principal, kind: str, subject: str) -> Follow:
    """Follow what the caller may see; 404 for anything else."""
    chosen = kind_of(kind)
    subject = clean(chosen, subject)
    title = await _title(exchange, principal, chosen, subject)
    made = Follow(principal.account, chosen, subject, title[:300], exchange.house.clock.now())
    await exchange.registers.follows.add(made)
    return made


async def drop(exchange: Exchange, principal: Principal, kind: str, subject: str) -> None:
    """Follow no longer; 404 when it was not followed."""
    chosen = kind_of(kind)
    if not await exchange.registers.follows.drop(principal.account, chosen, clean(chosen, subject)):
        raise errors.not_found("follow of yours")


def kind_of(text: str) -> FollowKind:
    """The kind of a text; BadInput for any other."""
    try:
        return FollowKind(text)
    except ValueError:
        raise BadInput("BAD_VALUE", "kind", text[:60], f"one of {', '.join(FollowKind)}") from None


def clean(kind: FollowKind, subject: str) -> str:
    """The subject in its one form; of a search its words and filters."""
    if kind is not FollowKind.SEARCH:
        return subject[:64]
    search = canonical(dict(parse_qsl(subject[:300])))
    if not search:
        raise BadInput("BAD_VALUE", "subject", subject[:60], "a search with words, a field or a region")
    return search


async def _title(exchange: Exchange, principal: Principal, kind: FollowKind, subject: str) -> str:
    market = exchange.house.view.market
    if kind is FollowKind.SEARCH:
        return title_of(subject)
    if kind is FollowKind.DEMAND:
        return (await visible(exchange, principal, subject)).title
    if kind is FollowKind.SESSION and subject in market.sessions:
        return market.sessions[subject].title
    if kind is FollowKind.ZONE and subject in ZONES:
        return subject
    placed = market.lot_plans.get(subject) if kind is FollowKind.LOT else None
    id_ = placed.listing if placed else subject if kind is FollowKind.LISTING else ""
    listing = market.listings.get(id_)
    if listing is None or listing.withheld or not may_see(principal, listing):
        raise errors.not_found(kind.value)
    return listing.subject.title


def check_kinds(kinds: list[str]) -> list[str]:
    """Kinds that are some; BadInput names the first that is none."""
    for one in kinds:
        if one not in CHOSEN:
            raise BadInput("BAD_VALUE", "kinds", one[:60], f"some of {', '.join(CHOSEN)}")
    return sorted(set(kinds))
