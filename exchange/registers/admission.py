"""What an achievement's row must hold to be believed: shares, days, rights, and the two routes of admission.

Luoyang, part one, (一): results that public money paid for must be admitted; others may be when they are registered
or evaluated. Pure: it looks at the row, and at whether an evaluation of it is on record.
"""

from typing import TypeVar

import msgspec

from exchange.market.unconverted import Source
from exchange.registers.achievements import Achievement
from exchange.registers.columns import is_registration_no
from exchange.registers.shares import check_whole, read_share
from exchange.registers.words import Right, Route
from matching_engine.errors import Malformed

S = TypeVar("S", bound=msgspec.Struct)
USE_YEARS_MIN = 10
"""A long-term right of use runs for ten years at least (国科发区〔2020〕128号)."""


def checked(one: Achievement, evaluated: bool = False) -> Achievement:
    """The row with its shares in lowest terms; Malformed when its parts do not fit each other."""
    owners = tuple(_lowest(owner, "owners") for owner in one.owners)
    funding = tuple(_lowest(source, "funding") for source in one.funding)
    grants = tuple(_lowest(grant, "grants") for grant in one.grants)
    if one.registration_no and not is_registration_no(one.registration_no):
        raise Malformed("registration_no", one.registration_no, "12 characters like 4112023Y0001")
    exact = msgspec.structs.replace(one, owners=owners, funding=funding, grants=grants)
    check(exact, evaluated)
    return exact


def _lowest(part: S, field: str) -> S:
    share: str = getattr(part, "share")  # noqa: B009  (the three kinds have it)
    return msgspec.structs.replace(part, share=read_share(share, field)) if share else part


def check(one: Achievement, evaluated: bool = False) -> None:
    """Malformed names the first field that contradicts another."""
    check_whole((owner.share for owner in one.owners), "owners")
    check_whole((source.share for source in one.funding), "funding")
    for grant in one.grants:
        if grant.right is Right.LONG_TERM_USE and grant.years is not None and grant.years < USE_YEARS_MIN:
            raise Malformed("grants", grant.years, f"{USE_YEARS_MIN} years or more for {Right.LONG_TERM_USE}")
        if grant.right is Right.OWNERSHIP and not grant.share:
            raise Malformed("grants", grant.to, f"the share of {Right.OWNERSHIP}")
    for item in one.ip_items:
        if item.granted_on and item.expires_on and item.expires_on < item.granted_on:
            raise Malformed("ip", str(item.expires_on), f"{item.granted_on} or later, the day of the grant")
    if one.registration_no and one.registered_on and one.registration_no[3:7] > str(one.registered_on.year):
        raise Malformed("registration_no", one.registration_no, f"a year up to {one.registered_on.year}")
    if one.converted_on is not None and one.conversion_mode is None:
        raise Malformed("conversion_mode", None, "how it was converted, beside converted_on")
    _check_route(one, evaluated)


def _check_route(one: Achievement, evaluated: bool) -> None:
    if one.admitted_on is not None and one.route is None:
        raise Malformed("route", None, f"{Route.MANDATORY} or {Route.VOLUNTARY}, beside admitted_on")
    funded = any(source.kind is Source.PUBLIC for source in one.funding)
    if one.route is Route.MANDATORY and not funded:
        raise Malformed("route", one.route.value, f"{Route.VOLUNTARY}: no public money is on record")
    if one.route is Route.VOLUNTARY and funded:
        raise Malformed("route", one.route.value, f"{Route.MANDATORY}: public money paid for it")
    registered = bool(one.registration_no) and one.registered_on is not None
    if one.route is Route.VOLUNTARY and not (registered or evaluated):
        expected = "a registration (number and date) or an evaluation, for admission of one's own accord"
        raise Malformed("route", one.route.value, expected)
