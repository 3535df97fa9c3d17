"""The one-year rule as readers may see it, and what operators do with batches; for REST and pages alike.

A result that is not public is named to nobody but its holder: elsewhere it is a number.
"""

from collections.abc import Mapping, Sequence
from datetime import date

import msgspec

from exchange.bootstrap import Exchange
from exchange.house.command import Command, Outcome, Principal
from exchange.market import release_commands as c
from exchange.market.listing_state import Listing
from exchange.market.release_batch import batch_id
from exchange.market.release_events import BatchFrozen, BatchPublished
from exchange.market.release_state import Batch, Case
from exchange.market.release_terms import Answer, BatchLine, FellOut
from exchange.registers import Achievement
from exchange.releases import outcomes
from exchange.releases.drafts import draft, retest
from exchange.releases.zones import set_zones
from settlement.dates import shanghai_date
from web import errors

OVERSEERS = frozenset({"operator", "auditor"})


class CaseView(msgspec.Struct, frozen=True):
    """A result on its way, with its row as it stands; `owns`: the reader's organisation answers."""

    case: Case
    row: Achievement
    owns: bool


class Cases(msgspec.Struct, frozen=True):
    """What a reader sees of the results on their way; `hidden` are those that may not be named to it."""

    shown: list[CaseView]
    hidden: int


class Item(msgspec.Struct, frozen=True):
    """A line of a published batch, its number in it, and what became of it."""

    number: int
    line: BatchLine
    outcome: outcomes.Outcome


class BatchView(msgspec.Struct, frozen=True):
    """A batch as a reader may see it. `hidden` lines and `hidden_out` failures are secret now."""

    batch: Batch
    items: list[Item]
    hidden: int
    fell_out: list[FellOut]
    hidden_out: int


async def cases_of(exchange: Exchange, principal: Principal) -> Cases:
    """The results of the reader's organisation and those it was told of; for overseers all that may be named."""
    cases = [one for one in exchange.house.view.market.releases.cases.values() if _concerns(principal, one)]
    rows = await exchange.registers.achievements.get_many([one.achievement for one in cases])
    shown = []
    for one in cases:
        row, owns = rows.get(one.achievement), principal.party is not None and one.holder == principal.party
        if row is not None and (owns or row.public):
            shown.append(CaseView(one, row, owns))
    shown.sort(key=lambda one: (one.case.candidate_from, one.case.achievement))
    return Cases(shown, len(cases) - len(shown))


def _concerns(principal: Principal, one: Case) -> bool:
    if principal.roles & OVERSEERS:
        return True
    party = principal.party
    told = (recipient.organisation for notice in one.notices for recipient in notice.recipients)
    return party is not None and (one.holder == party or party in told)


async def batch_of(exchange: Exchange, principal: Principal | None, id_: str) -> BatchView:
    """A batch: a published one for everybody, one that is only frozen for overseers; 404 for any other."""
    batch = exchange.house.view.market.releases.batches.get(id_)
    oversees = principal is not None and bool(principal.roles & OVERSEERS)
    if batch is None or (batch.published_at is None and not oversees):
        raise errors.not_found("batch")
    return (await _views(exchange, [batch]))[0]


async def batches_of(exchange: Exchange, principal: Principal | None) -> list[BatchView]:
    """Every batch that the reader may see, the newest first."""
    oversees = principal is not None and bool(principal.roles & OVERSEERS)
    batches = exchange.house.view.market.releases.batches.values()
    return await _views(exchange, [one for one in batches if oversees or one.published_at is not None][::-1])


async def _views(exchange: Exchange, batches: Sequence[Batch]) -> list[BatchView]:
    state = exchange.house.view
    listings, sold = outcomes.listings_of(state), outcomes.sold_listings(state)
    ids = dict.fromkeys(line.achievement for batch in batches for line in batch.frozen)
    rows = await exchange.registers.achievements.get_many(list(ids))
    public = {id_: row for id_, row in rows.items() if row.public}
    views = []
    for batch in batches:
        lines = batch.lines if batch.published_at is not None else batch.frozen
        items = [
            Item(n, line, _outcome(exchange, batch, line, listings, sold))
            for n, line in enumerate(lines, 1)
            if line.achievement in public
        ]
        out = [one for one in batch.fell_out if one.achievement in public]
        hidden_out = batch.hidden + len(batch.fell_out) - len(out)
        views.append(BatchView(batch, items, len(lines) - len(items), out, hidden_out))
    return views


def _outcome(
    exchange: Exchange,
    batch: Batch,
    line: BatchLine,
    listings: Mapping[str, Listing],
    sold: frozenset[str],
) -> outcomes.Outcome:
    market, listing = exchange.house.view.market, listings.get(line.achievement)
    open_ = listing is not None and market.open_licences.standing(listing.id) is not None
    return outcomes.outcome_of(market.releases.cases[line.achievement], batch.id, listing, sold, open_)


def hidden_of(view: BatchView) -> frozenset[str]:
    """The lines of a batch that may not be named any more."""
    shown = {item.line.achievement for item in view.items}
    return frozenset(line.achievement for line in view.batch.lines if line.achievement not in shown)


async def freeze(exchange: Exchange, principal: Principal, cutoff: date, command: str) -> Outcome:
    """Draw up the list of a cut-off and close it; asked again under the same id, the first answer."""
    done = await _answered(exchange, principal, command, BatchFrozen)
    if done is not None:
        return done
    today = shanghai_date(exchange.house.clock.now())
    if cutoff > today:
        raise errors.failure(422, "BATCH_CUTOFF", f"cutoff: {today} or before", field="cutoff")
    found = await draft(exchange.registers, exchange.house.view, cutoff)
    id_ = batch_id(exchange.settings.batch_prefix, cutoff)
    body = c.FreezeBatch(id_, cutoff, found.lines, found.counts, found.data_digest, principal.account)
    return await exchange.house.submit(Command(command, principal, body))


async def publish(exchange: Exchange, principal: Principal, id_: str, command: str) -> Outcome:
    """Test a frozen list again, publish what passes, and set its special zone."""
    done = await _answered(exchange, principal, command, BatchPublished)
    if done is not None:
        return done
    house = exchange.house
    batch = house.view.market.releases.batches.get(id_)
    if batch is None:
        raise errors.not_found("batch")
    out = await retest(exchange.registers, house.view, batch, shanghai_date(house.clock.now()))
    outcome = await house.submit(Command(command, principal, c.PublishBatch(id_, out, principal.account)))
    if outcome.refusal is None:
        await set_zones(exchange.registers, house.view, house.clock.now())
    return outcome


async def _answered(exchange: Exchange, principal: Principal, command: str, kind: type) -> Outcome | None:
    """What was decided under this id for this account: lists are drawn up from registers that move on."""
    known = await exchange.house.answer_of(command)
    if known is None or not known.recorded:
        return None
    first = known.recorded[0]
    return known if first.principal == principal.account and isinstance(first.event, kind) else None


async def with_contact(exchange: Exchange, principal: Principal, achievement: str, answer: Answer) -> Answer:
    """A consent that names no contact takes the one that the register has for the holder's own result."""
    if answer.kind != "consent" or answer.contact:
        return answer
    row = await exchange.registers.achievements.get(achievement)
    own = row is not None and row.holder is not None and row.holder == principal.party
    return msgspec.structs.replace(answer, contact=row.contact) if row is not None and own else answer
