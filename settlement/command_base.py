"""The base of settlement's commands, for the files that list them."""

import msgspec


class Command(msgspec.Struct, frozen=True, tag_field="type"):
    """A request to settlement."""
