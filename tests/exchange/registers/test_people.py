"""People and mandates: who acts for whom, from a day to a day, until revoked."""

from datetime import date, timedelta

import pytest

from exchange.registers import Mandate, Organisation, Person, Registers
from exchange.registers.words import MandateRole
from matching_engine.errors import Malformed
from tests.exchange.registers.conftest import AT

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
DAY = timedelta(days=1)


async def _mandate(registers: Registers) -> Mandate:
    await registers.organisations.add(
        Organisation("jia", "演示企业甲", "enterprise", "henan", "91A"), "op", AT
    )
    await registers.people.add(Person("p1", "王经纪", grade="高级"), "op", AT)
    given = Mandate("m1", "p1", "jia", MandateRole.BROKER, FIRST, LAST, "ab" * 32)
    return await registers.mandates.add(given, "op", AT)


async def test_a_mandate_holds_on_its_days(registers: Registers) -> None:
    """First and last day included; for its role, its person and its client only."""
    given = await _mandate(registers)
    acts = registers.mandates.acts
    for day, held in ((FIRST - DAY, None), (FIRST, given), (LAST, given), (LAST + DAY, None)):
        assert await acts("p1", "jia", MandateRole.BROKER, day) == held
    assert await acts("p1", "jia", MandateRole.SELLER, FIRST) is None
    assert await acts("p2", "jia", MandateRole.BROKER, FIRST) is None


async def test_a_revoked_mandate_ends_on_that_day(registers: Registers) -> None:
    """From the day of its revocation it holds no more; revoked again, the first day stays; versions keep both."""
    await _mandate(registers)
    day = date(2026, 6, 1)
    await registers.mandates.revoke("m1", day, "jia", AT + 1)
    await registers.mandates.revoke("m1", day + DAY, "jia", AT + 2)
    assert await registers.mandates.acts("p1", "jia", MandateRole.BROKER, day - DAY) is not None
    assert await registers.mandates.acts("p1", "jia", MandateRole.BROKER, day) is None
    versions = await registers.mandates.versions("m1")
    assert [(one.by, one.value.revoked_on) for one in versions] == [("op", None), ("jia", day)]
    with pytest.raises(Malformed, match="mandate"):
        await registers.mandates.revoke("m2", day, "jia", AT)


async def test_days_the_wrong_way_round(registers: Registers) -> None:
    """A mandate that ends before it begins is refused; so is one for nobody."""
    await _mandate(registers)
    with pytest.raises(Malformed, match="valid_until"):
        await registers.mandates.add(Mandate("m2", "p1", "jia", MandateRole.SELLER, LAST, FIRST), "op", AT)
    with pytest.raises(Malformed):
        await registers.mandates.add(Mandate("m3", "p9", "jia", MandateRole.SELLER, FIRST), "op", AT)


async def test_people_by_organisation_and_account(registers: Registers) -> None:
    """The list narrows to an organisation; a person is found by the account that signs in."""
    await _mandate(registers)
    await registers.accounts.add("w", "h", "王", ["bidder"], AT, "jia", id="w")
    await registers.people.add(Person("p2", "李", "jia", "w"), "op", AT)
    assert [one.id for one in await registers.people.list()] == ["p1", "p2"]
    assert [one.id for one in await registers.people.list("jia")] == ["p2"]
    found = await registers.people.of_account("w")
    assert found is not None
    assert found.id == "p2"
    assert await registers.people.of_account("nobody") is None


async def test_units_and_affiliates(registers: Registers) -> None:
    """An organisation is a unit of another and names its affiliates; both come back."""
    await registers.organisations.add(Organisation("u", "大学", "university", "henan", "U"), "op", AT)
    unit = Organisation(
        "u-tto", "大学成果转化中心", "university", "henan", "U2", unit_of="u", affiliates=("u",)
    )
    await registers.organisations.add(unit, "op", AT)
    assert await registers.organisations.get("u-tto") == unit
