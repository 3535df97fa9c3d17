"""Who asks: opaque tokens in a cookie for browsers, keys in a header for programs, both revocable at once.

A token is 256 random bits of which only the hash is kept. A session ends after 30 idle minutes, after 12
hours however busy, at sign-out, and when the account is disabled or gets another password; its token changes
at every sign-in and with the account's roles.
"""

import asyncio
import secrets
from collections.abc import Callable, Collection, Iterable, Sequence

import msgspec
import structlog
from starlette.datastructures import Headers
from starlette.requests import cookie_parser

from exchange.house.command import Principal
from exchange.ports import Clock, Unavailable
from exchange.registers import Account, SignIn
from exchange.registers.sessions import ApiKey, KeyTerms
from exchange.registers.sessions import Sessions as SessionRegister
from web.errors import failure

log = structlog.get_logger()

MINUTE = 60_000_000
IDLE = 30 * MINUTE
ABSOLUTE = 12 * 60 * MINUTE
SEEN_EVERY = MINUTE
"""How exactly the last use of a session is kept; every use would be a write."""
CHECK_SECONDS = 0.5
"""How often the sessions behind open sockets are looked at again."""
AT_ONCE = 25
"""Sockets whose sessions are made anew together: bids wait for no more."""
KEY_PREFIX = "ek_"


class Caller(msgspec.Struct, frozen=True):
    """Whoever signed in, and by what."""

    account: Account
    sign_in: SignIn | None = None
    key: ApiKey | None = None
    signed: bool = False
    """Whether the key's owner signed this very request."""

    @property
    def id(self) -> str:
        """The id of the session or key."""
        return self.sign_in.id if self.sign_in else self.key.id if self.key else ""

    @property
    def principal(self) -> Principal:
        """Who asks, as the house sees it."""
        return self.account.principal

    @property
    def csrf(self) -> str | None:
        """What a form must carry; None for a program, which no browser sends about."""
        return self.sign_in.csrf if self.sign_in else None


class Live:
    """A session or key behind an open socket. `principal` follows the account's roles and is None once it ended."""

    def __init__(self, caller: Caller, ended: Callable[[], None], leave: Callable[["Live"], None]) -> None:
        self.caller = caller
        self.principal: Principal | None = caller.principal
        self.active = False
        self.mark: object = None
        """What stood about the session when it was looked at last."""
        self.seen_at = caller.sign_in.seen_at if caller.sign_in else 0
        self._ended = ended
        self._leave = leave

    def touch(self) -> None:
        """The person behind the socket did something: the session is not idle."""
        self.active = True

    def end(self) -> None:
        """The session is over: tell the socket, once."""
        if self.principal is not None:
            self.principal = None
            self._leave(self)
            self._ended()

    def close(self) -> None:
        """The socket is gone; nothing more to follow."""
        self._leave(self)


def _ids(lives: Iterable[Live]) -> tuple[list[str], list[str]]:
    """The ids of the sign-ins and of the keys behind sockets."""
    signed_in = sorted({live.caller.id for live in lives if live.caller.sign_in})
    return signed_in, sorted({live.caller.id for live in lives if live.caller.key})


class Sessions:
    """Signs in and out, finds who asks, and follows the sessions of open sockets."""

    def __init__(self, register: SessionRegister, clock: Clock, secure: bool, house: str) -> None:
        self._register = register
        self._house = house
        self._clock = clock
        self._secure = secure
        self._lives: set[Live] = set()
        self._watch: asyncio.Task[None] | None = None
        self._looked: object = None
        """Whom was looked at last, and what stood about them together."""

    @property
    def cookie_name(self) -> str:
        """`__Host-sid`, which no other host and no plain http can set; `sid` for a demo without https."""
        return "__Host-sid" if self._secure else "sid"

    def cookie(self, token: str) -> str:
        """The Set-Cookie header for a token."""
        secure = "; Secure" if self._secure else ""
        seconds = ABSOLUTE // 1_000_000
        return f"{self.cookie_name}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"

    def no_cookie(self) -> str:
        """The Set-Cookie header that takes the token away."""
        secure = "; Secure" if self._secure else ""
        return f"{self.cookie_name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax{secure}"

    async def sign_in(
        self, account: Account, before: Caller | None = None, device: str = "", network: str = ""
    ) -> tuple[str, SignIn]:
        """Begin a session under a new token; the one the browser came with, whoever gave it, ends."""
        if before is not None:
            await self.sign_out(before)
        token = secrets.token_urlsafe(32)
        at = self._clock.now()
        return token, await self._register.begin(account, token, at, at + ABSOLUTE, device, network)

    async def sign_out(self, caller: Caller) -> None:
        """End the caller's session and close its sockets."""
        if caller.sign_in is None:
            return
        await self._register.end(caller.sign_in.id)
        for live in [live for live in self._lives if live.caller.id == caller.sign_in.id]:
            live.end()

    async def again(self, caller: Caller) -> Caller:
        """The caller as the register knows the session now: what was shown in it, what the account has."""
        if caller.sign_in is None:
            return caller
        found = await self._register.living([caller.sign_in.id], self._clock.now(), IDLE)
        now = found.get(caller.sign_in.id)
        return caller if now is None else Caller(now.account, now)

    async def own(self, caller: Caller) -> list[SignIn]:
        """Every session of the caller's account that stands, the latest use first."""
        return await self._register.of_account(caller.account.id, self._clock.now(), IDLE)

    async def end_own(self, caller: Caller, ids: Collection[str]) -> int:
        """End sessions of the caller's account; their sockets close within a second. How many there were."""
        ended = [one for one in ids if await self._register.end_own(caller.account.id, one)]
        for live in [live for live in self._lives if live.caller.id in ended]:
            live.end()
        return len(ended)

    async def caller(self, headers: Headers, renew: bool = False) -> tuple[Caller | None, str | None]:
        """Who asks, and the token that takes the place of the old one, if it is time for another.

        A key that is wrong is refused (401); a cookie that no longer counts is nobody's. Who can hand out a
        cookie with the answer asks with `renew`; elsewhere the old token goes on.
        """
        authorization = headers.get("authorization")
        if authorization is not None:
            return await self._by_key(authorization), None
        token = self._token(headers)
        sign_in = await self._register.find(token, self._clock.now(), IDLE) if token else None
        if sign_in is None or not sign_in.account.acts_in(self._house):
            return None, None
        return Caller(sign_in.account, sign_in), await self._renewed(sign_in) if renew else None

    def _token(self, headers: Headers) -> str | None:
        return cookie_parser(headers.get("cookie", "")).get(self.cookie_name)

    async def _by_key(self, authorization: str) -> Caller:
        scheme, _, key = authorization.partition(" ")
        if scheme.lower() == "bearer" and key.startswith(KEY_PREFIX):
            found = await self._register.find_key(key, self._clock.now())
            if found is not None and found[1].acts_in(self._house):
                return Caller(found[1], key=found[0])
        headers = {"www-authenticate": "Bearer"}
        raise failure(401, "BAD_KEY", "the key in Authorization does not count", headers=headers)

    async def _renewed(self, sign_in: SignIn) -> str | None:
        """Another token when the roles changed; otherwise remember the use, if the last one is a while ago."""
        at = self._clock.now()
        if sign_in.roles != sign_in.account.roles:
            token = secrets.token_urlsafe(32)
            await self._register.rotate(sign_in, token, at)
            return token
        if at - sign_in.seen_at >= SEEN_EVERY:
            await self._register.seen([sign_in.id], at)
        return None

    async def new_key(
        self,
        account: Account,
        label: str,
        lifetime: int,
        terms: KeyTerms = KeyTerms(),  # noqa: B008  (frozen)
    ) -> tuple[str, ApiKey]:
        """A key for a program of the account, for `lifetime` µs; it is shown this once."""
        key = KEY_PREFIX + secrets.token_urlsafe(32)
        at = self._clock.now()
        return key, await self._register.add_key(account, key, label, at, at + lifetime, terms)

    async def void(self, secret: str) -> None:
        """Whatever this secret is (a token, a ticket, a key), it stood where others can read it: it counts no more."""
        at = self._clock.now()
        sign_in = await self._register.find(secret, at, IDLE)
        if sign_in is not None:
            await self.sign_out(Caller(sign_in.account, sign_in))
        key = await self._register.find_key(secret, at)
        if key is not None:
            await self._register.end_key(key[0].id)
        await self._register.drop_ticket(secret)

    def follow(self, caller: Caller, ended: Callable[[], None]) -> Live:
        """Keep an eye on the caller of an open socket; `ended` is called once, at most a second after its end."""
        live = Live(caller, ended, self._lives.discard)
        self._lives.add(live)
        if self._watch is None or self._watch.done():
            self._watch = asyncio.get_running_loop().create_task(
                self._keep_watch(), name="sessions of sockets"
            )
        return live

    async def _keep_watch(self) -> None:
        """Look again and again, as long as there is a socket to look after."""
        while self._lives:
            await asyncio.sleep(CHECK_SECONDS)
            try:
                await self.check()
            except Unavailable as error:
                log.warning("sessions not checked", error=str(error))

    async def check(self) -> None:
        """Look once at every session and key behind an open socket."""
        lives, at = list(self._lives), self._clock.now()
        await self._remember_use(lives, at)
        looked = (ids := _ids(lives), await self._register.summary(*ids, at, IDLE))
        if looked == self._looked and all(live.mark is not None for live in lives):
            return
        marks = await self._register.marks(*ids, at, IDLE)
        changed = [live for live in lives if live.mark is None or marks.get(live.caller.id) != live.mark]
        for start in range(0, len(changed), AT_ONCE):
            await self._look_again(changed[start : start + AT_ONCE], at)
        for live in changed:
            live.mark = marks.get(live.caller.id)
        self._looked = looked

    async def _look_again(self, lives: Sequence[Live], at: int) -> None:
        """What became of sessions and keys, and of their accounts' roles."""
        signed_in, keys = _ids(lives)
        sessions = await self._register.living(signed_in, at, IDLE) if signed_in else {}
        accounts = {id_: one.account for id_, one in sessions.items()}
        if keys:
            accounts.update(await self._register.living_keys(keys, at))
        for live in lives:
            account = accounts.get(live.caller.id)
            if account is None or not account.acts_in(self._house):
                live.end()
            elif live.principal is not None:
                live.principal = account.principal
                if live.caller.id in sessions:
                    live.caller = Caller(account, sessions[live.caller.id])

    async def _remember_use(self, lives: list[Live], at: int) -> None:
        used = [
            live for live in lives if live.active and at - live.seen_at >= SEEN_EVERY and live.caller.sign_in
        ]
        if used:
            await self._register.seen(sorted({live.caller.id for live in used}), at)
        for live in used:
            live.active, live.seen_at = False, at
