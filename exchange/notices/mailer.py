"""Sending mail through SMTP: what waits for one reader goes in one letter; repeated with growing pauses for a day."""

import asyncio
import random
from collections.abc import Sequence
from email.message import EmailMessage

import aiosmtplib
import structlog

from exchange.notices.letter import code_letter, notice_letter
from exchange.notices.sender import SECOND, pause_after
from exchange.notices.working import EVERY, working
from exchange.ports import Clock
from exchange.registers import Registers
from exchange.registers.contacts import DAY, Contact, Mail
from exchange.settings import Settings

log = structlog.get_logger()

SECONDS = 20.0
"""For one step of the talk with the server."""
CLAIMED = 120 * SECOND
LETTER_MAX = 20
"""Notices of one letter."""
GAP = 60 * SECOND
"""Between two letters of notices to one reader: what comes in between is in the next one."""


class Mailer:
    """Sends what waits."""

    def __init__(self, registers: Registers, settings: Settings, clock: Clock) -> None:
        self._registers = registers
        self._settings = settings
        self._clock = clock
        self._wake = asyncio.Event()
        self._sent: dict[str, int] = {}
        """account → when it got its last letter of notices."""

    def wake(self) -> None:
        """Look now."""
        self._wake.set()

    async def run(self, every: float = EVERY) -> None:
        """Send for ever, where there is a server to send through."""
        if self._settings.smtp_host:
            await working(self.round, self._wake, "mail not sent", every)

    async def round(self) -> int:
        """Try what is due; how many letters went out."""
        contacts, now = self._registers.contacts, self._clock.now()
        due = [one for one in await contacts.due(now) if one.code or self._may_write(one.account, now)]
        taken = await contacts.claim(due, now + CLAIMED) if due else []
        if not taken:
            return 0
        known = await contacts.some(list({one.account for one in taken}))
        sent = 0
        for group in _letters(taken):
            contact = known.get(group[0].account, Contact(group[0].account))
            sent += await self._write(group, contact)
        return sent

    def _may_write(self, account: str, now: int) -> bool:
        return not 0 <= now - self._sent.get(account, -GAP) < GAP

    async def _write(self, group: Sequence[Mail], contact: Contact) -> int:
        """One letter; whether it went out."""
        letter = await self._letter(group, contact)
        contacts, now = self._registers.contacts, self._clock.now()
        if letter is None:
            await contacts.settle(group, "dropped", now)
            return 0
        try:
            await self._send(letter)
        except (aiosmtplib.SMTPException, OSError, TimeoutError, ValueError) as error:
            await self._failed(group, f"{type(error).__name__}: {error}")
            return 0
        await contacts.settle(group, "sent", now)
        if not group[0].code:
            self._sent[group[0].account] = now
        for old in list(self._sent)[:-10_000]:
            del self._sent[old]
        return 1

    async def _letter(self, group: Sequence[Mail], contact: Contact) -> EmailMessage | None:
        settings = self._settings
        sender, base = settings.mail_from, settings.public_url
        if group[0].code:
            domain = base.partition("://")[2].partition("/")[0].partition(":")[0]
            return code_letter(group[0], contact, sender, domain)
        ids = [one.notice for one in group if one.notice is not None]
        notices = await self._registers.notices.some(ids)
        shown = [notices[id_] for id_ in ids if id_ in notices]
        if not shown or contact.address != group[0].address:
            return None
        return notice_letter(group, shown, contact, sender, base)

    async def _send(self, letter: EmailMessage) -> None:
        settings = self._settings
        password = settings.smtp_password.get_secret_value() if settings.smtp_password else None
        await aiosmtplib.send(
            letter,
            hostname=settings.smtp_host,
            port=settings.smtp_port,
            username=settings.smtp_user or None,
            password=password,
            use_tls=settings.smtp_tls == "tls",
            start_tls=settings.smtp_tls == "starttls",
            timeout=SECONDS,
        )

    async def _failed(self, group: Sequence[Mail], error: str) -> None:
        now = self._clock.now()
        again = now + pause_after(max(one.tries for one in group), random.random())  # noqa: S311
        log.warning("mail not sent", mails=len(group), error=error)
        for one in group:
            state = "due" if again <= one.at + DAY else "failed"
            await self._registers.contacts.settle([one], state, again, error)


def _letters(mails: Sequence[Mail]) -> list[list[Mail]]:
    """Codes each alone, the notices of one reader together."""
    found: list[list[Mail]] = [[one] for one in mails if one.code]
    by_reader: dict[tuple[str, str], list[Mail]] = {}
    for one in mails:
        if not one.code:
            by_reader.setdefault((one.account, one.address), []).append(one)
    for waiting in by_reader.values():
        found += [waiting[n : n + LETTER_MAX] for n in range(0, len(waiting), LETTER_MAX)]
    return found
