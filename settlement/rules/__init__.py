"""The rule files that come with the product, as package data."""

from importlib.resources import files  # house-ok: the sheets are part of the package


def shipped() -> dict[str, bytes]:
    """The bytes of every shipped rule file, by name; feed them to `settlement.rulebook.load_rulebook`."""
    sheets = (entry for entry in files(__name__).iterdir() if entry.name.endswith(".yaml"))
    return {entry.name: entry.read_bytes() for entry in sheets}
