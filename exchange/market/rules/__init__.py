"""The figures of the rule sets as dated data, shipped with the product."""

from importlib.resources import files  # house-ok: the rule sets are part of the package


def shipped() -> bytes:
    """The bytes of the shipped rule sets."""
    return files(__name__).joinpath("rule_sets.yaml").read_bytes()
