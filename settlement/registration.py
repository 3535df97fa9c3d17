"""Recognition and registration (认定登记) of a concluded contract: submitted, then registered or refused.

Only the registration office gives the 16-digit number: year, four-digit region, two-digit office, six-digit
serial. The house files under a provisional id (`TC-…`) that cannot be taken for one. A refused contract may
be submitted again. Source: 技术合同认定登记管理办法.
"""

import re

from matching_engine.errors import require
from settlement.commands import RefuseRegistration, RegisterContract, SubmitRegistration
from settlement.dates import parse_date
from settlement.dispatch import Deciders, Evolvers
from settlement.events import ContractRegistered, RegistrationRefused, RegistrationSubmitted
from settlement.ids import registration_id
from settlement.refusals import Events, Refusal, refuse
from settlement.state import ContractState, Registration, RegistrationState, Settlement

NUMBER = re.compile(r"(?:19|20)\d{2}[1-8]\d{3}\d{2}\d{6}", re.ASCII)
"""YYYY RRRR OO SSSSSS, ASCII digits only; there is no check digit."""


def submit_registration(state: Settlement, command: SubmitRegistration, _at: int) -> Events:
    """File a contract that both parties have signed."""
    contract = state.contracts.get(command.contract)
    if contract is None:
        return refuse(command.contract, command, Refusal.CONTRACT_UNKNOWN, "no such contract")
    if contract.state is not ContractState.CONCLUDED:
        detail = "only a contract signed by both parties is registered"
        return refuse(command.contract, command, Refusal.CONTRACT_NOT_SIGNED, detail)
    registration = registration_id(contract.trade)
    before = state.registrations.get(registration)
    if before is not None and before.state is not RegistrationState.REFUSED:
        return refuse(registration, command, Refusal.REGISTRATION_STATE, f"it is {before.state} already")
    total_fen = state.trades[contract.trade].price_fen
    submitted = RegistrationSubmitted(registration, contract.id, contract.trade, command.office, total_fen)
    return (submitted,)


def register_contract(state: Settlement, command: RegisterContract, _at: int) -> Events:
    """Give the office's number; the technology value is the total less its non-technical part."""
    registration, refusal = _before_office(state, command)
    if registration is None:
        return refusal
    refusal = _check_number(state, registration, command)
    if refusal:
        return refusal
    if not 0 <= command.non_technical_fen <= registration.total_fen:
        detail = f"non_technical_fen is from 0 to {registration.total_fen}"
        return refuse(command.registration, command, Refusal.AMOUNT_INVALID, detail)
    registered = ContractRegistered(
        registration=registration.id,
        contract=registration.contract,
        trade=registration.trade,
        number=command.number,
        registrar=command.registrar,
        registered_on=command.registered_on,
        total_fen=registration.total_fen,
        technology_fen=registration.total_fen - command.non_technical_fen,
    )
    return (registered,)


def refuse_registration(state: Settlement, command: RefuseRegistration, _at: int) -> Events:
    """The office does not register it, and says why."""
    registration, refusal = _before_office(state, command)
    if registration is None:
        return refusal
    refused = RegistrationRefused(
        registration=registration.id,
        contract=registration.contract,
        trade=registration.trade,
        registrar=command.registrar,
        reason=command.reason,
    )
    return (refused,)


def _before_office(
    state: Settlement, command: RegisterContract | RefuseRegistration
) -> tuple[Registration | None, Events]:
    """The registration if the office may decide on it now, else the refusal."""
    registration = state.registrations.get(command.registration)
    if registration is None:
        detail = "no such registration"
        return None, refuse(command.registration, command, Refusal.REGISTRATION_UNKNOWN, detail)
    if registration.state is not RegistrationState.SUBMITTED:
        detail = f"it is {registration.state} already"
        return None, refuse(command.registration, command, Refusal.REGISTRATION_STATE, detail)
    return registration, ()


def _check_number(state: Settlement, registration: Registration, command: RegisterContract) -> Events:
    """The refusal of a number or date that cannot be; nothing when both can."""
    subject = command.registration
    effective_on = state.contracts[registration.contract].effective_on or ""
    if parse_date(command.registered_on) is None or command.registered_on < effective_on:
        detail = (
            f"registered_on is a date like 2026-11-20, not before the contract took effect ({effective_on})"
        )
        return refuse(subject, command, Refusal.DATE_INVALID, detail)
    if not NUMBER.fullmatch(command.number):
        detail = "a number has 16 ASCII digits: year, region (first digit 1 to 8), office, serial"
        return refuse(subject, command, Refusal.NUMBER_MALFORMED, detail)
    if not effective_on[:4] <= command.number[:4] <= command.registered_on[:4]:
        detail = f"the year of a number lies between {effective_on[:4]} and {command.registered_on[:4]}"
        return refuse(subject, command, Refusal.NUMBER_MALFORMED, detail)
    if command.number in state.numbers:
        return refuse(subject, command, Refusal.NUMBER_TAKEN, "another contract has this number")
    return ()


def submitted(state: Settlement, event: RegistrationSubmitted, _at: int) -> None:
    """The contract lies with the office, for the first time or again."""
    state.trades[event.trade].registration = event.registration
    state.registrations[event.registration] = Registration(
        id=event.registration,
        contract=event.contract,
        trade=event.trade,
        office=event.office,
        total_fen=event.total_fen,
    )


def registered(state: Settlement, event: ContractRegistered, _at: int) -> None:
    """The number is given, once and to one contract."""
    contract = state.contracts[event.contract]
    require(contract.state is ContractState.CONCLUDED, "only signed contracts are registered")
    require(event.number not in state.numbers, "a registration number is given once")
    registration = state.registrations[event.registration]
    registration.state = RegistrationState.REGISTERED
    registration.number = event.number
    registration.registrar = event.registrar
    registration.registered_on = event.registered_on
    registration.technology_fen = event.technology_fen
    state.numbers[event.number] = event.registration


def refused(state: Settlement, event: RegistrationRefused, _at: int) -> None:
    """The office said no."""
    registration = state.registrations[event.registration]
    require(registration.state is RegistrationState.SUBMITTED, "the office decides what lies before it")
    registration.state = RegistrationState.REFUSED
    registration.registrar = event.registrar
    registration.reason = event.reason


DECIDE: Deciders = {
    SubmitRegistration: submit_registration,
    RegisterContract: register_contract,
    RefuseRegistration: refuse_registration,
}
EVOLVE: Evolvers = {
    RegistrationSubmitted: submitted,
    ContractRegistered: registered,
    RegistrationRefused: refused,
}
