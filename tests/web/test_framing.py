"""The shortcut past the WebSocket parser: it takes what is one short text and nothing else, and knows where frames end."""

from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode

from web.framing import ends_with_frame, whole_text

MESSAGES = st.builds(
    Frame,
    st.sampled_from([Opcode.CONT, Opcode.TEXT, Opcode.BINARY]),
    st.one_of(st.binary(max_size=140), st.text(max_size=60).map(str.encode)),
    st.booleans(),
)
CONTROL = st.builds(
    Frame, st.sampled_from([Opcode.CLOSE, Opcode.PING, Opcode.PONG]), st.binary(max_size=125), st.just(True)
)
FRAMES = st.one_of(MESSAGES, CONTROL)


@given(FRAMES)
@settings(max_examples=300, deadline=None)
def test_only_a_short_text_is_taken_and_as_the_parser_reads_it(frame: Frame) -> None:
    """Whatever a client's frame is: the text is the library's, or the frame is left to the library."""
    wire = frame.serialize(mask=True)
    try:
        plain = frame.opcode is Opcode.TEXT and frame.fin and len(frame.data) < 126
        expected = bytes(frame.data).decode() if plain else None
    except UnicodeDecodeError:
        expected = None
    assert whole_text(wire) == expected
    assert whole_text(wire[:-1]) is None
    assert whole_text(wire + b"\x81") is None


@given(st.lists(FRAMES, min_size=1, max_size=4), st.integers(1, 5))
@settings(max_examples=300, deadline=None)
def test_frames_end_where_the_parser_says(frames: list[Frame], cut: int) -> None:
    """Whole messages end with a frame; a cut one, or a part of a message, does not count."""
    wire = b"".join(frame.serialize(mask=True) for frame in frames)
    assert ends_with_frame(wire) == all(frame.fin for frame in frames)
    assert not ends_with_frame(wire[:-cut])
    assert not ends_with_frame(Frame(Opcode.TEXT, b"from a server").serialize(mask=False))
