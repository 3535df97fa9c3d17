"""An entry of every kind, made from the kind itself, and one of its own for each field type."""

from typing import Any

from exchange.market.unconverted import Secrecy
from exchange.registers import Achievement, Organisation, Registers
from exchange.registers.directory_kinds import Field, Kind
from settlement.dates import parse_date
from tests.exchange.registers.conftest import AT

PUBLIC = Achievement(
    "A-1",
    "高速主轴轴承",
    "uni",
    "示例大学",
    secrecy=Secrecy.PUBLIC,
    secrecy_reviewer="李审",
    secrecy_reviewed_on=parse_date("2025-01-02"),
)
SECRET = Achievement("A-2", "密件轴承", "uni", "示例大学")


def value(field: Field, salt: str = "") -> Any:
    """A value that fits a field."""
    plain: dict[str, Any] = {
        "text": f"{field.zh}{salt}"[: field.length],
        "choice": next(iter(field.choices), ""),
        "date": "2026-03-02",
        "money_fen": 165_000_050,
        "number": "12.5" if field.places else max(field.least or 0, min(field.most or 2026, 2026)),
        "organisation": "uni",
        "achievement": "A-1",
        "trade": "T-L1-1",
        "shares": [{"name": f"甲中心{salt}", "share": "3/5"}, {"name": "李经纪", "share": "2/5"}],
        "url": "https://example.org/a?b=c",
    }
    return plain[field.type]


def sample(kind: Kind, salt: str = "") -> dict[str, Any]:
    """Values for every field of a kind."""
    return {one.name: value(one, salt) for one in kind.fields}


async def fill(registers: Registers) -> None:
    """What the samples refer to: a university, an enterprise, an achievement and a secret one."""
    for id_ in ("uni", "firm"):
        await registers.organisations.add(Organisation(id_, id_, "university", "henan", f"c-{id_}"), "op", AT)
    await registers.achievements.add_all([PUBLIC, SECRET], "op", AT)
