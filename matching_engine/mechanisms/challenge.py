"""Challenge (揭榜挂帅): a published need and budget, sealed proposals, one or several awards (赛马制)."""

from matching_engine.commands import Opening
from matching_engine.events import Winner
from matching_engine.mechanisms.sealed import own_amounts
from matching_engine.mechanisms.weighted import Weighted, by_score
from matching_engine.state import Lot


class Challenge(Weighted):
    """The lowest proposals win, or the best scored where weights are given; each is paid its own amount."""

    def award(self, lot: Lot, enough: list[Opening], ranked: list[Opening]) -> tuple[Winner, ...]:
        """`quantity` awards, fewer where there are fewer proposals."""
        order = by_score(lot, enough) if lot.terms.weights else enough
        return own_amounts(order[: lot.terms.quantity])
