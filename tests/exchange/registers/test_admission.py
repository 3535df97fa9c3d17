"""The two routes of admission, and what contradicts itself in a row."""

from datetime import date

import msgspec
import pytest

from exchange.market.unconverted import Mode, Source
from exchange.registers import Achievement
from exchange.registers.admission import check, checked
from exchange.registers.facts import FundingSource, IpItem, Owner, RightsGrant
from exchange.registers.words import IpKind, Right, Route
from matching_engine.errors import Malformed

DAY = date(2024, 5, 1)
FUNDED = Achievement(
    "A", "甲", funding=(FundingSource(Source.PUBLIC),), admitted_on=DAY, route=Route.MANDATORY
)
OWN = Achievement("B", "乙", funding=(FundingSource(Source.OWN),), admitted_on=DAY, route=Route.VOLUNTARY)


def test_the_two_routes() -> None:
    """Public money must; own money may when registered or evaluated."""
    check(FUNDED)
    check(OWN, evaluated=True)
    check(msgspec.structs.replace(OWN, registration_no="4112024Y0001", registered_on=DAY))


@pytest.mark.parametrize(
    ("row", "changes", "field"),
    [
        (FUNDED, {"route": Route.VOLUNTARY}, "route"),
        (FUNDED, {"route": None}, "route"),
        (OWN, {}, "route"),
        (OWN, {"registration_no": "4112024Y0001"}, "route"),
        (OWN, {"route": Route.MANDATORY}, "route"),
        (FUNDED, {"registration_no": "4112025Y0001", "registered_on": DAY}, "registration_no"),
        (FUNDED, {"converted_on": DAY}, "conversion_mode"),
        (FUNDED, {"owners": (Owner("甲", "1/2"), Owner("乙", "1/3"))}, "owners"),
        (FUNDED, {"grants": (RightsGrant(Right.LONG_TERM_USE, "王", years=9),)}, "grants"),
        (FUNDED, {"grants": (RightsGrant(Right.OWNERSHIP, "王"),)}, "grants"),
        (
            FUNDED,
            {"ip_items": (IpItem(IpKind.INVENTION, granted_on=DAY, expires_on=date(2024, 4, 30)),)},
            "ip",
        ),
    ],
)
def test_contradictions(row: Achievement, changes: dict[str, object], field: str) -> None:
    """The first field that does not fit is named."""
    with pytest.raises(Malformed) as caught:
        check(msgspec.structs.replace(row, **changes))
    assert caught.value.field == field


def test_what_fits() -> None:
    """Ten years, a share, a mode: nothing to say; shares come out in lowest terms."""
    row = msgspec.structs.replace(
        FUNDED,
        owners=(Owner("甲", "70%"), Owner("乙", "3/10")),
        grants=(RightsGrant(Right.LONG_TERM_USE, "王", years=10), RightsGrant(Right.OWNERSHIP, "王", "0.7")),
        converted_on=DAY,
        conversion_mode=Mode.LICENCE,
    )
    exact = checked(row)
    assert [owner.share for owner in exact.owners] == ["7/10", "3/10"]
    assert exact.grants[1].share == "7/10"
    with pytest.raises(Malformed, match="registration_no"):
        checked(msgspec.structs.replace(row, registration_no="12"))
