"""成果转移转化专员: of the subsidy given to an enterprise, a tenth may reward its transfer specialist.

Source: 黑政发〔2017〕16号, 二（四）: 在给予企业的补助资金中可按照10%比例用于奖励. It is optional, it comes out of the subsidy, and a
seller's reward (奖励) has none.
"""

from fractions import Fraction

from matching_engine.errors import require
from matching_engine.money import format_yuan, round_down
from settlement.dates import parse_date, shanghai_date
from settlement.dispatch import Deciders, Evolvers
from settlement.refusals import Events, Refusal, refuse
from settlement.rulebook import CarveOut, Rule, Rulebook
from settlement.specialist_messages import DeclareSpecialist, SpecialistShareDrawnUp
from settlement.state import Claim, Settlement
from settlement.worksheet import Step, exact_yuan, percent

TENTH = Fraction(1, 10)
"""No rule file may make the share larger."""
NAME_MAX = 60


def share_id(claim: str) -> str:
    """One share a claim: KS-T-L1-1-1 of K-T-L1-1-1."""
    return f"KS{claim.removeprefix('K')}"


def declare(state: Settlement, command: DeclareSpecialist, at: int) -> Events:
    """Draw the share up, once, on the enterprise's word."""
    claim = state.claims.get(command.claim)
    if claim is None:
        return refuse(command.claim, command, Refusal.CLAIM_UNKNOWN, "no such claim")
    if command.party != claim.party:
        return refuse(claim.id, command, Refusal.NOT_A_PARTY, "only the claimant shares its subsidy")
    if claim.id in state.specialists:
        return refuse(claim.id, command, Refusal.SPECIALIST_DECLARED, "the share was drawn up before")
    day = parse_date(command.agreed_on)
    if day is None or day > shanghai_date(at):
        return refuse(claim.id, command, Refusal.DATE_INVALID, "agreed_on is a day up to today")
    if not command.specialist.strip() or len(command.specialist) > NAME_MAX:
        return refuse(claim.id, command, Refusal.SPECIALIST_NAME, f"a name of 1 to {NAME_MAX} characters")
    rule = _carve_out(state.rulebook, claim)
    if rule is None:
        return refuse(
            claim.id, command, Refusal.SPECIALIST_NONE, f"no rule carves a share out of {claim.rule}"
        )
    return (_drawn_up(state.rulebook, rule, claim, command),)


def _carve_out(book: Rulebook, claim: Claim) -> Rule | None:
    """The rule that allows a share of this claim's money, of at most a tenth, in force in the claim's year."""
    for rule in book.rules():
        if isinstance(rule.formula, CarveOut) and rule.formula.of == claim.rule:
            fits = rule.formula.rate <= TENTH and rule.in_force(claim.claim_year)
            return rule if fits else None
    return None


def _drawn_up(book: Rulebook, rule: Rule, claim: Claim, command: DeclareSpecialist) -> SpecialistShareDrawnUp:
    assert isinstance(rule.formula, CarveOut)
    exact = claim.amount_fen * rule.formula.rate
    amount_fen = round_down(exact)
    return SpecialistShareDrawnUp(
        share=share_id(claim.id),
        claim=claim.id,
        trade=claim.trade,
        party=command.party,
        author=command.author,
        specialist=" ".join(command.specialist.split()),
        agreed_on=command.agreed_on,
        rule=rule.id,
        base_fen=claim.amount_fen,
        amount_fen=amount_fen,
        document=next(rule.document or one.source.document for one in book.sheets if rule in one.rules),
        clause=rule.clause or "",
        quote=rule.quote,
        steps=(
            Step("SUBSIDY", format_yuan(claim.amount_fen)),
            Step("RATE", percent(rule.formula.rate), "rate"),
            Step("EXACT", exact_yuan(exact)),
            Step("ROUNDING", "down", "word"),
            Step("AMOUNT", format_yuan(amount_fen)),
        ),
    )


def drawn_up(state: Settlement, event: SpecialistShareDrawnUp, _at: int) -> None:
    """The share stands beside its claim, which stays as it is."""
    require(event.claim not in state.specialists, "a share is drawn up once")
    claim = state.claims[event.claim]
    require(event.base_fen == claim.amount_fen, "the share comes out of the whole subsidy")
    require(event.amount_fen * 10 <= claim.amount_fen, "a specialist gets at most a tenth")
    state.specialists[event.claim] = event


DECIDE: Deciders = {DeclareSpecialist: declare}
EVOLVE: Evolvers = {SpecialistShareDrawnUp: drawn_up}
