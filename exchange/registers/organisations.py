"""The organisations that work here: sellers, bidders, offices."""

from typing import Literal

import msgspec
from sqlalchemy import select

from exchange.registers.models import OrganisationRow, OrganisationVersionRow
from exchange.registers.versioned import Versioned
from matching_engine.errors import Malformed
from settlement.commands import PartyFacts

Kind = Literal["university", "research_institute", "enterprise", "authority", "bank"]


class Organisation(msgspec.Struct, frozen=True):
    """An organisation; `region` is the province key of the rule books, `code` its unified social credit code."""

    id: str
    name: str
    kind: Kind
    region: str
    code: str
    address: str = ""
    representative: str = ""
    unit_of: str | None = None
    """The organisation whose unit it is: a department, an institute of a university."""
    affiliates: tuple[str, ...] = ()
    """Organisations that it controls or is controlled by: none of them may bid on what it sells."""

    def facts(self) -> PartyFacts:
        """What a contract and a claim state about it; Malformed for an office that cannot be a party."""
        if self.kind == "authority" or self.kind == "bank":  # one by one, so that the type narrows
            raise Malformed("kind", self.kind, "university, research_institute or enterprise")
        return PartyFacts(
            self.id, self.name, self.kind, self.region, self.code, self.address, self.representative
        )


class Organisations(Versioned[Organisation]):
    """The register of organisations."""

    value = Organisation
    row = OrganisationRow
    history = OrganisationVersionRow
    name = "organisation"

    async def list(self, after: str = "", limit: int = 100) -> list[Organisation]:
        """Organisations with id > `after`, by id."""
        query = select(OrganisationRow).where(OrganisationRow.id > after).order_by(OrganisationRow.id)
        return await self._select(query.limit(limit))
