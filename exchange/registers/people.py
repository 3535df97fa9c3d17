"""People, and for whom they may act: a mandate names person, organisation, role and days, and can be revoked."""

from datetime import date

import msgspec
from sqlalchemy import select

from exchange.registers.market_models import MandateRow, MandateVersionRow, PersonRow, PersonVersionRow
from exchange.registers.versioned import Versioned
from exchange.registers.words import MandateRole
from matching_engine.errors import Malformed


class Person(msgspec.Struct, frozen=True):
    """Somebody who acts for organisations. `grade`: that of a technology broker (初级 中级 高级), "" for nobody's."""

    id: str
    name: str
    organisation: str | None = None
    account: str | None = None
    grade: str = ""
    contact: str = ""


class Mandate(msgspec.Struct, frozen=True):
    """That `person` acts for `organisation` as seller, bidder or broker, from one day to another (both included).

    A broker's mandate names its client as the organisation. `document_digest` is the SHA-256 of the letter.
    """

    id: str
    person: str
    organisation: str
    role: MandateRole
    valid_from: date
    valid_until: date | None = None
    document_digest: str = ""
    revoked_on: date | None = None

    def holds(self, day: date) -> bool:
        """Whether it is in force on a day; the day of its revocation is not."""
        begun = self.valid_from <= day
        over = self.valid_until is not None and day > self.valid_until
        revoked = self.revoked_on is not None and day >= self.revoked_on
        return begun and not over and not revoked


class People(Versioned[Person]):
    """The register of people."""

    value = Person
    row = PersonRow
    history = PersonVersionRow
    name = "person"

    async def list(self, organisation: str | None = None, after: str = "", limit: int = 100) -> list[Person]:
        """People with id > `after`, by id; of one organisation."""
        query = select(PersonRow).where(PersonRow.id > after).order_by(PersonRow.id).limit(limit)
        if organisation is not None:
            query = query.where(PersonRow.organisation == organisation)
        return await self._select(query)

    async def of_account(self, account: str) -> Person | None:
        """The person who signs in with an account."""
        found = await self._select(select(PersonRow).where(PersonRow.account == account).limit(1))
        return found[0] if found else None


class Mandates(Versioned[Mandate]):
    """The register of mandates."""

    value = Mandate
    row = MandateRow
    history = MandateVersionRow
    name = "mandate"

    async def add(self, value: Mandate, by: str, at: int) -> Mandate:
        """Enter a mandate; Malformed when its days are the wrong way round."""
        if value.valid_until is not None and value.valid_until < value.valid_from:
            raise Malformed("valid_until", str(value.valid_until), f"{value.valid_from} or later")
        return await super().add(value, by, at)

    async def list(self, organisation: str | None = None, person: str | None = None) -> list[Mandate]:
        """Mandates by id, those of one organisation or one person."""
        query = select(MandateRow).order_by(MandateRow.id)
        if organisation is not None:
            query = query.where(MandateRow.organisation == organisation)
        if person is not None:
            query = query.where(MandateRow.person == person)
        return await self._select(query)

    async def acts(self, person: str, organisation: str, role: MandateRole, day: date) -> Mandate | None:
        """The mandate by which a person acts for an organisation in a role on a day; None: he or she may not."""
        found = await self.list(organisation, person)
        return next((one for one in found if one.role is role and one.holds(day)), None)

    async def revoke(self, id: str, day: date, by: str, at: int) -> Mandate:  # noqa: A002  (the column's name)
        """End a mandate on a day; revoked once, it stays so."""
        mandate = await self.get(id)
        if mandate is None:
            raise Malformed("mandate", id, "a mandate that is in the register")
        if mandate.revoked_on is not None:
            return mandate
        return await self.change(msgspec.structs.replace(mandate, revoked_on=day), by, at)
