"""Evaluations in the register: grades from scores, signatures that cover everything, the best that stands."""

from datetime import date, timedelta

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from exchange.market.unconverted import Category
from exchange.registers import Achievement, Evaluation, Registers, SigningKey
from exchange.registers.evaluations import Commercial, check, grade_of, mean, statement
from exchange.registers.words import Grade, Method
from matching_engine.errors import Malformed
from tests.exchange.registers.conftest import AT

KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
PUBLIC = KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
DAY = date(2026, 3, 1)


def made(id_: str = "E1", **changes: object) -> Evaluation:
    """A signed evaluation, with some fields changed before the signature."""
    plain = Evaluation(
        id=id_,
        achievement="A1",
        category=Category.DEVELOPMENT,
        method=Method.PROOF,
        values={"technical": 90, "economic": 81},
        grade=Grade.EXCELLENT,
        evaluator="演示评价师",
        evaluated_on=DAY,
        valid_until=DAY + timedelta(days=365),
        report_digest="ab" * 32,
        signing_key="k1",
        public_key=PUBLIC,
        signature="",
        commercial=Commercial(new_sales_fen=10**13, risk="原料"),
    )
    plain = msgspec.structs.replace(plain, **changes)
    return msgspec.structs.replace(plain, signature=KEY.sign(statement(plain)).hex())


async def _ready(registers: Registers) -> None:
    await registers.accounts.add("e", "h", "评", ["evaluator"], AT, id="e")
    await registers.signing_keys.add(SigningKey("k1", "e", PUBLIC, "", AT), "e", AT)
    await registers.achievements.add_all([Achievement("A1", "甲"), Achievement("A2", "乙")], "op", AT)


async def test_the_best_that_stands(registers: Registers) -> None:
    """Of those that are valid on the day the highest score; expired and withdrawn ones do not count."""
    await _ready(registers)
    good = made("E2", values={"technical": 72}, grade=Grade.GOOD)
    old = made("E3", values={"technical": 99}, valid_until=DAY)
    for one in (made(), good, old):
        await registers.evaluations.add(one, "e", AT)
    assert await registers.evaluations.get("E1") == made()
    best = registers.evaluations.best
    assert (await best(["A1", "A2"], DAY + timedelta(days=1)))["A1"].id == "E1"
    assert (await best(["A1"], DAY))["A1"].id == "E3"
    assert await best(["A1"], DAY - timedelta(days=1)) == {}
    await registers.evaluations.change(msgspec.structs.replace(made(), withdrawn_on=DAY), "e", AT)
    assert (await best(["A1"], DAY + timedelta(days=1)))["A1"].id == "E2"
    assert await registers.evaluations.known(["A1", "A2"]) == {"A1"}


@pytest.mark.parametrize(
    ("scores", "grade"),
    [
        ((85,), Grade.EXCELLENT),
        ((84, 85), Grade.EXCELLENT),
        ((84,), Grade.GOOD),
        ((70, 69), Grade.GOOD),
        ((60,), Grade.FAIR),
        ((0, 1), Grade.WEAK),
    ],
)
def test_grades(scores: tuple[int, ...], grade: Grade) -> None:
    """The mean, rounded half up, decides at 85, 70 and 60."""
    values = dict(zip(("technical", "economic"), scores, strict=False))
    assert grade_of(values) is grade  # type: ignore[arg-type]
    assert mean({}) == 0


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"values": {}}, "values"),
        ({"grade": Grade.GOOD}, "grade"),
        ({"valid_until": DAY - timedelta(days=1)}, "valid_until"),
        ({"report_digest": "AB" * 32}, "report_digest"),
    ],
)
def test_what_does_not_fit(changes: dict[str, object], field: str) -> None:
    """The first contradiction is named, whatever the signature says."""
    with pytest.raises(Malformed) as caught:
        check(made(**changes))  # type: ignore[arg-type]  # fields by name
    assert caught.value.field == field


def test_the_signature_covers_everything_stated() -> None:
    """Any field changed afterwards, and the signature stands no more; the key's own columns do not change that."""
    one = made()
    assert one.genuine
    for changed in (
        {"achievement": "A2"},
        {"summary": "更好"},
        {"values": {"technical": 91, "economic": 81}},
        {"evaluator": "别人"},
        {"commercial": None},
        {"report_digest": "cd" * 32},
        {"valid_until": DAY},
    ):
        assert not msgspec.structs.replace(one, **changed).genuine
    assert not msgspec.structs.replace(one, public_key="00").genuine
    assert msgspec.structs.replace(one, withdrawn_on=DAY).genuine
