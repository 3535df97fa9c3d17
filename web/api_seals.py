"""Sealed bids: the key to seal to, the envelopes, the scores of the evaluators, and what the opening showed."""

from typing import Annotated

import msgspec
from starlette.responses import Response

from exchange.market.commands import ScoreBid
from exchange.store.envelope import FORMAT
from matching_engine.events import SealsOpened
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


class SealKeyResource(r.Given, frozen=True):
    """The public key of a lot, an uncompressed P-256 point in base64url, and the format of envelopes for it."""

    lot: str
    format: str
    key: str


class OpeningResource(r.Given, frozen=True):
    """What one envelope held; the amount is null where it could not be read."""

    bidder: str
    amount_fen: r.Fen | None
    void: bool
    scores: dict[str, str] | None


class SealsResource(r.Given, frozen=True):
    """All sealed bids of a lot, in the order in which they were handed in."""

    lot: str
    opened_at: r.Instant
    openings: list[OpeningResource]


async def show_seal_key(ask: Ask) -> SealKeyResource:
    """The key to which bids on a lot are sealed; 404 where they are not."""
    lot = known_lot(ask)
    key = ask.exchange.house.view.market.seal_keys.get(lot)
    if key is None:
        raise errors.not_found("key: bids on this lot are not sealed")
    return SealKeyResource(lot, FORMAT, key)


async def seal(ask: Ask) -> Response:
    """Hand in a sealed bid, one each; nobody can read it before the opening, and it cannot be taken back."""
    body: SealBody = ask.body
    lot = known_lot(ask)
    code = code_for(ask.exchange.house.view, ask.principal, lot)
    made = decision(await ask.submit(seal_of(lot, code, body.envelope, body.commitment)))
    return json(made, 201, {"location": f"/api/v1/commands/{made.command}"})


async def list_seals(ask: Ask) -> SealsResource:
    """What the opening showed; 404 before it, whatever lies in the box."""
    lot = known_lot(ask)
    for row in await ask.exchange.house.history(f"lot/{lot}"):
        event = row.event
        if isinstance(event, SealsOpened):
            openings = [
                OpeningResource(one.bidder, one.amount_fen, one.bidder in event.void, one.scores)
                for one in event.openings
            ]
            return SealsResource(lot, iso(row.at), openings)
    raise errors.not_found("opening")


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
        "The key to seal bids to",
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
        )
    ),
)
