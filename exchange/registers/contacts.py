"""How people are reached: an address that a code proved, a language, the kinds of which no mail is wanted; and the
mail that is on its way."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import bindparam, func, select, update

from exchange.registers.database import Database
from exchange.registers.notice_models import ContactRow, MailRow
from exchange.registers.notices import mail_row
from matching_engine.errors import Malformed

MINUTE = 60_000_000
CODE_LIFE = 30 * MINUTE
TRIES_MAX = 5
CODES_MAX = 5
"""Codes of one account in a day."""
DAY = 24 * 60 * MINUTE
MUTED = ("price",)
"""Kinds of which nobody gets mail who did not ask for it."""

_FIRST_DUE = select(func.min(MailRow.next_at)).where(
    MailRow.state == "due", MailRow.next_at <= bindparam("at")
)


class Contact(msgspec.Struct, frozen=True):
    """`address` is proved; `proposed` waits for its code."""

    account: str
    address: str = ""
    proposed: str = ""
    language: str = "zh"
    muted: tuple[str, ...] = MUTED
    secret: str = ""


class Mail(msgspec.Struct, frozen=True):
    """A notice or a code that goes to an address; `next_at` is when it is tried next, in µs."""

    id: int
    account: str
    notice: int | None
    code: str
    address: str
    state: str
    tries: int
    at: int
    next_at: int
    error: str


class Contacts:
    """Contacts and mail of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, account: str) -> Contact:
        """How an account is reached; by the page alone where it never said."""
        return (await self.some([account])).get(account, Contact(account))

    async def some(self, accounts: Sequence[str]) -> dict[str, Contact]:
        """Account → how it is reached."""
        async with self._database.reading() as session:
            rows = (await session.scalars(select(ContactRow).where(ContactRow.account.in_(accounts)))).all()
        return {row.account: _contact(row) for row in rows}

    async def choose(self, account: str, language: str, muted: Sequence[str]) -> None:
        """The language of mail, and the kinds of which none is wanted."""
        async with self._database.writing() as session:
            row = await _row(session, account)
            row.language, row.muted = language, sorted(set(muted))

    async def propose(self, account: str, address: str, language: str, at: int) -> None:
        """Send a code to an address; Malformed when that is no address, or asked too often."""
        checked = check_address(address)
        code = f"{secrets.randbelow(1_000_000):06d}"
        async with self._database.writing() as session:
            sent = select(func.count()).where(
                MailRow.account == account, MailRow.code != "", MailRow.at > at - DAY
            )
            if (await session.scalar(sent) or 0) >= CODES_MAX:
                raise Malformed("address", address, f"at most {CODES_MAX} codes a day")
            row = await _row(session, account)
            row.proposed, row.code, row.code_until = checked, _hash(account, code), at + CODE_LIFE
            row.tries, row.language = 0, language
            await session.flush()
            session.add(mail_row(account, checked, at, code=code))

    async def prove(self, account: str, code: str, at: int) -> bool:
        """Whether this is the code; the address counts from now on. Five wrong ones end it."""
        async with self._database.writing() as session:
            row = await _row(session, account)
            if not row.code or at > row.code_until or row.tries >= TRIES_MAX:
                return False
            row.tries += 1
            if not hmac.compare_digest(row.code, _hash(account, code.strip())):
                return False
            row.address, row.proposed, row.code = row.proposed, "", ""
            return True

    async def leave(self, account: str) -> None:
        """No address any more, and no mail that is on its way."""
        async with self._database.writing() as session:
            row = await _row(session, account)
            row.address = row.proposed = row.code = ""
            waiting = update(MailRow).where(MailRow.account == account, MailRow.state == "due")
            await session.execute(waiting.values(state="dropped", code=""))

    async def due(self, at: int, limit: int = 100) -> list[Mail]:
        """Mail that is to be tried, the oldest first."""
        if await self._database.glance(_FIRST_DUE, at=at) is None:
            return []
        table = MailRow
        query = select(table).where(table.state == "due", table.next_at <= at)
        return await self._mails(query.order_by(table.next_at, table.id).limit(limit))

    async def claim(self, mails: Sequence[Mail], until: int) -> list[Mail]:
        """Take mail for oneself until an instant; what another process has taken meanwhile is left out."""
        table, taken = MailRow, []
        async with self._database.writing() as session:
            for one in mails:
                same = (table.id == one.id, table.state == "due", table.next_at == one.next_at)
                row = await session.scalar(select(table).where(*same).with_for_update())
                if row is not None:
                    row.next_at, row.tries = until, row.tries + 1
                    taken.append(_mail(row))
        return taken

    async def settle(self, mails: Sequence[Mail], state: str, next_at: int, error: str = "") -> None:
        """What became of it; a code is kept no longer than it is needed."""
        values: dict[str, Any] = {"state": state, "next_at": next_at, "error": error[:300]}
        if state != "due":
            values["code"] = "-"
        for coded in (True, False):
            ids = [one.id for one in mails if bool(one.code) is coded]
            kept = values if coded else {name: v for name, v in values.items() if name != "code"}
            async with self._database.writing() as session:
                await session.execute(update(MailRow).where(MailRow.id.in_(ids)).values(**kept))

    async def mails(self, account: str, limit: int = 10) -> list[Mail]:
        """The last mail of an account, the newest first."""
        query = select(MailRow).where(MailRow.account == account).order_by(MailRow.id.desc())
        return await self._mails(query.limit(limit))

    async def _mails(self, query: Any) -> list[Mail]:
        async with self._database.reading() as session:
            return [_mail(row) for row in (await session.scalars(query)).all()]


def check_address(address: str) -> str:
    """An address as mail servers take it: one @, a host with a dot, nothing that ends a line; Malformed otherwise."""
    text = address.strip()
    name, at, host = text.rpartition("@")
    plain = text.isascii() and text.isprintable() and not any(mark in text for mark in ' <>",;:\\()[]')
    if not (at and name and "@" not in name and "." in host.strip(".") and plain and len(text) <= 254):
        raise Malformed("address", address[:100], "an e-mail address like name@example.org")
    return text


def unsubscribe_link(contact: Contact, kind: str) -> str:
    """What stands in the link that ends mail of a kind; it serves for nothing else."""
    return f"{contact.account}.{kind}.{_signed(contact, kind)}"


def proves_unsubscribe(contact: Contact, kind: str, signature: str) -> bool:
    """Whether a link was made for this account and kind."""
    return bool(contact.secret) and hmac.compare_digest(_signed(contact, kind).encode(), signature.encode())


def _signed(contact: Contact, kind: str) -> str:
    text = f"unsubscribe\n{contact.account}\n{kind}".encode()
    return hmac.new(contact.secret.encode(), text, hashlib.sha256).hexdigest()[:40]


def _hash(account: str, code: str) -> str:
    return hashlib.sha256(f"{account}\n{code}".encode()).hexdigest()


async def _row(session: Any, account: str) -> ContactRow:
    row: ContactRow | None = await session.get(ContactRow, account, with_for_update=True)
    if row is None:
        row = ContactRow(
            account=account,
            address="",
            proposed="",
            code="",
            code_until=0,
            tries=0,
            language="zh",
            secret=secrets.token_hex(24),
            muted=list(MUTED),
        )
        session.add(row)
    return row


def _contact(row: ContactRow) -> Contact:
    return Contact(row.account, row.address, row.proposed, row.language, tuple(row.muted), row.secret)


def _mail(row: MailRow) -> Mail:
    return Mail(**{name: getattr(row, name) for name in Mail.__struct_fields__})
