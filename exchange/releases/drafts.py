"""Drawing up a batch: who is a candidate at the cut-off with consent, and who still passes on the day of publication."""

from collections.abc import Mapping
from datetime import date

import msgspec

from exchange.house.state import State
from exchange.market.release_batch import MISSING
from exchange.market.release_clock import Scanner
from exchange.market.release_state import Batch, Case, Stage
from exchange.market.release_terms import BatchLine, FellOut
from exchange.market.unconverted import Verdict, judge
from exchange.registers import Achievement, Registers
from exchange.releases.rows import Known, everything, known, row_of


class Draft(msgspec.Struct, frozen=True):
    """The list of a cut-off: its lines, how many results stand under which reason, and the digest of what was read."""

    lines: tuple[BatchLine, ...]
    counts: dict[str, int]
    data_digest: str


async def draft(registers: Registers, state: State, cutoff: date) -> Draft:
    """The candidates of a day whose holders consented, with what a batch publishes of each."""
    scanner, of_house = Scanner(cutoff), known(state, cutoff)
    lines: list[BatchLine] = []
    async for page in everything(registers):
        for one in page:
            verdict = scanner.take(row_of(one, of_house.get(one.id)))
            case = state.market.releases.cases.get(one.id)
            if verdict.candidate and case is not None and case.stage is Stage.CONSENTED:
                party = state.market.parties.get(case.holder)
                lines.append(line_of(one, case, verdict, party.name if party else ""))
    found = scanner.scan()
    return Draft(tuple(lines), found.counts, found.data_digest)


def line_of(one: Achievement, case: Case, verdict: Verdict, party: str = "") -> BatchLine:
    """What a batch publishes of a result: contact and price as the holder consented to, else as the register has them."""
    answer = case.answer
    return BatchLine(
        achievement=one.id,
        title=one.title,
        holder=one.holder or "",
        holder_name=one.holder_name or party,
        category=one.category.value if one.category else "",
        field=one.field,
        trl=one.trl,
        stage=one.stage.value if one.stage else "",
        price_idea_fen=(answer.price_idea_fen if answer else None) or one.price_idea_fen,
        contact=(answer.contact if answer else "") or one.contact,
        clock=verdict.clock or case.clock,
        last_day=verdict.last_day or case.last_day,
        candidate_from=verdict.candidate_from or case.candidate_from,
        achievement_digest=one.digest(),
    )


async def retest(registers: Registers, state: State, batch: Batch, day: date) -> tuple[FellOut, ...]:
    """The frozen results that are no candidates on the day of publication, each with the first reason."""
    of_house = known(state, day)
    rows = await registers.achievements.get_many([line.achievement for line in batch.frozen])
    tested = ((line.achievement, _reason(rows.get(line.achievement), of_house, day)) for line in batch.frozen)
    return tuple(FellOut(id_, reason) for id_, reason in tested if reason is not None)


def _reason(one: Achievement | None, of_house: Mapping[str, Known], day: date) -> str | None:
    if one is None:
        return MISSING
    reason = judge(row_of(one, of_house.get(one.id)), day).reason
    return None if reason is None else reason.value
