"""The calendar files that come with the product, as package data."""

from importlib.resources import files  # house-ok: the calendars are part of the package


def shipped(name: str) -> bytes:
    """The bytes of a shipped calendar, like "china"."""
    return files(__name__).joinpath(f"{name}.yaml").read_bytes()
