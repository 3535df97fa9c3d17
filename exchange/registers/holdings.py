"""What an organisation holds, counted: its achievements by where they stand."""

from sqlalchemy import ColumnElement, and_, case, func, not_, select

from exchange.market.unconverted import Secrecy
from exchange.registers.database import Database
from exchange.registers.models import AchievementRow

_T = AchievementRow
_PUBLIC = and_(
    _T.secrecy == Secrecy.PUBLIC.value, _T.secrecy_reviewer != "", _T.secrecy_reviewed_on.is_not(None)
)
STANDINGS: dict[str, ColumnElement[bool]] = {
    "unreviewed": not_(_PUBLIC),
    "public": _PUBLIC,
    "admitted": _T.admitted_on.is_not(None),
    "converted": _T.converted_on.is_not(None),
    "unconverted": and_(_T.admitted_on.is_not(None), _T.converted_on.is_(None)),
    "on_trial": and_(_T.trial_until.is_not(None), _T.converted_on.is_(None)),
    "impeded": _T.impediment != "",
    "interim": _T.interim.is_(True),
    "public_good": _T.public_good.is_(True),
}
"""Where an achievement may stand; several are true of one."""


class Holdings:
    """Counts over the achievements of one holder."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def count(self, holder: str) -> dict[str, int]:
        """How many of its achievements stand where; "all" counts each once."""
        sums = [func.sum(case((fits, 1), else_=0)) for fits in STANDINGS.values()]
        query = select(func.count(), *sums).where(_T.holder == holder)
        async with self._database.reading() as session:
            row = (await session.execute(query)).one()
        return dict(zip(["all", *STANDINGS], (int(one or 0) for one in row), strict=True))
