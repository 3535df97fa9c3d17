"""The filing form as fields of a page: what was stated, as it would be typed, and what was typed, as a form."""

from collections.abc import Mapping

from matching_engine.money import format_yuan
from settlement.filing import CHINA, COSTS, Cost, FilingForm, PartyFiling, fault, missing
from web.i18n import Speech
from web.pages.shell import sentence
from web.parse import BadInput, yuan

COST_ROWS = 6
TEXTS = ("project", "field", "ip", "programme", "valid_from", "filler")
SIDES = ("seller", "buyer")
PARTY = ("nature", "country", "region")
AMOUNTS = ("added_investment_fen", "added_output_fen")


def typed(form: FilingForm) -> dict[str, str]:
    """A form as its fields would have been typed."""
    said = {name: getattr(form, name) for name in TEXTS}
    said["valid_to"] = form.valid_to or ""
    for side in SIDES:
        said |= {f"{side}_{name}": getattr(getattr(form, side), name) for name in PARTY}
    for name in AMOUNTS:
        fen = getattr(form, name)
        said[name] = "" if fen is None else format_yuan(fen)
    return said | typed_costs(form.costs)


def typed_costs(costs: tuple[Cost, ...]) -> dict[str, str]:
    """Non-technical cost as its rows would have been typed."""
    said: dict[str, str] = {}
    for n, cost in enumerate(costs):
        said |= {
            f"cost_kind{n}": cost.kind,
            f"cost{n}": format_yuan(cost.amount_fen),
            f"cost_note{n}": cost.note,
        }
    return said


def cost_rows(said: Mapping[str, str]) -> range:
    """The rows to show: a few more than are filled in."""
    return range(max(COST_ROWS, len(_filled(said)) + 1))


def _filled(said: Mapping[str, str]) -> list[int]:
    """The numbers of the rows with an amount, in order."""
    rows = (name[4:] for name in said if name.startswith("cost"))
    return sorted(int(row) for row in rows if row.isascii() and row.isdecimal() and len(row) < 4)


def read_costs(form: Mapping[str, str]) -> tuple[Cost, ...]:
    """The non-technical cost that was typed; a row without an amount is passed over."""
    return tuple(_cost(form, n) for n in _filled(form))


def _cost(form: Mapping[str, str], n: int) -> Cost:
    kind = form.get(f"cost_kind{n}", "")
    if kind not in COSTS:
        raise BadInput("BAD_VALUE", f"cost{n}", kind, f"one of {', '.join(COSTS)}")
    return Cost(kind, yuan(form[f"cost{n}"], f"cost{n}"), form.get(f"cost_note{n}", "")[:200])


def read_filing(form: Mapping[str, str]) -> FilingForm:
    """The form that was typed; BadInput for an amount that is none."""
    return FilingForm(
        project=form.get("project", "")[:200],
        field=form.get("field", "")[:40],
        ip=form.get("ip", "")[:40],
        programme=form.get("programme", "none")[:40],
        valid_from=form.get("valid_from", "")[:10],
        valid_to=form.get("valid_to", "")[:10] or None,
        seller=_party(form, "seller"),
        buyer=_party(form, "buyer"),
        added_investment_fen=_amount(form, "added_investment_fen"),
        added_output_fen=_amount(form, "added_output_fen"),
        costs=read_costs(form),
        filler=form.get("filler", "")[:100],
    )


def _party(form: Mapping[str, str], side: str) -> PartyFiling:
    return PartyFiling(
        nature=form.get(f"{side}_nature", "")[:3],
        country=form.get(f"{side}_country", CHINA)[:3],
        region=form.get(f"{side}_region", "")[:6],
    )


def _amount(form: Mapping[str, str], field: str) -> int | None:
    text = form.get(field, "")
    if not text:
        return None
    return 0 if text in ("0", "0.0", "0.00") else yuan(text, field)


def faults(s: Speech, form: FilingForm, total_fen: int, whole: bool) -> dict[str, str]:
    """What is wrong with a form, beside its fields; `whole`: also what is missing of it."""
    said = fault(form, total_fen)
    if said is not None:
        field, _, _ = said.partition(":")
        name = field.partition("[")[0].replace(".", "_")
        wanted = s.code("filing_expected", name.removeprefix("seller_").removeprefix("buyer_"))
        return {name: wanted if wanted != name else sentence(s, "FILING_INVALID")}
    empty = missing(form) if whole else ()
    return {name.replace(".", "_"): s.text("Please fill in this field.") for name in empty}
