"""The person behind an account, as the house is told: two accounts of one person are two eyes, not four.

What the registers know of a person is put under the key of this exchange's secrets first: a journal is kept for ever and
read by many, and the digest of a name and a number is found again by whoever tries all numbers.
"""

from typing import Any

import msgspec

from exchange.house.command import Body
from web.sessions import Caller


async def with_person(state: Any, caller: Caller, body: Body) -> Body:
    """A command that says who stands behind the account, where it has a place for it; `state` is the application's."""
    if getattr(body, "person", None) != "":
        return body
    person = await _person_of(state, caller.account.id)
    return msgspec.structs.replace(body, person=state.factors.alias(person)) if person else body


async def _person_of(state: Any, account: str) -> str:
    """What stands for the person of an account in the registers; empty where none knows."""
    registers = state.exchange.registers
    enrolled = await registers.accounts.get(account)
    if enrolled is not None and enrolled.person:
        return str(enrolled.person)
    person = await registers.people.of_account(account)
    return str(person.id) if person else ""
