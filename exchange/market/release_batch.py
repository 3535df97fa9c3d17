"""A batch: the list of a quarter frozen at its cut-off, tested again, published at one instant, never reordered."""

import re
from collections.abc import Iterable, Sequence
from datetime import date

from exchange.market import release_commands as c
from exchange.market import release_events as e
from exchange.market.refusals import Events, MarketRefusal, refuse
from exchange.market.release_clock import quarter
from exchange.market.release_state import Batch, Releases, Stage
from exchange.market.release_terms import BatchLine, FellOut
from exchange.market.state import Market
from exchange.market.unconverted import Reason
from matching_engine import canonical
from settlement.dates import shanghai_date

BATCH_ID = re.compile(r"[A-Z][A-Z0-9]{0,11}-(\d{4}Q[1-4])", re.ASCII)
CONSENT_WITHDRAWN = "CONSENT_WITHDRAWN"
MISSING = "MISSING"
"""The result is no longer in the register."""


def batch_id(prefix: str, cutoff: date) -> str:
    """ "LY-2026Q4": the batch of a cut-off's quarter."""
    return f"{prefix}-{quarter(cutoff)}"


def line_order(line: BatchLine) -> tuple[date, str]:
    """Those that wait longest first, then by id: the same lines always stand in the same order."""
    return line.candidate_from, line.achievement


def canonical_lines(lines: Sequence[BatchLine]) -> bytes:
    """The bytes that a batch's digest is made of: a line of canonical JSON for each result, in order."""
    return b"".join(canonical.encode(line) + b"\n" for line in lines)


def digest_of(lines: Sequence[BatchLine]) -> str:
    """Hex SHA-256 of the canonical lines."""
    return canonical.digest(canonical_lines(lines)).hex()


def freeze(market: Market, command: c.FreezeBatch, at: int) -> Events:
    """The list is closed. Only what its holder consented to may stand on it."""
    fault = _freeze_fault(market.releases, command, at)
    if fault is not None:
        return refuse(command.batch, command, *fault)
    lines = tuple(sorted(command.lines, key=line_order))
    return (
        e.BatchFrozen(
            command.batch, command.cutoff, lines, command.counts, command.data_digest, command.author, at
        ),
    )


def _freeze_fault(releases: Releases, command: c.FreezeBatch, at: int) -> tuple[MarketRefusal, str] | None:
    named = BATCH_ID.fullmatch(command.batch)
    if named is None or named[1] != quarter(command.cutoff):
        return MarketRefusal.BATCH_CUTOFF, f"the batch of {command.cutoff} ends in {quarter(command.cutoff)}"
    if command.cutoff > shanghai_date(at):
        return MarketRefusal.BATCH_CUTOFF, f"{command.cutoff} has not come"
    if command.batch in releases.batches:
        return MarketRefusal.BATCH_EXISTS, f"{command.batch} is frozen already"
    if not command.lines:
        return MarketRefusal.BATCH_EMPTY, "no candidate has its holder's consent"
    if _without_consent(releases, command.lines) or _repeated(command.lines):
        return MarketRefusal.RELEASE_STATE, "a result is on the list without consent, or twice"
    return None


def _without_consent(releases: Releases, lines: Iterable[BatchLine]) -> bool:
    cases = (releases.cases.get(line.achievement) for line in lines)
    return any(case is None or case.stage is not Stage.CONSENTED for case in cases)


def _repeated(lines: Sequence[BatchLine]) -> bool:
    return len({line.achievement for line in lines}) < len(lines)


def publish(market: Market, command: c.PublishBatch, at: int) -> Events:
    """What passed again is public, in the order in which it was frozen; the rest is named with its reason."""
    batch = market.releases.batches.get(command.batch)
    if batch is None:
        return refuse(command.batch, command, MarketRefusal.BATCH_UNKNOWN, "there is no such batch")
    if batch.published_at is not None:
        return refuse(command.batch, command, MarketRefusal.BATCH_STATE, "the batch is published")
    reasons = {one.achievement: one.reason for one in command.fell_out}
    for line in batch.frozen:
        if market.releases.cases[line.achievement].stage is not Stage.FROZEN:
            reasons.setdefault(line.achievement, CONSENT_WITHDRAWN)
    lines = tuple(line for line in batch.frozen if line.achievement not in reasons)
    failed = [line.achievement for line in batch.frozen if line.achievement in reasons]
    out = [FellOut(id_, reasons[id_]) for id_ in failed]
    named = tuple(one for one in out if one.reason != Reason.SECRET)
    hidden = len(out) - len(named)
    return (e.BatchPublished(command.batch, lines, named, hidden, digest_of(lines), command.author, at),)


# What the events add up to


def frozen(market: Market, event: e.BatchFrozen) -> None:
    """Nothing on the list may be answered otherwise, but the consent withdrawn."""
    releases = market.releases
    releases.batches[event.batch] = Batch(
        event.batch, event.cutoff, event.lines, event.counts, event.data_digest, event.author, event.at
    )
    for line in event.lines:
        releases.cases[line.achievement].stage = Stage.FROZEN


def published(market: Market, event: e.BatchPublished) -> None:
    """Public from now on; what fell out goes back to where it came from."""
    batch = market.releases.batches[event.batch]
    batch.lines, batch.fell_out, batch.hidden = event.lines, event.fell_out, event.hidden
    batch.digest, batch.published_by, batch.published_at = event.digest, event.author, event.at
    public = {line.achievement for line in event.lines}
    for line in batch.frozen:
        case = market.releases.cases[line.achievement]
        if line.achievement in public:
            case.stage, case.choice = Stage.PUBLISHED, None
            case.batches.append(event.batch)
        elif case.stage is Stage.FROZEN:
            case.stage = Stage.CONSENTED
