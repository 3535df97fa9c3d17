"""Who may do what with a directory's entry, and the steps themselves; for REST and pages alike.

Everybody sees what is published of a public kind. An entry that is not open belongs to its organisation, to the
account that entered it, and to the roles that its kind names beside operators and auditors.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from exchange.bootstrap import Exchange
from exchange.house.command import Principal
from exchange.market.unconverted import Secrecy
from exchange.registers import Achievement, Registers
from exchange.registers.directory import NOBODY, Entry, Reader, Stale, entry_of, moved, with_values
from exchange.registers.directory_kinds import ANYONE, Kind, State, kinds
from exchange.registers.directory_references import known
from exchange.registers.directory_tables import RESERVED, Taker, take
from exchange.registers.directory_values import Values, WrongField, gather, withheld
from exchange.registers.imports import Report
from settlement.dates import parse_date
from web import errors

OVERSEERS = frozenset({"operator", "auditor"})
FINDINGS = frozenset({"可以公开", "隐去后公开"})
"""Findings of a secrecy review on which an achievement is released."""


class Faults(Exception):
    """An entry that is not as its kind says: what is wrong with each field."""

    def __init__(self, faults: Mapping[str, WrongField]) -> None:
        super().__init__("; ".join(str(one) for one in faults.values()))
        self.faults = faults


def kind_of(name: str) -> Kind:
    """A kind by its name; 404 when there is none."""
    found = kinds().get(name)
    if found is None:
        raise errors.not_found("directory")
    return found


def reader_of(kind: Kind, principal: Principal | None) -> Reader:
    """The principal as the register sees a reader."""
    if principal is None:
        return NOBODY
    overseer = bool(principal.roles & (OVERSEERS | set(kind.see)))
    return Reader(principal.account, principal.party, overseer)


def may_enter(kind: Kind, principal: Principal | None) -> bool:
    """Whether somebody may make an entry of the kind."""
    return principal is not None and (ANYONE in kind.enter or bool(principal.roles & set(kind.enter)))


def _own(principal: Principal, entry: Entry) -> bool:
    party = principal.party is not None and entry.owner == principal.party
    return party or entry.entered_by == principal.account


def may_change(kind: Kind, principal: Principal | None, entry: Entry) -> bool:
    """Whether somebody may write other values into an entry: operators, and whose it is."""
    if principal is None or entry.state == "retired" or not may_enter(kind, principal):
        return False
    return "operator" in principal.roles or _own(principal, entry)


def moves(kind: Kind, principal: Principal | None, entry: Entry) -> tuple[State, ...]:
    """The states that somebody may put an entry into."""
    if principal is None:
        return ()
    reader = reader_of(kind, principal)
    decides = bool(principal.roles & set(kind.publish)) and reader.inside(entry)
    own = _own(principal, entry) and may_enter(kind, principal)
    if entry.state == "draft":
        eyes = not kind.four_eyes or entry.changed_by != principal.account
        return (*(("published",) if decides and eyes else ()), *(("retired",) if decides or own else ()))
    if entry.state == "published":
        return ("retired",) if decides or own else ()
    return ("draft",) if decides else ()


async def visible(exchange: Exchange, principal: Principal | None, kind: Kind, id_: str) -> Entry:
    """An entry that the principal may see; 404 for any other, as if it did not exist."""
    entry = await exchange.registers.directory.visible(kind, reader_of(kind, principal), id_)
    if entry is None:
        raise errors.not_found("entry")
    return entry


def owner_of(principal: Principal, wished: str | None) -> str | None:
    """Whose a new entry is: an operator says it, for anybody else the own organisation's."""
    if "operator" in principal.roles:
        return wished
    if wished not in (None, principal.party):
        raise errors.failure(403, "FORBIDDEN", "enter what belongs to your own organisation")
    return principal.party


async def enter(
    exchange: Exchange,
    principal: Principal,
    kind: Kind,
    id_: str,
    given: Mapping[str, Any],
    owner: str | None,
) -> Entry:
    """A new draft; 403 for whom the kind does not let, Faults when it is not as the kind says."""
    if not may_enter(kind, principal):
        raise errors.failure(403, "FORBIDDEN", f"for the roles {', '.join(kind.enter)}")
    owner = owner_of(principal, owner)
    if owner is not None and await exchange.registers.organisations.get(owner) is None:
        raise Faults({"owner": WrongField("owner", owner, "organisation")})
    values = await _values(exchange, principal, kind, {}, given, publishing=False)
    entry = entry_of(kind, id_, values, owner, principal.account, exchange.house.clock.now())
    return await _whole(exchange.registers.directory.enter(kind, entry))


async def change(
    exchange: Exchange, principal: Principal, kind: Kind, entry: Entry, version: int, given: Mapping[str, Any]
) -> Entry:
    """Other values. What its own people change goes back to a draft, so that it is looked at again."""
    if not may_change(kind, principal, entry):
        raise errors.failure(403, "FORBIDDEN", "for operators and those whom the entry belongs to")
    state: State = entry.state if "operator" in principal.roles and not kind.four_eyes else "draft"
    values = await _values(exchange, principal, kind, entry.fields, given, publishing=state == "published")
    made = with_values(kind, msgspec.structs.replace(entry, state=state), values, principal.account)
    beside = await effect(exchange, kind, entry, made, principal.account)
    now = exchange.house.clock.now()
    return await _whole(exchange.registers.directory.replace(kind, made, version, now, beside=beside))


async def move(
    exchange: Exchange,
    principal: Principal,
    kind: Kind,
    entry: Entry,
    version: int,
    state: State,
    reason: str = "",
) -> Entry:
    """Another state; what is published is whole, and says nothing of what is secret."""
    if state not in moves(kind, principal, entry):
        if state == "published" and kind.four_eyes and entry.changed_by == principal.account:
            raise errors.failure(403, "FOUR_EYES", "somebody else publishes what you entered")
        raise errors.failure(409, "ENTRY_STATE", f"from {entry.state} you cannot make it {state}")
    if state == "published":
        await _values(exchange, principal, kind, entry.fields, entry.fields, publishing=True)
    made = moved(kind, entry, state, principal.account)
    beside = await effect(exchange, kind, entry, made, principal.account)
    now = exchange.house.clock.now()
    return await _whole(exchange.registers.directory.replace(kind, made, version, now, reason, beside))


async def _values(
    exchange: Exchange,
    principal: Principal,
    kind: Kind,
    old: Values,
    given: Mapping[str, Any],
    *,
    publishing: bool,
) -> Values:
    """The values checked; Faults with everything that is wrong at once."""
    trades = exchange.house.view.settlement.trades
    reader = reader_of(kind, principal)
    named = await known(exchange.registers, kind, [given], reader, trades, publishing=publishing)
    values, faults = gather(kind, given, named, publishing=publishing)
    for wrong in withheld(kind, old, values, principal.roles):
        faults.setdefault(wrong.field, wrong)
    if faults:
        raise Faults(faults)
    return values


async def _whole(writing: Awaitable[Entry]) -> Entry:
    """The entry that is written; a version that has passed, or unique fields that are taken, as what they are."""
    try:
        return await writing
    except Stale as error:
        raise errors.failure(409, "STALE_VERSION", str(error)) from error
    except WrongField as wrong:
        raise Faults({wrong.field: wrong}) from wrong


async def take_table(
    exchange: Exchange, principal: Principal, kind: Kind, data: bytes, strict: bool
) -> Report:
    """Take a table in: an operator's rows of any owner, anybody else's of the own organisation."""
    if not may_enter(kind, principal):
        raise errors.failure(403, "FORBIDDEN", f"for the roles {', '.join(kind.enter)}")
    own = None if "operator" in principal.roles else principal.party
    if own is None and "operator" not in principal.roles:
        raise errors.failure(403, "FORBIDDEN", "for operators and members of an organisation")
    trades = exchange.house.view.settlement.trades
    taker = Taker(reader_of(kind, principal), principal.roles, own, trades)
    return await take(exchange.registers, kind, data, taker, exchange.house.clock.now(), strict=strict)


# What publishing does beside

Beside = Callable[[AsyncSession], Awaitable[None]]


async def effect(exchange: Exchange, kind: Kind, old: Entry, new: Entry, by: str) -> Beside | None:
    """What a change of an entry's state does to its achievement, in the same transaction; None: nothing."""
    work = EFFECTS.get(kind.effect)
    if work is None or new.achievement is None or old.state == new.state:
        return None
    registers = exchange.registers
    row = await registers.achievements.get(new.achievement)
    changed = work(row, old, new) if row is not None else None
    if changed is None:
        return None
    return _writing(registers, changed, by, exchange.house.clock.now(), f"{new.kind} {new.id}")


def _writing(registers: Registers, row: Achievement, by: str, at: int, reason: str) -> Beside:
    async def write(session: AsyncSession) -> None:
        await registers.achievements.change_within(session, [row], by, at, reason)

    return write


def release(row: Achievement, old: Entry, new: Entry) -> Achievement | None:
    """Published: the achievement is public by the named reviewer's finding. No longer published: secret again."""
    if new.owner is not None and row.holder != new.owner:
        raise Faults({"achievement": WrongField("achievement", row.id, "achievement")})
    if new.state == "published":
        if new.fields["finding"] not in FINDINGS or row.secrecy not in (Secrecy.PUBLIC, Secrecy.UNKNOWN):
            raise Faults({"finding": WrongField("finding", new.fields["finding"], "choice")})
        return msgspec.structs.replace(
            row,
            secrecy=Secrecy.PUBLIC,
            secrecy_reviewer=new.fields["reviewer"],
            secrecy_reviewed_on=parse_date(new.fields["reviewed_on"]),
        )
    if old.state != "published":
        return None
    return msgspec.structs.replace(
        row, secrecy=Secrecy.UNKNOWN, secrecy_reviewer="", secrecy_reviewed_on=None
    )


def disclosure(row: Achievement, old: Entry, new: Entry) -> Achievement | None:
    """Decided: the achievement begins with this disclosure."""
    if new.state != "published" or row.holder != new.owner:
        return None
    return msgspec.structs.replace(
        row,
        disclosed_on=parse_date(new.fields["disclosed_on"]),
        disclosed_by=new.fields["disclosed_by"],
    )


EFFECTS: dict[str, Callable[[Achievement, Entry, Entry], Achievement | None]] = {
    "release": release,
    "disclosure": disclosure,
}
"""The effects that a kind may name."""

__all__ = [
    "EFFECTS",
    "RESERVED",
    "Faults",
    "change",
    "enter",
    "kind_of",
    "may_change",
    "may_enter",
    "move",
    "moves",
    "reader_of",
    "take_table",
    "visible",
]
