"""When a buyer does not pay, over REST: the default, the offer to the runner-up, the lot put up again, instalments."""

from typing import Annotated

import msgspec

from exchange.market import commands as mc
from settlement import commands as sc
from web import errors
from web.api_trades import visible_trade
from web.decisions import decision
from web.resources import Amount, Date, Decision, Fen, Taken, Word
from web.routes import Ask, Operation

V1 = "/api/v1"
HOUR = 3600 * 1_000_000


class DefaultBody(Taken, frozen=True):
    """The commissions of the sale that failed, at most 5 % of the price a side; without them what the sale's own came to."""

    buyer_commission_fen: Fen | None = None
    seller_commission_fen: Fen | None = None


class RescissionBody(Taken, frozen=True):
    """What the seller keeps of the money that is held, and why the sale shall be undone."""

    kept_fen: Fen
    reason: Word


class PartBody(Taken, frozen=True):
    """A part of a price and its day."""

    due_on: Date
    amount_fen: Amount


class InstalmentsBody(Taken, frozen=True):
    """The parts of a price, in the order of their days."""

    parts: Annotated[list[PartBody], msgspec.Meta(min_length=2, max_length=60)]


class OfferBody(Taken, frozen=True):
    """For how long the runner-up may answer."""

    hours: Annotated[int, msgspec.Meta(ge=1, le=720)]


class AnswerBody(Taken, frozen=True):
    """Whether the runner-up takes the lot at its own bid."""

    accept: bool


async def declare_default(ask: Ask) -> Decision:
    """Declare that the buyer of a trade has not paid in time."""
    body: DefaultBody = ask.body
    command = sc.DeclareDefault(ask.path("trade"), body.buyer_commission_fen, body.seller_commission_fen)
    return decision(await ask.submit(command))


async def agree_rescission(ask: Ask) -> Decision:
    """Say that the sale shall be undone; it is once the other side says the same."""
    body: RescissionBody = ask.body
    trade, principal = visible_trade(ask, ask.path("trade")), ask.principal
    command = sc.AgreeRescission(
        trade.id, principal.party or "", principal.account, body.kept_fen, body.reason
    )
    return decision(await ask.submit(command))


async def agree_instalments(ask: Ask) -> Decision:
    """Record that the parties agreed to have the price paid in parts."""
    body: InstalmentsBody = ask.body
    parts = tuple(sc.Part(part.due_on, part.amount_fen) for part in body.parts)
    return decision(await ask.submit(sc.AgreeInstalments(ask.path("trade"), parts)))


async def offer_second_best(ask: Ask) -> Decision:
    """Offer a lot whose buyer defaulted to the runner-up at its own bid."""
    body: OfferBody = ask.body
    return decision(await ask.submit(mc.OfferSecondBest(ask.path("lot"), body.hours * HOUR)))


async def answer_second_best(ask: Ask) -> Decision:
    """The runner-up accepts or declines."""
    body: AnswerBody = ask.body
    party = ask.principal.party
    if party is None:
        raise errors.failure(403, "FORBIDDEN", "for somebody of an organisation")
    return decision(await ask.submit(mc.AnswerSecondBest(ask.path("lot"), party, body.accept)))


async def reopen_listing(ask: Ask) -> Decision:
    """Make a listing tradable again that was not sold, or whose buyer defaulted."""
    return decision(await ask.submit(mc.ReopenListing(ask.path("listing"))))


def _act(path: str, handler: object, summary: str, tag: str, body: object = None) -> Operation:
    return Operation(
        "POST",
        f"{V1}/{path}",
        handler,  # type: ignore[arg-type]
        summary,
        tag,
        Decision,
        status=201,
        body=body,
        binds=True,
        errors=(404, 409),
    )


OPERATIONS: tuple[Operation, ...] = (
    _act("trades/{trade}/default", declare_default, "Declare a default", "settlement", DefaultBody),
    _act("trades/{trade}/rescission", agree_rescission, "Rescind by agreement", "settlement", RescissionBody),
    _act(
        "trades/{trade}/instalments", agree_instalments, "Agree on instalments", "settlement", InstalmentsBody
    ),
    _act("lots/{lot}/second-best", offer_second_best, "Offer a lot to the runner-up", "lots", OfferBody),
    _act("lots/{lot}/second-best/answer", answer_second_best, "Answer as runner-up", "lots", AnswerBody),
    _act("listings/{listing}/reopening", reopen_listing, "Put a listing up again", "lots"),
)
