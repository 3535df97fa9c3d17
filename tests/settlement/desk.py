"""A settlement desk for tests: it decides, takes in, follows up, and keeps what happened."""

from typing import TypeVar

from settlement.account_commands import ConfirmPayoutAccount, StatePayoutAccount
from settlement.bank_account import BankAccount
from settlement.commands import (
    CallDeposit,
    ConcludeTrade,
    ConfirmPayment,
    ElectClaimant,
    PartyFacts,
    RecordCredit,
    RegisterContract,
    SettlementCommand,
    Side,
    SignContract,
    Subject,
)
from settlement.decide import decide
from settlement.events import Event, SettlementEvent, SettlementRefused
from settlement.evolve import evolve
from settlement.process import react
from settlement.rulebook import Rulebook, load_rulebook
from settlement.rules import shipped
from settlement.state import Settlement

E = TypeVar("E", bound=Event)

BOOK: Rulebook = load_rulebook(shipped())

AT = 1_795_172_400_000_000
"""2026-11-20 19:00 in Shanghai."""

UNIVERSITY = PartyFacts(
    id="P-U",
    name="北方工业大学（哈尔滨）",
    kind="university",
    region="heilongjiang",
    code="12230000414000001X",
    address="哈尔滨市南岗区学府路1号",
    representative="周明",
)
FACTORY = PartyFacts(
    id="P-F",
    name="松江重型机械有限公司",
    kind="enterprise",
    region="heilongjiang",
    code="91230100MA18XXXX0A",
    address="哈尔滨市香坊区三大动力路2号",
    representative="李强",
)
SUBJECT = Subject(
    listing="A1",
    title="等速万向节超音频感应热处理系统",
    abstract="以超音频感应加热处理等速万向节，节能并减少变形。",
    field="先进制造",
    ip=("发明专利 ZL201810123456.7 授权有效", "实用新型专利 ZL201920123456.8 授权有效"),
)

ACCOUNTS = {
    UNIVERSITY.id: BankAccount(
        UNIVERSITY.name, "3500040109008800123", "中国工商银行哈尔滨学府支行", "102261000418"
    ),
    FACTORY.id: BankAccount(FACTORY.name, "DE89370400440532013000", "Commerzbank", bic="COBADEFFXXX"),
}
"""Where the two are paid."""

DEPOSIT, TRADE = "D-L1-001", "T-L1-1"
CONTRACT, REGISTRATION, CLAIM = f"C-{TRADE}", f"TC-{TRADE}", f"K-{TRADE}-1"
DEPOSIT_FEN, PRICE_FEN = 16_000_000, 170_000_000
NUMBER = "2026230001000001"


def with_account(desk: "Desk", party: str, account: BankAccount | None = None, at: int = 0) -> "Desk":
    """A party states its account, and two persons of the operator confirm it."""
    desk.ask(StatePayoutAccount(party, account or ACCOUNTS[party], f"{party}-clerk"), at or AT)
    version = len(desk.state.payout_accounts[party])
    for operator in ("operator-1", "operator-2"):
        desk.ask(ConfirmPayoutAccount(party, version, operator), at or AT)
    return desk


class Desk:
    """One settlement, with all events that it took in."""

    def __init__(self, follow: bool = True) -> None:
        self.state = Settlement(BOOK)
        self.history: list[tuple[SettlementEvent, int]] = []
        self.follow = follow

    def ask(self, command: SettlementCommand, at: int = AT) -> tuple[SettlementEvent, ...]:
        """Decide one command and what follows from it; gives the events of the command itself."""
        events = decide(self.state, command, at)
        following: list[SettlementCommand] = []
        for event in events:
            evolve(self.state, event, at)
            self.history.append((event, at))
            following += react(self.state, event) if self.follow else ()
        for step in following:
            self.ask(step, at)
        return events

    def refused(self, command: SettlementCommand, at: int = AT) -> str:
        """The code with which a command is refused; nothing else may come of it."""
        (event,) = self.ask(command, at)
        assert isinstance(event, SettlementRefused), event
        return event.code

    def happened(self, kind: type[E]) -> list[E]:
        """The events of one type, in order."""
        return [event for event, _ in self.history if isinstance(event, kind)]


def call(deposit: str = DEPOSIT, amount_fen: int = DEPOSIT_FEN) -> CallDeposit:
    """Call the factory's deposit for lot L1."""
    return CallDeposit(deposit=deposit, lot="L1", bidder="001", party=FACTORY.id, amount_fen=amount_fen)


def credit(number: str, reference: str, amount_fen: int, on: str = "2026-11-20") -> RecordCredit:
    """Money that the factory paid in."""
    return RecordCredit(
        credit=number, reference=reference, payer=FACTORY.name, amount_fen=amount_fen, credited_on=on
    )


def trade(
    deposit: str | None = DEPOSIT,
    price_fen: int = PRICE_FEN,
    trade: str = TRADE,
    seller: PartyFacts = UNIVERSITY,
    buyer: PartyFacts = FACTORY,
    subject: Subject = SUBJECT,
    payment_days: int = 5,
) -> ConcludeTrade:
    """The hammer fell for lot L1."""
    return ConcludeTrade(
        trade=trade,
        lot="L1",
        subject=subject,
        seller=seller,
        buyer=buyer,
        price_fen=price_fen,
        deposit=deposit,
        mechanism="english",
        hammered_at=AT,
        payment_days=payment_days,
    )


def sign(desk: Desk, party: PartyFacts, contract: str = CONTRACT) -> SignContract:
    """A party signs the text as it stands."""
    return SignContract(contract, party.id, f"{party.id}-signer", desk.state.contracts[contract].digest)


def register(
    number: str = NUMBER,
    registration: str = REGISTRATION,
    registered_on: str = "2026-11-25",
    non_technical_fen: int = 0,
) -> RegisterContract:
    """The office gives a number."""
    return RegisterContract(registration, number, "registrar-1", registered_on, non_technical_fen)


def elect(party: PartyFacts, side: Side, trade: str = TRADE) -> ElectClaimant:
    """A party says which side shall claim."""
    return ElectClaimant(trade, party.id, side)


def confirm(payment: str, on: str = "2026-11-26") -> ConfirmPayment:
    """The bank executed a payment."""
    return ConfirmPayment(payment, f"BANK-{payment}", on)


def held() -> Desk:
    """A desk with the deposit in escrow."""
    desk = Desk()
    desk.ask(call())
    desk.ask(credit("c1", DEPOSIT, DEPOSIT_FEN))
    return desk


def sold() -> Desk:
    """A desk where the hammer fell and the contract lies before the parties."""
    desk = held()
    desk.ask(trade())
    return desk


def signed() -> Desk:
    """A desk with a concluded contract, filed for registration."""
    desk = sold()
    desk.ask(sign(desk, UNIVERSITY))
    desk.ask(sign(desk, FACTORY))
    return desk


def paid_out(received_on: str = "2026-11-26") -> Desk:
    """A desk where the seller has the whole price."""
    desk = signed()
    desk.ask(credit("c2", f"O-{TRADE}", PRICE_FEN - DEPOSIT_FEN))
    desk.ask(confirm(f"P-{TRADE}", received_on))
    return desk


def claimed(side: Side = "buyer") -> Desk:
    """A desk with a claim drawn up for a side."""
    desk = paid_out()
    desk.ask(register())
    desk.ask(elect(UNIVERSITY, side))
    desk.ask(elect(FACTORY, side))
    return desk
