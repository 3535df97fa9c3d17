"""The doors, each with what may come out of it: an answer of the protocol, or one clear error. Nothing else."""

import io
import json
import re
import tempfile
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import typer
import yaml
from hypothesis import strategies as st

from tests.fuzz.octets import spoilt
from tests.fuzz.shapes import reshaped
from web import errors, parse
from web import messages as m
from web import protocol as p
from web.commands.rehearse import rehearse
from web.multipart import read_multipart
from web.resources import BidBody

AT = 1_772_413_200_000_000


@dataclass(frozen=True)
class Door:
    """Where octets come in: what they are made of, and the check of what became of them."""

    octets: st.SearchStrategy[bytes]
    check: Callable[[bytes], None]


# Frames of the socket

_ID = {"i": 1, "lot": "L1", "id": "0192abcd-fuzz"}
_MOVE = {"i": 1, "table": "N1", "id": "0192abcd-fuzz"}
_TERMS = {
    "price_fen": 1,
    "kind": "licence",
    "form": "know_how",
    "payment": {"form": "royalty", "royalty": {"basis": "sales", "rates": ["1.5"]}},
}
FRAMES = tuple(
    json.dumps(frame).encode()
    for frame in (
        {"t": "hello", "v": 1, "ticket": "x" * 43},
        {"t": "sub", "i": 1, "lot": "L1", "since": [1, 2]},
        {"t": "unsub", "lot": "L1"},
        {"t": "bid", **_ID, "amount_fen": 160_000_000, "max_fen": 200_000_000, "seen": 3, "confirm": True},
        {"t": "accept", **_ID, "amount_fen": 1},
        {"t": "seal", **_ID, "envelope": "AQQ" + "A" * 208, "commitment": "0" * 64},
        {"t": "match", **_ID},
        {"t": "withdraw", **_MOVE, "answers": 1},
        {"t": "join", **_MOVE, "accept": True},
        {"t": "offer", **_MOVE, "terms": _TERMS, "minutes": 60},
        {"t": "counter", **_MOVE, "answers": 1, "terms": _TERMS, "minutes": 60, "firm": True},
        {"t": "agree", **_MOVE, "answers": 1, "digest": "0" * 64},
        {"t": "break", **_MOVE, "reason": "x"},
        {"t": "time", "i": 1, "c0": 1.5},
        {"t": "pong"},
    )
)


def _conversation(phase: p.Phase) -> p.Conversation:
    conversation = p.Conversation(p.Limits(), p.Throttle(p.Limits(), AT), AT)
    if phase is p.Phase.OPEN:
        conversation.greet("sid", "jia", p.Throttle(p.Limits(), AT), AT)
    return conversation


def check_frame(data: bytes) -> None:
    """As text and as a binary frame, before and after hello: actions, each message of them JSON, never an exception."""
    for text in (data.decode("utf-8", "replace"), data.decode("utf-8", "surrogateescape")):
        for phase in (p.Phase.WAITING, p.Phase.OPEN):
            _answered(_conversation(phase), text)
    assert _conversation(p.Phase.OPEN).receive(data, AT) == (
        p.Close(p.CloseCode.UNSUPPORTED, "BINARY", None),
    )


def _answered(conversation: p.Conversation, text: str) -> None:
    for action in conversation.receive(text, AT):
        assert isinstance(action, p.Action)
        if isinstance(action, p.Send):
            told = msgspec.json.decode(m.encode(action.message))
            assert told["t"] == "rej"
            assert told["code"]


# Bodies over HTTP

FORM_TYPE = "multipart/form-data; boundary=b"
BODIES = (
    b'{"amount_fen":160000000,"max_fen":200000000,"confirm":true}',
    '{"amount_fen":1,"note":"\\u4f60\\n好"}'.encode(),
    b"csrf=x&amount=1%2C650%2C000.00&lot=L1&title=%E6%BC%94",
    b'--b\r\nContent-Disposition: form-data; name="file"; filename="../a.csv"\r\n\r\nx\r\n--b--\r\n',
    b'--b\r\nContent-Disposition: form-data; name="kind"\r\n\r\nachievements\r\n--b--\r\n',
)


def check_body(data: bytes) -> None:
    """As JSON, as a form and as a form with files: what it holds, or a problem of the interface with status 400 or 422."""
    readers: tuple[Callable[[], object], ...] = (
        lambda: parse.parse(data, BidBody),
        lambda: parse.read_form(data),
        lambda: read_multipart(FORM_TYPE, data),
    )
    for read in readers:
        try:
            read()
        except parse.BadInput as wrong:
            problem = errors.of_error(wrong)
            assert problem.status in (400, 422)
            errors.respond(problem)


# Rehearsal files


def _numbers(tree: Any) -> Any:
    """The tree with true and whole numbers as such, which the loader left as texts; amounts have a point and stay texts."""
    if isinstance(tree, dict):
        return {key: _numbers(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_numbers(value) for value in tree]
    return True if tree == "true" else int(tree) if tree.isdecimal() else tree


_EXAMPLES = Path(__file__).parents[2] / "examples" / "rehearsals"
REHEARSALS = tuple(path.read_bytes() for path in sorted(_EXAMPLES.glob("*.yaml")))
_TREES = [_numbers(yaml.load(one, yaml.BaseLoader)) for one in REHEARSALS]


@cache
def _file() -> Path:
    return Path(tempfile.mkdtemp(prefix="luochui-fuzz-")) / "fuzz.yaml"


def check_rehearsal(data: bytes) -> None:
    """`luochui rehearse --json`: exit status 0 and JSON lines with the Result last, or 2 and one line that says why."""
    _file().write_bytes(data)
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    status = 0
    with redirect_stdout(out), redirect_stderr(err):
        try:
            rehearse(_file(), as_json=True)
        except typer.Exit as ended:
            status = ended.exit_code
    said, complained = (stream.detach().getvalue() for stream in (out, err))
    if status == 0:
        assert json.loads(said.splitlines()[-1])["type"] == "Result"
        assert complained == b""
    else:
        assert status == 2
        assert said == b""
        assert re.fullmatch(rb"luochui: [^\n]+\n", complained)


DOORS = {
    "frames": Door(spoilt(FRAMES) | reshaped([json.loads(one) for one in FRAMES]), check_frame),
    "bodies": Door(spoilt(BODIES) | reshaped([json.loads(BODIES[0])]), check_body),
    "rehearsals": Door(spoilt(REHEARSALS) | reshaped(_TREES), check_rehearsal),
}
