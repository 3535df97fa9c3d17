"""Commands and their unjournaled answers between processes: msgspec JSON."""

import msgspec

from exchange.house.command import Command, Conflict, Denied, Outcome
from exchange.ports import OutcomeUnknown, Unavailable
from matching_engine.errors import LuochuiError, Malformed

_commands = msgspec.json.Decoder(Command)


class Answer(msgspec.Struct, frozen=True):
    """What a house says to a command beside the journal: that it is decided (`seq` of its last event, 0 where
    nothing had to happen), or the error that kept it out."""

    command_id: str
    seq: int = 0
    error: str | None = None
    code: str = ""
    detail: str = ""
    status: int = 0
    field: str = ""


_answers = msgspec.json.Decoder(Answer)


def encode_command(command: Command) -> bytes:
    """The bytes of a command."""
    return msgspec.json.encode(command)


def decode_command(data: bytes) -> Command:
    """The command of some bytes; msgspec's error for anything else."""
    return _commands.decode(data)


def encode_answer(answer: Answer) -> bytes:
    """The bytes of an answer."""
    return msgspec.json.encode(answer)


def decode_answer(data: bytes) -> Answer:
    """The answer of some bytes."""
    return _answers.decode(data)


def decided(outcome: Outcome) -> Answer:
    """The answer to a command that was decided: the events themselves are read from the journal, up to the last."""
    return Answer(outcome.command_id, outcome.recorded[-1].seq if outcome.recorded else 0)


def failed(command_id: str, error: LuochuiError) -> Answer:
    """The answer to a command that did not come to be decided."""
    if isinstance(error, Denied):
        return Answer(command_id, 0, "Denied", error.code, error.detail, error.status)
    if isinstance(error, Conflict):
        return Answer(command_id, 0, "Conflict", error.code, error.detail)
    if isinstance(error, Malformed):
        return Answer(command_id, 0, "Malformed", str(error.got), error.expected, 0, error.field)
    return Answer(command_id, 0, "Unavailable", "", str(error))


def raise_failure(answer: Answer) -> None:
    """Raise again here what kept the command out there."""
    match answer.error:
        case None:
            return
        case "Denied":
            raise Denied(answer.code, answer.detail, answer.status)
        case "Conflict":
            raise Conflict(answer.code, answer.detail)
        case "Malformed":
            raise Malformed(answer.field, answer.code, answer.detail)
        case "Unavailable":
            raise Unavailable(answer.detail)
    raise OutcomeUnknown(f"an answer of an unknown kind: {answer.error}")
