"""What the catalogue's part of the REST interface takes and gives."""

from typing import Annotated, Literal

import msgspec

from exchange.market.unconverted import Category
from exchange.registers.achievements import Achievement
from exchange.registers.evaluations import Commercial, Evaluation, Score, Value
from exchange.registers.facts import Completer, FundingSource, IpItem, Owner, RightsGrant, StageReached
from exchange.registers.words import Method
from web import resources as r

Choice = Annotated[str, msgspec.Meta(max_length=300)]
Hex64 = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]


class CatalogueQuery(r.Taken, frozen=True):
    """Words, and one value of each facet."""

    q: Annotated[str, msgspec.Meta(max_length=100)] = ""
    """Words that must all stand in title, abstract, keywords, holder or property."""
    field: Choice = ""
    region: Choice = ""
    stage: Choice = ""
    trl: Choice = ""
    category: Choice = ""
    price_form: Choice = ""
    zone: Choice = ""
    holder: Choice = ""
    cursor: Annotated[str, msgspec.Meta(max_length=40)] = ""
    """`next` of the page before."""
    limit: Annotated[int, msgspec.Meta(ge=1, le=100)] = 20


class BadgeResource(r.Given, frozen=True):
    """The best evaluation that stands today."""

    evaluation: str
    grade: str
    score: int
    method: str
    organisation: str


class CardResource(r.Given, frozen=True):
    """An achievement as a list shows it."""

    achievement: str
    title: str
    holder: str | None
    holder_name: str
    field: str
    region: str
    city: str
    stage: str | None
    trl: int | None
    category: str | None
    price_form: str | None
    price_idea_fen: r.Fen | None
    zone: str
    evaluation: BadgeResource | None


class FacetValueResource(r.Given, frozen=True):
    """A value of a facet, and how many achievements it would find."""

    value: str
    count: int


class CataloguePage(r.Given, frozen=True):
    """One page of a search: hits in the title first, then the newest; `next` is null at the end."""

    total: int
    achievements: list[CardResource]
    facets: dict[str, list[FacetValueResource]]
    next: str | None


class VersionResource(r.Given, frozen=True):
    """One version of a row: when, and by which account where the reader may know."""

    version: int
    at: r.Instant
    by: str | None
    changed: list[str]


class AchievementDetail(r.Given, frozen=True):
    """An achievement with everything that the register has of it."""

    achievement: str
    title: str
    holder: str | None
    holder_name: str
    abstract: str
    field: str
    trl: int | None
    ipc: str
    ip: list[str]
    published_on: str
    source_url: str
    source_note: str
    inferred: list[str]
    digest: str
    keywords: list[str]
    region: str
    city: str
    funding: list[FundingSource]
    category: str | None
    public: bool
    stage: str | None
    stages: list[StageReached]
    price_form: str | None
    price_idea_fen: r.Fen | None
    ip_items: list[IpItem]
    owners: list[Owner]
    grants: list[RightsGrant]
    completers: list[Completer]
    accepted_on: r.Date | None
    registered_on: r.Date | None
    granted_on: r.Date | None
    admitted_on: r.Date | None
    registration_no: str
    route: str | None
    conversion_mode: str | None
    converted_on: r.Date | None
    trial_until: r.Date | None
    impediment: str
    contact: str
    interim: bool
    public_good: bool
    zone: str


class DemandQuery(r.Taken, frozen=True):
    """Which demands."""

    q: Annotated[str, msgspec.Meta(max_length=100)] = ""
    field: Choice = ""
    region: Choice = ""
    kind: Choice = ""
    state: Choice = ""
    holder: Choice = ""
    cursor: Annotated[str, msgspec.Meta(max_length=64)] = ""
    """`next` of the page before."""
    limit: r.Limit = 50


class DemandResource(r.Given, frozen=True):
    """A demand."""

    demand: str
    title: str
    need: str
    kind: str
    field: str
    keywords: list[str]
    region: str
    city: str
    budget_fen: r.Fen | None
    deadline: r.Date | None
    trl_min: int | None
    stage: str | None
    holder: str | None
    holder_name: str
    contact: str
    state: str
    published_on: r.Date | None


class DemandPage(r.Given, frozen=True):
    """One page of demands by id; `next` is null at the end."""

    demands: list[DemandResource]
    next: str | None


class ImportQuery(r.Taken, frozen=True):
    """How a table is taken."""

    strict: bool = False
    """All rows or none."""


class ImportRow(r.Given, frozen=True):
    """What became of one row; a refused one names column, value, and what was expected."""

    row: int
    outcome: Literal["new", "changed", "unchanged", "refused"]
    id: str
    column: str
    value: str
    expected: str


class ImportResource(r.Given, frozen=True):
    """What became of a table. `written` is false where a strict import found a fault, and took nothing."""

    written: bool
    new: int
    changed: int
    unchanged: int
    refused: int
    rows: list[ImportRow]


class EvaluationBody(r.Taken, frozen=True):
    """An evaluation; the grade follows from the values. `signature` is over the statement that a draft answers with."""

    category: Category
    method: Method
    values: dict[Value, Score]
    evaluated_on: r.Date
    valid_until: r.Date
    report_digest: Hex64
    credential: Annotated[str, msgspec.Meta(max_length=300)] = ""
    summary: Annotated[str, msgspec.Meta(max_length=5000)] = ""
    commercial: Commercial | None = None
    signing_key: Annotated[str, msgspec.Meta(max_length=64)] = ""
    signature: Annotated[str, msgspec.Meta(max_length=128)] = ""


class StatementResource(r.Given, frozen=True):
    """What the evaluator signs with Ed25519: these bytes, as text and in hex."""

    statement: str
    statement_hex: str
    grade: str
    score: int


class EvaluationResource(r.Given, frozen=True):
    """An evaluation, with all that is needed to check its signature."""

    evaluation: str
    achievement: str
    category: str
    method: str
    values: dict[str, int]
    score: int
    grade: str
    evaluator: str
    organisation: str | None
    organisation_name: str
    credential: str
    summary: str
    commercial: Commercial | None
    evaluated_on: r.Date
    valid_until: r.Date
    withdrawn_on: r.Date | None
    stands: bool
    report_digest: str
    statement: str
    public_key: str
    signature: str
    genuine: bool


class PriceBody(r.Taken, frozen=True):
    """A price to put on record: an appraisal, or a price that was agreed."""

    kind: Literal["资产评估", "协议定价"]
    amount_fen: r.Amount
    made_by: r.Word
    on: r.Date
    credential: Annotated[str, msgspec.Meta(max_length=300)] = ""
    method: Annotated[str, msgspec.Meta(max_length=300)] = ""
    valid_until: r.Date | None = None
    report_digest: Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{64})?$")] = ""
    note: Annotated[str, msgspec.Meta(max_length=2000)] = ""


class PriceResource(r.Given, frozen=True):
    """A price on record."""

    price: str
    achievement: str
    kind: str
    amount_fen: r.Fen
    made_by: str
    on: r.Date
    credential: str
    method: str
    valid_until: r.Date | None
    report_digest: str
    note: str


def detail(row: Achievement) -> AchievementDetail:
    """The resource of a row."""
    shown = msgspec.to_builtins(row)
    more = {"achievement": row.id, "digest": row.digest(), "public": row.public, "ip": row.ip_lines}
    fields = {one.name: {**shown, **more}[one.name] for one in msgspec.structs.fields(AchievementDetail)}
    return msgspec.convert(fields, AchievementDetail)


def card(row: Achievement, best: Evaluation | None) -> CardResource:
    """The row as a list shows it, with its badge."""
    shown = msgspec.to_builtins(row)
    more = {"achievement": row.id, "evaluation": None}
    fields = {one.name: {**shown, **more}[one.name] for one in msgspec.structs.fields(CardResource)}
    return msgspec.convert({**fields, "evaluation": badge(best)}, CardResource)


def badge(best: Evaluation | None) -> BadgeResource | None:
    """The badge of an evaluation."""
    if best is None:
        return None
    return BadgeResource(best.id, best.grade.value, best.score, best.method.value, best.organisation_name)
