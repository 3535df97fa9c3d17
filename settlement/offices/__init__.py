"""The registration offices, their clocks and thresholds, as package data."""

from importlib.resources import files  # house-ok: the sheet is part of the package


def shipped() -> bytes:
    """The bytes of the shipped sheet; feed them to `settlement.office_book.load_office_book`."""
    return files(__name__).joinpath("china.yaml").read_bytes()
