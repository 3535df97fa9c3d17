"""The parts of an achievement that come in lists: money, property, owners, people, stages."""

from datetime import date

import msgspec

from exchange.market.unconverted import Source
from exchange.registers.words import IpKind, LegalStatus, Level, Right, Stage


class FundingSource(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One source of money. `share` is its exact part as a fraction, "" where nobody knows it.

    `duty` is the duty to convert that was agreed before the project began (Heilongjiang, part two, (一)).
    """

    kind: Source
    level: Level | None = None
    programme: str = ""
    project_no: str = ""
    share: str = ""
    duty: str = ""


class IpItem(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One property right."""

    kind: IpKind
    number: str = ""
    title: str = ""
    status: LegalStatus | None = None
    granted_on: date | None = None
    expires_on: date | None = None
    pledged: bool = False

    @property
    def line(self) -> str:
        """The right in one line, as a listing and a contract name it."""
        parts = (self.kind.value, self.number, self.title, self.status.value if self.status else "")
        return " ".join(part for part in parts if part)


class RightsGrant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A right given to completers (赋权): a share of the ownership, or use for at least ten years."""

    right: Right
    to: str
    share: str = ""
    years: int | None = None
    from_on: date | None = None


class Owner(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One who owns a part. `organisation` is its id where it is in the register."""

    name: str
    share: str = ""
    organisation: str | None = None


class Completer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A person who made the achievement (完成人). `leader`: holds an office, which decides how awards may be paid."""

    name: str
    role: str = ""
    organisation: str = ""
    leader: bool = False


class StageReached(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A stage of the chain, and when and where it was reached."""

    stage: Stage
    reached_on: date | None = None
    place: str = ""
