"""What the register knows about each check before a listing is admitted, and where the seller's papers say something else."""

from dataclasses import dataclass

from exchange.market.admission import needed
from exchange.market.listing_state import Listing
from exchange.market.listing_terms import OPTIONAL_CHECKS, Check
from exchange.registers.achievements import Achievement
from exchange.registers.evaluations import Appraisal
from exchange.registers.people import Mandate
from exchange.registers.shares import shown
from exchange.registers.words import LegalStatus, MandateRole
from settlement.dates import shanghai_date
from web.i18n import later
from web.pages.shell import Visit

IN_FORCE = (LegalStatus.GRANTED, LegalStatus.PENDING)


@dataclass(frozen=True, slots=True)
class Known:
    """What the register holds for a check; `conflict` is a message, empty where the papers agree with it."""

    text: str = ""
    conflict: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the checklist."""

    check: Check
    needed: bool
    stated: str
    known: Known

    @property
    def evidence(self) -> str:
        """What the field begins with: the register's word, else the seller's."""
        return (self.known.text or self.stated)[:300]


@dataclass(frozen=True, slots=True)
class _Looked:
    """Everything that is looked up once for a listing."""

    one: Listing
    row: Achievement
    prices: list[Appraisal]
    mandates: list[Mandate]
    people: dict[str, str]
    no_mandates: bool


async def rows(visit: Visit, one: Listing) -> list[Row]:
    """The checklist of a listing, in its order."""
    looked = await _look_up(visit, one)
    found = []
    for check in Check:
        known = _KNOWN[check](looked) if looked else Known()
        must = needed(one.papers, check) or bool(known.conflict)
        found.append(Row(check, must or check not in OPTIONAL_CHECKS, stated(one, check), known))
    return found


async def _look_up(visit: Visit, one: Listing) -> _Looked | None:
    registers = visit.exchange.registers
    row = await registers.achievements.get(one.achievement)
    if row is None:
        return None
    today = shanghai_date(visit.now)
    mandates = await registers.mandates.list(one.seller)
    people = await registers.people.get_many([mandate.person for mandate in mandates])
    selling = [m for m in mandates if m.role is not MandateRole.BIDDER and m.holds(today)]
    return _Looked(
        one,
        row,
        await registers.appraisals.of(row.id),
        selling,
        {id_: person.name for id_, person in people.items()},
        not mandates,
    )


def stated(one: Listing, check: Check) -> str:
    """What the seller's papers say about a check."""
    papers = one.papers
    texts = {
        Check.REGISTER: papers.register_number or one.achievement,
        Check.SECRECY: papers.secrecy_reviewer,
        Check.TITLE: papers.title_status or "; ".join(one.subject.ip),
        Check.CO_OWNERS: "; ".join((*papers.co_owners, *papers.consents)),
        Check.MANDATE: papers.mandate,
        Check.IMPEDIMENT: "; ".join(text for text in (papers.impediment, papers.impediment_consent) if text),
        Check.APPRAISAL: papers.appraisal,
    }
    return texts[check]


def _joined(*parts: object) -> str:
    return " ".join(str(part) for part in parts if part)


def _register(looked: _Looked) -> Known:
    row, said = looked.row, looked.one.papers.register_number
    text = _joined(row.registration_no, row.route, row.admitted_on)
    if row.digest() != looked.one.achievement_digest:
        return Known(text, later("The register has changed since this was offered."))
    if said and row.registration_no and said != row.registration_no:
        return Known(text, later("The register has another number."))
    return Known(text)


def _secrecy(looked: _Looked) -> Known:
    row, said = looked.row, looked.one.papers.secrecy_reviewer
    text = _joined(row.secrecy, row.secrecy_reviewer, row.secrecy_reviewed_on)
    if not row.public:
        return Known(text, later("No named reviewer found it public."))
    if said and row.secrecy_reviewer not in said and said not in row.secrecy_reviewer:
        return Known(text, later("The register names another reviewer."))
    return Known(text)


def _title(looked: _Looked) -> Known:
    items = looked.row.ip_items
    text = "; ".join(looked.row.ip_lines)
    dead = any(item.status is not None and item.status not in IN_FORCE for item in items)
    return Known(text, later("A right is no longer in force.") if dead else "")


def _co_owners(looked: _Looked) -> Known:
    row, said = looked.row, looked.one.papers.co_owners
    others = [owner for owner in row.owners if row.holder is None or owner.organisation != row.holder]
    others = [owner for owner in others if owner.name != row.holder_name]
    text = "; ".join(_joined(owner.name, shown(owner.share)) for owner in others)
    if {owner.name for owner in others} != set(said):
        return Known(text or "—", later("The register has other owners than the papers."))
    return Known(text)


def _mandate(looked: _Looked) -> Known:
    text = "; ".join(
        _joined(looked.people.get(one.person, one.person), one.role.value, one.document_digest[:12])
        for one in looked.mandates
    )
    if not looked.mandates and not looked.no_mandates:
        return Known(text, later("No mandate of the seller is in force."))
    return Known(text)


def _impediment(looked: _Looked) -> Known:
    row, said = looked.row, looked.one.papers.impediment
    pledged = [item.line for item in row.ip_items if item.pledged]
    text = "; ".join(part for part in (row.impediment, *pledged) if part)
    if text and not said:
        return Known(text, later("The register has an impediment that the papers leave out."))
    return Known(text)


def _appraisal(looked: _Looked) -> Known:
    prices, said = looked.prices, looked.one.papers.appraised_fen
    last = max(prices, key=lambda one: one.on, default=None)
    if last is None:
        return Known("", later("The register holds no appraisal.") if said is not None else "")
    amount = f"{last.amount_fen // 100}.{last.amount_fen % 100:02d}"
    text = _joined(last.kind, amount, last.made_by, last.on, last.report_digest[:12])
    if said is not None and said != last.amount_fen:
        return Known(text, later("The register has another amount."))
    return Known(text)


_KNOWN = {
    Check.REGISTER: _register,
    Check.SECRECY: _secrecy,
    Check.TITLE: _title,
    Check.CO_OWNERS: _co_owners,
    Check.MANDATE: _mandate,
    Check.IMPEDIMENT: _impediment,
    Check.APPRAISAL: _appraisal,
}
