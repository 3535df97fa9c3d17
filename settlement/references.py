"""What payers write on a transfer, and the deposit or obligation that it names."""

import re

from matching_engine.errors import require
from settlement.state import Settlement


def fold(reference: str) -> str:
    """A reference without blanks and case: " d-l1-001" names D-L1-001."""
    return "".join(reference.split()).upper()


def add_reference(state: Settlement, reference: str, target: str) -> None:
    """From now on money under `reference` is for `target`."""
    require(fold(reference) not in state.references, "a reference names one thing")
    state.references[fold(reference)] = target


_WORD = re.compile(r"[A-Z0-9][A-Z0-9-]*")


def target_of(state: Settlement, reference: str) -> str | None:
    """The deposit or obligation that a payer's text names: as a whole, or as the only one among its words."""
    whole = state.references.get(fold(reference))
    if whole is not None:
        return whole
    named = {
        state.references[word]: None for word in _WORD.findall(reference.upper()) if word in state.references
    }
    return next(iter(named)) if len(named) == 1 else None
