"""What is asked about royalties: reports of a period, and the licensor's inspection of them."""

from settlement.command_base import Command


class ReportRoyalty(Command, frozen=True, tag=True):
    """The buyer reports a period's basis: the price, new output, profit or sales of the contract's products, in fen."""

    trade: str
    party: str
    reporter: str
    period: int
    basis_fen: int


class RequestInspection(Command, frozen=True, tag=True):
    """The seller asks to see the books behind a period that was reported (Civil Code, art. 846)."""

    trade: str
    party: str
    requester: str
    period: int


class RecordInspection(Command, frozen=True, tag=True):
    """What an inspection that was asked for found a period's basis to be, as both parties have confirmed."""

    trade: str
    period: int
    basis_fen: int
    recorder: str


RoyaltyCommand = ReportRoyalty | RequestInspection | RecordInspection
