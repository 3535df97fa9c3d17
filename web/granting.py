"""Roles by two persons, and enrolment, for the interface and the page alike."""

from collections.abc import Iterable
from typing import Any

from exchange.registers import Account
from exchange.registers.access_log import AccessKind
from exchange.registers.accounts import Separated, check_roles, person_digest
from exchange.registers.enrolments import Enrolment, new_enrolment_id
from exchange.registers.grants import Grant, GrantRefused
from web import errors
from web.parse import BadInput
from web.sessions import Caller

_STATUS = {"GRANT_UNKNOWN": 404, "FOUR_EYES": 403, "GRANT_DECIDED": 409}


def needs_operator(caller: Caller) -> None:
    """403 for everybody else."""
    if "operator" not in caller.principal.roles:
        raise errors.failure(403, "FORBIDDEN", "for the role operator")


async def account_of(state: Any, login: str) -> Account:
    """The account with this login; BadInput when there is none."""
    found = await state.exchange.registers.accounts.credentials(login.strip().lower())
    if found is None:
        raise BadInput("BAD_VALUE", "login", login, "the login of an account")
    account: Account = found[0]
    return account


async def propose(state: Any, caller: Caller, login: str, roles: Iterable[str], reason: str) -> Grant:
    """Propose what an account shall be; another operator confirms it.

    SEPARATION_OF_DUTY for roles that one person may not hold together, in one account or behind two.
    """
    needs_operator(caller)
    account, chosen = await account_of(state, login), frozenset(roles)
    await _separate(state, account, chosen)
    at = state.exchange.house.clock.now()
    try:
        grant: Grant = await state.exchange.registers.grants.propose(
            account, chosen, reason, caller.account.id, at
        )
    except Separated as apart:
        raise errors.failure(409, "SEPARATION_OF_DUTY", str(apart), field="roles") from apart
    await _note(state, "grant_proposed", grant, caller)
    return grant


async def _separate(state: Any, account: Account, roles: frozenset[str]) -> None:
    """What holds for one account holds for one person: nobody is an operator here and an auditor there."""
    if not account.person:
        return
    for other in await state.exchange.registers.accounts.list():
        if other.id != account.id and other.enabled and account.same_person(other):
            try:
                check_roles(roles | other.roles, account.organisation or other.organisation)
            except Separated as apart:
                detail = f"the same person has the account {other.login}: {apart}"
                raise errors.failure(409, "SEPARATION_OF_DUTY", detail, field="roles") from apart


async def decide(state: Any, caller: Caller, grant: str, confirm: bool) -> Grant:
    """Confirm a grant or turn it down; FOUR_EYES for one's own, and for roles of one's own account.

    A confirmation takes a fresh second factor, as every approval does.
    """
    needs_operator(caller)
    if confirm:
        state.gate.demand(caller)
        await _still_separate(state, grant)
    at = state.exchange.house.clock.now()
    try:
        done: Grant = await state.exchange.registers.grants.decide(grant, caller.account, confirm, at)
    except GrantRefused as refused:
        raise errors.failure(_STATUS[refused.code], refused.code, refused.detail) from refused
    except Separated as apart:
        raise errors.failure(409, "SEPARATION_OF_DUTY", str(apart), field="roles") from apart
    await _note(state, "grant_confirmed" if confirm else "grant_rejected", done, caller)
    return done


async def _still_separate(state: Any, grant: str) -> None:
    """What was noted of persons since the proposal counts as well."""
    registers = state.exchange.registers
    proposed = await registers.grants.get(grant)
    account = await registers.accounts.get(proposed.account) if proposed else None
    if account is not None:
        await _separate(state, account, frozenset(proposed.roles))


async def _note(state: Any, kind: AccessKind, grant: Grant, caller: Caller) -> None:
    detail = {"grant": grant.id, "roles": grant.roles, "before": grant.before}
    at = state.exchange.house.clock.now()
    network = caller.sign_in.network if caller.sign_in else ""
    await state.exchange.registers.access.note(
        kind, grant.account, at, by=caller.account.id, network=network, detail=detail
    )


async def enrol(
    state: Any,
    caller: Caller,
    organisation: str,
    code: str,
    letter: str,
    login: str = "",
    letter_digest: str = "",
    person: tuple[str, str] = ("", ""),
) -> Enrolment:
    """Note that an operator saw an organisation's code and the letter of authority for an account.

    BadInput unless the code is that of the register and the account acts for the organisation. Name and number of
    the person behind the account are kept as one hash, by which two accounts of one person are known.
    """
    needs_operator(caller)
    registers = state.exchange.registers
    known = await registers.organisations.get(organisation)
    if known is None or known.code != code.strip():
        raise BadInput("BAD_VALUE", "code", code, "the code of this organisation, as the register has it")
    account = await account_of(state, login) if login else None
    if account is not None and account.organisation != organisation:
        raise BadInput("BAD_VALUE", "login", login, "an account that acts for this organisation")
    if all(person) and account is not None:
        await registers.accounts.set_person(account.login, person_digest(*person))
    at = state.exchange.house.clock.now()
    made = Enrolment(
        new_enrolment_id(),
        organisation,
        account.id if account else None,
        known.code,
        letter,
        letter_digest,
        caller.account.id,
        at,
    )
    await registers.enrolments.add(made)
    about = account.id if account else ""
    detail = {"organisation": organisation, "letter": letter}
    await registers.access.note("enrolled", about, at, by=caller.account.id, detail=detail)
    return made
