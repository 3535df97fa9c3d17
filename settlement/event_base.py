"""The base of settlement's events, for the files that list them."""

import msgspec


class Event(msgspec.Struct, frozen=True, tag_field="type"):
    """Something that happened in settlement."""
