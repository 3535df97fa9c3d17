"""Change, cancellation and revocation of a registration, and what they do to claims."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.commands import (
    ApproveClaim,
    DeclareDefault,
    RegisterContract,
    RepeatPayment,
    SettlementCommand,
    SubmitRegistration,
    VoidPayment,
)
from settlement.dates import due_date, end_of_day
from settlement.evolve import evolve
from settlement.filing import Cost
from settlement.income import technical_fen
from settlement.registration import benefit_block
from settlement.registration_commands import (
    CancelRegistration,
    ChangeRegistration,
    ConfirmChange,
    ReduceIncome,
    RevokeRegistration,
)
from settlement.registration_events import (
    ChangeProposed,
    IncomeReduced,
    RegistrationChanged,
    RegistrationRevoked,
)
from settlement.registration_state import RegistrationState
from settlement.state import Settlement
from tests.settlement.desk import (
    AT,
    BOOK,
    CLAIM,
    CONTRACT,
    DEPOSIT,
    FACTORY,
    PRICE_FEN,
    REGISTRATION,
    TRADE,
    UNIVERSITY,
    Desk,
    claimed,
    credit,
    elect,
    paid_out,
    register,
    signed,
)
from tests.settlement.registering import FIRST, SECOND, certify, form, registered, registration_of

THRESHOLD = 500_000_000
LATE = end_of_day(due_date(AT, 5)) + 1


def change(desk: Desk, total_fen: int, *costs: Cost, registrar: str = FIRST) -> ChangeRegistration:
    """Another total, with these costs."""
    return ChangeRegistration(
        REGISTRATION, registrar, "补充协议", form(desk, costs=costs), "assignment", total_fen
    )


def test_a_change_is_a_new_version_under_the_same_number() -> None:
    """Total and technology value are new, number and office stay, the first version is kept, claims still follow."""
    desk = registered()
    number, office = registration_of(desk).number, registration_of(desk).office
    (event,) = desk.ask(change(desk, 200_000_000, Cost("parts", 30_000_000)))
    assert isinstance(event, RegistrationChanged)
    one = registration_of(desk)
    assert (one.state, one.number, one.office) == (RegistrationState.CHANGED, number, office)
    assert (one.total_fen, one.technology_fen) == (200_000_000, 170_000_000)
    assert [(v.number, v.total_fen) for v in one.versions] == [(1, 170_000_000), (2, 200_000_000)]
    assert one.in_force
    desk.ask(change(desk, 200_000_000))
    assert registration_of(desk).versions[-1].number == 3


def test_a_change_to_the_threshold_is_confirmed_by_another_person() -> None:
    """A fen below, one person is enough; at the threshold the change waits, and the first person cannot confirm it."""
    desk = registered()
    desk.ask(change(desk, THRESHOLD - 1))
    assert registration_of(desk).total_fen == THRESHOLD - 1
    (event,) = desk.ask(change(desk, THRESHOLD))
    assert isinstance(event, ChangeProposed)
    assert registration_of(desk).total_fen == THRESHOLD - 1
    assert desk.refused(ConfirmChange(REGISTRATION, FIRST)) == "FOUR_EYES"
    (confirmed,) = desk.ask(ConfirmChange(REGISTRATION, SECOND))
    assert isinstance(confirmed, RegistrationChanged)
    assert (confirmed.first_registrar, confirmed.registrar) == (FIRST, SECOND)
    assert registration_of(desk).total_fen == THRESHOLD
    assert desk.refused(ConfirmChange(REGISTRATION, SECOND)) == "REGISTRATION_STATE"


@pytest.mark.parametrize(
    ("total_fen", "costs", "reason", "code"),
    [
        (0, (), "x", "AMOUNT_INVALID"),
        (10**15 + 1, (), "x", "AMOUNT_INVALID"),
        (5, (Cost("parts", 6),), "x", "FILING_INVALID"),
        (5, (), " ", "REASON_INVALID"),
    ],
)
def test_a_change_that_cannot_be_is_refused(
    total_fen: int, costs: tuple[Cost, ...], reason: str, code: str
) -> None:
    """No amount, too large a one, costs above it, no reason."""
    desk = registered()
    asked = ChangeRegistration(REGISTRATION, FIRST, reason, form(desk, costs=costs), "assignment", total_fen)
    assert desk.refused(asked) == code


def test_a_change_takes_back_income_that_is_no_longer_technical() -> None:
    """Half the technology value: half the income that was certified counts."""
    desk = paid_out()
    desk.ask(register())
    desk.ask(certify(DEPOSIT))
    desk.ask(certify("c2"))
    assert registration_of(desk).certified_fen == PRICE_FEN
    *_, reduced = desk.ask(change(desk, PRICE_FEN, Cost("equipment", PRICE_FEN // 2)))
    assert isinstance(reduced, IncomeReduced)
    assert registration_of(desk).certified_fen == PRICE_FEN // 2


def test_a_cancelled_registration_stops_claims() -> None:
    """A claim that is drawn up is approved no more, and says why; nothing can be done with the registration."""
    desk = claimed()
    assert benefit_block(desk.state, desk.state.trades[TRADE]) is None
    assert desk.refused(CancelRegistration(REGISTRATION, FIRST, "")) == "REASON_INVALID"
    desk.ask(CancelRegistration(REGISTRATION, FIRST, "合同解除"))
    assert desk.refused(ApproveClaim(CLAIM, "official-1")) == "REGISTRATION_ENDED"
    block = benefit_block(desk.state, desk.state.trades[TRADE])
    assert block is not None
    assert "合同解除" in block
    assert desk.refused(SubmitRegistration(CONTRACT, "230001")) == "REGISTRATION_STATE"
    assert desk.refused(certify("c2")) == "REGISTRATION_STATE"


def test_a_revocation_takes_two_people() -> None:
    """The first proposes and cannot confirm; the second one's word ends it; before that nothing has changed."""
    desk = claimed()
    assert desk.refused(RevokeRegistration(REGISTRATION, FIRST, " ")) == "REASON_INVALID"
    desk.ask(RevokeRegistration(REGISTRATION, FIRST, "虚假合同"))
    assert registration_of(desk).in_force
    assert desk.refused(RevokeRegistration(REGISTRATION, FIRST, "再次")) == "FOUR_EYES"
    desk.ask(RevokeRegistration(REGISTRATION, SECOND, "查实"))
    (revoked,) = desk.happened(RegistrationRevoked)
    assert (revoked.first_registrar, revoked.registrar) == (FIRST, SECOND)
    one = registration_of(desk)
    assert (one.state, one.reason, one.ended_on) == (RegistrationState.REVOKED, "查实", "2026-11-20")
    assert desk.refused(ApproveClaim(CLAIM, "official-1")) == "REGISTRATION_ENDED"


def test_no_claim_is_drawn_up_on_an_ended_registration() -> None:
    """The parties elect after the end: nothing follows."""
    desk = paid_out()
    desk.ask(register())
    desk.ask(CancelRegistration(REGISTRATION, FIRST, "合同解除"))
    for party in (UNIVERSITY, FACTORY):
        desk.ask(elect(party, "buyer"))
    assert desk.state.trades[TRADE].claims == []


def test_the_end_replays() -> None:
    """Change, proposal, revocation and income from their events alone give the same state."""
    desk = paid_out()
    desk.ask(register())
    desk.ask(certify("c2"))
    desk.ask(change(desk, THRESHOLD))
    desk.ask(ConfirmChange(REGISTRATION, SECOND))
    for registrar in (FIRST, SECOND):
        desk.ask(RevokeRegistration(REGISTRATION, registrar, "虚假合同"))
    again = Settlement(BOOK)
    for event, at in desk.history:
        evolve(again, event, at)
    assert again == desk.state


def test_a_claim_that_came_back_is_not_paid_again_after_the_end() -> None:
    """The bank returned the money of a claim; meanwhile the registration was cancelled: it is not ordered again."""
    desk = claimed()
    for official in ("official-1", "official-2"):
        desk.ask(ApproveClaim(CLAIM, official))
    desk.ask(VoidPayment(f"P-{CLAIM}", "账户已注销"))
    desk.ask(CancelRegistration(REGISTRATION, FIRST, "合同解除"))
    assert desk.refused(RepeatPayment(f"P-{CLAIM}")) == "REGISTRATION_ENDED"


AFTER: tuple[Callable[[Desk, int], SettlementCommand], ...] = (
    lambda desk, n: RegisterContract(REGISTRATION, None, (FIRST, SECOND)[n % 2], "2026-11-25"),
    lambda desk, n: credit(f"p{n}", f"O-{TRADE}", 1 + 7_777_777 * n),
    lambda desk, n: certify(DEPOSIT),
    lambda desk, n: certify(f"p{n}"),
    lambda desk, n: change(desk, 1 + 40_000_000 * n, *((Cost("parts", n),) if n else ())),
    lambda desk, n: ConfirmChange(REGISTRATION, (FIRST, SECOND)[n % 2]),
    lambda desk, n: RevokeRegistration(REGISTRATION, (FIRST, SECOND)[n % 2], "虚假合同"),
    lambda desk, n: CancelRegistration(REGISTRATION, FIRST, "合同解除"),
    lambda desk, n: DeclareDefault(TRADE),
    lambda desk, n: ReduceIncome(REGISTRATION),
)
PLENTY = st.sampled_from([0, 1, 2, 2, 3, 3, 4, 5, 6, 8, 9, 7])


@given(st.lists(st.tuples(PLENTY, st.integers(0, 20)), max_size=20))
def test_whatever_follows_a_registration_the_income_fits_and_replays(order: list[tuple[int, int]]) -> None:
    """Credits, certificates, changes, ends and a default in any order: never more certified than the share of what stays."""
    desk = signed()
    for step, number in order:
        desk.ask(AFTER[step](desk, number), LATE)
        one = registration_of(desk)
        received_fen = sum(receipt.amount_fen for receipt in desk.state.trades[TRADE].receipts)
        most_fen = technical_fen(received_fen, one.technology_fen or 0, one.total_fen)
        assert 0 <= one.certified_fen <= min(most_fen, one.technology_fen or 0)
        assert len({income.receipt for income in one.income}) == len(one.income)
    again = Settlement(BOOK)
    for event, at in desk.history:
        evolve(again, event, at)
    assert again == desk.state
