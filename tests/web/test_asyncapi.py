"""The AsyncAPI document names every message of the socket, with a schema that real messages fit."""

import json
from contextlib import nullcontext
from typing import Any, get_args

import jsonschema_rs
import msgspec
import pytest

from tests.exchange.house.running import bid
from tests.web.asking import OPENING, STEP
from tests.web.running import Web
from web import messages as m
from web.asyncapi import document
from web.parse import BadInput
from web.rooms import Room

DOCUMENT: dict[str, Any] = json.loads(document())


def validator(name: str) -> Any:
    """The validator of one message's payload."""
    schemas = DOCUMENT["components"]["schemas"]
    return jsonschema_rs.validator_for({**schemas[name], "components": {"schemas": schemas}})


async def test_the_document_is_served(web: Web) -> None:
    """Beside the OpenAPI document, to everybody."""
    answer = await web.client().get("/api/asyncapi.json")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == DOCUMENT
    assert answer.json()["asyncapi"] == "3.0.0"


def test_every_message_that_a_client_may_say_is_in_it() -> None:
    """The union of the parser and the document's list are the same, and each message names its tag."""
    said = {one["$ref"].rpartition("/")[2] for one in DOCUMENT["operations"]["hear"]["messages"]}
    assert said == {kind.__name__ for kind in get_args(m.ClientMessage)}
    for name, message in DOCUMENT["components"]["messages"].items():
        assert message["summary"], name
        assert message["name"] == getattr(m, name).__struct_config__.tag


def test_every_message_of_the_house_is_in_it() -> None:
    """No struct that goes out is left out."""
    told = {one["$ref"].rpartition("/")[2] for one in DOCUMENT["operations"]["tell"]["messages"]}
    assert told == {kind.__name__ for kind in m.Outbound.__subclasses__()}


@pytest.mark.parametrize(
    ("name", "text", "fits"),
    [
        ("Hello", '{"t":"hello","v":1}', True),
        ("Hello", '{"t":"hello"}', False),
        ("Bid", '{"t":"bid","i":1,"lot":"L1","id":"7f6b1c1e","amount_fen":5}', True),
        ("Bid", '{"t":"bid","i":1,"lot":"L1","id":"7f6b1c1e"}', False),
        ("Sub", '{"t":"sub","i":1,"lot":"L1","since":[1,5]}', True),
    ],
)
def test_what_the_parser_takes_fits_the_schema(name: str, text: str, fits: bool) -> None:
    """Good messages pass both, messages with a part missing pass neither."""
    assert validator(name).is_valid(json.loads(text)) is fits
    with nullcontext() if fits else pytest.raises(BadInput):
        m.decode(text)


def test_what_the_house_says_fits_the_schema() -> None:
    """A real answer is what the document promises."""
    ack = m.Ack(7, "7f6b1c1e", "L1", 5, 1_772_413_200_000, "00", "BidAccepted")
    rej = m.Rej(7, "7f6b1c1e", "BID_BELOW_INCREMENT", False, minimum_fen=5)
    for message in (ack, rej):
        validator(type(message).__name__).validate(json.loads(msgspec.json.encode(message)))


async def test_frames_of_rooms_fit_the_schema(web: Web) -> None:
    """Frames that rooms write without a struct are what the document promises: one event, several, a whole state."""
    await web.open_lot()
    for amount_fen in (OPENING, OPENING + STEP):
        await bid(web.exchange.own_house, "jia" if amount_fen == OPENING else "yi", amount_fen)
    room = Room(web.exchange.house, "L1")
    events = await web.exchange.house.history("lot/L1", room.seq - 2)
    for frame, kind in (
        (room.ev(events[:1]), "BidAccepted"),
        (room.ev(events), "many"),
        (room.conflated(3, 1), "state"),
    ):
        told = json.loads(frame.text)
        validator("Ev").validate(told)
        assert told["kind"] == kind
        assert msgspec.json.decode(frame.text, type=m.Ev).seq == room.seq
