"""A sheet of terms as a form: what a person types → terms, terms → what stands in the fields, and as lines to read."""

from collections.abc import Mapping
from typing import Any

import msgspec

from exchange.market.negotiation_terms import TermSheet
from matching_engine.money import format_yuan
from settlement.deal import FORMS, Payment
from web.i18n import Speech
from web.parse import BadInput, yuan
from web.term_sheets import Terms, sheet_of

KINDS = tuple(FORMS)
FORM_NAMES = tuple(dict.fromkeys(name for names in FORMS.values() for name in names))
LICENCES = ("exclusive", "sole", "non_exclusive")
PAYMENTS = ("lump_sum", "instalments", "royalty", "entry_fee_royalty")
BASES = ("price", "new_output", "profit", "sales")


def sheet_from(form: Mapping[str, str]) -> TermSheet:
    """The sheet that a form states; BadInput names the field that is wrong."""
    data: dict[str, Any] = {
        "price_fen": yuan(form.get("price", ""), "price"),
        "kind": form.get("kind", ""),
        "form": form.get("form", ""),
        "licence": form.get("licence", "non_exclusive"),
        "term_months": _whole(form["term_months"], "term_months") if "term_months" in form else None,
        "territory": form.get("territory", ""),
        "payment": _payment(form),
        "further": form.get("further", "").replace("\r\n", "\n"),
    }
    try:
        return sheet_of(msgspec.convert(data, Terms))
    except msgspec.ValidationError as wrong:
        expected, _, where = str(wrong).partition(" - at `$.")
        field = where.rstrip("`").partition(".")[0].partition("[")[0] or "kind"
        raise BadInput("BAD_VALUE", field, "", expected) from None


def _payment(form: Mapping[str, str]) -> dict[str, Any]:
    kind = form.get("payment", "lump_sum")
    payment: dict[str, Any] = {"form": kind}
    if kind == "instalments":
        payment["instalments"] = [
            _part(line) for line in form.get("instalments", "").splitlines() if line.strip()
        ]
    if kind in ("royalty", "entry_fee_royalty"):
        payment["royalty"] = {"basis": form.get("basis", ""), "rates": form.get("rates", "").split()}
    return payment


def _part(line: str) -> dict[str, int]:
    """ "30 0": percent of the price, and days."""
    words = line.split()
    if len(words) != 2:
        raise BadInput("BAD_VALUE", "instalments", line, "percent and days on each line, like 30 0")
    return {"share_bp": _whole(words[0], "instalments") * 100, "days": _whole(words[1], "instalments")}


def _whole(text: str, field: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 6):
        raise BadInput("BAD_VALUE", field, text, "a whole number")
    return int(text)


def values_of(sheet: TermSheet) -> dict[str, str]:
    """What stands in the fields for a sheet."""
    deal, payment = sheet.deal, sheet.deal.payment
    royalty = payment.royalty
    return {
        "price": format_yuan(sheet.price_fen),
        "kind": deal.kind,
        "form": deal.form,
        "licence": deal.licence,
        "term_months": "" if deal.term_months is None else str(deal.term_months),
        "territory": deal.territory,
        "payment": payment.form,
        "instalments": "\n".join(f"{part.share_bp // 100} {part.days}" for part in payment.instalments),
        "basis": royalty.basis if royalty else "price",
        "rates": " ".join(royalty.rates) if royalty else "",
        "further": deal.further,
    }


def lines_of(s: Speech, sheet: TermSheet) -> list[tuple[str, str]]:
    """The sheet to read: name and value of every term, always the same terms in the same order."""
    deal = sheet.deal
    months = (
        s.text("%(n)s months", n=deal.term_months) if deal.term_months is not None else s.text("as is usual")
    )
    kind = s.code("deal_kind", deal.kind)
    return [
        (s.text("Price"), s.money(sheet.price_fen)),
        (s.text("Payment"), _payment_line(s, deal.payment)),
        (s.text("Kind of contract"), f"{kind} · {s.code('deal_form', deal.form)}" if deal.form else kind),
        (s.text("Licence"), s.code("licence_kind", deal.licence) if deal.kind == "licence" else "—"),
        (s.text("Term"), months),
        (s.text("Territory"), deal.territory or s.text("as is usual")),
        (s.text("Further words"), deal.further or "—"),
    ]


def _payment_line(s: Speech, payment: Payment) -> str:
    text = s.code("payment_form", payment.form)
    parts = [
        s.text("%(percent)s %% after %(days)s days", percent=f"{part.share_bp / 100:g}", days=part.days)
        for part in payment.instalments
    ]
    if payment.royalty is not None:
        rates = " → ".join(f"{rate} %" for rate in payment.royalty.rates)
        parts.append(f"{s.code('royalty_basis', payment.royalty.basis)} {rates}")
    return f"{text}: {', '.join(parts)}" if parts else text


def changed(s: Speech, before: TermSheet | None, sheet: TermSheet) -> list[dict[str, str]]:
    """The lines of a sheet; where one differs from the sheet before, with what stood there."""
    old = dict(lines_of(s, before)) if before else {}
    return [
        {"name": name, "value": value, "was": old.get(name, value) if old.get(name, value) != value else ""}
        for name, value in lines_of(s, sheet)
    ]
