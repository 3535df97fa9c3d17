"""The register of entries on both databases: versions, unique fields, readers, what is due; and its values alone."""

import asyncio
from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.registers import Registers
from exchange.registers.directory import NOBODY, Entry, Reader, Stale, Wish, entry_of, moved, with_values
from exchange.registers.directory_gates import export_gate
from exchange.registers.directory_kinds import Field, Kind, kinds
from exchange.registers.directory_values import (
    EXPECTED,
    Known,
    WrongField,
    check,
    figures,
    from_text,
    gather,
    overdue,
    to_text,
)
from matching_engine.errors import Malformed
from tests.exchange.registers.conftest import AT
from tests.exchange.registers.directory_samples import fill, sample

EQUIPMENT, BROKERS, SCORE = kinds()["equipment"], kinds()["brokers"], kinds()["scorecards"]
ALL = Reader("op", None, True)
UNI, FIRM = Reader("u", "uni"), Reader("f", "firm")


def made(kind: Kind, id_: str, salt: str = "", owner: str | None = "uni", **more: Any) -> Entry:
    """A draft of a kind with every field."""
    values = check(kind, {**sample(kind, salt), **more}, Known(), publishing=True)
    return entry_of(kind, id_, values, owner, "u", AT)


async def test_versions_and_who_is_late(registers: Registers) -> None:
    """Every change is a version with a reason; a change of a version that has passed is Stale and changes nothing."""
    await fill(registers)
    register = registers.directory
    first = await register.enter(EQUIPMENT, made(EQUIPMENT, "E1"))
    public = await register.replace(
        EQUIPMENT, moved(EQUIPMENT, first, "published", "op"), 1, AT + 1, "checked"
    )
    with pytest.raises(Stale):
        await register.replace(EQUIPMENT, moved(EQUIPMENT, first, "retired", "u"), 1, AT + 2)
    assert await register.get("E1") == public
    told = [(one.version, one.by, one.value.state, one.reason) for one in await register.versions("E1")]
    assert told == [(1, "u", "draft", ""), (2, "op", "published", "checked")]
    assert await register.version_of("E1") == 2
    assert await register.version_of("ghost") == 0


async def test_one_of_many_writers_wins(registers: Registers) -> None:
    """Ten changes of one version at the same time: one is written, nine are Stale."""
    await fill(registers)
    first = await registers.directory.enter(EQUIPMENT, made(EQUIPMENT, "E1"))
    changes = [with_values(EQUIPMENT, first, {**first.fields, "model": f"m{n}"}, f"p{n}") for n in range(10)]
    results = await asyncio.gather(
        *(registers.directory.replace(EQUIPMENT, one, 1, AT) for one in changes), return_exceptions=True
    )
    assert sum(isinstance(one, Stale) for one in results) == 9
    assert await registers.directory.version_of("E1") == 2


async def test_unique_fields(registers: Registers) -> None:
    """One certificate is one broker, but for retired entries."""
    await fill(registers)
    first = await registers.directory.enter(BROKERS, made(BROKERS, "B1"))
    with pytest.raises(WrongField) as caught:
        await registers.directory.enter(BROKERS, made(BROKERS, "B2", name="另一人"))
    assert (caught.value.field, caught.value.code) == ("certificate", "taken")
    await registers.directory.replace(BROKERS, moved(BROKERS, first, "retired", "op"), 1, AT)
    await registers.directory.enter(BROKERS, made(BROKERS, "B2"))
    with pytest.raises(WrongField):
        await registers.directory.replace(BROKERS, moved(BROKERS, first, "draft", "op"), 2, AT)


async def test_readers_and_filters(registers: Registers) -> None:
    """Each sees the published and the own; a hidden field is no ground for a find outside."""
    await fill(registers)
    register = registers.directory
    draft = made(BROKERS, "B1", "一", id_number_end="77X7")
    public = moved(BROKERS, made(BROKERS, "B2", "二", owner=None, id_number_end="88X8"), "published", "op")
    public = msgspec.structs.replace(public, entered_by="op")
    await register.add_all([draft, public], "op", AT)

    async def ids(reader: Reader, **wish: Any) -> list[str]:
        found = await register.list(BROKERS, reader, Wish(**wish))
        assert await register.count(BROKERS, reader, Wish(**wish)) == len(found)
        return [one.id for one in found]

    assert await ids(NOBODY) == ["B2"]
    assert await ids(FIRM) == ["B2"]
    assert await ids(UNI) == await ids(ALL) == ["B1", "B2"]
    assert await ids(NOBODY, q="姓名一") == []
    assert await ids(UNI, q="姓名一") == ["B1"]
    assert await ids(ALL, q="88X8") == []
    assert await ids(ALL, choices={"grade": "初级"}, state="published") == ["B2"]
    assert await ids(ALL, owner="uni") == ["B1"]
    assert await register.visible(BROKERS, FIRM, "B1") is None
    assert await register.visible(EQUIPMENT, ALL, "B1") is None
    with pytest.raises(Malformed, match="a choice of this kind"):
        await ids(ALL, choices={"name": "x"})
    assert [one.id for one in await register.of_owner("uni")] == ["B1"]


async def test_about_a_secret(registers: Registers) -> None:
    """A published entry about an achievement that is not public is open inside only."""
    await fill(registers)
    kind = kinds()["public-good"]
    for id_, about in (("P1", "A-1"), ("P2", "A-2")):
        entry = moved(kind, made(kind, id_, achievement=about), "published", "op")
        await registers.directory.add(entry, "op", AT)
    assert [one.id for one in await registers.directory.list(kind, NOBODY)] == ["P1"]
    assert len(await registers.directory.list(kind, UNI)) == 2
    assert [one.id for one in await registers.directory.published("public-good", "A-2")] == ["P2"]


def test_every_fault_at_once() -> None:
    """All wrong fields are told together, each with a code that has words."""
    values, faults = gather(
        EQUIPMENT,
        {"instrument": "", "organisation": 7, "voucher": "x", "value_fen": True, "hours_open": 1.5, "zz": 1},
        Known(),
        publishing=False,
    )
    assert {name: one.code for name, one in faults.items()} == {
        "instrument": "missing",
        "organisation": "organisation",
        "voucher": "choice",
        "value_fen": "money",
        "hours_open": "number",
        "zz": "field",
    }
    assert values == {}
    assert {one.code for one in faults.values()} <= set(EXPECTED)


def test_dates_and_sums_in_order() -> None:
    """What ends before it begins is refused at the later field; more redeemed than used as well."""
    events, vouchers = kinds()["events"], kinds()["vouchers"]
    with pytest.raises(WrongField, match="ends_on"):
        check(events, {**sample(events), "ends_on": "2026-03-01"}, Known(), publishing=True)
    with pytest.raises(WrongField, match="used_fen"):
        check(vouchers, {**sample(vouchers), "redeemed_fen": 165_000_051}, Known(), publishing=True)


@pytest.mark.parametrize(
    ("shares", "kept"),
    [
        ("甲|60%;乙|2/5", ["3/5", "2/5"]),
        ("甲|1/3\n乙|1/3\n丙|1/3", ["1/3", "1/3", "1/3"]),
        ("甲|0.5;乙|0.4", None),
        ("甲|100%;乙|1%", None),
        ("甲;乙|100%", None),
        ("|100%", None),
        ("甲|x", None),
    ],
)
def test_shares_are_one(shares: str, kept: list[str] | None) -> None:
    """Exact fractions that make one whole, or the field is wrong."""
    kind = kinds()["deal-attribution"]
    field = kind.field("shares")
    given = {"trade": "T-L1-1", "work": "对接", "shares": from_text(field, shares)}
    if kept is None:
        with pytest.raises(WrongField, match="shares"):
            check(kind, given, Known(), publishing=False)
    else:
        values = check(kind, given, Known(), publishing=False)
        assert [one["share"] for one in values["shares"]] == kept


@given(points=st.lists(st.integers(0, 100), min_size=6, max_size=6), year=st.integers(2018, 2999))
def test_a_score_is_exact(points: list[int], year: int) -> None:
    """Between the least and the best of its points, with the grade of its bounds, and the same each time."""
    assert SCORE.score is not None
    weights = SCORE.score.weights(year)
    assert weights is not None
    values = {**dict(zip(weights.weights, points, strict=True)), "year": year}
    found = figures(SCORE, values)
    hundredths = int(found["score"].replace(".", ""))
    assert 100 * min(points) <= hundredths <= 100 * max(points)
    assert SCORE.score.grades[found["grade"]] * 100 <= hundredths
    assert hundredths == sum(
        point * weight for point, weight in zip(points, weights.weights.values(), strict=True)
    )


def _fields() -> list[Field]:
    return [
        one for kind in kinds().values() for one in kind.fields if one.type in ("money_fen", "number", "text")
    ]


@given(field=st.sampled_from(_fields()), text=st.text(max_size=40))
def test_any_text_is_a_value_or_a_fault(field: Field, text: str) -> None:
    """Whatever is typed: a value that is written as it is read, or WrongField; nothing else is raised."""
    kind = Kind("k", "supply", EQUIPMENT.name, EQUIPMENT.about, (), field.name, (field,))
    try:
        values = check(kind, {field.name: from_text(field, text)}, Known(), publishing=False)
    except WrongField:
        return
    value = values.get(field.name)
    again = check(kind, {field.name: from_text(field, to_text(field, value))}, Known(), publishing=False)
    assert again == values


def test_what_is_due() -> None:
    """The day follows from the year, and is past on the day after, unless it was done."""
    kind = kinds()["demo-zones"]
    values = {"year": 2026}
    due = figures(kind, values)
    assert due == {"due_on": "2027-01-31"}
    assert not overdue(kind, values, due, "2027-01-31")
    assert overdue(kind, values, due, "2027-02-01")
    assert not overdue(kind, {**values, "reported_on": "2027-03-01"}, due, "2027-04-01")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (None, "NOT_EXAMINED"),
        ({"class": "自由出口"}, ""),
        ({"class": "禁止出口", "licence_no": "1", "licensed_on": "2020-01-01"}, "PROHIBITED"),
        ({"class": "限制出口"}, "NO_LICENCE"),
        ({"class": "限制出口", "licence_no": "1", "licensed_on": "2026-03-02"}, ""),
        ({"class": "限制出口", "licence_no": "1", "licensed_on": "2026-03-03"}, "NO_LICENCE"),
        (
            {
                "class": "限制出口",
                "licence_no": "1",
                "licensed_on": "2020-01-01",
                "licence_until": "2026-03-01",
            },
            "NO_LICENCE",
        ),
    ],
)
def test_the_export_gate(fields: dict[str, str] | None, said: str) -> None:
    """Prohibited never, restricted with a licence in force on the day, free always; unexamined not."""
    blank = made(kinds()["export-control"], "X1")
    entries = [] if fields is None else [msgspec.structs.replace(blank, fields=fields)]
    assert export_gate(entries, date(2026, 3, 2)) == said
