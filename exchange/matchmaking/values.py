"""What matching takes: an offered achievement, a demand; and why one of them takes no part."""

from enum import StrEnum

import msgspec


class Barrier(StrEnum):
    """Why something is never matched, in the order in which it is asked."""

    SECRET = "SECRET"  # noqa: S105 - a degree of secrecy, not a secret
    UNRELEASED = "UNRELEASED"
    IMPEDED = "IMPEDED"
    SOLD = "SOLD"
    CLOSED = "CLOSED"


class Supply(msgspec.Struct, frozen=True):
    """An achievement as matching sees it. What nobody states is None or "".

    `cleared` and `released` are False unless somebody reviewed and released it: nothing is shown by omission.
    `evaluation` is the result of a signed report, per mille of the full marks.
    """

    id: str
    title: str
    text: str = ""
    field: str = ""
    trl: int | None = None
    region: str = ""
    price_fen: int | None = None
    evaluation: int | None = None
    holder: str | None = None
    cleared: bool = False
    released: bool = False
    impeded: bool = False
    sold: bool = False


class Need(msgspec.Struct, frozen=True):
    """A demand as matching sees it. `least_trl` is the readiness that is wanted at least."""

    id: str
    title: str
    text: str = ""
    field: str = ""
    least_trl: int | None = None
    region: str = ""
    budget_fen: int | None = None
    organisation: str | None = None
    open: bool = False


def barrier_of_supply(supply: Supply) -> Barrier | None:
    """Why an achievement is never recommended; None when it may be."""
    if not supply.cleared:
        return Barrier.SECRET
    if not supply.released:
        return Barrier.UNRELEASED
    if supply.impeded:
        return Barrier.IMPEDED
    return Barrier.SOLD if supply.sold else None


def barrier_of_need(need: Need) -> Barrier | None:
    """Why a demand is never matched; None when it may be."""
    return None if need.open else Barrier.CLOSED
