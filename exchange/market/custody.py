"""Who keeps sealed bids closed: the house alone, or two officials of whom each holds one of two nested keys.

The second is the rule for binding sessions. The lot does not open without both keys, of two people; after the close it
waits for both shares until a published instant, and passes when one is missing.
"""

from collections.abc import Callable
from typing import Any, Protocol

from exchange.market.commands import ScheduleSession, ScoreBid
from exchange.market.p256 import fingerprint, is_public, public_of
from exchange.market.refusals import Events, MarketRefusal, Unfit, refuse
from exchange.market.seal_messages import (
    ROLES,
    AwaitShares,
    CustodyKind,
    GiveSealShare,
    LapseSeals,
    OfficialKey,
    OfficialRole,
    PublishOfficialKey,
    SealKeysPublished,
    SealShareGiven,
    SealsLapsed,
    SharesAwaited,
)
from exchange.market.sealing import takes_seals, unscored
from exchange.market.state import Market
from matching_engine.commands import Cancel, LotCommand, Postpone, PutUp, SetEntry
from matching_engine.lifecycle import LifecycleState
from matching_engine.mechanisms.registry import RULES
from matching_engine.mechanisms.sealed import Sealed
from matching_engine.state import Lot
from matching_engine.terms import DAY, MINUTE, SECOND

OPENING_WITHIN = 5 * DAY
"""How long a closed lot waits for its shares, unless the session says otherwise: the five days in which a platform that
failed goes on (online judicial auctions, art. 28)."""
OPENING_WITHIN_MAX = 30 * DAY
HOLD, HOLD_REHEARSAL = 30 * MINUTE, MINUTE
"""By how much a lot moves whose keys are missing when it should open, each time; a rehearsal by less."""
KEYS_MISSING = "seal_keys_missing"
UNOPENED = "SEALS_UNOPENED"
"""Why a lot passed whose shares never came."""


class Ask(Protocol):
    """When a command is decided, and the lot it is about."""

    @property
    def at(self) -> int:
        """The instant."""

    @property
    def lot(self) -> Lot | None:
        """The lot."""


def custody_of(command: ScheduleSession) -> CustodyKind:
    """Who keeps the sealed lots of a session closed: as asked, or two officials unless it is a rehearsal."""
    if not any(isinstance(RULES[plan.terms.mechanism], Sealed) for plan in command.lots):
        return "house"
    if command.sealed_custody is not None:
        return command.sealed_custody
    return "house" if command.rehearsal else "two_officials"


def within_fault(command: ScheduleSession) -> Unfit | None:
    """A time for the shares that nobody could keep, or that keeps deposits for ever."""
    if SECOND <= command.opening_within <= OPENING_WITHIN_MAX:
        return None
    detail = f"opening_within: from {SECOND} to {OPENING_WITHIN_MAX} µs"
    return MarketRefusal.LOT_TERMS, detail


def two_officials(market: Market, lot: str) -> bool:
    """Whether two officials keep the bids on a lot closed."""
    placed = market.lot_plans.get(lot)
    return placed is not None and market.sessions[placed.session].sealed_custody == "two_officials"


def keys_of(market: Market, lot: str) -> tuple[str, ...]:
    """The keys to seal to, from the outside in: one of the house, or two; none before they are all published."""
    own = market.seal_keys.get(lot)
    if own is not None:
        return (own,)
    known = market.custody.keys.get(lot, {})
    return tuple(known[role].key for role in ROLES) if len(known) == len(ROLES) else ()


# A lot without its keys does not open


def held(market: Market, lot: Lot, command: LotCommand, at: int) -> Postpone | None:
    """The move of a lot that should open now and has not both keys; None where nothing holds it.

    Decided in front of whatever would let the lot open, so that no bid is ever taken without the keys.
    """
    if lot.state is not LifecycleState.ANNOUNCED or at < lot.opens_at:
        return None
    if isinstance(command, PutUp | SetEntry | Postpone | Cancel) or not _needs_keys(market, lot):
        return None
    step = _step(market, lot)
    return Postpone(lot.id, step * ((at - lot.opens_at) // step + 1), KEYS_MISSING)


def _step(market: Market, lot: Lot) -> int:
    if not market.sessions[market.lot_plans[lot.id].session].rehearsal:
        return HOLD
    length = (lot.closes_at or lot.opens_at) - lot.opens_at
    return max(1, min(HOLD_REHEARSAL, length // 4))


def _needs_keys(market: Market, lot: Lot) -> bool:
    return takes_seals(lot) and two_officials(market, lot.id) and bool(market.custody.keyless(lot.id))


# Keys


def publish_key(market: Market, command: PublishOfficialKey, ask: Ask) -> Events:
    """An official's key for a lot, with the other's where that is there."""
    lot = ask.lot
    fault = _not_theirs(market, lot) or _no_new_key(market, command, lot, ask.at) or _bad_key(market, command)
    if fault is not None:
        return refuse(command.lot, command, *fault)
    made = OfficialKey(command.role, command.official, command.key, fingerprint(command.key), command.person)
    known = {**market.custody.keys.get(command.lot, {}), command.role: made}
    return (SealKeysPublished(command.lot, tuple(known[role] for role in ROLES if role in known)),)


def _not_theirs(market: Market, lot: Lot | None) -> Unfit | None:
    if lot is None:
        return MarketRefusal.LOT_UNKNOWN, "there is no such lot"
    if not takes_seals(lot) or not two_officials(market, lot.id):
        return MarketRefusal.LOT_TERMS, "bids on this lot are not kept closed by two officials"
    return None


def _no_new_key(market: Market, command: PublishOfficialKey, lot: Lot | None, at: int) -> Unfit | None:
    """Until the lot opens a lost key can be replaced; then bids are sealed to it."""
    assert lot is not None
    if lot.ended:
        return MarketRefusal.LOT_CLOSED, "the lot has ended"
    complete = not market.custody.keyless(command.lot)
    if lot.state is not LifecycleState.ANNOUNCED or (complete and at >= lot.opens_at):
        return MarketRefusal.SEAL_KEY_EXISTS, "bids are sealed to the keys that stand since the lot opened"
    return None


def _bad_key(market: Market, command: PublishOfficialKey) -> Unfit | None:
    if not is_public(command.key):
        return MarketRefusal.SEAL_KEY_INVALID, "an uncompressed P-256 point in base64url was expected"
    others = [one for role, one in market.custody.keys.get(command.lot, {}).items() if role != command.role]
    if any(_same_person(one, command) for one in others):
        return MarketRefusal.SEAL_SAME_PERSON, "the other key is yours already: two people keep a lot closed"
    used = [one.key for keys in market.custody.keys.values() for one in keys.values()]
    if command.key in used:
        return MarketRefusal.SEAL_KEY_INVALID, "this key is published already: each lot has keys of its own"
    return None


def _same_person(one: OfficialKey | SealShareGiven, command: PublishOfficialKey | GiveSealShare) -> bool:
    """One account, or two of one person where a register knows it."""
    return one.official == command.official or one.person == command.person != ""


# Shares


def give_share(market: Market, command: GiveSealShare, ask: Ask) -> Events:
    """An official's private half, which fits the key that was published."""
    fault = _not_theirs(market, ask.lot) or _no_share_now(market, ask.lot) or _bad_share(market, command)
    if fault is not None:
        return refuse(command.lot, command, *fault)
    return (SealShareGiven(command.lot, command.role, command.official, command.share, command.person),)


def _no_share_now(market: Market, lot: Lot | None) -> Unfit | None:
    assert lot is not None
    if lot.ended or lot.id in market.custody.lapsed:
        return MarketRefusal.LOT_CLOSED, "the lot has ended"
    if lot.state is not LifecycleState.AWAITING_OPENING:
        return MarketRefusal.SEAL_SHARE_EARLY, "shares are given after the close, never before"
    if unscored(market, lot):
        return MarketRefusal.SEAL_SHARE_EARLY, "every sealed bid is scored before anybody can read an amount"
    return None


def _bad_share(market: Market, command: GiveSealShare) -> Unfit | None:
    given = market.custody.shares.get(command.lot, {})
    if command.role in given:
        return MarketRefusal.SEAL_SHARE_EXISTS, "this share was given already"
    if any(_same_person(one, command) for one in given.values()):
        return MarketRefusal.SEAL_SAME_PERSON, "the other share was yours: two people open a lot"
    published = market.custody.keys[command.lot][command.role]
    if public_of(command.share) != published.key:
        detail = f"it is not the private half of the key {published.fingerprint[:16]}"
        return MarketRefusal.SEAL_SHARE_WRONG, detail
    return None


def await_shares(market: Market, command: AwaitShares, ask: Ask) -> Events:
    """Until when a closed lot waits."""
    lot = ask.lot
    if lot is None or lot.state is not LifecycleState.AWAITING_OPENING or command.lot in market.custody.due:
        detail = "only a closed lot waits for shares, once"
        return refuse(command.lot, command, MarketRefusal.LOT_NOT_CLOSED, detail)
    session = market.sessions[market.lot_plans[command.lot].session]
    return (SharesAwaited(command.lot, ask.at + session.opening_within),)


def lapse(market: Market, command: LapseSeals, ask: Ask) -> Events:
    """The published instant has come and a share is missing."""
    due, missing = market.custody.due.get(command.lot), market.custody.missing(command.lot)
    if due is None or ask.at < due or not missing:
        detail = "the time for the shares is not over, or they were given"
        return refuse(command.lot, command, MarketRefusal.LOT_NOT_CLOSED, detail)
    return (SealsLapsed(command.lot, missing),)


def scores_closed(market: Market, command: ScoreBid) -> Events | None:
    """With both shares in the journal the amounts can be read: nobody scores any more."""
    if market.custody.missing(command.lot):
        return None
    return refuse(command.lot, command, MarketRefusal.LOT_CLOSED, "both shares are given: the bids are open")


# What the events add up to


def keys_published(market: Market, event: SealKeysPublished) -> None:
    """These keys stand."""
    market.custody.keys[event.lot] = {one.role: one for one in event.keys}


def shares_awaited(market: Market, event: SharesAwaited) -> None:
    """The time runs."""
    market.custody.due[event.lot] = event.until


def share_given(market: Market, event: SealShareGiven) -> None:
    """One layer is open; with the second one nothing is waited for any more."""
    shares: dict[OfficialRole, SealShareGiven] = market.custody.shares.setdefault(event.lot, {})
    shares[event.role] = event
    if not market.custody.missing(event.lot):
        market.custody.due.pop(event.lot, None)


def lapsed(market: Market, event: SealsLapsed) -> None:
    """The time is over."""
    market.custody.due.pop(event.lot, None)
    market.custody.lapsed[event.lot] = event.missing


DECIDE: dict[type, Callable[[Market, Any, Any], Events]] = {
    PublishOfficialKey: publish_key,
    GiveSealShare: give_share,
    AwaitShares: await_shares,
    LapseSeals: lapse,
}
EVOLVE: dict[type, Callable[[Market, Any], None]] = {
    SealKeysPublished: keys_published,
    SharesAwaited: shares_awaited,
    SealShareGiven: share_given,
    SealsLapsed: lapsed,
}
