"""`luochui claims` from the outside: files in, lines or a table out, exit status."""

import json
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from typer.testing import CliRunner, Result

from settlement.rules import shipped
from tests.settlement.fact_files import BUYER, SELLER, SPECIALIST, contract, trade
from web.commands.claims import claims

EXAMPLES = Path(__file__).parents[2] / "examples" / "claims"

app = typer.Typer()
app.command()(claims)


def run(*arguments: object) -> Result:
    """The command with its streams apart."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def answer(path: Path, *options: object) -> dict[str, dict[str, Any]]:
    """The JSON lines of a file, by rule."""
    result = run(path, "--json", *options)
    assert (result.exit_code, result.stderr) == (0, "")
    return {line["rule"]: line for line in map(json.loads, result.stdout.splitlines())}


def written(tmp_path: Path, raw: object) -> Path:
    """A fact file as a program would write it, with dates and escapes in its own way."""
    path = tmp_path / "facts.yaml"
    path.write_text(yaml.safe_dump(raw), encoding="utf-8")
    return path


EXPECTED: dict[str, dict[str, tuple[str, str]]] = {
    "heilongjiang-buyer": {
        BUYER: ("600000.00", "GRANTED"),
        SELLER: ("0.00", "OTHER_SIDE_ELECTED"),
        SPECIALIST: ("60000.00", "GRANTED"),
    },
    "heilongjiang-instalments": {BUYER: ("0.00", "OTHER_SIDE_ELECTED"), SELLER: ("450000.00", "GRANTED")},
    "heilongjiang-paid-before": {BUYER: ("0.00", "ALREADY_CLAIMED"), SELLER: ("0.00", "ALREADY_CLAIMED")},
    "heilongjiang-unregistered": {
        BUYER: ("0.00", "NOT_REGISTERED"),
        SELLER: ("0.00", "NOT_REGISTERED"),
        SPECIALIST: ("0.00", "NO_SUBSIDY"),
    },
    "heilongjiang-institutions": {
        "HLJ-2017-16/FIRST-SET-INSURANCE": ("987654.31", "GRANTED"),
        "HLJ-2017-16/TTO-GRANT": ("1500000.00", "GRANTED"),
        "HLJ-2017-16/CO-OWN-70": ("0.00", "FLOOR_MET"),
    },
    "jinan-event": {
        "JN-2018-14/INTL-EVENT": ("999999.99", "GRANTED"),
        "JN-2018-14/PILOT-BASE": ("1000000.00", "GRANTED"),
    },
    "guangxi-zone": {"GX-GUIDE/DEMO-ZONE": ("3000000.00", "GRANTED")},
    "taxes-and-rewards": {
        "CN/INVENTOR-REWARD": ("630000.00", "GRANTED"),
        "CN/AUCTION-COMMISSION": ("160000.00", "GRANTED"),
        "CN/CIT-TECH-TRANSFER": ("875000.00", "TAX_DUE"),
        "CN/VAT-TECH": ("12000000.00", "GRANTED"),
        "CN/IIT-CASH-AWARD": ("50000.00", "GRANTED"),
    },
}


def test_every_example_file_is_expected() -> None:
    """No example is shipped that nothing checks."""
    assert sorted(path.stem for path in EXAMPLES.glob("*.yaml")) == sorted(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_the_example_files(name: str) -> None:
    """Each example prints exactly these rules, amounts and reasons, in this order."""
    lines = answer(EXAMPLES / f"{name}.yaml")
    assert {rule: (line["amount"], line["reason"]) for rule, line in lines.items()} == EXPECTED[name]
    assert list(lines) == list(EXPECTED[name])


def test_a_json_line_has_these_keys_in_this_order() -> None:
    """The public shape: texts of yuan, `valid` only where a rule judges."""
    keys = ["rule", "claimant", "base", "amount", "payable", "reason", "document", "clause", "quote"]
    line = answer(EXAMPLES / "heilongjiang-buyer.yaml")[BUYER]
    assert list(line) == keys
    assert (line["claimant"], line["base"], line["amount"], line["payable"]) == (
        "buyer",
        "2000000.00",
        "600000.00",
        True,
    )
    judged = answer(EXAMPLES / "heilongjiang-institutions.yaml")
    assert list(judged["HLJ-2017-16/CO-OWN-70"]) == [*keys, "valid"]
    assert judged["HLJ-2017-16/TTO-GRANT"]["valid"] is True


def test_the_table_explains() -> None:
    """For people: amount, reason, its explanation, the failing condition and the document's words."""
    result = run(EXAMPLES / "heilongjiang-unregistered.yaml")
    said = " ".join(result.stdout.split())
    assert result.exit_code == 0
    for words in (
        "HLJ-2017-16/BUYER",
        "NOT_REGISTERED",
        "so it enjoys no benefit",
        "is false",
        "黑政发〔2017〕16号",
    ):
        assert words in said


def test_markup_in_a_file_is_only_text(tmp_path: Path) -> None:
    """A region that looks like terminal markup is printed as it is."""
    path = written(tmp_path, trade(buyer={"region": "[bold]x[/nope]"}))
    result = run(path)
    assert result.exit_code == 0
    assert "[bold]x[/nope]" in " ".join(result.stdout.split())


def test_untouched_facts_are_an_answer_too(tmp_path: Path) -> None:
    """No line in JSON, one sentence for people, status 0."""
    path = written(tmp_path, {"jurisdiction": "luoyang"})
    assert answer(path) == {}
    assert run(path).stdout == "No rule is touched by these facts.\n"


def test_include_shows_the_implementing_rules() -> None:
    """Only when asked, and only that group."""
    path = EXAMPLES / "heilongjiang-buyer.yaml"
    assert answer(path, "--include", "implement")["HLJ-IMPL/SELLER"]["amount"] == "600000.00"
    result = run(path, "--include", "policy")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "include: expected one of implement" in result.stderr


def test_rules_of_another_directory_replace_the_shipped_ones(tmp_path: Path) -> None:
    """A province changes its rate; a fault in its file is named by that file."""
    sheet = shipped()["heilongjiang-2017-16.yaml"].decode()
    mine = tmp_path / "mine.yaml"
    mine.write_text(sheet.replace('rate: "0.30"', 'rate: "0.20"'), encoding="utf-8")
    path = EXAMPLES / "heilongjiang-buyer.yaml"
    assert answer(path, "--rules", tmp_path)[BUYER]["amount"] == "400000.00"
    mine.write_text(sheet.replace("group:", "grup:"), encoding="utf-8")
    result = run(path, "--rules", tmp_path)
    assert result.exit_code == 2
    assert result.stderr == (
        f"{tmp_path}: mine.yaml: file: expected the shape of a rule file, "
        "got 'Object contains unknown field `grup`'\n"
    )


@pytest.mark.parametrize("name", ["missing", "."])
def test_rules_that_are_not_there(tmp_path: Path, name: str) -> None:
    """A directory that does not exist, or holds no rule file."""
    result = run(EXAMPLES / "heilongjiang-buyer.yaml", "--rules", tmp_path / name)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("jurisdiction: x\njurisdiction: x", "line 2: expected each key once, got 'jurisdiction'"),
        ("", "facts: expected a mapping, got None"),
        ("jurisdiction: x\ncolour: red", "colour: expected one of jurisdiction, claim_year"),
        (
            "jurisdiction: x\nother: {hammer: 1.00}",
            "other.hammer: expected yuan with two decimals as a string",
        ),
        (
            "jurisdiction: x\nother: {hammer: '-1.00'}",
            "other.hammer: expected yuan with two decimals as a string",
        ),
        ("jurisdiction: x\nelection: both", "election: expected one of buyer, seller, got 'both'"),
        ("jurisdiction: x\ncontract: {total: '0.00'}", "contract.total: expected a total above 0.00"),
        ('jurisdiction: x\nproject: "a\\nb"', "project: expected a printable text, got 'a\\nb'"),
        ("a: [1", "line 1: expected YAML"),
    ],
)
@pytest.mark.parametrize("option", ["--json", None])
def test_bad_input_is_one_line_and_status_2(tmp_path: Path, text: str, said: str, option: str | None) -> None:
    """The file, the field, what was expected; nothing on standard output."""
    path = tmp_path / "facts.yaml"
    path.write_text(text, encoding="utf-8")
    result = run(path, *filter(None, [option]))
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert result.stderr.startswith(f"{path}: {said}")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """One line, status 2; a directory is no file either."""
    for path in (tmp_path / "none.yaml", tmp_path):
        result = run(path)
        assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
        assert result.stderr.startswith(f"{path}: expected a readable file")


def test_programs_may_write_the_file(tmp_path: Path) -> None:
    """PyYAML's own dump (quoted 'on', escaped Chinese, aliases, dates) and JSON are both YAML that is read."""
    raw = trade(specialist=True, contract=contract("3000000.00", "1000000.00"))
    raw["seller"] = raw["buyer"]
    path = written(tmp_path, raw)
    assert "&id001" in path.read_text(encoding="utf-8")
    dumped = answer(path)
    path.write_text(json.dumps(raw), encoding="utf-8")
    assert answer(path) == dumped
    assert dumped[BUYER]["base"] == "1333333.33"
    assert dumped[BUYER]["amount"] == "400000.00"
