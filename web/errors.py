"""Errors and refusals → problem+json (RFC 9457), each with its code.

BadInput, Malformed   400, 415, 422   what came, and what was expected
Denied                401, 403, 404   404 where even the existence is secret
Refusal               403, 404, 409   the house said no; journaled like any decision
Conflict              409             an id that stands for something else
Unavailable           503             nothing was written: the same command id again, later
OutcomeUnknown        202             written or not, nobody knows yet: never shown as a failure
"""

from typing import Any

import msgspec
from starlette.responses import JSONResponse, Response

from exchange.house.command import Conflict, Denied, Refusal
from exchange.ports import OutcomeUnknown, Unavailable
from matching_engine.errors import LuochuiError, Malformed
from web.parse import BadInput

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 1

_FORBIDDEN = frozenset(
    {
        "FORBIDDEN",
        "ENTRY_REQUIRED",
        "BID_SELF_DEALING",
        "BID_CONFLICT_OF_INTEREST",
        "FOUR_EYES",
        "MATCH_NOT_ENTITLED",
    }
)
_UNPROCESSABLE = frozenset(
    {
        *("BAD_ENVELOPE", "SEAL_KEY_INVALID", "SEAL_SHARE_WRONG"),
        *("LOT_TERMS", "SESSION_EMPTY", "SCORE_ATTRIBUTES", "SCORE_RANGE", "TERMS_INVALID"),
        *("LICENCE_TERMS", "CHALLENGE_TERMS", "MILESTONE_EVIDENCE", "QUESTION_TEXT"),
        *("CHECK_MISSING", "OFFERING_TERMS", "NOTICE_TOO_SHORT", "REASONS_MISSING", "DEPOSIT_RANGE"),
        *(
            "PRIORITY_NOTICE_SHORT",
            "PRIORITY_NOT_NOTIFIED",
            "CUTOFF_PAST",
            "REHEARSAL_ONLY",
            "RELEASE_ANSWER",
            "BATCH_CUTOFF",
        ),
    }
)


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """A problem document; `code` is the stable name to program against, the rest is for people."""

    code: str
    status: int
    title: str
    detail: str = ""
    field: str | None = None
    minimum_fen: int | None = None
    command: str | None = None
    retry: bool = False
    """Whether the same request with the same command id may succeed later."""
    request_id: str | None = None
    link: str | None = None
    """A page where what is missing can be done."""

    @property
    def type(self) -> str:
        """Where the code is explained."""
        return f"/api/docs#{self.code}"


class Failure(LuochuiError):
    """A problem met in the web layer itself: a missing header, an unknown path, too many requests."""

    def __init__(self, problem: Problem, headers: dict[str, str] | None = None) -> None:
        super().__init__(f"{problem.code}: {problem.detail}")
        self.problem = problem
        self.headers = headers or {}


def failure(status: int, code: str, detail: str = "", **more: Any) -> Failure:
    """A Failure in one line; `headers` go to the answer, everything else into the problem."""
    headers = more.pop("headers", None)
    return Failure(Problem(code, status, _title(status), detail, **more), headers)


def not_found(what: str) -> Failure:
    """404 for what does not exist, and for what must look as if it did not."""
    return failure(404, "NOT_FOUND", f"there is no such {what}")


TITLES = {
    202: "Outcome not known yet",
    400: "Bad request",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Refused",
    413: "Too large",
    415: "Wrong content type",
    422: "Invalid value",
    429: "Too many requests",
    503: "Unavailable",
}


def _title(status: int) -> str:
    return TITLES.get(status, "Error")


def status_of(code: str) -> int:
    """The HTTP status of a refusal's code."""
    if code.endswith("_UNKNOWN"):
        return 404
    if code in _FORBIDDEN:
        return 403
    return 422 if code in _UNPROCESSABLE else 409


def of_refusal(refusal: Refusal, command: str | None = None) -> Problem:
    """The problem of a decision that was no, with what would have done."""
    status = status_of(refusal.code)
    return Problem(
        refusal.code, status, _title(status), refusal.detail, minimum_fen=refusal.minimum_fen, command=command
    )


def of_error(error: LuochuiError, command: str | None = None) -> Problem:
    """The problem of an error; an error that has none here is not ours to answer and is raised again."""
    if isinstance(error, Failure):
        return error.problem
    if isinstance(error, BadInput):
        return Problem(error.code, error.status, _title(error.status), str(error), field=error.field)
    if isinstance(error, Malformed):
        return Problem("BAD_VALUE", 422, _title(422), str(error), field=error.field)
    if isinstance(error, Denied):
        return Problem(error.code, error.status, _title(error.status), error.detail)
    if isinstance(error, Conflict):
        return Problem(error.code, 409, _title(409), error.detail, command=command)
    if isinstance(error, Unavailable):
        detail = "nothing was written; send the same command id again"
        return Problem("UNAVAILABLE", 503, _title(503), detail, command=command, retry=True)
    if isinstance(error, OutcomeUnknown):
        detail = "the answer is not known yet; ask for the command, or send the same command id again"
        return Problem("OUTCOME_UNKNOWN", 202, _title(202), detail, command=command, retry=True)
    raise error


def numbered(problem: Problem, request_id: str | None) -> Problem:
    """The problem with the id of the request it happened in."""
    return msgspec.structs.replace(problem, request_id=request_id)


def respond(problem: Problem, headers: dict[str, str] | None = None) -> Response:
    """The problem as a response."""
    headers = dict(headers or {})
    if problem.retry:
        headers.setdefault("retry-after", str(RETRY_SECONDS))
    if problem.status == 202 and problem.command:
        headers["location"] = f"/api/v1/commands/{problem.command}"
    body = {"type": problem.type, **msgspec.to_builtins(problem)}
    return JSONResponse(body, problem.status, headers, MEDIA_TYPE)
