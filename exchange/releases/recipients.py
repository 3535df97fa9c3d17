"""Whom a notice goes to: the holder's results office, the completers, who transfers for it, the science bureau of its
province. Whoever of them the registers know."""

from collections.abc import Mapping
from datetime import date

from exchange.market.release_terms import Recipient
from exchange.registers import Achievement, Organisation, Registers
from exchange.registers.words import MandateRole

_PAGE = 500


class AddressBook:
    """The organisations of the register, read once for a scan; mandates of a holder when it is first asked for."""

    def __init__(self, registers: Registers, organisations: Mapping[str, Organisation], day: date) -> None:
        self._registers = registers
        self._organisations = organisations
        self._day = day
        self._bureaus = [one for one in organisations.values() if one.kind == "authority"]
        self._transfer: dict[str, tuple[Recipient, ...]] = {}

    @classmethod
    async def read(cls, registers: Registers, day: date) -> "AddressBook":
        """All organisations as they are on a day."""
        found: dict[str, Organisation] = {}
        after = ""
        while page := await registers.organisations.list(after, _PAGE):
            found.update((one.id, one) for one in page)
            after = page[-1].id
        return cls(registers, found, day)

    async def of(self, one: Achievement) -> tuple[Recipient, ...]:
        """Everybody who is told about a result, in a fixed order."""
        holder = self._organisations.get(one.holder or "")
        office = Recipient("results_office", holder.name if holder else one.holder_name, one.holder or "")
        completers = tuple(
            Recipient("completer", person.name, person.organisation) for person in one.completers
        )
        transfer = await self._brokers(one.holder) if one.holder else ()
        return (office, *completers, *transfer, *self._bureau(one, holder))

    def _bureau(self, one: Achievement, holder: Organisation | None) -> tuple[Recipient, ...]:
        region = holder.region if holder else one.region
        return tuple(
            Recipient("science_bureau", it.name, it.id) for it in self._bureaus if it.region == region
        )

    async def _brokers(self, holder: str) -> tuple[Recipient, ...]:
        """Those who hold a broker's mandate of the holder on the day."""
        if holder not in self._transfer:
            mandates = await self._registers.mandates.list(organisation=holder)
            brokers = [one for one in mandates if one.role is MandateRole.BROKER and one.holds(self._day)]
            people = [await self._registers.people.get(one.person) for one in brokers]
            self._transfer[holder] = tuple(
                Recipient("technology_transfer", person.name, person.organisation or "")
                for person in people
                if person is not None
            )
        return self._transfer[holder]
