"""What a holder has, counted by where it stands, on both databases."""

from datetime import date

from exchange.market.unconverted import Mode
from exchange.registers import Achievement, Registers
from exchange.registers.holdings import Holdings
from tests.exchange.registers.conftest import AT
from tests.exchange.registers.directory_samples import fill

DAY = date(2026, 1, 2)


async def test_counts(registers: Registers) -> None:
    """Each standing counts every achievement of which it is true; another holder's are not counted."""
    await fill(registers)
    mode = next(iter(Mode))
    rows = [
        Achievement("H1", "a", "uni", admitted_on=DAY, converted_on=DAY, conversion_mode=mode, interim=True),
        Achievement("H2", "b", "uni", admitted_on=DAY, trial_until=DAY, impediment="质押"),
        Achievement("H3", "c", "firm", public_good=True),
    ]
    await registers.achievements.add_all(rows, "op", AT)
    assert await Holdings(registers.database).count("uni") == {
        "all": 4,
        "unreviewed": 3,
        "public": 1,
        "admitted": 2,
        "converted": 1,
        "unconverted": 1,
        "on_trial": 1,
        "impeded": 1,
        "interim": 1,
        "public_good": 0,
    }
    assert (await Holdings(registers.database).count("nobody"))["all"] == 0
