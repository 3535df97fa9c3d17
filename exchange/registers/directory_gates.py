"""Questions that other parts put to the directories, answered from entries that were read. Pure."""

from collections.abc import Sequence
from datetime import date
from typing import Literal

from exchange.registers.directory import Entry

Gate = Literal["", "PROHIBITED", "NO_LICENCE", "NOT_EXAMINED"]
EXPORT = "export-control"


def export_gate(entries: Sequence[Entry], on: date) -> Gate:
    """Why an achievement may not be offered to takers abroad on a day; "" when it may.

    `entries`: its published entries of EXPORT. What nobody examined is not offered abroad either: the one who
    exports has to know the class of what he exports (regulations on technology import and export, art. 29 to 36).
    """
    if not entries:
        return "NOT_EXAMINED"
    classes = {entry.fields["class"] for entry in entries}
    if "禁止出口" in classes:
        return "PROHIBITED"
    restricted = [entry for entry in entries if entry.fields["class"] == "限制出口"]
    return "" if all(_licensed(entry, on) for entry in restricted) else "NO_LICENCE"


def _licensed(entry: Entry, on: date) -> bool:
    """Whether a licence is in force on a day."""
    begins, ends = entry.fields.get("licensed_on", ""), entry.fields.get("licence_until", "9999-12-31")
    return bool(entry.fields.get("licence_no")) and bool(begins) and begins <= on.isoformat() <= ends
