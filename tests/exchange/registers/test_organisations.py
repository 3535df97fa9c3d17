"""The register of organisations: unique codes, versions, facts for contracts."""

import pytest

from exchange.registers import Organisation, Registers
from matching_engine.errors import Malformed
from tests.exchange.registers.conftest import AT

HARBIN = Organisation(
    "hit", "演示大学", "university", "heilongjiang", "12DEMO000000000001", "演示地址", "演示代表"
)


async def test_an_organisation_reads_back_as_it_was_entered(registers: Registers) -> None:
    """What goes in comes out by its id; what never went in does not."""
    await registers.organisations.add(HARBIN, "operator", AT)
    assert await registers.organisations.get("hit") == HARBIN
    assert await registers.organisations.get("nobody") is None


async def test_a_code_belongs_to_one_organisation(registers: Registers) -> None:
    """A second organisation with the same code is refused, and leaves no version behind."""
    await registers.organisations.add(HARBIN, "operator", AT)
    twin = Organisation("twin", "另一所大学", "university", "heilongjiang", HARBIN.code)
    with pytest.raises(Malformed) as refused:
        await registers.organisations.add(twin, "operator", AT)
    assert refused.value.field == "organisation"
    assert await registers.organisations.versions("twin") == []


async def test_an_id_is_never_overwritten_by_adding(registers: Registers) -> None:
    """Adding under a taken id is refused and changes nothing."""
    await registers.organisations.add(HARBIN, "operator", AT)
    with pytest.raises(Malformed):
        await registers.organisations.add(
            Organisation("hit", "别的", "enterprise", "zhejiang", "X"), "operator", AT
        )
    assert await registers.organisations.get("hit") == HARBIN


async def test_every_change_is_kept_with_who_and_when(registers: Registers) -> None:
    """Versions tell the whole story, oldest first."""
    moved = Organisation("hit", "演示大学", "university", "heilongjiang", HARBIN.code, "新地址", "新代表")
    await registers.organisations.add(HARBIN, "operator", AT)
    await registers.organisations.change(moved, "registrar", AT + 5)
    kept = await registers.organisations.versions("hit")
    assert [(one.version, one.at, one.by, one.value) for one in kept] == [
        (1, AT, "operator", HARBIN),
        (2, AT + 5, "registrar", moved),
    ]
    assert await registers.organisations.get("hit") == moved


async def test_what_is_not_there_cannot_be_changed(registers: Registers) -> None:
    """A change of an unknown id is a clear error."""
    with pytest.raises(Malformed) as refused:
        await registers.organisations.change(HARBIN, "operator", AT)
    assert refused.value.got == "hit"


async def test_the_list_is_paged_by_id(registers: Registers) -> None:
    """Pages follow each other without a gap."""
    for id_ in ("c", "a", "b"):
        await registers.organisations.add(
            Organisation(id_, id_, "enterprise", "zhejiang", f"code-{id_}"), "op", AT
        )
    first = await registers.organisations.list(limit=2)
    assert [one.id for one in first] == ["a", "b"]
    assert [one.id for one in await registers.organisations.list(after="b")] == ["c"]


def test_an_office_is_no_party_to_a_contract() -> None:
    """Only universities, institutes and enterprises have facts for a contract."""
    assert HARBIN.facts().kind == "university"
    assert HARBIN.facts().code == HARBIN.code
    with pytest.raises(Malformed):
        Organisation("kjt", "演示科技厅", "authority", "heilongjiang", "A").facts()
