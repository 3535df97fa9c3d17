"""What the demo's registers hold beside achievements: entries of directories, and evaluations with real signatures."""

import hashlib
from datetime import date, timedelta

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from exchange.demo import people
from exchange.market.unconverted import Category
from exchange.registers import Achievement, Evaluation, Registers
from exchange.registers.directory import entry_of, moved
from exchange.registers.directory_kinds import kinds
from exchange.registers.directory_values import Values
from exchange.registers.evaluations import VALUES, grade_of, statement
from exchange.registers.signing_keys import SigningKey
from exchange.registers.words import Method
from settlement.dates import shanghai_date

EVALUATOR = "演示评价机构"
KEY = "demo-evaluator"
EVALUATED = 12
VALID = timedelta(days=730)
ENTRIES: tuple[tuple[str, str, Values], ...] = (
    (
        "equipment",
        "university",
        {
            "instrument": "场发射透射电子显微镜",
            "organisation": "university",
            "place": "演示大学分析测试中心",
            "fee_fen": 120_000,
            "hours_open": 40,
            "voucher": "是",
            "contact": "成果转化办公室（演示）",
        },
    ),
    (
        "equipment",
        "institute",
        {
            "instrument": "高温蠕变试验机",
            "organisation": "institute",
            "place": "演示研究院材料楼",
            "fee_fen": 60_000,
            "hours_open": 60,
            "voucher": "否",
            "contact": "成果转化办公室（演示）",
        },
    ),
    (
        "pilot-services",
        "institute",
        {
            "base": "演示研究院中试基地",
            "organisation": "institute",
            "service": "百公斤级粉体材料中试",
            "stage": "中试",
            "field": "新材料技术",
            "fee": "按批次议定",
            "listed_on": "2026-03-02",
            "contact": "中试基地（演示）",
        },
    ),
    (
        "service-directory",
        "university",
        {
            "service": "技术成果分类评价",
            "provider": EVALUATOR,
            "category": "技术评价",
            "description": "按科学、技术、经济、社会、文化五类价值评价成果。",
            "fee": "每项 3000 元",
        },
    ),
    (
        "events",
        "university",
        {
            "title": "春季科技成果路演",
            "form": "路演",
            "begins_on": "2026-04-16",
            "place": "线上",
            "organiser": people.UNIVERSITY.name,
            "projects": 12,
            "attendance": 180,
            "intentions": 9,
        },
    ),
)
"""Kind, owner and values; all made up."""


async def fill(registers: Registers, rows: list[Achievement], at: int) -> None:
    """Enter and publish the entries, and evaluate the first of these achievements."""
    for n, (name, owner, values) in enumerate(ENTRIES, 1):
        kind = kinds()[name]
        entry = entry_of(kind, f"demo-entry-{n}", values, owner, "demo", at)
        await registers.directory.enter(kind, moved(kind, entry, "published", "demo"))
    day, key = shanghai_date(at), Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
    await registers.signing_keys.add(SigningKey(KEY, "evaluator", public, EVALUATOR, at), "demo", at)
    for n, row in enumerate(rows[:EVALUATED]):
        unsigned = _evaluation(row, n, day, public)
        signature = key.sign(statement(unsigned)).hex()
        await registers.evaluations.add(msgspec.structs.replace(unsigned, signature=signature), "demo", at)


def _evaluation(row: Achievement, n: int, day: date, public: str) -> Evaluation:
    """An evaluation whose scores follow from its number, not signed yet."""
    values = {name: 62 + (17 * n + 7 * place) % 34 for place, name in enumerate(VALUES)}
    return Evaluation(
        id=f"demo-evaluation-{n + 1}",
        achievement=row.id,
        category=row.category or Category.DEVELOPMENT,
        method=Method.PEERS,
        values=values,
        grade=grade_of(values),
        evaluator=EVALUATOR,
        evaluated_on=day,
        valid_until=day + VALID,
        report_digest=hashlib.sha256(row.id.encode()).hexdigest(),
        signing_key=KEY,
        public_key=public,
        signature="",
        summary="演示评价，并非真实意见。",
    )
