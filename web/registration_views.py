"""A registration as the REST interface shows it."""

from datetime import date
from typing import Any, get_args

import msgspec

from exchange.house.command import Recorded
from settlement.deal import ContractKind
from settlement.filing import unstated
from settlement.registration_checks import form_of, office_of
from settlement.registration_events import RegistrationEvent
from settlement.registration_review import proposed_number
from settlement.registration_state import CLOCK_RUNS, TRANSITIONS, Registration
from settlement.review import ASKED, checklist
from settlement.state import Settlement
from settlement.working_days import working_days_between
from web import registration_resources as r
from web.views import iso

_EVENTS = get_args(RegistrationEvent)


def clock_of(one: Registration, today: date) -> r.ClockResource:
    """The office's clock as it stands today."""
    runs = one.state in CLOCK_RUNS and bool(one.due_on)
    due = date.fromisoformat(one.due_on) if one.due_on else today
    return r.ClockResource(
        filed_on=one.filed_on or None,
        due_on=one.due_on or None,
        working_days_left=working_days_between(today, due) if runs else 0,
        overdue=runs and today > due,
    )


def registration_line(state: Settlement, one: Registration, today: date) -> r.RegistrationLine:
    trade = state.trades[one.trade]
    return r.RegistrationLine(
        id=one.id,
        trade=one.trade,
        contract=one.contract,
        project=form_of(state, one).project,
        seller=trade.seller.name,
        buyer=trade.buyer.name,
        kind=_kind(state, one),
        state=one.state.value,
        office=one.office,
        office_code=_office_code(one),
        total_fen=one.total_fen,
        technology_fen=one.technology_fen,
        number=one.number,
        registered_on=one.registered_on,
        second_review=one.second_review,
        clock=clock_of(one, today),
    )


def _kind(state: Settlement, one: Registration) -> ContractKind:
    return one.kind or state.contracts[one.contract].kind  # type: ignore[return-value]


def _office_code(one: Registration) -> str:
    office = office_of(one)
    return one.office_code or (office.code if office else "")


def registration_resource(
    state: Settlement, one: Registration, today: date, recorded: list[Recorded]
) -> r.RegistrationResource:
    """All that is known of a registration."""
    form, kind = form_of(state, one), _kind(state, one)
    return r.RegistrationResource(
        id=one.id,
        trade=one.trade,
        contract=one.contract,
        state=one.state.value,
        office=one.office,
        office_code=_office_code(one),
        total_fen=one.total_fen,
        technology_fen=one.technology_fen,
        number=one.number,
        proposed_number=None if one.number else proposed_number(state, one, str(today.year)),
        registrar=one.registrar,
        first_registrar=one.first_registrar,
        registered_on=one.registered_on,
        reason=one.reason,
        refuse_codes=list(one.refuse_codes),
        kind=kind,
        costs=msgspec.to_builtins(one.costs),
        form=msgspec.to_builtins(form),
        unstated=list(unstated(form, kind)),
        second_review=one.second_review,
        disputed=one.disputed,
        clock=clock_of(one, today),
        checklist=_checks(one, kind),
        supplements=msgspec.convert(one.supplements, list[r.SupplementResource], from_attributes=True),
        versions=msgspec.convert(msgspec.to_builtins(one.versions), list[r.RegisteredVersionResource]),
        proposal=msgspec.convert(one.proposal, r.ProposalResource | None, from_attributes=True),
        ended_on=one.ended_on,
        certified_fen=one.certified_fen,
        moves=[move.value for state_, move in TRANSITIONS if state_ is one.state],
        history=[_history(row) for row in recorded if isinstance(row.event, _EVENTS)],
    )


def _checks(one: Registration, kind: ContractKind) -> list[r.CheckResource]:
    """The list of the kind with its answers."""
    found = []
    for item in checklist(kind):
        finding = one.findings.get(item.value)
        chinese, english = ASKED[item]
        answer = (
            (finding.fits, finding.words, finding.registrar, finding.on)
            if finding
            else (None, "", None, None)
        )
        found.append(r.CheckResource(item.value, chinese, english, *answer))
    return found


def _history(recorded: Recorded) -> r.HistoryResource:
    facts: dict[str, Any] = msgspec.to_builtins(recorded.event)
    for name in ("type", "registration", "contract", "trade"):
        facts.pop(name, None)
    return r.HistoryResource(type(recorded.event).__name__, recorded.seq, iso(recorded.at), facts)
