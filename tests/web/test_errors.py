"""Every error and refusal has a status, a code and a problem document."""

import json

import pytest

from exchange.house.command import Conflict, Denied, Refusal
from exchange.market.refusals import MarketRefusal
from exchange.ports import OutcomeUnknown, Unavailable
from matching_engine.errors import Broken, LuochuiError, Malformed
from matching_engine.rejections import Rejection
from settlement.refusals import Refusal as SettlementRefusal
from web import errors
from web.parse import BadInput


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (BadInput("BAD_TYPE", "amount_fen", True, "int"), 422, "BAD_TYPE"),
        (BadInput("MALFORMED_JSON", "body", "x", "JSON", 400), 400, "MALFORMED_JSON"),
        (Malformed("closes_at", 5, "later than opens_at"), 422, "BAD_VALUE"),
        (Denied("FORBIDDEN", "not yours"), 403, "FORBIDDEN"),
        (Denied("NOT_FOUND", "nothing here", 404), 404, "NOT_FOUND"),
        (Denied("NOT_SIGNED_IN", status=401), 401, "NOT_SIGNED_IN"),
        (Conflict("IDEMPOTENCY_MISMATCH", "another body"), 409, "IDEMPOTENCY_MISMATCH"),
        (Unavailable("no journal"), 503, "UNAVAILABLE"),
        (OutcomeUnknown("no answer"), 202, "OUTCOME_UNKNOWN"),
        (errors.failure(429, "RATE_LIMITED"), 429, "RATE_LIMITED"),
        (errors.not_found("lot"), 404, "NOT_FOUND"),
    ],
)
def test_every_error_has_its_status_and_code(error: LuochuiError, status: int, code: str) -> None:
    """The whole tree is mapped; what names a field keeps it."""
    problem = errors.of_error(error)
    assert (problem.status, problem.code) == (status, code)
    assert problem.field == getattr(error, "field", None)
    assert problem.title == errors.TITLES[status]


def test_a_broken_invariant_is_nobodys_problem_document() -> None:
    """What must stop the process is raised again, not answered."""
    with pytest.raises(Broken):
        errors.of_error(Broken("invariant 2"))


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("LOT_NOT_OPEN", 409),
        ("LOT_CLOSED", 409),
        ("LOT_SUSPENDED", 409),
        ("BID_BELOW_INCREMENT", 409),
        ("BID_ALREADY_LEADING", 409),
        ("DEPOSIT_REQUIRED", 409),
        ("BID_BINDING", 409),
        ("ORDER_SELF_TRADE", 409),
        ("CLAIM_EXISTS", 409),
        ("CONTRACT_NOT_SIGNED", 409),
        ("ENTRY_REQUIRED", 403),
        ("BID_SELF_DEALING", 403),
        ("BID_CONFLICT_OF_INTEREST", 403),
        ("FOUR_EYES", 403),
        ("LOT_UNKNOWN", 404),
        ("TRADE_UNKNOWN", 404),
        ("BAD_ENVELOPE", 422),
    ],
)
def test_a_refusal_has_the_status_that_was_published(code: str, status: int) -> None:
    """No is 409, except where the person may not at all (403), nothing is there (404), or the form is wrong (422)."""
    assert errors.of_refusal(Refusal(code)).status == status


@pytest.mark.parametrize("code", [*Rejection, *MarketRefusal, *SettlementRefusal])
def test_no_refusal_of_any_part_is_a_server_error(code: str) -> None:
    """Every code that the house can give has a status between 400 and 499 with a title."""
    problem = errors.of_refusal(Refusal(str(code)))
    assert problem.status in (403, 404, 409, 422)
    assert problem.title


def test_a_refusal_says_what_would_have_done_and_which_command() -> None:
    """The minimum and the command id stand in the problem."""
    problem = errors.of_refusal(Refusal("BID_BELOW_INCREMENT", "too little", 168_000_000), "abc-12345")
    assert (problem.minimum_fen, problem.command, problem.detail) == (168_000_000, "abc-12345", "too little")


def test_the_document_is_a_problem_of_rfc_9457() -> None:
    """type, title, status, detail and the extension members, under the media type of problems."""
    problem = errors.numbered(errors.of_error(BadInput("BAD_TYPE", "amount_fen", True, "int")), "req-1")
    response = errors.respond(problem, {"x-more": "1"})
    assert response.media_type == "application/problem+json"
    assert response.headers["x-more"] == "1"
    assert json.loads(bytes(response.body)) == {
        "type": "/api/docs#BAD_TYPE",
        "title": "Invalid value",
        "status": 422,
        "code": "BAD_TYPE",
        "detail": "amount_fen: expected int, got True",
        "field": "amount_fen",
        "request_id": "req-1",
    }


def test_what_may_succeed_later_says_so() -> None:
    """Retry-After stands where a repeat makes sense, and an unknown outcome tells where to ask."""
    later = errors.respond(errors.of_error(Unavailable("x"), "cmd-00001"))
    assert later.headers["retry-after"] == "1"
    unknown = errors.respond(errors.of_error(OutcomeUnknown("x"), "cmd-00001"))
    assert unknown.status_code == 202
    assert unknown.headers["location"] == "/api/v1/commands/cmd-00001"
    assert "retry-after" not in errors.respond(errors.of_error(Conflict("X"))).headers
