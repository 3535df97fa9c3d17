"""Passwords: argon2id, the same work for a login that does not exist, and a throttle on guessing."""

import asyncio
import re
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from exchange.ports import Clock
from exchange.registers.accounts import Account, Accounts
from web.errors import failure
from web.limits import Limiter
from web.parse import BadInput, clean_text

LENGTH_MIN, LENGTH_MAX = 15, 128
"""Characters of a new password (OWASP ASVS 6.2.1 recommends 15); the upper end bounds the work of hashing."""
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@-]{1,63}", re.ASCII)
_HASHERS = 2
"""Hashes at the same time: each takes 19 MiB and a core, and sign-ins must not crowd out bidding."""

# OWASP's choice of argon2id parameters: 19 MiB, two passes, one lane.
HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1, type=Type.ID)


DECOY = "$argon2id$v=19$m=19456,t=2,p=1$fJN0quqSiNkL2mNPKDwLJQ$t2PaZkiWlKnlJhZ8HhnleowK0FhkVtNw7hC2uXfQloQ"
"""A hash that no known password has, as dear to check as any other: what an unknown login is checked against."""

T = TypeVar("T")


def login(text: str) -> str:
    """A login as it is kept: small letters; BadInput for anything a login cannot be."""
    folded = text.strip().lower()
    if not _LOGIN.fullmatch(folded):
        raise BadInput(
            "BAD_LOGIN", "login", text, "2 to 64 of a-z, 0-9, . _ @ -, beginning with a letter or digit"
        )
    return folded


def normal(password: str) -> str:
    """One form for what different keyboards send for the same characters (NFKC)."""
    return unicodedata.normalize("NFKC", password)


def hash_password(password: str) -> str:
    """The argon2id hash of a password that was checked; takes a core for some hundredths of a second."""
    return HASHER.hash(normal(password))


def check_new(password: str, for_login: str) -> str:
    """A password that may be set; BadInput says what it lacks and never repeats it."""
    clean_text(password, "password")
    text = normal(password)
    if not LENGTH_MIN <= len(text) <= LENGTH_MAX:
        raise BadInput("BAD_PASSWORD", "password", text, f"{LENGTH_MIN} to {LENGTH_MAX} characters")
    if len(set(text)) < 5 or for_login in text.lower():
        raise BadInput(
            "BAD_PASSWORD", "password", text, "at least five different characters, and not the login"
        )
    return text


class Credentials:
    """Checks and sets passwords. Hashing runs on threads of its own."""

    def __init__(self, accounts: Accounts, clock: Clock, house: str) -> None:
        self._accounts = accounts
        self._house = house
        self._clock = clock
        self._threads = ThreadPoolExecutor(_HASHERS, thread_name_prefix="argon2")
        # Guesses: against one login from one address, from one address, against one login from anywhere.
        self._pair = Limiter(rate=1, burst=5, per=30)
        self._address = Limiter(rate=1, burst=30, per=2)
        self._login = Limiter(rate=1, burst=50, per=10)

    async def hash(self, password: str) -> str:
        """The argon2id hash of a password that was checked."""
        return await self._run(hash_password, password)

    async def sign_in(self, name: str, password: str, address: str) -> Account:
        """The account, or a 401 that is the same whether login or password is wrong; 429 after many of them."""
        name = name.strip().lower()
        self._throttle(name, address)
        found = await self._accounts.credentials(name)
        right = await self._matches(found[1] if found else DECOY, password)
        if found is None or not right or not found[0].enabled:
            raise failure(401, "BAD_CREDENTIALS", "the login or the password is wrong")
        if not found[0].acts_in(self._house):
            raise failure(403, "OTHER_NODE", f"sign in at your own node, {found[0].node}")
        self._forgive(name, address)
        if HASHER.check_needs_rehash(found[1]):
            await self._accounts.rehash(name, await self.hash(password))
        return found[0]

    async def _matches(self, hashed: str, password: str) -> bool:
        return await self._run(_verify, hashed, normal(password[: 4 * LENGTH_MAX]))

    async def _run(self, work: Callable[..., T], *arguments: str) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)

    def _throttle(self, name: str, address: str) -> None:
        """Take a guess from each count, before any work is done; 429 when one is used up."""
        at = self._clock.now()
        for limiter, key in self._counts(name, address):
            wait = limiter.take(key, at)
            if wait:
                seconds = str(-(-wait // 1_000_000))
                detail = "too many attempts to sign in; wait and try again"
                raise failure(429, "TOO_MANY_ATTEMPTS", detail, headers={"retry-after": seconds})

    def _forgive(self, name: str, address: str) -> None:
        at = self._clock.now()
        for limiter, key in self._counts(name, address):
            limiter.give_back(key, at)

    def _counts(self, name: str, address: str) -> tuple[tuple[Limiter, str], ...]:
        return (self._pair, f"{name} {address}"), (self._address, address), (self._login, name)


def _verify(hashed: str, password: str) -> bool:
    try:
        return HASHER.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False
