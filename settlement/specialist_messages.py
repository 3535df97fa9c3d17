"""What is said of the specialist's tenth: the enterprise's declaration, and the share drawn up on it."""

from settlement.command_base import Command
from settlement.event_base import Event
from settlement.worksheet import Step


class DeclareSpecialist(Command, frozen=True, tag=True):
    """The enterprise says that it shares its subsidy with its transfer specialist."""

    claim: str
    party: str
    author: str
    specialist: str
    """The person's name, as in the agreement."""
    agreed_on: str


class SpecialistShareDrawnUp(Event, frozen=True, tag=True):
    """Of a subsidy, what the enterprise gives its specialist; no money beside the subsidy."""

    share: str
    claim: str
    trade: str
    party: str
    author: str
    specialist: str
    agreed_on: str
    rule: str
    base_fen: int
    amount_fen: int
    document: str
    clause: str
    quote: str
    steps: tuple[Step, ...] = ()


SpecialistCommand = DeclareSpecialist
SpecialistEvent = SpecialistShareDrawnUp
