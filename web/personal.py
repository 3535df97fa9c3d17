"""What the exchange holds of one person, as one document; and erasing it, unless something is still open."""

from collections.abc import Iterable
from typing import Any

from exchange.house.erasure import Open, still_open
from exchange.house.state import State
from exchange.registers import Account, Registers
from exchange.registers.personal import HOLDINGS, SECRETS, Fate
from exchange.registers.read_audit import Read, of_account
from exchange.store.journal_browser import JournalBrowser, Selection
from matching_engine.errors import LuochuiError
from web.views import iso

ROWS_MAX = 100_000
READS_MAX = 1_000
NAMED = {
    "ObjectionFiled": ["name", "contact"],
    "RewardPlanned": ["completers.name"],
    "SpecialistShareDrawnUp": ["specialist"],
    "PartyEnrolled": ["party.representative"],
    "TradeConcluded": ["seller.representative", "buyer.representative"],
    "ContractDrafted": ["text"],
    "ContractRevised": ["text"],
}
"""Events of the journal in which people can stand by name, and where. Everywhere else it has ids."""


class StillOpen(LuochuiError):
    """Nothing was erased, for what is listed binds the person's organisation still."""

    def __init__(self, found: tuple[Open, ...]) -> None:
        super().__init__("still open: " + ", ".join(f"{one.kind} {one.subject}" for one in found))
        self.found = found


async def held(registers: Registers, account: Account, at: int) -> dict[str, Any]:
    """Everything that registers, audit and journal hold of an account, ready to be given out."""
    reads = registers.reads
    return {
        "account": account.id,
        "made_at": iso(at),
        "registers": await registers.personal.of(account.id),
        "read_by_others": [
            _read(one) for one in await reads.list(owner=of_account(account.id), limit=READS_MAX)
        ],
        "read_by_you": [_read(one) for one in await reads.list(reader=account.id, limit=READS_MAX)],
        "journal": await _journal(registers, account.id),
        "journal_says": (
            "The journal names accounts by id. It is append only and chained, so nothing in it is changed; once "
            "the register has forgotten the account, its id stands for nobody. The events listed under "
            "`journal_names` can hold names that were typed into them."
        ),
        "journal_names": NAMED,
        "on_erasure": {one.table: one.fate.value for one in HOLDINGS},
        "never_given_out": sorted(SECRETS),
    }


def _read(one: Read) -> dict[str, Any]:
    return {"at": iso(one.at), "reader": one.reader, "kind": one.kind, "subject": one.subject, "why": one.why}


async def _journal(registers: Registers, account: str) -> list[dict[str, Any]]:
    """The rows that came of what the account asked for, in every house of the database."""
    browser = JournalBrowser(registers.database)
    rows: list[dict[str, Any]] = []
    for house in await browser.houses():
        wanted, after = Selection(house, account=account, newest_first=False), None
        while len(rows) < ROWS_MAX:
            found = await browser.page(wanted, after, 1_000)
            rows += [
                {"house": house, "seq": row.seq, "at": iso(row.at), "type": row.type, "stream": row.stream}
                for row in found.rows
            ]
            if (after := found.after) is None:
                break
    return rows


def open_in(states: Iterable[State], account: Account) -> tuple[Open, ...]:
    """What is still open in these houses."""
    return tuple(one for state in states for one in still_open(state, account.organisation))


async def erase(
    registers: Registers, states: Iterable[State], account: Account, at: int, by: str
) -> dict[str, int]:
    """Forget a person: rows touched, by table. StillOpen while something binds the organisation; nothing is erased then."""
    if found := open_in(states, account):
        raise StillOpen(found)
    return await registers.personal.erase(account.id, at, by)


async def account_named(registers: Registers, login: str) -> Account | None:
    """The account with a login."""
    found = await registers.accounts.credentials(login)
    return found[0] if found else None


def kept() -> tuple[str, ...]:
    """The tables of which erasing leaves the rows, with the bare id of the account."""
    return tuple(one.table for one in HOLDINGS if one.fate is Fate.KEPT)
