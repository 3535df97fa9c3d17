"""What the references of an entry may name: looked up, so that no entry points at nothing or at a secret."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from exchange.registers import Registers
from exchange.registers.directory import Reader
from exchange.registers.directory_kinds import Kind
from exchange.registers.directory_values import Known


async def known(
    registers: Registers,
    kind: Kind,
    values: Sequence[Mapping[str, Any]],
    reader: Reader,
    trades: Collection[str] | None,
    *,
    publishing: bool = False,
) -> Known:
    """The ids that these values may name. What the reader may not see does not exist for it.

    What everybody will see names an achievement only that everybody may see.
    """
    organisations = await registers.organisations.get_many(_named(kind, values, "organisation"))
    rows = await registers.achievements.get_many(_named(kind, values, "achievement"))
    for_all = kind.public and publishing
    seen = {
        id_
        for id_, row in rows.items()
        if row.public
        or (not for_all and (reader.overseer or (row.holder is not None and row.holder == reader.party)))
    }
    return Known(organisations.keys(), seen, trades)


def _named(kind: Kind, values: Sequence[Mapping[str, Any]], type_: str) -> list[str]:
    names = [one.name for one in kind.fields if one.type == type_]
    found = (one.get(name) for one in values for name in names)
    return list(dict.fromkeys(id_ for id_ in found if isinstance(id_, str) and id_))
