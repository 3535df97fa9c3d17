"""Evaluations of achievements, signed by whoever evaluated, and prices on record.

Four classes and five values (Luoyang, part two, (四)), and for a commercial valuation the factors of (五). The
evaluator signs the digest of the statement below with a registered Ed25519 key: anybody can check it without us.
"""

import hashlib
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal

import msgspec
from sqlalchemy import select

from exchange.market.unconverted import Category
from exchange.registers.market_models import (
    AppraisalRow,
    AppraisalVersionRow,
    EvaluationRow,
    EvaluationVersionRow,
)
from exchange.registers.versioned import Versioned
from exchange.registers.words import AppraisalKind, Grade, Method
from exchange.signatures import verifies
from matching_engine import canonical
from matching_engine.errors import Malformed

Score = Annotated[int, msgspec.Meta(ge=0, le=100)]
Value = Literal["scientific", "technical", "economic", "social", "cultural"]
VALUES: tuple[Value, ...] = ("scientific", "technical", "economic", "social", "cultural")
"""科学、技术、经济、社会、文化价值."""
_EXCELLENT, _GOOD, _FAIR = 85, 70, 60


class Commercial(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The factors of a commercial valuation, as far as they are known, and what follows from them."""

    research_spend_fen: Annotated[int, msgspec.Meta(ge=0)] | None = None
    """研发投入."""
    maturity: Annotated[int, msgspec.Meta(ge=1, le=9)] | None = None
    """成熟程度, as TRL."""
    contracts_fen: Annotated[int, msgspec.Meta(ge=0)] | None = None
    """技术合同金额."""
    new_sales_fen: Annotated[int, msgspec.Meta(ge=0)] | None = None
    """新增销售收入."""
    competitiveness: Score | None = None
    """市场竞争力."""
    potential_fen: Annotated[int, msgspec.Meta(ge=0)] | None = None
    """潜在价值."""
    market_fen: Annotated[int, msgspec.Meta(ge=0)] | None = None
    """市场估值."""
    prospects: Annotated[str, msgspec.Meta(max_length=2000)] = ""
    risk: Annotated[str, msgspec.Meta(max_length=2000)] = ""


class Evaluation(msgspec.Struct, frozen=True):
    """One evaluation. `values` are scores from 0 to 100 of those of the five values that the class calls for."""

    id: str
    achievement: str
    category: Category
    method: Method
    values: dict[Value, Score]
    grade: Grade
    evaluator: str
    evaluated_on: date
    valid_until: date
    report_digest: str
    """SHA-256 of the report, hex."""
    signing_key: str
    public_key: str
    signature: str
    commercial: Commercial | None = None
    summary: str = ""
    organisation: str | None = None
    organisation_name: str = ""
    credential: str = ""
    withdrawn_on: date | None = None

    def stands(self, day: date) -> bool:
        """Whether it counts on a day: valid still, and not withdrawn."""
        return self.withdrawn_on is None and self.evaluated_on <= day <= self.valid_until

    @property
    def score(self) -> int:
        """The mean of its values, rounded half up."""
        return mean(self.values)

    @property
    def genuine(self) -> bool:
        """Whether the signature is the key's over what stands here."""
        return verifies(self.public_key, statement(self), self.signature)


def mean(values: dict[Value, Score]) -> int:
    """The mean of scores, rounded half up."""
    return (2 * sum(values.values()) + len(values)) // (2 * len(values)) if values else 0


def grade_of(values: dict[Value, Score]) -> Grade:
    """The grade that scores give: 85 and more, 70, 60, less."""
    score = mean(values)
    if score >= _EXCELLENT:
        return Grade.EXCELLENT
    if score >= _GOOD:
        return Grade.GOOD
    return Grade.FAIR if score >= _FAIR else Grade.WEAK


def statement(evaluation: Evaluation) -> bytes:
    """What the evaluator signs: one line that names the evaluation's whole content by its digest."""
    unsigned = {"signature", "public_key", "signing_key", "withdrawn_on", "id"}
    content = {name: value for name, value in msgspec.to_builtins(evaluation).items() if name not in unsigned}
    digest = hashlib.sha256(canonical.encode(content)).hexdigest()
    return f"luochui evaluation\n{evaluation.achievement}\n{digest}\n".encode()


def check(evaluation: Evaluation) -> None:
    """Malformed unless values, grade, days and signature fit each other."""
    if not evaluation.values:
        raise Malformed("values", "nothing", f"scores of some of {', '.join(VALUES)}")
    if evaluation.grade is not grade_of(evaluation.values):
        raise Malformed(
            "grade", evaluation.grade.value, f"{grade_of(evaluation.values).value} for these scores"
        )
    if evaluation.valid_until < evaluation.evaluated_on:
        raise Malformed("valid_until", str(evaluation.valid_until), f"{evaluation.evaluated_on} or later")
    if len(evaluation.report_digest) != 64 or not set(evaluation.report_digest) <= set("0123456789abcdef"):
        raise Malformed("report_digest", evaluation.report_digest[:80], "64 hexadecimal digits (SHA-256)")
    if not evaluation.genuine:
        raise Malformed("signature", evaluation.signature[:20], "the key's signature over the statement")


class Evaluations(Versioned[Evaluation]):
    """The register of evaluations."""

    value = Evaluation
    row = EvaluationRow
    history = EvaluationVersionRow
    name = "evaluation"

    async def add(self, value: Evaluation, by: str, at: int) -> Evaluation:
        """Enter an evaluation whose signature stands."""
        check(value)
        return await super().add(value, by, at)

    async def of(self, achievement: str) -> list[Evaluation]:
        """The evaluations of an achievement, the newest first."""
        table = EvaluationRow
        query = select(table).where(table.achievement == achievement)
        return await self._select(query.order_by(table.evaluated_on.desc(), table.id))

    async def known(self, achievements: Sequence[str]) -> set[str]:
        """Which of these achievements have an evaluation that was not withdrawn."""
        table = EvaluationRow
        query = select(table.achievement).where(
            table.achievement.in_(achievements), table.withdrawn_on.is_(None)
        )
        async with self._database.reading() as session:
            return set((await session.scalars(query)).all())

    async def best(self, achievements: Sequence[str], day: date) -> dict[str, Evaluation]:
        """Of each achievement the best evaluation that stands on a day; for badges and for matching."""
        query = select(EvaluationRow).where(EvaluationRow.achievement.in_(achievements))
        standing = [one for one in await self._select(query) if one.stands(day)]
        return {one.achievement: one for one in sorted(standing, key=lambda one: (one.score, one.id))}


class Appraisal(msgspec.Struct, frozen=True):
    """A price on record: an appraisal of the asset, or a price agreed, with who made it and on which report."""

    id: str
    achievement: str
    kind: AppraisalKind
    amount_fen: int
    made_by: str
    on: date
    credential: str = ""
    method: str = ""
    valid_until: date | None = None
    report_digest: str = ""
    note: str = ""


class Appraisals(Versioned[Appraisal]):
    """The register of prices on record."""

    value = Appraisal
    row = AppraisalRow
    history = AppraisalVersionRow
    name = "appraisal"

    async def of(self, achievement: str) -> list[Appraisal]:
        """The prices of an achievement, the newest first."""
        table = AppraisalRow
        query = select(table).where(table.achievement == achievement)
        return await self._select(query.order_by(table.on.desc(), table.id))
