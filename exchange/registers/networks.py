"""From which networks the people of an organisation signed in: a network, never an address."""

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import select

from exchange.registers.access_models import AccessEventRow
from exchange.registers.database import Database
from exchange.registers.models import AccountRow, WebSessionRow

RECENT = 30 * 24 * 3600 * 1_000_000
"""µs of sign-ins that are looked at."""


async def networks_of(database: Database, parties: Iterable[str], now: int) -> dict[str, frozenset[str]]:
    """Each of these organisations with the networks its accounts signed in from lately."""
    wanted = sorted(set(parties))
    found: defaultdict[str, set[str]] = defaultdict(set)
    async with database.reading() as session:
        for rows, began in ((WebSessionRow, WebSessionRow.created_at), (AccessEventRow, AccessEventRow.at)):
            query = (
                select(AccountRow.organisation, rows.network)
                .join(AccountRow, AccountRow.id == rows.account)
                .where(AccountRow.organisation.in_(wanted), rows.network != "", began > now - RECENT)
                .distinct()
            )
            for party, network in (await session.execute(query)).all():
                found[str(party)].add(network)
    return {party: frozenset(networks) for party, networks in found.items()}
