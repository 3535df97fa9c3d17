"""The filing form as far as the trade tells it: what the seller does not have to type, and may correct."""

from calendar import monthrange
from datetime import date

from settlement.commands import PartyFacts
from settlement.deal import ContractKind, Deal
from settlement.drafting import deal_of
from settlement.filing import FIELDS, FilingForm, PartyFiling
from settlement.office_book import office_book
from settlement.state import Contract, Trade

_NATURES = {"university": "022", "research_institute": "021", "enterprise": "100"}
_RIGHTS = (
    ("发明", "invention"),
    ("实用新型", "utility_model"),
    ("外观设计", "design"),
    ("软件", "software"),
    ("集成电路", "circuit_layout"),
    ("植物新品种", "plant_variety"),
    ("医药新品种", "medicine_variety"),
    ("设计著作权", "design_copyright"),
    ("专利", "invention"),
)
"""What a line of intellectual property names → its kind; the first one found counts."""
_WITHOUT_RIGHT: tuple[ContractKind, ...] = ("consulting", "service")


def derived_form(trade: Trade, contract: Contract) -> FilingForm:
    """The form of a concluded contract; a technology field that is none of the list stays empty."""
    deal = deal_of(trade)
    begin = contract.effective_on or ""
    return FilingForm(
        project=" ".join(trade.subject.title.split()),
        field=next((key for key, name in FIELDS.items() if trade.subject.field in (key, name)), ""),
        ip=_ip(trade.subject.ip, deal),
        valid_from=begin,
        valid_to=_end(begin, deal.term_months),
        seller=_party(trade.seller),
        buyer=_party(trade.buyer),
    )


def _party(party: PartyFacts) -> PartyFiling:
    """A company is stated by its legal form where the name shows it."""
    nature = "150" if party.kind == "enterprise" and "有限" in party.name else _NATURES[party.kind]
    office = office_book().home(party.region)
    return PartyFiling(nature=nature, region=f"{office.code[:4]}00" if office else "")


def _ip(lines: tuple[str, ...], deal: Deal) -> str:
    """The kind of the first right that a line names; technology under no named right is a technical secret."""
    for line in lines:
        for word, kind in _RIGHTS:
            if word in line:
                return kind
    return "none" if deal.kind in _WITHOUT_RIGHT else "know_how"


def _end(begin: str, months: int | None) -> str | None:
    """The corresponding day so many months later, or the month's last (Civil Code, art. 202)."""
    if months is None or not begin:
        return None
    day = date.fromisoformat(begin)
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1])).isoformat()
