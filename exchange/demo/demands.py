"""The demands of the demo's enterprises, read from their data file."""

from importlib import resources

import msgspec
import yaml

from exchange.registers import Demand, Registers
from matching_engine.money import parse_yuan


def demo_demands() -> list[Demand]:
    """Every demand, in the order of the file."""
    text = resources.files("exchange.demo").joinpath("demands.yaml").read_text(encoding="utf-8")
    found = []
    for row in yaml.safe_load(text)["demands"]:
        budget = row.pop("budget", None)
        row["budget_fen"] = None if budget is None else parse_yuan(budget, "budget")
        found.append(msgspec.convert(row, Demand))
    return found


async def fill_demands(registers: Registers, at: int) -> None:
    """Enter the demands of the demo, unless they are there."""
    missing = [one for one in demo_demands() if await registers.demands.get(one.id) is None]
    await registers.demands.add_all(missing, "demo", at)
