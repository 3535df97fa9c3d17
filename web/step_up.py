"""The one place where REST, pages and the socket ask whether a second factor is needed before a command.

The rule itself is pure and stands in `exchange.house.step_up`; here is what it needs to know, and what it says.
"""

from typing import Any

from exchange.house import step_up as rule
from exchange.house.command import Command
from exchange.house.state import State
from exchange.ports import Clock
from exchange.registers.sessions import Sessions as SessionRegister
from web import errors
from web.sessions import Caller, Live, Sessions

CONFIRM, ENROL = "/account/confirm", "/account"
_SAYS = {
    "STEP_UP_REQUIRED": "show your second factor: a code, or a passkey; then send the same command id again",
    "SECOND_FACTOR_REQUIRED": "binding needs a second factor; add one to your account",
    "SIGNATURE_REQUIRED": "this key may bind only with signed requests; or make one after showing a second factor",
}
_LINKS = {"STEP_UP_REQUIRED": CONFIRM, "SECOND_FACTOR_REQUIRED": ENROL, "SIGNATURE_REQUIRED": "/account/keys"}


class StepUpNeeded(Exception):
    """A page's command waits for a second factor; deliberately none of the errors that pages show beside a field."""

    def __init__(self, failure: errors.Failure) -> None:
        super().__init__(failure.problem.code)
        self.failure = failure


def failure_of(code: str) -> errors.Failure:
    """403 with the page where what is missing can be done."""
    return errors.failure(403, code, _SAYS[code], link=_LINKS[code])


def standing_of(caller: Caller) -> rule.Standing:
    """What is known of how surely the caller is who the account says."""
    if caller.key is not None:
        strong = caller.signed or (caller.key.terms.strong and not caller.key.terms.public_key)
        return rule.Standing(caller.key.enrolled, program="strong" if strong else "weak")
    sign_in = caller.sign_in
    if sign_in is None:
        return rule.Standing(False)
    return rule.Standing(sign_in.enrolled, sign_in.stepped_up_at, sign_in.confirmed)


class Gate:
    """Asks the rule with this exchange's policy."""

    def __init__(self, register: SessionRegister, clock: Clock, policy: rule.Policy) -> None:
        self._register = register
        self._clock = clock
        self._policy = policy

    def open_to(self, caller: Caller, body: object, state: State) -> bool:
        """Whether a command may go on at once: nothing is missing, and nothing has to be noted."""
        if self._policy == "off" or rule.need_of(body) is rule.Need.NONE:
            return True
        standing = standing_of(caller)
        if self._policy == "enrolled" and not standing.enrolled:
            return True
        if rule.lacking(body, standing, self._policy, state, self._clock.now()) is not None:
            return False
        return rule.to_note(body, standing, state) is None

    async def admit(self, caller: Caller, command: Command, house: Any) -> None:
        """Raise the Failure that says what is missing; otherwise note in which market session it was shown.

        A command that was decided already gets the answer it has, however long ago the factor was shown.
        """
        state, standing = house.view, standing_of(caller)
        code = rule.lacking(command.body, standing, self._policy, state, self._clock.now())
        if code is None:
            session = None if self._policy == "off" else rule.to_note(command.body, standing, state)
            if session is not None and caller.sign_in is not None:
                await self._register.confirmed(caller.sign_in.id, session)
        elif await house.answer_of(command.id) is None:
            raise failure_of(code)

    async def admit_again(self, sessions: Sessions, live: Live, command: Command, house: Any) -> None:
        """The same behind an open socket, where what is known of the session may be old; it is looked up before
        and after."""
        live.caller = await sessions.again(live.caller)
        await self.admit(live.caller, command, house)
        live.caller = await sessions.again(live.caller)

    def demand(self, caller: Caller) -> None:
        """The same for what is no command of the house: raise the Failure unless a factor was shown just now."""
        standing = standing_of(caller)
        code = rule.lacking_anywhere(standing, self._policy, self._clock.now())
        if code is not None:
            raise failure_of(code)
