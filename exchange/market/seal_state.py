"""The state of sealed lots in the custody of two officials."""

from dataclasses import dataclass, field

from exchange.market.seal_messages import ROLES, OfficialKey, OfficialRole, SealShareGiven


@dataclass(slots=True)
class Custody:
    """Keys and shares of every lot whose bids two officials keep closed."""

    keys: dict[str, dict[OfficialRole, OfficialKey]] = field(default_factory=dict)
    """lot → role → the key that stands."""
    shares: dict[str, dict[OfficialRole, SealShareGiven]] = field(default_factory=dict)
    """lot → role → the private half, once it was posted."""
    due: dict[str, int] = field(default_factory=dict)
    """lot → the instant until which it waits for shares."""
    lapsed: dict[str, tuple[OfficialRole, ...]] = field(default_factory=dict)
    """lot → whose shares never came."""

    def keyless(self, lot: str) -> tuple[OfficialRole, ...]:
        """Whose keys a lot still needs."""
        return tuple(role for role in ROLES if role not in self.keys.get(lot, {}))

    def missing(self, lot: str) -> tuple[OfficialRole, ...]:
        """Whose shares a lot still needs."""
        return tuple(role for role in ROLES if role not in self.shares.get(lot, {}))
