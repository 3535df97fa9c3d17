"""What is agreed beside the price: the kind of contract, for how long, where, and how the price is paid.

A listing may state it; where it is silent, the mechanism tells: an open licence (专利法 50) and several awards of
one achievement can only be non-exclusive licences, a challenge is commissioned development, and a right that
is sold under the hammer is assigned.
"""

from fractions import Fraction
from typing import Literal

import msgspec

from settlement.clauses import tidy, words_fault

ContractKind = Literal["development", "assignment", "licence", "consulting", "service"]
Basis = Literal["price", "new_output", "profit", "sales"]

FORMS: dict[str, tuple[str, ...]] = {
    "development": ("commissioned", "cooperative"),
    "assignment": ("", "patent", "patent_application", "know_how"),
    "licence": ("", "patent", "know_how"),
    "consulting": ("",),
    "service": ("", "training", "intermediary"),
}
"""Kind → its forms; the first is meant when none is named."""
_TERM_MAX = 600
FURTHER_MAX = 600
_WHOLE_BP = 10_000
_PERIODS = (1, 3, 6, 12)


class Instalment(msgspec.Struct, frozen=True):
    """A part of the price in ten-thousandths, due so many calendar days after the hammer."""

    share_bp: int
    days: int


class Royalty(msgspec.Struct, frozen=True):
    """A share of what the technology brings (Civil Code, art. 846): its basis, and percent for each year.

    `rates` are decimal texts; the last one goes on. One rate is fixed, several rise or fall year by year.
    """

    basis: Basis
    rates: tuple[str, ...]
    period_months: int = 12
    """The length of a period: 1, 3, 6 or 12 months."""
    minimum_fen: int = 0
    """The least that a period costs."""
    due_days: int = 30
    """Calendar days after a period in which it is reported and paid."""


class Payment(msgspec.Struct, frozen=True):
    """How the price is paid (Civil Code, art. 846). The hammer price is the lump sum, the sum of the
    instalments, the entry fee, or with a mere royalty an advance that counts towards it."""

    form: Literal["lump_sum", "instalments", "royalty", "entry_fee_royalty"] = "lump_sum"
    instalments: tuple[Instalment, ...] = ()
    royalty: Royalty | None = None


class Deal(msgspec.Struct, frozen=True):
    """The agreement of a listing. `term_months` None and an empty `territory` take what the kind usually has."""

    kind: ContractKind = "assignment"
    form: str = ""
    licence: Literal["exclusive", "sole", "non_exclusive"] = "non_exclusive"
    term_months: int | None = None
    territory: str = ""
    payment: Payment = Payment()
    further: str = ""
    """Further words that the parties agreed on; they become an article of their own."""


def resolve(deal: Deal | None, mechanism: str) -> Deal:
    """The deal of a trade: what the listing says, as far as the mechanism leaves it open."""
    if deal is None:
        deal = Deal("development") if mechanism == "challenge" else Deal()
    several = mechanism == "multi_award" and deal.kind in ("assignment", "licence")
    if mechanism == "open_licence" or several:
        form = deal.form if deal.form in FORMS["licence"] else ""
        deal = msgspec.structs.replace(deal, kind="licence", form=form, licence="non_exclusive")
    return msgspec.structs.replace(deal, form=deal.form or FORMS[deal.kind][0])


def fault(deal: Deal) -> str | None:
    """What is wrong with a deal: field, what came, what was expected; None when nothing is."""
    if deal.form and deal.form not in FORMS[deal.kind]:
        return _say("deal.form", deal.form, f"one of {FORMS[deal.kind]} for {deal.kind}")
    if deal.term_months is not None and not 1 <= deal.term_months <= _TERM_MAX:
        return _say("deal.term_months", deal.term_months, f"1 to {_TERM_MAX}")
    return _further_fault(deal.further) or _instalment_fault(deal.payment) or _royalty_fault(deal.payment)


def _further_fault(further: str) -> str | None:
    """Why further words cannot be an article of a contract; None when they can."""
    if len(further) > FURTHER_MAX:
        return _say("deal.further", f"{len(further)} characters", f"at most {FURTHER_MAX}")
    wrong = words_fault(tidy(further))
    return _say("deal.further", wrong, "words of one article") if wrong else None


def _instalment_fault(payment: Payment) -> str | None:
    parts, field = payment.instalments, "deal.payment.instalments"
    if payment.form != "instalments":
        return _say(field, f"{len(parts)} parts", f"none with {payment.form}") if parts else None
    if len(parts) < 2:
        return _say(field, f"{len(parts)} parts", "two or more, for a price paid in instalments")
    if any(part.share_bp <= 0 for part in parts) or sum(part.share_bp for part in parts) != _WHOLE_BP:
        return _say(field, f"{sum(part.share_bp for part in parts)} ten-thousandths", "10000 in all")
    days = [part.days for part in parts]
    if days[0] < 0 or days != sorted(set(days)) or days[-1] > 3650:
        return _say(field, f"days {days}", "rising days from 0 to 3650")
    return None


def _royalty_fault(payment: Payment) -> str | None:
    field, wanted = "deal.payment.royalty", payment.form in ("royalty", "entry_fee_royalty")
    if payment.royalty is None:
        return _say(field, "nothing", "a basis and a rate, for a price with a royalty") if wanted else None
    if not wanted:
        return _say(field, "a royalty", f"none with {payment.form}")
    if payment.royalty.period_months not in _PERIODS:
        return _say(f"{field}.period_months", payment.royalty.period_months, "1, 3, 6 or 12")
    if payment.royalty.minimum_fen < 0:
        return _say(f"{field}.minimum_fen", payment.royalty.minimum_fen, "0 or more")
    if not 1 <= payment.royalty.due_days <= 180:
        return _say(f"{field}.due_days", payment.royalty.due_days, "1 to 180")
    rates = [percent(rate) for rate in payment.royalty.rates]
    if not rates or any(rate is None for rate in rates):
        return _say(f"{field}.rates", payment.royalty.rates, 'percent above 0 and up to 100, like "3.5"')
    return (
        None if trend(payment.royalty) else _say(f"{field}.rates", rates, "rates that only rise or only fall")
    )


def _say(field: str, got: object, expected: str) -> str:
    return f"{field}: got {got}, expected {expected}"


def percent(rate: str) -> Fraction | None:
    """The number of a rate like "3.5"; None for anything but plain digits above 0 and up to 100."""
    whole, point, part = rate.partition(".")
    plain = whole.isascii() and whole.isdecimal() and len(whole) <= 3
    if not plain or (point and not (part.isascii() and part.isdecimal() and len(part) <= 4)):
        return None
    value = Fraction(rate)
    return value if 0 < value <= 100 else None


def trend(royalty: Royalty) -> Literal["fixed", "rising", "falling"] | None:
    """Whether the rate is fixed, rises or falls over the years; None when it does neither."""
    rates = [Fraction(rate) for rate in royalty.rates]
    if len(set(rates)) == 1:
        return "fixed"
    if rates == sorted(rates):
        return "rising"
    return "falling" if rates == sorted(rates, reverse=True) else None


def shares(payment: Payment, price_fen: int) -> tuple[int, ...]:
    """The instalments in fen: each rounded down, the last takes the rest, so that they make the price."""
    parts = [price_fen * part.share_bp // _WHOLE_BP for part in payment.instalments[:-1]]
    return (*parts, price_fen - sum(parts))


def days_to_pay(deal: Deal | None, payment_days: int) -> int:
    """Days after the hammer in which the whole price is due: with instalments, those of the last."""
    if deal is None or not deal.payment.instalments:
        return payment_days
    return deal.payment.instalments[-1].days
