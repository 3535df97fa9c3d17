"""The demo's achievements, read from its data file."""

from datetime import date
from functools import cache
from importlib import resources
from typing import Any

import msgspec
import yaml

from exchange.market.unconverted import Secrecy
from exchange.registers.achievements import Achievement
from matching_engine.money import parse_yuan


class DemoAchievement(msgspec.Struct, frozen=True):
    """One achievement; prices in fen, None where no source prints one. IPC, TRL and field are inferred."""

    number: int
    title: str
    source: str
    ipc: str
    trl: int
    field: str
    holder: str | None = None
    opening_price_fen: int | None = None
    increment_fen: int | None = None
    hammer_fen: int | None = None
    note: str = ""
    auctioned: bool = False


REVIEWED_ON = date(2026, 1, 5)
"""All of them are from public pages: the day on which that was looked at."""
_FALLBACK_OPENINGS_FEN = (30_000_000, 50_000_000, 80_000_000, 120_000_000, 60_000_000)
"""Opening prices the demo chooses where no source prints one."""


def opening_price_fen(achievement: DemoAchievement) -> int:
    """The real opening price, or one that the demo chose (and pages label so)."""
    if achievement.opening_price_fen is not None:
        return achievement.opening_price_fen
    return _FALLBACK_OPENINGS_FEN[achievement.number % len(_FALLBACK_OPENINGS_FEN)]


def increment_fen(achievement: DemoAchievement) -> int:
    """The real increment, or about a twentieth of the opening price in a round figure."""
    if achievement.increment_fen is not None:
        return achievement.increment_fen
    return max(1_000_000, opening_price_fen(achievement) // 20 // 1_000_000 * 1_000_000)


def register_row(achievement: DemoAchievement, holder: str) -> Achievement:
    """The achievement as the register keeps it; what was inferred is named."""
    source = achievement.source
    return Achievement(
        id=f"demo-{achievement.number}",
        title=achievement.title,
        holder=holder,
        holder_name=achievement.holder or "",
        field=achievement.field,
        trl=achievement.trl,
        ipc=achievement.ipc,
        source_url=source if source.startswith("http") else "",
        source_note=source if not source.startswith("http") else "",
        inferred=("ipc", "trl", "field"),
        opening_price_fen=achievement.opening_price_fen,
        increment_fen=achievement.increment_fen,
        sold_price_fen=achievement.hammer_fen,
        price_note=achievement.note,
        secrecy=Secrecy.PUBLIC,
        secrecy_reviewer="演示数据审查",
        secrecy_reviewed_on=REVIEWED_ON,
    )


@cache
def load() -> tuple[DemoAchievement, ...]:
    """All achievements, those of real auctions with known prices first."""
    text = resources.files("exchange.demo").joinpath("achievements.yaml").read_text(encoding="utf-8")
    data = yaml.safe_load(text)
    items = [_achievement(row, data["sources"]) for row in data["achievements"]]
    return tuple(
        sorted(items, key=lambda item: (item.opening_price_fen is None, not item.auctioned, item.number))
    )


def _achievement(row: dict[str, Any], sources: dict[str, str]) -> DemoAchievement:
    inferred = row["inferred"]
    return DemoAchievement(
        number=row["number"],
        title=row["title"],
        source=sources[row["source"]],
        ipc=inferred["ipc"],
        trl=inferred["trl"],
        field=inferred["field"],
        holder=row.get("holder"),
        opening_price_fen=_price(row, "opening_price"),
        increment_fen=_price(row, "increment"),
        hammer_fen=_price(row, "hammer"),
        note=row.get("note", ""),
        auctioned=row["mode"].startswith("auction"),
    )


def _price(row: dict[str, Any], key: str) -> int | None:
    return parse_yuan(row[key], key) if key in row else None
