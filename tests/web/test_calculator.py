"""The public calculator: page and REST, for people who are not signed in, whatever they type."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matching_engine.errors import LuochuiError
from settlement.reasons import Reason
from settlement.worksheet import StepName
from tests.settlement.fact_files import BOOK, BUYER, SELLER, trade
from tests.web.asking import refusal
from tests.web.running import Web
from tests.web.served import whole_web
from web.calculator import CalculateBody, calculation
from web.calculator_form import field_of, others, read
from web.i18n import LANGUAGES, Language, speech
from web.parse import parse

FORM = {
    "jurisdiction": "heilongjiang",
    "claim_year": "2018",
    "contract.registered": "yes",
    "contract.total": "2,000,000.00",
    "seller.kind": "university",
    "seller.region": "heilongjiang",
    "buyer.kind": "enterprise",
    "buyer.region": "heilongjiang",
    "credits[0].on": "2018-05-02",
    "credits[0].amount": "1000000",
    "credits[3].on": "2018-06-02",
    "credits[3].amount": "1000000.00",
    "election": "buyer",
    "specialist": "yes",
}


@pytest.fixture
async def product(sqlite_path: Path) -> AsyncIterator[Web]:
    """The product's own application, its pages included."""
    async with whole_web(f"sqlite:///{sqlite_path}") as running:
        yield running


async def ask(web: Web, form: dict[str, str], language: str = "en") -> tuple[int, str]:
    """Send the form as a visitor does."""
    headers = {"accept": "text/html", "accept-language": language}
    answer = await web.client().post("/calculator", data=form, headers=headers)
    return answer.status_code, answer.text


async def test_a_visitor_gets_an_answer_for_each_rule(product: Web) -> None:
    """Amount, reason, clause, quote and the steps, without signing in; several credits add up."""
    status, text = await ask(product, FORM)
    assert status == 200
    for said in (
        "¥600,000.00",
        "¥60,000.00",
        BUYER,
        "黑政发〔2017〕16号",
        "给予其技术交易实际到账金额的30%",
        "Threshold",
    ):
        assert said in text
    assert "excludes HLJ-2017-16/SELLER (黑政发〔2017〕16号)" in text
    assert "当年到账" in (await ask(product, FORM, "zh-CN"))[1]


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("credits[0].amount", "-5", "An amount in yuan"),
        ("contract.total", "0", "A total price above 0.00."),
        ("contract.non_technical", "3000000", "At most the total price."),
        ("claim_year", "18", "A year of four digits."),
        ("claim_year", "", "This is needed, too."),
        ("credits[3].on", "2018-13-02", "A date."),
        ("credits[3].amount", "", "This is needed, too."),
        ("other.term_months", "1.5", "A whole number."),
        ("other.team_share", "2", "A share from 0 to 1"),
        ("other.premium", "99999999999999999", "At most ten trillion yuan."),
    ],
)
async def test_what_is_wrong_stands_beside_its_field(product: Web, field: str, typed: str, said: str) -> None:
    """422, in the reader's language, and what was typed is still there."""
    status, text = await ask(product, {**FORM, field: typed})
    assert status == 422
    place = text.index(f'id="wrong-{field}"')
    assert said in text[place : place + 200]
    assert 'value="2,000,000.00"' in text or field == "contract.total"


async def test_nothing_stated_answers_that_no_rule_is_touched(product: Web) -> None:
    """The empty form is no error, and its page asks for nothing from elsewhere."""
    assert "No rule is touched" in (await ask(product, {"jurisdiction": "cn"}))[1]
    assert (await product.client().get("/calculator", headers={"accept": "text/html"})).status_code == 200


async def test_what_is_typed_comes_back_as_text(product: Web) -> None:
    """A region that is markup is escaped."""
    _, text = await ask(product, {**FORM, "claim_year": '"><script>alert(1)</script>'})
    assert "<script>alert" not in text


async def test_rest_takes_a_fact_file_as_json(web: Web) -> None:
    """The same facts as the command's file; the answer says the same, with the steps and conflicts."""
    answer = await web.client().post("/api/v1/claims/calculate", json={**trade(), "include": ["implement"]})
    assert answer.status_code == 200, answer.text
    lines = {line["rule"]: line for line in answer.json()["lines"]}
    assert (lines[BUYER]["amount"], lines[BUYER]["payable"], lines[SELLER]["reason"]) == (
        "600000.00",
        True,
        "OTHER_SIDE_ELECTED",
    )
    assert [step["name"] for step in lines[BUYER]["steps"]][-1] == "AMOUNT"
    assert {one["why"] for one in answer.json()["conflicts"]} >= {"elected", "implements"}


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"claim_yaer": 2018}, 422, "UNKNOWN_FIELD"),
        ({"contract": {"totl": "1.00"}}, 422, "BAD_VALUE"),
        ({"credits": [{"on": "2018-05-02", "amount": 2000000.0}]}, 422, "BAD_VALUE"),
        ({"election": "both"}, 422, "BAD_VALUE"),
        ({"claim_year": 10**30}, 422, "BAD_VALUE"),
        ({"jurisdiction": None}, 422, "BAD_TYPE"),
        ({"include": ["policy"]}, 422, "BAD_VALUE"),
        ({"prior": [{"rule": "X", "project": "P-1"}]}, 422, "BAD_VALUE"),
    ],
)
async def test_rest_names_the_field_that_is_wrong(
    web: Web, change: dict[str, Any], status: int, code: str
) -> None:
    """One problem, with its field."""
    answer = await web.client().post("/api/v1/claims/calculate", json={**trade(), **change})
    assert refusal(answer) == (status, code)
    assert answer.json()["field"]


async def test_rest_limits_bodies_and_refuses_what_is_no_number(web: Web) -> None:
    """64 KiB, NaN, a number beyond a double."""
    client, path = web.client(), "/api/v1/claims/calculate"
    headers = {"content-type": "application/json"}
    large = json.dumps({**trade(), "project": "x" * 70_000})
    assert (await client.post(path, content=large, headers=headers)).status_code == 413
    for odd in ('{"jurisdiction":"cn","other":{"income":NaN}}', '{"jurisdiction":"cn","claim_year":1e400}'):
        assert refusal(await client.post(path, content=odd, headers=headers)) == (400, "MALFORMED_JSON")


_odd = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**40), 10**40)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
    | st.sampled_from(
        ["0.00", "1.00", "9999999999999.99", "buyer", "2018-05-02", "enterprise", "P-1", "0.70"]
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["on", "amount", "total", "non_technical", "kind", "region", "rule", "project", "award", "x"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)
_keys = st.sampled_from([*trade(), "prior", "other", "include", "x"])


@given(st.dictionaries(_keys, _odd, max_size=6))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_facts_come_the_answer_is_lines_or_one_named_error(changes: dict[str, Any]) -> None:
    """Huge numbers, unknown keys, wrong types in every place: never anything but an error of ours."""
    try:
        body = parse(json.dumps({**trade(), **changes}).encode(), CalculateBody)
        calculation(body, BOOK)
    except LuochuiError as wrong:
        said = str(wrong)
    else:
        said = "lines"
    assert said


@given(
    st.dictionaries(
        st.sampled_from(
            [
                *FORM,
                *(name for name, *_ in others(BOOK)),
                "refunds[1].on",
                "refunds[9].amount",
                "x.y",
                "prior",
            ]
        ),
        st.text(min_size=1, max_size=20) | st.sampled_from(list(FORM.values())),
        max_size=8,
    )
)
@settings(max_examples=300, deadline=None)
def test_whatever_is_typed_the_form_gives_facts_or_says_which_field(changes: dict[str, str]) -> None:
    """Each complaint is about a field of the form."""
    form = {**FORM, **changes}
    raw, wrong = read(form)
    assert isinstance(raw, dict)
    rows = {name for name in wrong if name.startswith(("credits", "refunds"))}
    assert set(wrong) - rows - {"claim_year"} <= set(form)


def test_a_row_left_out_does_not_shift_the_complaint() -> None:
    """The second credit stands in the fourth row."""
    assert field_of("credits[1].on", FORM) == "credits[3].on"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_of_an_answer_has_words(language: Language) -> None:
    """Reasons, steps, claimants and facts: none is shown as its bare code in either language."""
    s = speech(language)
    codes = [("claim_reason", reason.value) for reason in Reason]
    codes += [("step_name", name) for name in get_args(StepName)]
    codes += [("claimant", rule.claimant.role) for rule in BOOK.rules()]
    codes += [("fact", name.removeprefix("other.")) for name, *_ in others(BOOK)]
    codes += [("rounding", rule.rounding) for rule in BOOK.rules()]
    assert [code for code in codes if not s.has(".".join(code))] == []
