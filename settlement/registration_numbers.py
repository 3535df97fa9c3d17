"""Numbers of registered contracts: sixteen digits, `YYYY RRRR OO SSSSSS` — year, region, office, serial.

There is no check digit and no letter. The serial begins anew for each year, region and office, and the house proposes
the lowest one that is free, so that none is left out; a number that the national system gave is taken as it is.
"""

import re

from settlement.office_book import office_book

NUMBER = re.compile(r"(?:19|20)\d{2}[1-8]\d{3}\d{2}\d{6}", re.ASCII)
_SERIAL_MAX = 999_999


def malformed(number: str) -> str | None:
    """Why a text is no number of a contract: field, what came, what was expected; None when it may be one."""
    odd = next((char for char in number if not ("0" <= char <= "9")), None)
    if odd is not None:
        return f"number: got {odd!r} at place {number.index(odd) + 1}, expected 16 digits, no letters"
    if len(number) != 16:
        return f"number: got {len(number)} digits, expected 16: year 4, region 4, office 2, serial 6"
    if not NUMBER.fullmatch(number):
        return f"number: got {number[:4]} and {number[4:8]}, expected a year from 1900 and a region from 1000 to 8999"
    if number[10:] == "000000":
        return "number: got the serial 000000, expected 000001 or more"
    return None


def region_fault(number: str) -> str | None:
    """Why the region of a number is none of the list; None when it is one."""
    region = number[4:8]
    if region in office_book().regions:
        return None
    return f"number: got the region {region}, expected one of the list, like 2300 黑龙江"


def prefix(year: str, office_code: str) -> str:
    """The ten digits before the serial."""
    return f"{year}{office_code}"


def lowest_free(taken: dict[str, str], head: str, at_least: int) -> int:
    """The lowest serial from `at_least` on that no number with this head has."""
    serial = at_least
    while f"{head}{serial:06d}" in taken:
        serial += 1
    return serial


def next_number(taken: dict[str, str], serials: dict[str, int], head: str) -> str | None:
    """The number that comes next under a head; None when its six digits are used up."""
    serial = lowest_free(taken, head, serials.get(head, 1))
    return f"{head}{serial:06d}" if serial <= _SERIAL_MAX else None
