"""Sealed bids: the keys to seal to, the envelopes, the scores of the evaluators, the shares, and what the opening showed."""

from typing import Annotated, Literal

import msgspec
from starlette.responses import Response

from exchange.house.command import Denied, Principal
from exchange.market.commands import ScoreBid
from exchange.market.custody import two_officials
from exchange.market.p256 import fingerprint
from exchange.market.seal_messages import (
    ROLES,
    GiveSealShare,
    OfficialRole,
    PublishOfficialKey,
    SealShareGiven,
)
from exchange.store import nested
from exchange.store.envelope import FORMAT
from matching_engine.events import BidSealed, SealsOpened
from web import errors
from web import resources as r
from web.api_lots import known_lot
from web.bids import code_for, seal_of
from web.decisions import decision
from web.routes import Ask, Operation, json
from web.views import iso

_PATH = "/api/v1/lots/{lot}"

Score = Annotated[str, msgspec.Meta(min_length=1, max_length=40, description="A decimal from 0 to 100.")]


class SealBody(r.Taken, frozen=True):
    """A sealed bid in the format that the key names; the commitment is the hex SHA-256 of what is in it."""

    envelope: str
    commitment: str


class ScoresBody(r.Taken, frozen=True):
    """The scores of one sealed bid: every attribute that the terms weigh beside the price."""

    bidder: r.Word
    scores: Annotated[dict[str, Score], msgspec.Meta(max_length=64)]


class OfficialKeyBody(r.Taken, frozen=True):
    """An official's public key for a lot: an uncompressed P-256 point in base64url."""

    key: Annotated[str, msgspec.Meta(max_length=200)]


class ShareBody(r.Taken, frozen=True):
    """An official's private half for a lot, 32 octets in base64url: posted after the close, and public from then on."""

    share: Annotated[str, msgspec.Meta(max_length=100)]


class PublishedKey(r.Given, frozen=True):
    """One public key to which bids are sealed; the fingerprint is the hex SHA-256 of its 65 octets."""

    role: Literal["house", "operator", "auditor"]
    key: str
    fingerprint: str
    official: str | None = None
    """The account that published it."""


class SealKeyResource(r.Given, frozen=True):
    """The public keys of a lot, uncompressed P-256 points in base64url, and the format of envelopes for them.

    `luochui.seal.v1` seals to the one key of the house, which `key` repeats; `luochui.seal.v2` to those of operator and
    auditor, in this order from the outside in.
    """

    lot: str
    format: str
    key: str | None
    keys: list[PublishedKey]


class OpeningResource(r.Given, frozen=True):
    """What one envelope held; the amount is null where it could not be read."""

    bidder: str
    amount_fen: r.Fen | None
    void: bool
    scores: dict[str, str] | None
    envelope: str
    commitment: str


class ShareResource(r.Given, frozen=True):
    """An official's private half, who posted it and when: with both everybody opens the envelopes again."""

    role: Literal["operator", "auditor"]
    official: str
    share: str
    at: r.Instant
    receipt: str


class SealsResource(r.Given, frozen=True):
    """All sealed bids of a lot, in the order in which they were handed in."""

    lot: str
    opened_at: r.Instant
    openings: list[OpeningResource]
    format: str
    keys: list[PublishedKey]
    shares: list[ShareResource]


def _format(ask: Ask, lot: str) -> str:
    return nested.FORMAT if two_officials(ask.exchange.house.view.market, lot) else FORMAT


def published(ask: Ask, lot: str) -> list[PublishedKey]:
    """The keys of a lot that stand, from the outside in."""
    market = ask.exchange.house.view.market
    own = market.seal_keys.get(lot)
    if own is not None:
        return [PublishedKey("house", own, fingerprint(own))]
    known = market.custody.keys.get(lot, {})
    return [
        PublishedKey(role, known[role].key, known[role].fingerprint, known[role].official)
        for role in ROLES
        if role in known
    ]


async def show_seal_key(ask: Ask) -> SealKeyResource:
    """The keys to which bids on a lot are sealed; 404 where they are not, or while one is still missing."""
    lot = known_lot(ask)
    keys, format_ = published(ask, lot), _format(ask, lot)
    if len(keys) < (2 if format_ == nested.FORMAT else 1):
        raise errors.not_found("key: bids on this lot are not sealed, or not all of its keys are published")
    return SealKeyResource(lot, format_, keys[0].key if format_ == FORMAT else None, keys)


async def seal(ask: Ask) -> Response:
    """Hand in a sealed bid, one each; nobody can read it before the opening, and it cannot be taken back."""
    body: SealBody = ask.body
    lot = known_lot(ask)
    code = code_for(ask.exchange.house.view, ask.principal, lot)
    made = decision(
        await ask.submit(seal_of(ask.exchange.house.view, lot, code, body.envelope, body.commitment))
    )
    return json(made, 201, {"location": f"/api/v1/commands/{made.command}"})


async def list_seals(ask: Ask) -> SealsResource:
    """What the opening showed, with everything needed to open each envelope again; 404 before it, whatever lies in the box."""
    lot = known_lot(ask)
    box: dict[str, BidSealed] = {}
    for row in await ask.exchange.house.history(f"lot/{lot}"):
        event = row.event
        if isinstance(event, BidSealed):
            box[event.bidder] = event
        if isinstance(event, SealsOpened):
            openings = [_opening(event, box, number) for number in range(len(event.openings))]
            shares = await _shares(ask, lot)
            return SealsResource(lot, iso(row.at), openings, _format(ask, lot), published(ask, lot), shares)
    raise errors.not_found("opening")


def _opening(event: SealsOpened, box: dict[str, BidSealed], number: int) -> OpeningResource:
    one = event.openings[number]
    sealed, void = box[one.bidder], one.bidder in event.void
    return OpeningResource(one.bidder, one.amount_fen, void, one.scores, sealed.envelope, sealed.commitment)


async def _shares(ask: Ask, lot: str) -> list[ShareResource]:
    rows = await ask.exchange.house.history(f"seal/{lot}")
    return [
        ShareResource(row.event.role, row.event.official, row.event.share, iso(row.at), row.receipt)
        for row in rows
        if isinstance(row.event, SealShareGiven)
    ]


def official_role(principal: Principal) -> OfficialRole:
    """In which of the two roles somebody keeps lots closed; Denied for everybody else."""
    for role in ROLES:
        if role in principal.roles:
            return role
    raise Denied("FORBIDDEN", "only an operator and an auditor keep sealed bids closed")


async def publish_seal_key(ask: Ask) -> Response:
    """Publish the own key for a lot: each official makes a pair for one lot, and only this half leaves the device."""
    body: OfficialKeyBody = ask.body
    lot, role = known_lot(ask), official_role(ask.principal)
    account = ask.principal.account
    made = decision(await ask.submit(PublishOfficialKey(lot, role, account, body.key)))
    return json(made, 201, {"location": f"/api/v1/lots/{lot}/seal-key"})


async def give_seal_share(ask: Ask) -> Response:
    """Post the private half after the close; with both the lot is opened at once. Refused before, so never post it early."""
    body: ShareBody = ask.body
    lot, role = known_lot(ask), official_role(ask.principal)
    account = ask.principal.account
    made = decision(await ask.submit(GiveSealShare(lot, role, account, body.share)))
    return json(made, 201, {"location": f"/api/v1/lots/{lot}/seals"})


async def score_bid(ask: Ask) -> Response:
    """Score a sealed bid between the close and the opening, without knowing its amount."""
    body: ScoresBody = ask.body
    made = decision(await ask.submit(ScoreBid(known_lot(ask), body.bidder, body.scores)))
    return json(made, 201, {"location": f"/api/v1/commands/{made.command}"})


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "GET",
        f"{_PATH}/seal-key",
        show_seal_key,
        "The keys to seal bids to",
        "bidding",
        SealKeyResource,
        signed_in=False,
        errors=(404,),
    ),
    Operation(
        "GET",
        f"{_PATH}/seals",
        list_seals,
        "Sealed bids, after their opening",
        "bidding",
        SealsResource,
        signed_in=False,
        errors=(404,),
    ),
    *(
        Operation(
            "POST",
            f"{_PATH}/{path}",
            handler,
            summary,
            "bidding",
            r.Decision,
            status=201,
            body=body,
            binds=True,
            errors=(403, 404, 409),
        )
        for path, handler, summary, body in (
            ("seals", seal, "Hand in a sealed bid", SealBody),
            ("scores", score_bid, "Score a sealed bid", ScoresBody),
            ("seal-keys", publish_seal_key, "Publish an official's key", OfficialKeyBody),
            ("seal-shares", give_seal_share, "Post an official's share", ShareBody),
        )
    ),
)
