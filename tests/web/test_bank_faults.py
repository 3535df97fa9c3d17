"""What is wrong with a bank's file is said in the reader's language: no phrase of the readers is left in English."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from matching_engine.errors import Malformed
from web.i18n import speech
from web.pages.bank_faults import fault, messages, said

SETTLEMENT = Path(__file__).parents[2] / "settlement"
READERS = ("camt053.py", "camt053_structure.py", "statement_csv.py", "bank_statement.py")
CODES = re.compile(r"[A-Z]{3,4}(, [A-Z]{3,4})*( or [A-Z]{3,4})?|CSV")
"""Words of the formats themselves, the same in every language."""
HAN = "[\u4e00-\u9fff]"


def phrases() -> Iterator[str]:
    """What the readers say came or was expected, with sevens in its places."""
    for name in READERS:
        for node in ast.walk(ast.parse((SETTLEMENT / name).read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Malformed":
                yield from (text for part in node.args[1:] if (text := _text(part)) is not None)
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in ("detail", "expected"):
                text = _text(node.value)
                if text is not None:
                    yield text


def _text(node: ast.expr) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values)
    return None


def test_every_phrase_has_its_words() -> None:
    """In Chinese each holds Chinese, unless it is a code of the format; the phrases are those of the readers now."""
    chinese, found = speech("zh"), set(phrases())
    assert len(found) > 30
    told = {one: said(chinese, one) for one in found if not CODES.fullmatch(one)}
    assert {
        one for one, text in told.items() if re.search("[a-z]{2}", text) and not re.search(HAN, text)
    } == set()
    assert all(chinese.has(one) for one in messages() if one != "%(a)s")


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (
            Malformed(
                "line 3 (E2), 贷方金额", "1.234", "an amount in yuan with at most two decimals, like 1234.50"
            ),
            "第 3 行（E2）“贷方金额”列：应为以元为单位、最多两位小数的金额，如 1234.50，",
        ),
        (Malformed("closing", "500 fen", "1250 fen, by the rows"), "按各行计算为 ¥12.50"),
        (Malformed("file", "byte 7", "text in utf-8"), "文件"),
    ],
)
def test_a_fault_is_one_sentence(wrong: Malformed, told: str) -> None:
    """Place, expectation and what is there, amounts in yuan."""
    sentence = fault(speech("zh"), wrong)
    assert told.partition("，")[0].partition("：")[0] in sentence
    assert "fen" not in sentence
    assert "expected" in fault(speech("en"), wrong)
