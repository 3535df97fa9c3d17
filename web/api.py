"""The REST interface as one table of operations."""

from functools import cache

from starlette.responses import Response

from web import api_access as access
from web import api_account as account
from web import api_accounts as accounts
from web import api_audit as audit
from web import api_bank as bank
from web import api_catalogue as catalogue
from web import api_challenges as challenges
from web import api_claims as claims
from web import api_contracts as contracts
from web import api_default as default
from web import api_demands as demands
from web import api_directories as directories
from web import api_evaluations as evaluations
from web import api_grants as grants
from web import api_hints as hints
from web import api_licences as licences
from web import api_listings as listings
from web import api_lots as lots
from web import api_market as market
from web import api_matches as matches
from web import api_negotiations as negotiations
from web import api_network as network
from web import api_notices as notices
from web import api_probes as probes
from web import api_proof as proof
from web import api_questions as questions
from web import api_registers as registers
from web import api_registration_files as registration_files
from web import api_registrations as registrations
from web import api_releases as releases
from web import api_reports as reports
from web import api_royalties as royalties
from web import api_seals as seals
from web import api_sittings as sittings
from web import api_stops as stops
from web import api_trades as trades
from web import api_trials as trials
from web import resources as r
from web.asyncapi import document as socket_document
from web.contract_resources import ContractResource, SignatureBody
from web.openapi import document
from web.routes import Ask, Operation

V1 = "/api/v1"
EVENTS = ("application/json", "text/event-stream")


async def openapi(ask: Ask) -> Response:
    """This document."""
    return Response(_document(), media_type="application/json")


async def asyncapi(ask: Ask) -> Response:
    """The messages of the socket at /ws, as an AsyncAPI document."""
    return Response(_socket_document(), media_type="application/json")


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "POST",
        f"{V1}/session",
        account.sign_in,
        "Sign in",
        "session",
        returns=r.SessionResource,
        body=r.SignInBody,
        signed_in=False,
        errors=(401,),
    ),
    Operation("GET", f"{V1}/session", account.show_session, "Who is signed in", "session", r.SessionResource),
    Operation("DELETE", f"{V1}/session", account.sign_out, "Sign out", "session", status=204),
    Operation(
        "POST",
        f"{V1}/tickets",
        account.issue_ticket,
        "A ticket for the socket",
        "session",
        r.TicketResource,
        status=201,
    ),
    Operation(
        "GET",
        f"{V1}/commands/{{command}}",
        account.show_command,
        "The one true answer to a command",
        "commands",
        r.Decision,
        errors=(404,),
    ),
    Operation(
        "GET", f"{V1}/lots", lots.list_lots, "Lots", "lots", r.LotPage, query=r.LotQuery, signed_in=False
    ),
    Operation(
        "GET",
        f"{V1}/lots/{{lot}}",
        lots.show_lot,
        "A lot",
        "lots",
        r.LotResource,
        signed_in=False,
        errors=(404,),
    ),
    Operation(
        "GET",
        f"{V1}/lots/{{lot}}/events",
        lots.list_events,
        "The public events of a lot",
        "lots",
        r.EventPage,
        query=r.EventQuery,
        signed_in=False,
        errors=(404,),
        media_types=EVENTS,
    ),
    *(
        Operation(
            "POST",
            f"{V1}/lots/{{lot}}/{path}",
            handler,
            summary,
            "bidding",
            r.Decision,
            status=201,
            body=body,
            query=lots.EntryQuery if path == "entries" else None,
            binds=True,
            errors=(404, 409),
        )
        for path, handler, summary, body in (
            ("bids", lots.bid, "Bid", r.BidBody),
            ("matches", lots.match, "Exercise a right of first refusal", None),
            ("acceptances", lots.accept, "Take the price of the instant", r.AcceptBody),
            ("entries", lots.enter, "Apply for admission to a lot", None),
        )
    ),
    *stops.OPERATIONS,
    *hints.OPERATIONS,
    *access.OPERATIONS,
    *grants.OPERATIONS,
    *seals.OPERATIONS,
    Operation(
        "DELETE",
        f"{V1}/lots/{{lot}}/bids/{{bid}}",
        lots.withdraw_bid,
        "Bids cannot be withdrawn",
        "bidding",
        status=409,
        errors=(404, 409),
    ),
    Operation(
        "DELETE",
        f"{V1}/lots/{{lot}}/suspension",
        lots.resume,
        "Let the clock of a lot go on",
        "bidding",
        r.Decision,
        binds=True,
        errors=(404, 409),
    ),
    *(
        Operation("GET", f"{V1}/{path}", handler, summary, "settlement", returns, errors=(404,))
        for path, handler, summary, returns in (
            ("trades/{trade}", trades.show_trade, "A trade", r.TradeResource),
            ("trades/{trade}/credits", trades.list_credits, "The money of a trade", r.CreditPage),
            ("trades/{trade}/claims", trades.list_claims, "The claims of a trade", r.ClaimPage),
            ("contracts/{contract}", trades.show_contract, "A contract", ContractResource),
            ("claims/{claim}", trades.show_claim, "A claim", r.ClaimResource),
        )
    ),
    *(
        Operation(
            "POST",
            f"{V1}/{path}",
            handler,
            summary,
            "settlement",
            r.Decision,
            status=201,
            body=body,
            binds=True,
            errors=(404, 409),
        )
        for path, handler, summary, body in (
            ("contracts/{contract}/signatures", trades.sign_contract, "Sign a contract", SignatureBody),
            (
                "registrations/{registration}",
                trades.decide_registration,
                "Register a contract, or refuse to",
                r.RegisterBody | r.RefuseBody,
            ),
            ("claims/{claim}/approvals", trades.approve_claim, "Approve a claim", None),
            ("trades/{trade}/election", trades.elect_claimant, "Say which side shall claim", r.ElectionBody),
        )
    ),
    Operation(
        "POST",
        f"{V1}/credits",
        trades.record_credit,
        "The bank tells of money",
        "bank",
        r.Decision,
        body=r.CreditBody,
        signed_in=False,
        errors=(401, 409),
    ),
    *bank.OPERATIONS,
    *accounts.OPERATIONS,
    *royalties.OPERATIONS,
    *claims.OPERATIONS,
    *default.OPERATIONS,
    *contracts.OPERATIONS,
    *registration_files.OPERATIONS,
    *registrations.OPERATIONS,
    *catalogue.OPERATIONS,
    *evaluations.OPERATIONS,
    *registers.OPERATIONS,
    *market.OPERATIONS,
    *reports.OPERATIONS,
    *matches.OPERATIONS,
    *demands.OPERATIONS,
    *directories.OPERATIONS,
    *releases.OPERATIONS,
    *listings.OPERATIONS,
    *sittings.OPERATIONS,
    *negotiations.OPERATIONS,
    *trials.OPERATIONS,
    *licences.OPERATIONS,
    *challenges.OPERATIONS,
    *network.OPERATIONS,
    *questions.OPERATIONS,
    *notices.OPERATIONS,
    *proof.OPERATIONS,
    *audit.OPERATIONS,
    Operation("GET", "/api/openapi.json", openapi, "This document", "about", signed_in=False),
    Operation("GET", "/api/asyncapi.json", asyncapi, "The socket's document", "about", signed_in=False),
    Operation("GET", "/healthz", probes.healthz, "Alive", "about", r.Health, signed_in=False),
    Operation("GET", "/readyz", probes.readyz, "Ready", "about", r.Health, signed_in=False, errors=(503,)),
    Operation(
        "GET", "/metrics", probes.metrics, "Figures", "about", signed_in=False, media_types=("text/plain",)
    ),
)


@cache
def _document() -> bytes:
    return document(OPERATIONS)


@cache
def _socket_document() -> bytes:
    return socket_document()
