"""Frames as they go over the line: one header, made once, that any WebSocket client reads."""

from collections.abc import Generator

import pytest
from websockets.frames import Frame as Read
from websockets.frames import Opcode

from web.transport import Frame


@pytest.mark.parametrize("length", [0, 1, 125, 126, 127, 4096, 65_535, 65_536, 200_000])
def test_a_frame_is_read_back_as_it_was_written(length: int) -> None:
    """Every form of the length, at its ends: whole text, one frame, unmasked."""
    text = b"x" * length
    frame = Frame(text)
    found = read(frame.wire)
    assert (found.opcode, bytes(found.data), found.fin) == (Opcode.TEXT, text, True)


def read(wire: bytes) -> Read:
    """The one frame in these octets, by the WebSocket library's own parser."""
    position = 0

    def read_exact(count: int) -> Generator[None, None, bytes]:
        nonlocal position
        yield from ()
        part = wire[position : position + count]
        position += count
        return part

    parser = Read.parse(read_exact, mask=False, max_size=None)
    try:
        next(parser)
    except StopIteration as done:
        assert position == len(wire)
        found: Read = done.value
        return found
    raise AssertionError("the parser wants more than the frame")
