"""The one shape of a client's WebSocket frame that needs no parser: a short text that came whole (RFC 6455, 5.2).

Nearly all frames are such. What is anything else goes to the library, which is asked for every other frame as well.
"""

from websockets.frames import apply_mask  # type: ignore[attr-defined]  # the compiled one, where there is one

_WHOLE_TEXT, _MASKED = 0x81, 0x80
_SHORT = 126
"""From this length on the header is longer."""


def whole_text(data: bytes) -> str | None:
    """The text of octets that are exactly one short masked text frame; None for anything else."""
    length = len(data) - 6
    if not 0 <= length < _SHORT or data[0] != _WHOLE_TEXT or data[1] != _MASKED | length:
        return None
    try:
        return str(apply_mask(data[6:], data[2:6]), "utf-8")
    except UnicodeDecodeError:
        return None


def ends_with_frame(data: bytes) -> bool:
    """Whether octets that begin with a frame are whole frames, and none of them is a part of a message."""
    at = 0
    while len(data) - at >= 2:
        final, length = data[at] & 0x80, data[at + 1] & 0x7F
        size = 2 if length == 126 else 8 if length == 127 else 0
        if size:
            length = int.from_bytes(data[at + 2 : at + 2 + size])
        if not final or not data[at + 1] & _MASKED:
            return False
        at += 2 + size + 4 + length
    return at == len(data)
