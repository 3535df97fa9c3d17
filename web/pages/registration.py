"""One contract at the registration office: what is known of it, and the forms of whoever is to act on it."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from settlement import filing as f
from settlement.dates import shanghai_date
from settlement.office_book import office_book
from settlement.registration import FORM_FIELDS
from settlement.registration_checks import form_of
from settlement.registration_state import Move, Registration, RegistrationState
from settlement.review import ASKED, RefuseReason, checklist
from settlement.state import Settlement
from web import errors
from web.api_trades import may_see
from web.pages.filing_form import cost_rows, typed, typed_costs
from web.pages.shell import Visit, page
from web.registration_views import registration_resource

KINDS = ("development", "assignment", "licence", "consulting", "service")
AFTER_FILING = (Move.COMPLETE, Move.SUPPLEMENT)


def visible(visit: Visit) -> Registration:
    """The registration of the path, if the caller may see its trade; 404 otherwise."""
    state = visit.state.settlement
    found = state.registrations.get(visit.part("registration"))
    if found is None or not may_see(visit.principal, state.trades[found.trade]):
        raise errors.not_found("registration")
    return found


async def registration_page(
    visit: Visit,
    status: int = 200,
    wrong: Mapping[str, str] | None = None,
    said: Mapping[str, str] | None = None,
) -> Response:
    """The page; `wrong` and `said` are of the form that was refused."""
    one, state = visible(visit), visit.state.settlement
    recorded = await visit.exchange.house.history(f"trade/{one.trade}")
    trade, contract = state.trades[one.trade], state.contracts[one.contract]
    today = shanghai_date(visit.now)
    return visit.render(
        "registration.html",
        status,
        f"/registrations/{one.id}",
        one=one,
        trade=trade,
        contract=contract,
        shown=registration_resource(state, one, today, recorded),
        receipts=_receipts(state, one),
        who={row.seq: row.principal for row in recorded},
        forms=_forms(visit, one),
        labels=_labels(visit),
        askable=_askable(state, one),
        lists=_lists(visit),
        said=said if said is not None else {},
        filed=said if said is not None else typed(form_of(state, one)),
        costs=said if said is not None else typed_costs(one.costs or form_of(state, one).costs),
        rows=cost_rows(said or typed(form_of(state, one))),
        today=today.isoformat(),
        errors=wrong or {},
    )


def _forms(visit: Visit, one: Registration) -> frozenset[str]:
    """The forms that the caller is shown: what the table of moves and the own role allow."""
    trade = visit.state.settlement.trades[one.trade]
    shown: list[str] = []
    if visit.principal.party == trade.seller.id:
        shown += [f"seller_{move.value}" for move in AFTER_FILING if one.may(move)]
    if "registrar" in visit.principal.roles and visit.principal.party not in (
        trade.seller.id,
        trade.buyer.id,
    ):
        shown += [move.value for move in Move if one.may(move)]
        shown += ["own_second"] if _was_first(visit, one) else []
    return frozenset(shown)


def _was_first(visit: Visit, one: Registration) -> bool:
    """Whether the caller did the first half of what takes two people."""
    account = visit.principal.account
    if one.state is RegistrationState.SECOND_REVIEW:
        return account == one.first_registrar
    return one.proposal is not None and one.proposal.registrar == account


def _lists(visit: Visit) -> dict[str, Any]:
    """The closed lists of the forms."""
    return {
        "fields": list(f.FIELDS),
        "ips": list(f.IP_KINDS),
        "programmes": list(f.PROGRAMMES),
        "natures": list(f.NATURES),
        "costs": list(f.COSTS),
        "kinds": KINDS,
        "reasons": [reason.value for reason in RefuseReason],
        "offices": [(office.code, office.name) for office in office_book().offices],
    }


def _labels(visit: Visit) -> dict[str, str]:
    """Items of the checklist and fields of the form, as the reader is told of them."""
    place = 0 if visit.speech.language == "zh" else 1
    fields = {name: visit.speech.code("filing", name) for name in FORM_FIELDS}
    return fields | {item.value: asked[place] for item, asked in ASKED.items()}


def _askable(state: Settlement, one: Registration) -> list[str]:
    """What a supplement can be asked for: the contract's checklist, then the fields of the form."""
    kind = state.contracts[one.contract].kind
    items = [item.value for item in checklist(kind)]
    return list(dict.fromkeys((*items, *FORM_FIELDS)))


def _receipts(state: Settlement, one: Registration) -> list[tuple[Any, Any]]:
    """Money of the price, each with its certificate if it has one."""
    certificates = {income.receipt: income for income in one.income}
    receipts = state.trades[one.trade].receipts
    return [
        (receipt, certificates.get(receipt.id) if receipt.amount_fen > 0 else None) for receipt in receipts
    ]


ROUTES: list[Route] = [page("/registrations/{registration}", registration_page)]
