"""Passkeys (WebAuthn): what the browser is asked to make or to sign, and whether its answer is right.

The challenge stands in the row of the session, is taken once, and ends after five minutes. The relying party is the
host of the exchange's public address; a passkey made for another host does not work here.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec
import webauthn
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import PublicKeyCredentialDescriptor

from exchange.ports import Clock
from exchange.registers import Registers
from exchange.registers.factors import Factor, new_factor_id
from exchange.settings import Settings
from matching_engine.errors import Malformed
from web import errors
from web.second_factors import SecondFactors, session_only
from web.sessions import Caller

Purpose = Literal["add", "confirm"]
CHALLENGE_LIFETIME = 5 * 60 * 1_000_000
NAME = "Luochui 落槌"
_WRONG = (WebAuthnException, ValueError, TypeError, KeyError, IndexError, EOFError)
"""What the library raises for an answer that is not right, or is no answer."""


class PasskeyAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the browser brings back, each in base64url: for a new passkey `attestation`, else the other two."""

    id: str
    client_data: str
    attestation: str = ""
    authenticator_data: str = ""
    signature: str = ""

    def credential(self) -> dict[str, Any]:
        """In the form of the standard."""
        parts = {
            "clientDataJSON": self.client_data,
            "attestationObject": self.attestation,
            "authenticatorData": self.authenticator_data,
            "signature": self.signature,
        }
        response = {name: value for name, value in parts.items() if value}
        return {"id": self.id, "rawId": self.id, "type": "public-key", "response": response}


def relying_party(settings: Settings) -> str:
    """The host that passkeys are made for; browsers take no number for one, so this machine is `localhost`."""
    host = urlsplit(settings.public_url).hostname or "localhost"
    return "localhost" if host in ("127.0.0.1", "::1", "0.0.0.0") else host  # noqa: S104 (compared only)


def _octets(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _text(octets: bytes) -> str:
    return urlsafe_b64encode(octets).rstrip(b"=").decode()


class Passkeys:
    """Makes and asks passkeys."""

    def __init__(
        self, registers: Registers, clock: Clock, settings: Settings, factors: SecondFactors
    ) -> None:
        self._registers = registers
        self._clock = clock
        self._settings = settings
        self._factors = factors
        self._host = relying_party(settings)

    async def options(self, caller: Caller, purpose: Purpose) -> dict[str, Any]:
        """What `navigator.credentials` takes, with a new challenge."""
        if caller.sign_in is None:
            raise session_only()
        known = await self._known(caller)
        if purpose == "add":
            self._factors.may_change(caller)
            made = webauthn.generate_registration_options(
                rp_id=self._host,
                rp_name=NAME,
                user_name=caller.account.login,
                user_id=caller.account.id.encode(),
                user_display_name=caller.account.display_name,
                exclude_credentials=known,
            )
            options: Any = made
        else:
            options = webauthn.generate_authentication_options(rp_id=self._host, allow_credentials=known)
        end = self._clock.now() + CHALLENGE_LIFETIME
        challenge = f"{purpose}:{end}:{_text(options.challenge)}"
        await self._registers.sessions.challenge(caller.sign_in.id, challenge)
        shown: dict[str, Any] = json.loads(webauthn.options_to_json(options))
        return shown

    async def _known(self, caller: Caller) -> list[PublicKeyCredentialDescriptor]:
        return [
            PublicKeyCredentialDescriptor(id=_octets(one.credential or "")) for one in await self._own(caller)
        ]

    async def _own(self, caller: Caller) -> list[Factor]:
        found = await self._registers.factors.list(caller.account.id)
        return [one for one in found if one.kind == "passkey"]

    async def _challenge(self, caller: Caller, purpose: Purpose) -> bytes:
        if caller.sign_in is None:
            raise session_only()
        taken = await self._registers.sessions.take_challenge(caller.sign_in.id)
        kind, _, rest = taken.partition(":")
        end, _, challenge = rest.partition(":")
        if kind != purpose or self._clock.now() > int(end):
            raise errors.failure(
                403, "BAD_CODE", "this question to a passkey is not open; ask again", field="code"
            )
        return _octets(challenge)

    async def add(self, caller: Caller, answer: PasskeyAnswer, label: str) -> Sequence[str]:
        """Enter a new passkey; the recovery codes, when it is the account's first factor."""
        self._factors.may_change(caller)
        challenge = await self._challenge(caller, "add")
        try:
            right = webauthn.verify_registration_response(
                credential=answer.credential(),
                expected_challenge=challenge,
                expected_rp_id=self._host,
                expected_origin=list(self._settings.origins),
            )
        except _WRONG as wrong:
            raise await self._factors.failed_passkey(caller) from wrong
        at = self._clock.now()
        factor = Factor(
            new_factor_id(),
            caller.account.id,
            "passkey",
            label,
            _text(right.credential_public_key),
            _text(right.credential_id),
            right.sign_count,
            at,
            at,
            None,
        )
        try:
            await self._registers.factors.add(factor)
        except Malformed as known:
            raise errors.failure(409, "FACTOR_KNOWN", str(known)) from known
        return await self._factors.added(caller, "passkey")

    async def step_up(self, caller: Caller, answer: PasskeyAnswer) -> None:
        """A passkey of the caller signed the challenge: the session has stepped up."""
        challenge = await self._challenge(caller, "confirm")
        factor = next((one for one in await self._own(caller) if one.credential == answer.id), None)
        if factor is None:
            raise await self._factors.failed_passkey(caller)
        try:
            right = webauthn.verify_authentication_response(
                credential=answer.credential(),
                expected_challenge=challenge,
                expected_rp_id=self._host,
                expected_origin=list(self._settings.origins),
                credential_public_key=_octets(factor.secret),
                credential_current_sign_count=factor.counter,
            )
        except _WRONG as wrong:
            raise await self._factors.failed_passkey(caller) from wrong
        if not await self._registers.factors.use(factor, right.new_sign_count, self._clock.now()):
            raise await self._factors.failed_passkey(caller)
        await self._factors.shown_passkey(caller)
