"""The conversation, sans I/O: what may be said when, how fast, and how it ends."""

import json
from contextlib import suppress

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from web import messages as m
from web import protocol as p
from web.parse import BadInput

AT = 1_772_413_200_000_000
SECOND = 1_000_000


def talk(limits: p.Limits | None = None) -> p.Conversation:
    """A conversation that has said nothing yet."""
    chosen = limits or p.Limits()
    return p.Conversation(chosen, p.Throttle(chosen, AT), AT)


def opened(limits: p.Limits | None = None) -> p.Conversation:
    """A conversation after its welcome."""
    chosen = limits or p.Limits()
    conversation = talk(chosen)
    conversation.greet("s1", "jia", p.Throttle(chosen, AT), AT)
    return conversation


def frame(t: str, **fields: object) -> str:
    """A frame as a client writes it."""
    return json.dumps({"t": t, **fields})


def only(actions: p.Actions) -> p.Action:
    """The one action there is."""
    assert len(actions) == 1
    return actions[0]


def refusal(actions: p.Actions) -> m.Rej:
    """The refusal that is the only action."""
    action = only(actions)
    assert isinstance(action, p.Send)
    assert isinstance(action.message, m.Rej)
    return action.message


BID = {"i": 7, "lot": "L1", "id": "abcdefgh", "amount_fen": 100}


def test_hello_asks_for_the_sign_in_and_the_greeting_opens() -> None:
    """Before the shell has looked at the ticket nothing is open; after it the limits are told."""
    conversation = talk()
    assert conversation.receive(frame("hello", v=1, ticket="t"), AT) == (p.SignIn("t"),)
    assert conversation.phase is p.Phase.WAITING
    action = only(conversation.greet("s1", "jia", p.Throttle(p.Limits(), AT), AT))
    assert isinstance(action, p.Send)
    assert isinstance(action.message, m.Welcome)
    assert action.message.limits == {"frame": 4096, "rate": 10, "burst": 20, "lots": 64}
    assert action.message.now == AT // 1000


@pytest.mark.parametrize(
    "message",
    [
        frame("sub", i=1, lot="L1"),
        frame("bid", **BID),
        frame("time", i=1, c0=1.5),
        frame("pong"),
        frame("unsub", lot="L1"),
    ],
)
def test_nothing_is_taken_before_hello(message: str) -> None:
    """Every message but hello is refused while the conversation waits, with its own id."""
    told = refusal(talk().receive(message, AT))
    assert told.code == "HELLO_REQUIRED"
    assert told.i == json.loads(message).get("i")


def test_the_table_is_the_whole_conversation() -> None:
    """Each message has exactly one phase, and only hello opens."""
    kinds = [kind for _, kind in p.TABLE]
    assert sorted(kinds, key=str) == sorted(m.ClientMessage.__args__, key=str)
    assert [kind for phase, kind in p.TABLE if phase is p.Phase.WAITING] == [m.Hello]


def test_a_second_hello_is_refused() -> None:
    """A conversation is opened once."""
    assert refusal(opened().receive(frame("hello", v=1), AT)).code == "HELLO_TWICE"


def test_another_version_is_not_for_this_server() -> None:
    """A version nobody speaks ends the conversation for good."""
    assert only(talk().receive(frame("hello", v=2), AT)) == p.Close(4403, "VERSION_UNKNOWN", None)


def test_a_bad_ticket_turns_away() -> None:
    """A ticket that does not count closes with 4401, and nothing is heard after that."""
    conversation = talk()
    assert only(conversation.turn_away()) == p.Close(4401, "TICKET_INVALID", None)
    assert conversation.receive(frame("hello", v=1), AT) == ()


def test_without_hello_the_socket_closes_after_five_seconds() -> None:
    """A moment before nothing happens; at five seconds 4408."""
    conversation = talk()
    assert conversation.tick(AT + 5 * SECOND - 1) == ()
    assert only(conversation.tick(AT + 5 * SECOND)) == p.Close(4408, "NO_HELLO", 1000)
    assert conversation.tick(AT + 9 * SECOND) == ()


def test_a_silent_client_is_pinged_and_then_let_go() -> None:
    """One ping for each 25 s of silence, 4110 after 90 s; an answer starts anew."""
    conversation = opened()
    assert conversation.tick(AT + 24 * SECOND) == ()
    assert only(conversation.tick(AT + 25 * SECOND)) == p.Send(m.Ping())
    assert conversation.tick(AT + 26 * SECOND) == ()
    assert conversation.receive(frame("pong"), AT + 27 * SECOND) == ()
    assert only(conversation.tick(AT + 52 * SECOND)) == p.Send(m.Ping())
    assert only(conversation.tick(AT + (27 + 90) * SECOND)) == p.Close(4110, "SILENT", 1000)


def test_frames_that_are_no_text_or_too_large_close() -> None:
    """Binary is 1003, more than 4 KiB is 1009, counted in octets."""
    assert only(opened().receive(b"{}", AT)) == p.Close(1003, "BINARY", None)
    large = frame("sub", i=1, lot="中" * 1400)
    assert len(large) > 4096 or len(large.encode()) > 4096
    assert only(opened().receive(large, AT)) == p.Close(1009, "FRAME_TOO_LARGE", None)


@pytest.mark.parametrize(
    ("text", "code", "field"),
    [
        ('{"t":"bid","i":1,"lot":"L1","id":"abcdefgh","amount_fen":NaN}', "MALFORMED_JSON", "number"),
        ('{"t":"bid","i":1,"lot":"L1","id":"abcdefgh","amount_fen":1e400}', "MALFORMED_JSON", "number"),
        ('{"t":"unsub","lot":"L1","lot":"L2"}', "DUPLICATE_KEY", "lot"),
        (
            '{"t":"bid","i":1,"lot":"L1","id":"abcdefgh","amount_fen":' + "9" * 500 + "}",
            "AMOUNT_TOO_LARGE",
            "amount_fen",
        ),
        ("[" * 2000, "MALFORMED_JSON", "body"),
        ('{"t":"unsub","lot":"\\ud800"}', "MALFORMED_JSON", "lot"),
        ('{"t":"unsub","lot":"L\\u0000"}', "BAD_TEXT", "lot"),
        (frame("bid", **{**BID, "amount_fen": True}), "BAD_TYPE", "amount_fen"),
        (frame("bid", **{**BID, "amount_fen": 1.5}), "BAD_TYPE", "amount_fen"),
        (frame("bid", **{**BID, "amount_fen": "１００"}), "BAD_AMOUNT", "amount_fen"),
        (frame("bid", **{**BID, "amount_fen": 0}), "BAD_AMOUNT", "amount_fen"),
        (frame("bid", **{**BID, "amount_fen": -1}), "BAD_AMOUNT", "amount_fen"),
        (frame("bid", **{**BID, "amount_fen": 10**15 + 1}), "AMOUNT_TOO_LARGE", "amount_fen"),
        (frame("bid", **{**BID, "colour": 1}), "UNKNOWN_FIELD", "colour"),
        (frame("bid", **{**BID, "ts": 1}), "UNKNOWN_FIELD", "ts"),
        (frame("bid", i=1, lot="L1", id="abcdefgh"), "MISSING_FIELD", "amount_fen"),
        (frame("bid", **{**BID, "id": "short"}), "BAD_COMMAND_ID", "id"),
        (frame("bid", **{**BID, "id": "g:1:L1:5aaaa"}), "BAD_COMMAND_ID", "id"),
        (frame("unsub", lot="L\u202e1"), "BAD_TEXT", "lot"),
        (frame("shout"), "BAD_VALUE", "t"),
        ("null", "BAD_TYPE", "body"),
        ("", "MALFORMED_JSON", None),
    ],
)
def test_what_cannot_be_read_is_named(text: str, code: str, field: str | None) -> None:
    """Each fault has its own code and field, and the conversation goes on."""
    conversation = opened()
    told = refusal(conversation.receive(text, AT))
    assert told.code == code
    if field is not None:
        assert told.field == field
    assert conversation.phase is p.Phase.OPEN


@given(st.text(max_size=300))
def test_no_text_breaks_the_door(text: str) -> None:
    """Whatever comes in a text frame is a message or a BadInput."""
    with suppress(BadInput):
        assert isinstance(m.decode(text), msgspec.Struct)


def test_decisions_go_to_the_house() -> None:
    """Bids, matches, acceptances and envelopes are handed on as they came."""
    conversation = opened()
    for message in (
        frame("bid", **BID, max_fen=200, seen=4, confirm=True),
        frame("match", i=1, lot="L1", id="abcdefgh"),
        frame("accept", **BID),
        frame("seal", i=1, lot="L1", id="abcdefgh", envelope="abc123==", commitment="0"),
    ):
        action = only(conversation.receive(message, AT))
        assert action == p.Ask(m.decode(message))  # type: ignore[arg-type]


def test_a_maximum_under_the_bid_is_refused_at_the_door() -> None:
    """A worse maximum than the bid is bad input, not a decision."""
    told = refusal(opened().receive(frame("bid", **BID, max_fen=99), AT))
    assert (told.code, told.field) == ("BAD_AMOUNT", "max_fen")


def test_a_bid_cannot_be_withdrawn() -> None:
    """The law says so (auction law art. 36), and so does every answer."""
    told = refusal(opened().receive(frame("withdraw", i=3, lot="L1", id="abcdefgh"), AT))
    assert (told.code, told.i, told.id, told.retry) == ("BID_BINDING", 3, "abcdefgh", False)


def test_a_clock_probe_carries_the_instant_of_its_arrival() -> None:
    """s1 is when the frame came, whenever the answer leaves."""
    assert only(opened().receive(frame("time", i=1, c0=5.25), AT + 1500)) == p.TellTime(
        1, 5.25, (AT + 1500) // 1000
    )


def test_sixty_four_lots_and_no_more() -> None:
    """The sixty-fifth is refused; one that is left makes room; the same one again is no other."""
    conversation = opened(p.Limits(rate=1000, burst=1000))
    for n in range(64):
        assert only(conversation.receive(frame("sub", i=n, lot=f"L{n}"), AT)) == p.Follow(n, f"L{n}", None)
    assert refusal(conversation.receive(frame("sub", i=64, lot="L64"), AT)).code == "SUBSCRIPTION_LIMIT"
    assert only(conversation.receive(frame("sub", i=65, lot="L3", since=[2, 9]), AT)) == p.Follow(
        65, "L3", (2, 9)
    )
    assert only(conversation.receive(frame("unsub", lot="L3"), AT)) == p.Leave("L3")
    assert only(conversation.receive(frame("sub", i=66, lot="L64"), AT)) == p.Follow(66, "L64", None)


def test_twenty_at_once_and_ten_a_second() -> None:
    """The twenty-first at one instant is refused and may be tried again; a second later ten more go through."""
    conversation = opened()
    probe = frame("time", i=1, c0=1)
    assert all(isinstance(only(conversation.receive(probe, AT)), p.TellTime) for _ in range(20))
    told = refusal(conversation.receive(probe, AT))
    assert (told.code, told.retry) == ("RATE_LIMITED", True)
    later = [conversation.receive(probe, AT + SECOND) for _ in range(11)]
    assert [isinstance(only(actions), p.TellTime) for actions in later] == [True] * 10 + [False]


def test_who_does_not_stop_is_closed() -> None:
    """After the forgiven refusals the flood closes the socket with 4429."""
    conversation = opened()
    probe = frame("time", i=1, c0=1)
    for _ in range(20 + 40):
        assert conversation.phase is p.Phase.OPEN
        conversation.receive(probe, AT)
    assert only(conversation.receive(probe, AT)) == p.Close(4429, "FLOOD", 30_000)


def test_a_little_too_fast_is_never_closed() -> None:
    """Twelve messages a second for ten minutes: some are refused, none closes."""
    conversation = opened()
    refused = 0
    for n in range(12 * 600):
        action = only(conversation.receive(frame("time", i=n, c0=1), AT + n * SECOND // 12))
        refused += isinstance(action, p.Send)
    assert conversation.phase is p.Phase.OPEN
    assert 1000 < refused < 1300


def test_all_sockets_of_an_account_share_one_throttle() -> None:
    """Two sockets of one account have twenty messages together, not each."""
    limits = p.Limits()
    throttle = p.Throttle(limits, AT)
    first, second = talk(limits), talk(limits)
    first.greet("a", "jia", throttle, AT)
    second.greet("b", "jia", throttle, AT)
    probe = frame("time", i=1, c0=1)
    for conversation in (first, second) * 10:
        assert isinstance(only(conversation.receive(probe, AT)), p.TellTime)
    assert refusal(second.receive(probe, AT)).code == "RATE_LIMITED"


def test_messages_out_have_the_letters_of_the_protocol() -> None:
    """Tags and fields of outgoing messages as the protocol writes them; absent values are left out."""
    rej = m.Rej(1, "abcdefgh", "LOT_CLOSED", False, minimum_fen=5)
    assert json.loads(m.encode(rej)) == {
        "t": "rej",
        "i": 1,
        "id": "abcdefgh",
        "code": "LOT_CLOSED",
        "retry": False,
        "minimum_fen": 5,
    }
    assert json.loads(m.encode(m.Ping())) == {"t": "ping"}
    assert json.loads(m.encode(m.Bye("SLOW", 500))) == {"t": "bye", "code": "SLOW", "after": 500}
