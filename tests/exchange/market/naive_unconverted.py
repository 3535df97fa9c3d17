"""A slow, readable twin of the one-year rule: it works on the cells of a catalogue, and walks the calendar day by day.

It shares nothing with the product: no enumeration, no reader, no arithmetic.
"""

from collections.abc import Mapping
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)
CLOCKS = ["accepted_on", "registered_on", "granted_on", "admitted_on"]
CONVERTING = ["transfer", "licence", "equity", "self_implementation", "joint_implementation", "other_agreed"]


def naive_last_day(start: date) -> date:
    """Walk on until the same month and day come round, or the next step would leave that month behind."""
    day = start + timedelta(days=300)
    while True:
        if (day.month, day.day) == (start.month, start.day):
            return day
        if day.month == start.month and (day + ONE_DAY).month != start.month and day.day < start.day:
            return day
        day += ONE_DAY


def naive_verdict(cells: Mapping[str, str], as_of: date) -> dict[str, object]:
    """The JSON line of a row whose cells are well formed."""
    cell = {name: text.strip() for name, text in cells.items()}
    clock = ([name for name in CLOCKS if cell[name]] or [""])[0]
    reason = naive_outside(cell, clock)
    line: dict[str, object] = {"id": cell["id"], "candidate": False, "reason": reason}
    if reason is not None:
        return {**line, "clock": None, "last_day": None, "candidate_from": None}
    last_day = naive_last_day(date.fromisoformat(cell[clock]))
    reason = naive_inside(cell, last_day, as_of)
    line |= {"candidate": reason is None, "reason": reason, "clock": clock}
    return {**line, "last_day": str(last_day), "candidate_from": str(last_day + ONE_DAY)}


def naive_outside(cell: Mapping[str, str], clock: str) -> str | None:
    """The reasons that need no calendar."""
    sources = [part.strip() for part in cell["funding"].split(";") if part.strip()]
    if not any(part.startswith("public:") and part[7:].strip() for part in sources):
        private = sources and all(part in ("own", "industry") for part in sources)
        return "NOT_FUNDED" if private else "FUNDING_UNKNOWN"
    if cell["category"] != "技术开发和产业化":
        return "CATEGORY" if cell["category"] else "UNCLASSIFIED"
    if cell["secrecy"] != "公开" or not cell["secrecy_reviewer"]:
        return "SECRET"
    return None if clock else "NO_CLOCK"


def naive_inside(cell: Mapping[str, str], last_day: date, as_of: date) -> str | None:
    """The reasons that do."""
    if as_of < last_day + ONE_DAY:
        return "TOO_YOUNG"
    if cell["converted_on"] and cell["conversion_mode"] in CONVERTING:
        converted_on = date.fromisoformat(cell["converted_on"])
        if converted_on <= last_day:
            return "CONVERTED"
        if converted_on <= as_of:
            return "CONVERTED_LATE"
    if cell["trial_until"]:
        running = as_of <= date.fromisoformat(cell["trial_until"])
        if running and as_of <= naive_last_day(last_day):
            return "IN_TRIAL"
    return "BLOCKED" if cell["impediment"] else None
