"""What may go wrong, as one tree; whatever the exchange answered stands in `problem`, with the code to program against."""

import msgspec

from matching_engine.errors import LuochuiError
from web.errors import Problem


class ClientError(LuochuiError):
    """Everything that the client raises."""


class Failed(ClientError):
    """The exchange answered with a problem document (RFC 9457)."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.code}: {problem.detail}" if problem.detail else problem.code)
        self.problem = problem

    @property
    def code(self) -> str:
        """The stable name of what was wrong."""
        return self.problem.code


class BadRequest(Failed):
    """400, 413, 415, 422: the request itself was wrong; `problem.field` names the field."""


class NotSignedIn(Failed):
    """401: no session, an old one, or a key that does not count."""


class NotAllowed(Failed):
    """403: signed in, but not for this; STEP_UP_REQUIRED asks for the second factor first."""


class NotFound(Failed):
    """404: there is no such thing, or none that you may know of."""


class Refused(Failed):
    """409: the house said no, and that is in the journal; `problem.minimum_fen` is what would have done."""


class TooFast(Failed):
    """429: slower, please."""


class Unavailable(Failed):
    """503: nothing was written; the same command id again, later."""


class ServerFault(Failed):
    """Anything that is not in the interface's document."""


class OutcomeUnknown(ClientError):
    """No answer came in time: decided or not, nobody knows yet. Ask `Exchange.command`, or say it again with this id."""

    def __init__(self, command: str) -> None:
        super().__init__(f"the outcome of {command} is not known yet")
        self.command = command


class Closed(ClientError):
    """The socket is closed for good: signed out, replaced by a sixth one, or by this program."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"closed with {code} {reason}".rstrip())
        self.code = code
        self.reason = reason


_BY_STATUS: dict[int, type[Failed]] = {
    **dict.fromkeys((400, 413, 415, 422), BadRequest),
    401: NotSignedIn,
    403: NotAllowed,
    404: NotFound,
    409: Refused,
    429: TooFast,
    503: Unavailable,
}


def of_problem(problem: Problem) -> Failed:
    """The error of a problem, by its status."""
    return _BY_STATUS.get(problem.status, ServerFault)(problem)


def of_answer(status: int, body: bytes) -> Failed:
    """The error of an answer that is no success; one that is no problem document is a fault of the server."""
    try:
        return of_problem(msgspec.json.decode(body, type=Problem))
    except msgspec.MsgspecError:
        text = body[:200].decode("utf-8", "replace")
        return ServerFault(Problem("NO_PROBLEM_DOCUMENT", status, "Unexpected answer", text))
