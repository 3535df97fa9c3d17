"""A case for each refusal of the registration desk; see test_refusals."""

from settlement.commands import ApproveClaim, SettlementCommand, SubmitRegistration
from settlement.refusals import Refusal
from settlement.registration_commands import (
    AnswerReview,
    CancelRegistration,
    ClassifyContract,
    CompleteFiling,
    RefuseRegistration,
)
from settlement.review import Answer
from tests.settlement.desk import (
    CLAIM,
    CONTRACT,
    DEPOSIT,
    REGISTRATION,
    Desk,
    claimed,
    paid_out,
    register,
    signed,
)
from tests.settlement.money_refusals import Case
from tests.settlement.registering import FIRST, certify, filed, form, looked_at


def _struck_out() -> Desk:
    """A desk whose claim is drawn up on a registration that was then cancelled."""
    desk = claimed()
    desk.ask(CancelRegistration(REGISTRATION, FIRST, "合同解除"))
    return desk


def _certified() -> Desk:
    """A desk where the income of the deposit is certified."""
    desk = paid_out()
    desk.ask(register())
    desk.ask(certify(DEPOSIT))
    return desk


def _draft() -> Desk:
    """A desk with a filing whose technology field nobody stated."""
    return filed(field="别的")


def _refused() -> Desk:
    """A desk where the office said no."""
    desk = signed()
    desk.ask(RefuseRegistration(REGISTRATION, FIRST, "材料不全"))
    return desk


def _bad_form(desk: Desk) -> SettlementCommand:
    return CompleteFiling(REGISTRATION, "u", form(desk, field="magic"))


def _strange(_: Desk) -> SettlementCommand:
    return AnswerReview(REGISTRATION, FIRST, (Answer("weather", True),))


REGISTRATION_CASES: dict[Refusal, Case] = {
    Refusal.NUMBER_REGION: (signed, lambda _: register(number="2026299901000001"), REGISTRATION),
    Refusal.OFFICE_INVALID: (
        _refused,
        lambda _: SubmitRegistration(CONTRACT, "x"),
        CONTRACT,
    ),
    Refusal.FILING_INCOMPLETE: (_draft, lambda _: SubmitRegistration(CONTRACT, "230001"), REGISTRATION),
    Refusal.FILING_INVALID: (_draft, _bad_form, REGISTRATION),
    Refusal.REVIEW_ITEM: (lambda: looked_at(filed()), _strange, REGISTRATION),
    Refusal.REVIEW_INCOMPLETE: (
        lambda: looked_at(filed(), but=("price",)),
        lambda _: ClassifyContract(REGISTRATION, FIRST, "assignment"),
        REGISTRATION,
    ),
    Refusal.REASON_INVALID: (
        signed,
        lambda _: RefuseRegistration(REGISTRATION, FIRST, "理由", ("RAIN",)),
        REGISTRATION,
    ),
    Refusal.REGISTRATION_ENDED: (_struck_out, lambda _: ApproveClaim(CLAIM, "official-1"), CLAIM),
    Refusal.INCOME_UNKNOWN: (_certified, lambda _: certify("c9"), REGISTRATION),
    Refusal.INCOME_CERTIFIED: (_certified, lambda _: certify(DEPOSIT), REGISTRATION),
}
"""Code → story, command, subject."""
