"""Second factors in use: codes of an authenticator app, recovery codes, and the step-up they prove.

A TOTP step is used once; five wrong codes in a row make the account wait. Secrets are never logged.
"""

import hashlib
import hmac
import secrets
from base64 import b32encode
from collections.abc import Sequence

import msgspec
import pyotp

from exchange.house.step_up import Standing, fresh
from exchange.ports import Clock
from exchange.registers import Registers
from exchange.registers.access_log import AccessKind
from exchange.registers.factors import Factor, new_factor_id
from exchange.settings import Settings
from exchange.store.secret_box import SecretBox
from matching_engine.errors import Malformed
from web import errors
from web.sessions import Caller

STEP_SECONDS = 30
CODES = 10
ISSUER = "Luochui"


class NewSecret(msgspec.Struct, frozen=True):
    """What an authenticator app is told once: the secret as text, and as the address in its QR code."""

    factor: str
    secret: str
    uri: str


def session_only() -> errors.Failure:
    """403: a program's key has no second factor to show."""
    return errors.failure(
        403, "SESSION_REQUIRED", "second factors belong to a person's session, not to a key"
    )


def code_digest(account: str, code: str) -> str:
    """What is kept of a recovery code. Its 80 random bits need no slow hash."""
    return hashlib.sha256(f"recovery/{account}/{_plain(code)}".encode()).hexdigest()


def _plain(code: str) -> str:
    return "".join(code.split()).replace("-", "").upper()


def _new_code() -> str:
    text = b32encode(secrets.token_bytes(10)).decode()
    return "-".join(text[start : start + 4] for start in range(0, 16, 4))


def matching_step(secret: str, code: str, at: int) -> int | None:
    """The 30-second step, the one before or the one after included, of which this is the code."""
    if not (code.isascii() and code.isdecimal()):
        return None
    now, totp = at // (STEP_SECONDS * 1_000_000), pyotp.TOTP(secret)
    steps = [step for step in (now - 1, now, now + 1) if hmac.compare_digest(totp.generate_otp(step), code)]
    return steps[-1] if steps else None


class SecondFactors:
    """The second factors of the accounts of this exchange."""

    def __init__(self, registers: Registers, clock: Clock, settings: Settings) -> None:
        self._registers = registers
        self._factors = registers.factors
        self._clock = clock
        self._box = SecretBox(settings.var_dir / "keys")

    def alias(self, text: str) -> str:
        """What stands for a text outside the registers, made with the key of the secrets."""
        return self._box.alias(text)

    # An authenticator app

    async def begin_totp(self, caller: Caller, label: str) -> NewSecret:
        """A new secret, which counts once a code of it was sent; one begun before is forgotten."""
        self.may_change(caller)
        id_, secret = new_factor_id(), pyotp.random_base32()
        sealed = self._box.seal(secret.encode(), id_)
        at = self._clock.now()
        factor = Factor(id_, caller.account.id, "totp", label, sealed, None, 0, at, None, None)
        await self._factors.add(factor)
        return self._told(caller, factor, secret)

    async def begun_totp(self, caller: Caller) -> NewSecret | None:
        """The secret that waits for its first code, for the page that shows it."""
        factor = await self._factors.unconfirmed(caller.account.id)
        if factor is None:
            return None
        return self._told(caller, factor, self._secret(factor))

    def _told(self, caller: Caller, factor: Factor, secret: str) -> NewSecret:
        uri = pyotp.TOTP(secret).provisioning_uri(name=caller.account.login, issuer_name=ISSUER)
        return NewSecret(factor.id, secret, uri)

    def _secret(self, factor: Factor) -> str:
        return self._box.open(factor.secret, factor.id).decode()

    async def confirm_totp(self, caller: Caller, code: str) -> Sequence[str]:
        """The first code of a new secret: from now on it counts, and this session has stepped up.

        The first factor of an account brings ten recovery codes, shown this once; later ones none.
        """
        self.may_change(caller)
        factor = await self._factors.unconfirmed(caller.account.id)
        if factor is None:
            raise errors.failure(409, "FACTOR_NOT_BEGUN", "begin with a new secret")
        await self._try(caller)
        step = matching_step(self._secret(factor), _plain(code), self._clock.now())
        if step is None or not await self._factors.use(factor, step, self._clock.now()):
            raise await self._wrong(caller, "totp")
        return await self.added(caller, factor.kind)

    async def added(self, caller: Caller, kind: str) -> Sequence[str]:
        """What follows when a factor was added: its row in the log, the step-up, codes with the first one."""
        await self.note(caller, "factor_added", factor=kind)
        await self._stepped_up(caller, kind)
        return [] if self._enrolled(caller) else await self.new_codes(caller)

    # Showing a factor

    async def step_up(self, caller: Caller, code: str) -> None:
        """A code of the app, or a recovery code, which is used up by it.

        BAD_CODE (403) for a wrong one or one used before, TOO_MANY_ATTEMPTS (429) after five of them.
        """
        if caller.sign_in is None:
            raise session_only()
        await self._try(caller)
        kind = await self._shown(caller, _plain(code))
        if kind is None:
            raise await self._wrong(caller, "code")
        await self._stepped_up(caller, kind)

    async def _shown(self, caller: Caller, code: str) -> str | None:
        account, at = caller.account.id, self._clock.now()
        if len(code) == 16:
            return "recovery" if await self._factors.use_code(account, code_digest(account, code)) else None
        for factor in await self._factors.list(account):
            if factor.kind != "totp":
                continue
            step = matching_step(self._secret(factor), code, at)
            if step is not None and await self._factors.use(factor, step, at):
                return "totp"
        return None

    async def _try(self, caller: Caller) -> None:
        wait = await self._factors.try_one(caller.account.id, self._clock.now())
        if wait:
            seconds = str(-(-wait // 1_000_000))
            detail = "too many wrong codes; wait and try again"
            raise errors.failure(429, "TOO_MANY_ATTEMPTS", detail, headers={"retry-after": seconds})

    async def _wrong(self, caller: Caller, factor: str) -> errors.Failure:
        await self.note(caller, "step_up_failed", factor=factor)
        return errors.failure(403, "BAD_CODE", "the code is wrong, or was used before", field="code")

    async def _stepped_up(self, caller: Caller, kind: str) -> None:
        assert caller.sign_in is not None
        await self._factors.forgive(caller.account.id)
        await self._registers.sessions.stepped_up(caller.sign_in.id, self._clock.now())
        await self.note(caller, "stepped_up", factor=kind)

    async def shown_passkey(self, caller: Caller) -> None:
        """A passkey signed for this session."""
        await self._stepped_up(caller, "passkey")

    async def failed_passkey(self, caller: Caller) -> errors.Failure:
        """A passkey's answer was not right."""
        return await self._wrong(caller, "passkey")

    # Changing what there is

    def may_change(self, caller: Caller) -> None:
        """Who has a factor shows it before another one is added or one is taken away; a key changes nothing."""
        if caller.sign_in is None:
            raise session_only()
        if self._enrolled(caller) and not self.is_fresh(caller):
            raise errors.failure(403, "STEP_UP_REQUIRED", "show your second factor first")

    def is_fresh(self, caller: Caller) -> bool:
        """Whether a second factor was shown in the caller's session within five minutes."""
        return is_fresh(caller, self._clock.now())

    @staticmethod
    def _enrolled(caller: Caller) -> bool:
        return caller.sign_in is not None and caller.sign_in.enrolled

    async def new_codes(self, caller: Caller) -> Sequence[str]:
        """Ten new recovery codes, shown this once; those before them are void."""
        codes = [_new_code() for _ in range(CODES)]
        account = caller.account.id
        await self._factors.set_codes(account, [code_digest(account, code) for code in codes])
        await self.note(caller, "codes_made", count=CODES)
        return codes

    async def remake_codes(self, caller: Caller) -> Sequence[str]:
        """Other recovery codes for somebody who has a factor."""
        self.may_change(caller)
        if not self._enrolled(caller):
            raise errors.failure(409, "SECOND_FACTOR_REQUIRED", "recovery codes come with a second factor")
        return await self.new_codes(caller)

    async def remove(self, caller: Caller, factor: str) -> None:
        """Take a factor away; 404 for one of somebody else."""
        self.may_change(caller)
        if not await self._factors.remove(caller.account.id, factor):
            raise errors.not_found("factor of yours")
        await self.note(caller, "factor_removed")

    async def note(self, caller: Caller, kind: AccessKind, **detail: object) -> None:
        """A row of the access log about the caller."""
        network = caller.sign_in.network if caller.sign_in else ""
        at = self._clock.now()
        await self._registers.access.note(kind, caller.account.id, at, network=network, detail=detail)


def is_fresh(caller: Caller, at: int) -> bool:
    """Whether the caller's session showed a second factor within five minutes."""
    return caller.sign_in is not None and fresh(Standing(True, caller.sign_in.stepped_up_at), at)


def checked_label(text: str, default: str) -> str:
    """The name that a person gives a factor; Malformed above sixty characters."""
    label = " ".join(text.split()) or default
    if len(label) > 60:
        raise Malformed("label", f"{len(label)} characters", "at most 60")
    return label
