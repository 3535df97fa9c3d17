"""Refusing to start where an acknowledged command could be lost or an invariant go unchecked."""

from collections.abc import Mapping

from exchange.ports import UnsafeStore

POSTGRES_SETTINGS = ("fsync", "full_page_writes", "synchronous_commit")
"""Each of them off makes PostgreSQL acknowledge what a power cut then takes back."""


def refuse_optimised(optimised: bool = not __debug__) -> None:
    """UnsafeStore under `python -O`, which takes every assertion out of the program."""
    if optimised:
        raise UnsafeStore("python -O removes the checks of the invariants; run without -O and PYTHONOPTIMIZE")


def refuse_unsafe_postgres(settings: Mapping[str, str]) -> None:
    """UnsafeStore when one of POSTGRES_SETTINGS is off; names all of them, and what they must be."""
    off = [name for name in POSTGRES_SETTINGS if settings[name] == "off"]
    if off:
        wrong = ", ".join(f"{name} is off and must be on" for name in off)
        raise UnsafeStore(f"PostgreSQL would lose acknowledged commands: {wrong}")
