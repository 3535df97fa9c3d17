"""The root of every market command, so that parts of the market can define theirs in modules of their own."""

import msgspec


class Command(msgspec.Struct, frozen=True, tag_field="type"):
    """A request to the market."""
