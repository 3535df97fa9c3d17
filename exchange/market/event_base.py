"""The root of every market event, so that parts of the market can define theirs in modules of their own."""

import msgspec


class Event(msgspec.Struct, frozen=True, tag_field="type"):
    """Something that happened in the market."""
