"""A sheet of terms as socket, REST and pages carry it: strict coming in, the same shape going out."""

from typing import Annotated, Any, Literal, cast

import msgspec

from exchange.market.negotiation_terms import TermSheet
from matching_engine.money import LIMIT_FEN
from settlement import deal as d

Price = Annotated[int, msgspec.Meta(ge=1, le=LIMIT_FEN, description="Fen, above zero.")]
Short = Annotated[str, msgspec.Meta(max_length=40)]
Place = Annotated[str, msgspec.Meta(max_length=100)]
Further = Annotated[str, msgspec.Meta(max_length=d.FURTHER_MAX)]
Rate = Annotated[str, msgspec.Meta(min_length=1, max_length=8)]


class Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part of the terms: nothing unknown in it."""


class InstalmentTerms(Strict, frozen=True):
    """A part of the price in ten-thousandths, and the days after the agreement in which it is due."""

    share_bp: Annotated[int, msgspec.Meta(ge=1, le=10_000)]
    days: Annotated[int, msgspec.Meta(ge=0, le=3_650)]


class RoyaltyTerms(Strict, frozen=True):
    """A royalty (Civil Code, art. 846): its basis, and percent for each year as decimal texts."""

    basis: d.Basis
    rates: Annotated[tuple[Rate, ...], msgspec.Meta(min_length=1, max_length=20)]


class PaymentTerms(Strict, frozen=True):
    """How the price is paid."""

    form: Literal["lump_sum", "instalments", "royalty", "entry_fee_royalty"] = "lump_sum"
    instalments: Annotated[tuple[InstalmentTerms, ...], msgspec.Meta(max_length=24)] = ()
    royalty: RoyaltyTerms | None = None


class Terms(Strict, frozen=True):
    """A complete sheet. `form` is that of the kind of contract, empty for its usual one."""

    price_fen: Price
    kind: d.ContractKind = "assignment"
    form: Short = ""
    licence: Literal["exclusive", "sole", "non_exclusive"] = "non_exclusive"
    term_months: Annotated[int, msgspec.Meta(ge=1, le=600)] | None = None
    territory: Place = ""
    payment: PaymentTerms = PaymentTerms()
    further: Further = ""


def sheet_of(terms: Terms) -> TermSheet:
    """The sheet that the house is asked about."""
    data = cast(dict[str, Any], msgspec.to_builtins(terms))
    price_fen = data.pop("price_fen")
    return TermSheet(price_fen, msgspec.convert(data, d.Deal))


def terms_of(sheet: TermSheet) -> dict[str, Any]:
    """The sheet in the shape in which it came."""
    return {"price_fen": sheet.price_fen, **cast(dict[str, Any], msgspec.to_builtins(sheet.deal))}
