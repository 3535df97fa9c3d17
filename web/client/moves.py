"""Moves at a negotiation table, in the words of the socket's messages."""

from abc import ABC, abstractmethod

from web import messages as m
from web.client.wire import command_id
from web.term_sheets import Terms


class TableMoves(ABC):
    """What a line can say at a table."""

    async def join(self, table: str, accept: bool = True, id_: str | None = None) -> m.TableAck:
        """Sit down at a table to which one is invited, or decline."""
        return await self._move(m.Join(0, table, id_ or command_id(), accept))

    async def offer(
        self, table: str, terms: Terms, minutes: int, firm: bool = False, id_: str | None = None
    ) -> m.TableAck:
        """Offer a complete sheet of terms for some minutes."""
        return await self._move(m.Offer(0, table, id_ or command_id(), terms, minutes, firm))

    async def counter(
        self,
        table: str,
        answers: int,
        terms: Terms,
        minutes: int,
        firm: bool = False,
        id_: str | None = None,
    ) -> m.TableAck:
        """Answer the other side's offer with another sheet."""
        return await self._move(m.Counter(0, table, id_ or command_id(), answers, terms, minutes, firm))

    async def agree(self, table: str, answers: int, digest: str, id_: str | None = None) -> m.TableAck:
        """Agree to exactly the offer with this number and this digest."""
        return await self._move(m.Agree(0, table, id_ or command_id(), answers, digest))

    async def withdraw(self, table: str, answers: int, id_: str | None = None) -> m.TableAck:
        """Take the own offer back."""
        return await self._move(m.Withdraw(0, id_ or command_id(), table=table, answers=answers))

    async def break_off(self, table: str, reason: str = "", id_: str | None = None) -> m.TableAck:
        """Leave a table for good."""
        return await self._move(m.Break(0, table, id_ or command_id(), reason))

    @abstractmethod
    async def _move(self, message: m.TableMove) -> m.TableAck:
        """Say it until it is decided."""
