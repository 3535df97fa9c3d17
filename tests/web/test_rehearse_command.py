"""`luochui rehearse` from the outside: files in, lines or a table out, exit status."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from typer.testing import CliRunner, Result

from web.commands.rehearse import rehearse

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples" / "rehearsals"

app = typer.Typer()
app.command()(rehearse)

BASE = """\
lot:
  id: L1
  mechanism: english
  opening_price: "1000.00"
  increment: "10.00"
  opens_at: 2026-11-20T10:00:00+08:00
  closes_at: 2026-11-20T11:00:00+08:00
bidders: [B1, B2]
steps:
  - {at: 2026-11-20T10:00:05+08:00, bidder: B1, bid: "1000.00"}
  - {at: 2026-11-20T10:00:06+08:00, bidder: B2, bid: "1010.00"}
"""


def run(*arguments: object) -> Result:
    """The command with its streams apart."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def lines(path: Path) -> list[dict[str, Any]]:
    """The JSON lines of a file."""
    result = run(path, "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    return [json.loads(line) for line in result.stdout.splitlines()]


def written(tmp_path: Path, text: str) -> Path:
    """A rehearsal file."""
    path = tmp_path / "rehearsal.yaml"
    path.write_text(text, encoding="utf-8")
    return path


RESULTS: dict[str, tuple[str, str | None, list[tuple[str, str]], str, tuple[int, int, int]]] = {
    "cancelled": ("cancelled", "异议成立，终止交易", [], "2026-11-19T16:00:00", (0, 1, 0)),
    "challenge": (
        "hammered",
        None,
        [("B1", "4800000.00"), ("B3", "4000000.00")],
        "2026-12-20T17:00:00",
        (4, 0, 0),
    ),
    "dutch-eighty-one-steps": ("hammered", None, [("B1", "1000000.00")], "2026-11-20T16:42:30", (1, 2, 0)),
    "dutch-passes": ("passed", "NO_BIDS", [], "2026-11-20T11:10:00", (0, 2, 0)),
    "english-buying": ("hammered", None, [("B1", "360000.00")], "2026-11-20T12:00:00", (2, 2, 0)),
    "english-capped-extensions": ("hammered", None, [("B1", "350000.00")], "2026-11-20T21:05:30", (5, 1, 3)),
    "english-proxies": ("hammered", None, [("B3", "170000.00")], "2026-11-20T11:00:00", (5, 1, 0)),
    "english-reserve-not-met": ("passed", "RESERVE_NOT_MET", [], "2026-11-21T10:00:00", (2, 4, 0)),
    "english-suspended": ("hammered", None, [("B2", "520000.00")], "2026-11-20T22:36:00", (2, 1, 1)),
    "english-two-minutes": ("hammered", None, [("B2", "1750000.00")], "2026-11-20T22:08:00", (4, 1, 2)),
    "listed-competition": ("hammered", None, [("B4", "780000.00")], "2026-11-20T16:08:00", (6, 3, 2)),
    "listed-first-taker": ("hammered", None, [("B2", "705000.00")], "2026-11-23T11:20:00", (1, 2, 0)),
    "multi-award-uniform": (
        "hammered",
        None,
        [("B3", "120000.00"), ("B1", "120000.00"), ("B2", "120000.00")],
        "2026-11-20T17:00:00",
        (4, 0, 0),
    ),
    "open-licence": (
        "hammered",
        None,
        [("B2", "30000.00"), ("B1", "30000.00")],
        "2027-11-20T09:00:00",
        (2, 2, 0),
    ),
    "priority-after": ("hammered", None, [("B4", "1300000.00")], "2026-11-20T12:05:00", (4, 2, 0)),
    "priority-after-unused": ("hammered", None, [("B3", "500000.00")], "2026-11-20T10:15:30", (2, 1, 0)),
    "priority-live": ("hammered", None, [("B2", "1150000.00")], "2026-11-20T12:06:00", (5, 3, 2)),
    "sealed-first-price": ("hammered", None, [("B2", "2400000.00")], "2026-11-20T17:00:00", (3, 2, 0)),
    "sealed-second-price": ("hammered", None, [("B2", "2500000.00")], "2026-11-20T17:00:00", (3, 0, 0)),
    "weighted": ("hammered", None, [("B2", "2000000.00")], "2026-11-20T17:00:00", (2, 0, 0)),
}
"""Outcome, reason, winners, end (+08:00), and how many were accepted, refused and extended; worked by hand."""


def test_every_example_has_its_result() -> None:
    """No example file is without an expected result."""
    assert {path.stem for path in EXAMPLES.glob("*.yaml")} == set(RESULTS)


@pytest.mark.parametrize("name", RESULTS)
def test_an_example_ends_as_worked_by_hand(name: str) -> None:
    """The last line is the Result, with its keys in the published order."""
    outcome, reason, winners, closed_at, (accepted, refused, extensions) = RESULTS[name]
    result = lines(EXAMPLES / f"{name}.yaml")[-1]
    digest = result.pop("digest")
    assert len(bytes.fromhex(digest)) == 32
    expected = {
        "type": "Result",
        "lot": result["lot"],
        "outcome": outcome,
        "reason": reason,
        "winner": winners[0][0] if winners else None,
        "price": winners[0][1] if winners else None,
        "winners": [{"bidder": bidder, "price": price} for bidder, price in winners],
        "closed_at": f"{closed_at}+08:00",
        "accepted": accepted,
        "refused": refused,
        "extensions": extensions,
    }
    assert list(result.items()) == list(expected.items())


@pytest.mark.parametrize("name", RESULTS)
def test_lines_have_their_form_and_tell_no_secret(name: str) -> None:
    """seq counts from one, every line begins with seq, at, type and lot, and no maximum or envelope is printed."""
    said = lines(EXAMPLES / f"{name}.yaml")[:-1]
    assert [line["seq"] for line in said] == list(range(1, len(said) + 1))
    opened = False
    for line in said:
        assert list(line)[:4] == ["seq", "at", "type", "lot"]
        assert line["at"].endswith("+08:00")
        assert not {"max", "max_fen", "envelope", "commitment"} & set(line)
        opened = opened or line["type"] == "SealsOpened"
        assert line["type"] not in ("BidSealed", "MaximumRaised") or "amount" not in line


def test_the_lines_of_an_english_lot(tmp_path: Path) -> None:
    """Each line in full, as the interface promises it."""
    said = lines(written(tmp_path, BASE))
    close = "2026-11-20T11:00:00+08:00"
    assert [list(line.values()) for line in said[:-1]] == [
        [1, "2026-11-20T10:00:00+08:00", "LotOpened", "L1"],
        [2, "2026-11-20T10:00:05+08:00", "BidAccepted", "L1", "B1", "1000.00", close],
        [3, "2026-11-20T10:00:06+08:00", "BidAccepted", "L1", "B2", "1010.00", close],
        [4, close, "Hammered", "L1", [{"bidder": "B2", "price": "1010.00"}], close],
    ]
    assert list(said[1])[4:] == ["bidder", "amount", "closes_at"]


def test_a_refusal_says_code_and_minimum(tmp_path: Path) -> None:
    """What would have done stands beside the code; null where no amount would."""
    said = lines(written(tmp_path, BASE.replace("1010.00", "1005.00")))
    assert said[2]["type"] == "BidRefused"
    assert list(said[2].items())[4:] == [
        ("bidder", "B2"),
        ("code", "BID_BELOW_INCREMENT"),
        ("minimum", "1010.00"),
    ]


def test_microseconds_are_printed_only_where_there_are_some(tmp_path: Path) -> None:
    """An instant keeps its fraction and its place in the day, whatever offset it was written with."""
    text = BASE.replace("2026-11-20T10:00:05+08:00", "2026-11-20T02:00:05.000250Z")
    assert [line["at"] for line in lines(written(tmp_path, text))[1:3]] == [
        "2026-11-20T10:00:05.000250+08:00",
        "2026-11-20T10:00:06+08:00",
    ]


@pytest.mark.parametrize(
    "write",
    [
        lambda raw: yaml.safe_dump(raw),
        lambda raw: yaml.safe_dump(raw, default_flow_style=True, width=10_000),
        lambda raw: json.dumps(raw),
        lambda raw: "\ufeff" + yaml.safe_dump(raw, sort_keys=False),
    ],
    ids=["block", "flow", "json", "bom"],
)
def test_the_same_facts_in_any_dress_give_the_same_bytes(tmp_path: Path, write: Any) -> None:
    """Block or flow style, JSON, order of keys: the output is the same, byte for byte."""
    raw = yaml.load(BASE, Loader=yaml.BaseLoader)
    assert (
        run(written(tmp_path, write(raw)), "--json").stdout == run(written(tmp_path, BASE), "--json").stdout
    )


def test_instants_as_a_yaml_library_writes_them(tmp_path: Path) -> None:
    """A blank between day and time, and anchors for what stands twice, are read as well."""
    raw = yaml.safe_load(BASE)
    raw["steps"][1]["at"] = raw["steps"][0]["at"]
    text = yaml.safe_dump(raw)
    assert "&id001 2026-11-20 10:00:05+08:00" in text
    assert [line["at"] for line in lines(written(tmp_path, text))[1:3]] == ["2026-11-20T10:00:05+08:00"] * 2


def test_nothing_depends_on_the_machine() -> None:
    """Another time zone, locale and hash seed give the same bytes."""
    command = [
        sys.executable,
        "-c",
        "import typer; from web.commands.rehearse import rehearse; typer.run(rehearse)",
    ]
    command += [str(EXAMPLES / "challenge.yaml"), "--json"]
    outputs = []
    for zone, seed, language in (("UTC", "1", "C"), ("America/New_York", "2", "C.UTF-8")):
        env = {**os.environ, "TZ": zone, "PYTHONHASHSEED": seed, "LC_ALL": language, "PYTHONPATH": str(ROOT)}
        outputs.append(subprocess.run(command, env=env, capture_output=True, check=True).stdout)
    assert outputs[0] == outputs[1]
    assert outputs[0].endswith(b"}\n")


def test_the_table_for_people() -> None:
    """Without --json a table and the outcome are printed, and the status is the same."""
    result = run(EXAMPLES / "english-two-minutes.yaml")
    assert result.exit_code == 0
    assert "BidAccepted" in result.stdout
    assert "L1 hammered B2 1750000.00, 2026-11-20 22:08:00" in result.stdout
    assert "4 accepted, 1 refused, extended 2 times" in result.stdout


def test_a_lot_that_passes_is_an_answer() -> None:
    """Exit status 0 whatever becomes of the lot."""
    assert run(EXAMPLES / "english-reserve-not-met.yaml", "--json").exit_code == 0


CLOSES = "closes_at: 2026-11-20T11:00:00+08:00"
STEP = '{at: 2026-11-20T10:00:06+08:00, bidder: B2, bid: "1010.00"}'
AT = "2026-11-20T10:00:06+08:00"

BAD: dict[str, tuple[str, str, str]] = {
    "unknown key of the file": ("bidders:", "colour: red\nbidders:", "colour: expected no such key"),
    "unknown key of the lot": ("  id: L1", "  id: L1\n  colour: red", "lot.colour: expected no such key"),
    "unknown key of a step": (
        "bidder: B2,",
        "bidder: B2, colour: red,",
        "steps[1].colour: expected no such key",
    ),
    "double key": ("  id: L1", "  id: L1\n  id: L2", "line 3: expected each key once, got 'id'"),
    "missing id": ("  id: L1\n", "", "lot.id: expected a text"),
    "number as id": ("id: L1", "id: 17", "lot.id: expected a text"),
    "control character": ("id: L1", 'id: "L\\n1"', "lot.id: expected a text"),
    "lone surrogate": ("id: L1", 'id: "L\\ud800"', "lot.id: expected a text"),
    "unknown mechanism": ("english", "vickrey", "lot.mechanism: expected one of english, dutch"),
    "unquoted amount": ('"1010.00"', "1010.00", "steps[1].bid: expected yuan with two decimals"),
    "whole amount": ('"1010.00"', "1010", "steps[1].bid: expected yuan with two decimals"),
    "one decimal": ('"1010.00"', '"1010.0"', "steps[1].bid: expected yuan"),
    "three decimals": ('"1010.00"', '"1010.000"', "steps[1].bid: expected yuan"),
    "grouped amount": ('"1010.00"', '"1,010.00"', "steps[1].bid: expected yuan"),
    "negative amount": ('"1010.00"', '"-1010.00"', "steps[1].bid: expected yuan"),
    "full-width amount": ('"1010.00"', '"１０１０.00"', "steps[1].bid: expected yuan"),
    "amount above the limit": ('"1010.00"', '"10000000000000.01"', "at most 10000000000000.00"),
    "true as amount": ('"1010.00"', "true", "steps[1].bid: expected yuan"),
    "unquoted opening price": ('"1000.00"\n', "1000.00\n", "lot.opening_price: expected yuan"),
    "missing increment": ('  increment: "10.00"\n', "", "lot.increment: expected an increment"),
    "increment of nothing": ('increment: "10.00"', 'increment: "0.00"', "lot.increment: expected from 1"),
    "ladder not from zero": (
        'increment: "10.00"',
        'increment: [{from: "1.00", step: "1.00"}]',
        "lot.increment[0].from: expected the first rung from 0",
    ),
    "ladder not ascending": (
        'increment: "10.00"',
        'increment: [{from: "0.00", step: "1.00"}, {from: "0.00", step: "2.00"}]',
        "lot.increment[1].from: expected",
    ),
    "ladder with a wrong key": ('increment: "10.00"', 'increment: [{at: "0.00"}]', "lot.increment[0].at"),
    "naive close": (
        CLOSES,
        "closes_at: 2026-11-20T11:00:00",
        "lot.closes_at: expected an instant with an offset",
    ),
    "date as close": (CLOSES, "closes_at: 2026-11-21", "lot.closes_at: expected an instant with an offset"),
    "no such day": (CLOSES, "closes_at: 2026-02-30T11:00:00+08:00", "lot.closes_at: expected an instant"),
    "nanoseconds": (AT, "2026-11-20T10:00:06.0000001+08:00", "steps[1].at: expected an instant"),
    "a year too far": (CLOSES, "closes_at: 9999-11-20T11:00:00+08:00", "lot.closes_at: expected a year"),
    "missing close": (f"  {CLOSES}\n", "", "lot.closes_at: expected the close"),
    "close at the opening": (
        CLOSES,
        "closes_at: 2026-11-20T10:00:00+08:00",
        "lot.closes_at: expected an instant after",
    ),
    "free period after the close": (
        CLOSES,
        f"{CLOSES}\n  free_until: 2026-11-20T11:00:01+08:00",
        "lot.free_until: expected an instant from opens_at to closes_at, got '2026-11-20T11:00:01+08:00'",
    ),
    "steps out of order": (AT, "2026-11-20T10:00:04+08:00", "steps[1].at: expected an instant not before"),
    "naive step": (AT, "2026-11-20T10:00:06", "steps[1].at: expected an instant with an offset"),
    "two actions": ("bidder: B2,", "bidder: B2, match: true,", "steps[1]: expected exactly one of"),
    "no action": (', bid: "1010.00"}', "}", "steps[1]: expected exactly one of"),
    "no bidder": ("bidder: B2, ", "", "steps[1].bidder: expected a text"),
    "match that is false": ('bid: "1010.00"', "match: false", "steps[1].match: expected true"),
    "match that is yes": ('bid: "1010.00"', "match: yes", "steps[1].match: expected true, got 'yes'"),
    "max without bid": (
        'bid: "1010.00"',
        'match: true, max: "1.00"',
        "steps[1].max: expected no max without bid",
    ),
    "max worse than bid": (
        '"1010.00"',
        '"1010.00", max: "1009.99"',
        "steps[1].max: expected a maximum not worse",
    ),
    "scores without seal": (
        '"1010.00"',
        '"1010.00", scores: {a: 1}',
        "steps[1].scores: expected no scores without",
    ),
    "bidder and operator": (
        "bidder: B2,",
        "operator: suspend, bidder: B2,",
        "steps[1].bidder: expected no such key",
    ),
    "unknown operator step": (
        STEP,
        f"{{at: {AT}, operator: pause}}",
        "steps[1].operator: expected one of suspend",
    ),
    "suspended at the end": (STEP, f"{{at: {AT}, operator: suspend}}", "steps: expected a resume"),
    "bidder twice": ("[B1, B2]", "[B1, B1]", "bidders[1]: expected each bidder once"),
    "bidders missing": ("bidders: [B1, B2]\n", "", "bidders: expected a list"),
    "bidder as number": ("[B1, B2]", "[B1, 2]", "bidders[1]: expected a text"),
    "entry of a stranger": ("bidders: [B1, B2]", "bidders: [B1, B2]\nentries: {B3: related}", "entries.B3"),
    "unknown entry": (
        "bidders: [B1, B2]",
        "bidders: [B1, B2]\nentries: {B2: maybe}",
        "entries.B2: expected one of",
    ),
    "buying where one sells": ("english", "listed\n  direction: buy", "lot.direction: expected sell"),
    "challenge that sells": ("english", "challenge\n  direction: sell", "lot.direction: expected buy"),
    "dutch without a clock": ("english", "dutch", "lot.dutch: expected step, every and floor"),
    "dutch floor above the opening": (
        "english",
        'dutch\n  dutch: {step: "1.00", every: 1m, floor: "1000.01"}',
        "lot.dutch.floor: expected not above the opening price, got '1000.01'",
    ),
    "dutch period of nothing": (
        "english",
        'dutch\n  dutch: {step: "1.00", every: 0m, floor: "1.00"}',
        "lot.dutch.every: expected a duration above zero, got '0m'",
    ),
    "dutch that never ends": (
        "english",
        'dutch\n  dutch: {step: "0.01", every: 3650d, floor: "0.00"}',
        "within a thousand years, got '3650d'",
    ),
    "weighted without weights": ("english", "weighted", "lot.weights: expected weights by name"),
    "weights without a price": (
        "english",
        "weighted\n  weights: {plan: 60}",
        "lot.weights: expected weights",
    ),
    "negative weight": (
        "english",
        "weighted\n  weights: {price: -1}",
        "lot.weights.price: expected a decimal",
    ),
    "window missing": (
        CLOSES,
        f"{CLOSES}\n  priority: [{{bidder: B1, rank: 1, exercise: after}}]",
        "lot.priority_window: expected a window",
    ),
    "rank zero": (
        CLOSES,
        f"{CLOSES}\n  priority: [{{bidder: B1, rank: 0, exercise: live}}]",
        "lot.priority[0].rank: expected a whole number above zero",
    ),
    "holder twice": (
        CLOSES,
        f"{CLOSES}\n  priority: [{{bidder: B1, rank: 1, exercise: live}}, {{bidder: B1, rank: 2, exercise: live}}]",
        "lot.priority[1].bidder: expected each holder once",
    ),
    "duration without a unit": (
        CLOSES,
        f"{CLOSES}\n  priority_window: 600",
        "lot.priority_window: expected a duration",
    ),
    "duration of two units": (
        CLOSES,
        f"{CLOSES}\n  priority_window: 1h30m",
        "lot.priority_window: expected a duration",
    ),
    "endless duration": (
        CLOSES,
        f"{CLOSES}\n  priority_window: 99999d",
        "lot.priority_window: expected at most",
    ),
    "extension without a length": (
        CLOSES,
        f"{CLOSES}\n  extension: {{trigger: 5m}}",
        "lot.extension.length: expected",
    ),
    "extension base": (
        CLOSES,
        f"{CLOSES}\n  extension: {{trigger: 5m, length: 5m, base: open}}",
        "lot.extension.base: expected one of bid, close",
    ),
    "extensions below nothing": (
        CLOSES,
        f"{CLOSES}\n  extension: {{trigger: 5m, length: 5m, max_count: -1}}",
        "lot.extension.max_count: expected a whole number, zero or more",
    ),
    "no bidder at least": (CLOSES, f"{CLOSES}\n  min_bidders: 0", "lot.min_bidders: expected a whole number"),
    "true as a number": (
        CLOSES,
        f"{CLOSES}\n  min_bidders: true",
        "lot.min_bidders: expected a whole number",
    ),
    "a fraction of a licence": (
        CLOSES,
        f"{CLOSES}\n  quantity: 1.5",
        "lot.quantity: expected a whole number above zero, got 1.5",
    ),
    "bidders as a mapping": ("[B1, B2]", "{B1: 1}", "bidders: expected a list"),
    "a step that is a text": (STEP, "bid", "steps[1]: expected a mapping, got 'bid'"),
    "two documents": ("lot:", "---\na: 1\n---\nlot:", "expected YAML"),
    "not YAML": ("lot:", "lot: [", "expected YAML"),
    "a tag of one's own": ("id: L1", "id: !python/name:os.system L1", "line 2: expected no tag"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_clear_line(tmp_path: Path, case: str) -> None:
    """Exit status 2, nothing on stdout, and one line on stderr with the file, the place, what came and what was expected."""
    old, new, said = BAD[case]
    assert old in BASE
    text = BASE.replace(f"  {CLOSES}\n", "") if case == "dutch that never ends" else BASE
    path = written(tmp_path, text.replace(old, new, 1))
    result = run(path, "--json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
    assert result.stderr.startswith(f"luochui: {path}: ")
    assert result.stderr.count("\n") == 1
    assert len(result.stderr) < 600


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff\xfe\xfa", b"lot: \x00", b"[" * 50_000, b"- 1", b"a: &a [*a]", b"{" * 900 + b"}" * 900],
    ids=["empty", "not utf-8", "nul", "deep", "a list", "recursive", "nested"],
)
def test_what_is_no_rehearsal_at_all(tmp_path: Path, data: bytes) -> None:
    """Any bytes get one line and status 2."""
    path = tmp_path / "x.yaml"
    path.write_bytes(data)
    result = run(path, "--json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """A missing file and a directory are named in one line."""
    for path in (tmp_path / "none.yaml", tmp_path):
        result = run(path)
        assert (result.exit_code, result.stdout) == (2, "")
        assert f"{path}: expected a readable file" in result.stderr


def test_keys_a_mechanism_does_not_use_are_ignored(tmp_path: Path) -> None:
    """The whole form of an English lot may stand in the file of a sealed one."""
    text = BASE.replace("english", "sealed_first_price").replace("bid: ", "seal: ")
    more = """\
  free_until: 2026-11-20T09:00:00+08:00
  extension: {trigger: 5m, length: 5m}
  dutch: {step: "100.00", every: 5m, floor: "5000.00"}
  quantity: 3
  pricing: pay_as_bid
"""
    result = lines(written(tmp_path, text.replace("bidders:", f"{more}bidders:")))[-1]
    assert (result["winner"], result["price"]) == ("B2", "1010.00")


def test_nulls_are_keys_left_out(tmp_path: Path) -> None:
    """Every optional key may be written as null."""
    nulls = "".join(
        f"  {key}: null\n"
        for key in (
            "reserve_price",
            "free_until",
            "extension",
            "dutch",
            "weights",
            "priority",
            "priority_window",
        )
    )
    text = BASE.replace("bidders:", f"{nulls}  direction: ~\n  quantity:\nbidders:")
    assert run(written(tmp_path, text), "--json").stdout == run(written(tmp_path, BASE), "--json").stdout


def test_ids_that_yaml_would_guess_at(tmp_path: Path) -> None:
    """NO and on are bidders like any other, 2026-11-20 and 10:00 are ids."""
    text = BASE.replace("id: L1", "id: 2026-11-20").replace("B1", "NO").replace("B2", "on")
    said = lines(written(tmp_path, text))
    assert (said[1]["lot"], said[1]["bidder"], said[-1]["winner"]) == ("2026-11-20", "NO", "on")


def test_the_largest_amounts_are_exact(tmp_path: Path) -> None:
    """At ten trillion yuan a fen still counts, in prices and in scores."""
    most, less = "10000000000000.00", "9999999999999.99"
    text = BASE.replace("english", "weighted\n  weights: {price: 0.1, plan: 0.1}").replace("bid: ", "seal: ")
    text = text.replace('seal: "1000.00"', f'seal: "{less}", scores: {{plan: 33.333333}}')
    text = text.replace('seal: "1010.00"', f'seal: "{most}", scores: {{plan: "33.333333"}}')
    assert lines(written(tmp_path, text))[-1]["price"] == most


def test_reasons_need_not_be_given(tmp_path: Path) -> None:
    """A cancellation without a reason has none in the Result."""
    path = written(tmp_path, BASE.replace(STEP, f"{{at: {AT}, operator: cancel}}"))
    assert lines(path)[-1]["reason"] is None
