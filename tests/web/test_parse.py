"""The strict door: each bad input gets exactly its own code, and a good one is read the same by both ways."""

import json
from typing import Annotated, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching_engine.money import LIMIT_FEN, format_yuan
from web import parse as door
from web.parse import FORM_FIELDS_MAX, BadInput, clean_text, command_id, parse, read_form, yuan

Amount = Annotated[int, msgspec.Meta(ge=1, le=LIMIT_FEN)]


class Inner(msgspec.Struct, forbid_unknown_fields=True):
    """A nested part."""

    name: str = ""


class Body(msgspec.Struct, forbid_unknown_fields=True):
    """A body with every kind of field that requests have."""

    amount_fen: Amount
    max_fen: Amount | None = None
    title: Annotated[str, msgspec.Meta(max_length=20)] = ""
    side: Literal["seller", "buyer"] = "buyer"
    confirm: bool = False
    inner: Inner | None = None
    parts: list[Inner] = []


def refused(body: bytes | str, type_: type = Body) -> BadInput:
    """The refusal of a body."""
    with pytest.raises(BadInput) as caught:
        parse(body if isinstance(body, bytes) else body.encode(), type_)
    return caught.value


@pytest.mark.parametrize(
    "text",
    [
        '{"amount_fen": NaN}',
        '{"amount_fen": Infinity}',
        '{"amount_fen": -Infinity}',
        '{"amount_fen": 1e400}',
        '{"amount_fen": -1e999}',
        '{"amount_fen": ' + "9" * 5000 + "}",
        '{"amount_fen": 1, "title": ' + "[" * 100_000 + "]" * 100_000 + "}",
        '{"amount_fen": 1, "title": ' + "[" * 17 + "]" * 17 + "}",
        '{"amount_fen": 1, "title": "\\ud800"}',
        '{"amount_fen": 1, "title": "\\udfff\\ud800"}',
        '{"amount_fen": 1, "\\ud800": 1}',
        '{"amount_fen": 1',
        '{"amount_fen": 01}',
        '{"amount_fen": 1,}',
        '{"amount_fen": 1} {}',
        "{'amount_fen': 1}",
        '{"amount_fen": １００}',
        '{"amount_fen": 1_000}',
        '{"amount_fen": 0x10}',
        '{"amount_fen": 1, "title": "a\nb"}',
        "",
        "\ufeff{}",
    ],
)
def test_what_is_no_json_is_malformed(text: str) -> None:
    """Numbers beyond any range, endless nesting, half characters and broken syntax are 400 MALFORMED_JSON."""
    wrong = refused(text.encode("utf-8", "surrogatepass"))
    assert (wrong.status, wrong.code) == (400, "MALFORMED_JSON")


@pytest.mark.parametrize("body", [b"\xff\xfe{\x00}\x00", b'{"title": "\xe6"}', b'{"title": "\xed\xa0\x80"}'])
def test_only_utf8_is_read(body: bytes) -> None:
    """UTF-16, cut characters and encoded surrogates are 400 MALFORMED_JSON."""
    assert refused(body).code == "MALFORMED_JSON"


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ('{"amount_fen": 1, "amount_fen": 2}', "amount_fen"),
        ('{"amount_fen": 1, "title": "a", "title": "a"}', "title"),
        ('{"amount_fen": 1, "inner": {"name": "a", "name": "b"}}', "name"),
        ('{"amount_fen": 1, "amount\\u005ffen": 2}', "amount_fen"),
        ('{"amount_fen": 1, "x": "\\"", "x": 1}', "x"),
    ],
)
def test_a_key_twice_is_refused(text: str, field: str) -> None:
    """A repeated key is 400 DUPLICATE_KEY wherever it stands and however it is written; the last does not win."""
    wrong = refused(text)
    assert (wrong.status, wrong.code, wrong.field) == (400, "DUPLICATE_KEY", field)


@pytest.mark.parametrize(
    ("text", "code", "field"),
    [
        ('{"amount_fen": true}', "BAD_TYPE", "amount_fen"),
        ('{"amount_fen": false}', "BAD_TYPE", "amount_fen"),
        ('{"amount_fen": 1.0}', "BAD_TYPE", "amount_fen"),
        ('{"amount_fen": 1e3}', "BAD_TYPE", "amount_fen"),
        ('{"amount_fen": null}', "BAD_TYPE", "amount_fen"),
        ('{"amount_fen": [1]}', "BAD_TYPE", "amount_fen"),
        ('{"amount_fen": 1, "max_fen": 2.5}', "BAD_TYPE", "max_fen"),
        ('{"amount_fen": "１００"}', "BAD_AMOUNT", "amount_fen"),
        ('{"amount_fen": "١٢٣"}', "BAD_AMOUNT", "amount_fen"),
        ('{"amount_fen": " 1_0 "}', "BAD_AMOUNT", "amount_fen"),
        ('{"amount_fen": 0}', "BAD_AMOUNT", "amount_fen"),
        ('{"amount_fen": -0}', "BAD_AMOUNT", "amount_fen"),
        ('{"amount_fen": -1}', "BAD_AMOUNT", "amount_fen"),
        ('{"amount_fen": -99999999999999999999}', "BAD_AMOUNT", "amount_fen"),
        ('{"amount_fen": 1, "max_fen": 0}', "BAD_AMOUNT", "max_fen"),
        ('{"amount_fen": 1000000000000001}', "AMOUNT_TOO_LARGE", "amount_fen"),
        ('{"amount_fen": 9223372036854775808}', "AMOUNT_TOO_LARGE", "amount_fen"),
        ('{"amount_fen": 1' + "0" * 100 + "}", "AMOUNT_TOO_LARGE", "amount_fen"),
        ('{"amount_fen": 1, "extra": 1}', "UNKNOWN_FIELD", "extra"),
        ('{"amount_fen": 1, "at": 1772413200000}', "UNKNOWN_FIELD", "at"),
        ('{"amount_fen": 1, "currency": "USD"}', "UNKNOWN_FIELD", "currency"),
        ('{"amount_fen": 1, "inner": {"nom": "a"}}', "UNKNOWN_FIELD", "inner.nom"),
        ("{}", "MISSING_FIELD", "amount_fen"),
        ('{"amount_fen": 1, "title": "' + "a" * 21 + '"}', "BAD_TEXT", "title"),
        ('{"amount_fen": 1, "side": "both"}', "BAD_VALUE", "side"),
        ('{"amount_fen": 1, "confirm": 1}', "BAD_TYPE", "confirm"),
        ('{"amount_fen": 1, "parts": [{"name": "a"}, {"name": 5}]}', "BAD_TYPE", "parts[1].name"),
        ("[]", "BAD_TYPE", "body"),
        ("17", "BAD_TYPE", "body"),
        ("null", "BAD_TYPE", "body"),
    ],
)
def test_each_wrong_value_has_its_code_and_its_field(text: str, code: str, field: str) -> None:
    """Readable JSON that is not what was asked for is 422, with a code and the path of the field."""
    wrong = refused(text)
    assert (wrong.status, wrong.code, wrong.field) == (422, code, field)


HIDING = [
    "\0",
    "\x1b",
    "\x7f",
    "\x85",
    "\u2028",
    "\u200b",
    "\u200e",
    "\u202e",
    "\u2066",
    "\u2060",
    "\ufeff",
    "\u00ad",
]


@pytest.mark.parametrize("char", HIDING)
def test_text_that_hides_is_refused(char: str) -> None:
    """NUL, controls, characters of direction and of no width are 422 BAD_TEXT, in values and in keys."""
    wrong = refused(json.dumps({"amount_fen": 1, "title": f"a{char}b"}))
    assert (wrong.status, wrong.code, wrong.field) == (422, "BAD_TEXT", "title")
    assert refused(json.dumps({"amount_fen": 1, f"a{char}": 1})).code == "BAD_TEXT"
    assert refused(json.dumps({"amount_fen": 1, "inner": {"name": char}})).field == "inner.name"


@pytest.mark.parametrize("text", ["演示大学", "Zürich — ½", "<b>粗</b>", "a\tb", "🙂", "日本語 العربية"])
def test_text_that_can_be_seen_is_taken_as_it_is(text: str) -> None:
    """Any script, signs, markup and blanks are text; nothing is rewritten."""
    assert parse(json.dumps({"amount_fen": 1, "title": text}).encode(), Body).title == text
    assert clean_text(text, "title") == text


def test_a_password_is_never_repeated_and_may_hold_anything_but_nul() -> None:
    """An error about a password shows none of it; a joiner in it is the owner's business."""

    class SignIn(msgspec.Struct, forbid_unknown_fields=True):
        password: Annotated[str, msgspec.Meta(max_length=30)]

    assert parse('{"password": "a\u200db"}'.encode(), SignIn).password == "a\u200db"
    for body in ('{"password": "hunter2\\u0000"}', '{"password": "' + "hunter2" * 9 + '"}'):
        assert "hunter2" not in str(refused(body, SignIn))


def test_an_error_is_short_whatever_came() -> None:
    """What came is shortened: an error never repeats a whole body."""
    assert len(str(refused(json.dumps({"amount_fen": "9" * 50_000})))) < 300
    assert len(str(refused('{"amount_fen": ' + "9" * 4_000 + "}"))) < 300
    assert len(str(refused(json.dumps({"k" * 60_000: 1, "amount_fen": 1})))) < 400


def test_a_tagged_union_is_read_by_its_tag() -> None:
    """Bodies that come in several kinds go through the same door."""

    class A(msgspec.Struct, tag_field="t", tag="a", forbid_unknown_fields=True):
        amount_fen: Amount

    class B(msgspec.Struct, tag_field="t", tag="b", forbid_unknown_fields=True):
        name: str

    both: type = A | B  # type: ignore[assignment]
    assert parse(b'{"t":"a","amount_fen":5}', both) == A(5)
    assert parse(b'{"t":"b","name":"x"}', both) == B("x")
    assert refused('{"t":"c"}', both).code == "BAD_VALUE"
    assert str(refused('{"t":"c"}', both)) == (
        "t: expected one of the values that the description of the interface names, got 'c'"
    )
    assert refused('{"t":"a","amount_fen":0}', both).code == "BAD_AMOUNT"
    assert refused('{"name":"x"}', both).code == "MISSING_FIELD"


_values = st.one_of(
    st.integers(-5, 10**16),
    st.floats(),
    st.booleans(),
    st.none(),
    st.text(max_size=8),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=4), st.integers(), max_size=2),
)
_keys = st.sampled_from(["amount_fen", "max_fen", "title", "side", "confirm", "inner", "parts", "x", 'a"b'])


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """Bodies around the edge of what is taken: repeated keys, any value, escapes, a byte changed here and there."""
    pairs = draw(st.lists(st.tuples(_keys, _values), max_size=5))
    ascii_ = draw(st.booleans())
    body = bytearray(
        (
            "{" + ",".join(f"{json.dumps(k)}:{json.dumps(v, ensure_ascii=ascii_)}" for k, v in pairs) + "}"
        ).encode()
    )
    for place, byte in draw(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 255)), max_size=2)):
        if place < len(body):
            body[place] = byte
    return bytes(body)


@given(bodies())
def test_the_fast_way_takes_only_what_the_careful_way_takes(body: bytes) -> None:
    """For every body both ways give the same struct or the same refusal."""

    def outcome(read: object) -> object:
        try:
            return read(body, Body)  # type: ignore[operator]
        except BadInput as wrong:
            return wrong.status, wrong.code, wrong.field

    assert outcome(parse) == outcome(door._parse_with_care)


@given(st.binary(max_size=200))
def test_no_bytes_break_the_door(body: bytes) -> None:
    """Whatever comes, the answer is a struct or a BadInput; no other error gets out."""
    status = 422
    try:
        parse(body, Body)
    except BadInput as wrong:
        status = wrong.status
    assert status in (400, 422)


# Forms


def test_a_form_is_read_by_the_same_rules() -> None:
    """Fields once each, blanks at the ends off, empty fields left out, passwords untouched."""
    assert read_form(b"title=%E6%BC%94%E7%A4%BA+&empty=&password=+a+") == {
        "title": "演示",
        "password": " a ",
    }
    assert read_form(b"") == {}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"a=1&a=2", "DUPLICATE_KEY"),
        (b"a=%00", "BAD_TEXT"),
        (b"a=%E2%80%AEx", "BAD_TEXT"),
        (b"a=%FF", "MALFORMED_FORM"),
        (b"a=\xff", "MALFORMED_FORM"),
        (b"&".join(b"f%d=1" % n for n in range(FORM_FIELDS_MAX + 1)), "MALFORMED_FORM"),
    ],
)
def test_a_bad_form_has_a_code(body: bytes, code: str) -> None:
    """Repeated fields, hiding text, bytes that are no UTF-8, too many fields."""
    with pytest.raises(BadInput) as caught:
        read_form(body)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("1650000", 165_000_000),
        ("1,650,000.00", 165_000_000),
        ("0.01", 1),
        ("5.5", 550),
        ("10000000000000", LIMIT_FEN),
    ],
)
def test_an_amount_is_read_as_people_type_it(text: str, fen: int) -> None:
    """Whole yuan, decimals, and commas where they belong."""
    assert yuan(text, "amount") == fen


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "0.00",
        "-5",
        "+5",
        "1.234",
        "1,00",
        "1,2345",
        "１００",
        "١٢٣",
        "1_000",
        " 5",
        "1e3",
        "NaN",
        "5.",
        ".5",
        "¥5",
    ],
)
def test_an_amount_in_other_signs_is_refused(text: str) -> None:
    """Full-width and Arabic digits, underscores, signs, exponents, zero: BAD_AMOUNT."""
    with pytest.raises(BadInput) as caught:
        yuan(text, "amount")
    assert (caught.value.code, caught.value.field) == ("BAD_AMOUNT", "amount")


@pytest.mark.parametrize("text", ["10000000000000.01", "9" * 20])
def test_an_amount_beyond_the_limit_is_too_large(text: str) -> None:
    """Above ten trillion yuan nobody bids."""
    with pytest.raises(BadInput) as caught:
        yuan(text, "amount")
    assert caught.value.code == "AMOUNT_TOO_LARGE"


@given(st.integers(1, LIMIT_FEN))
def test_every_amount_that_is_shown_can_be_typed(fen: int) -> None:
    """What the exchange prints reads back to the same fen."""
    assert yuan(format_yuan(fen), "amount") == fen


@pytest.mark.parametrize(
    "text", ["01J9ZK5W6T8V7Q3N2M1P0R4S5X", "7f6b1c1e-1f0a-4c62-9c6e-0f2b3a4c5d6e", "a" * 64, "abc_DEF-1"]
)
def test_a_uuid_or_ulid_is_a_command_id(text: str) -> None:
    """The ids that clients make are taken as they are."""
    assert command_id(text) == text


@pytest.mark.parametrize(
    "text",
    ["", "short", "a" * 65, "r:17:0", "a b c d e f", "../../etc/passwd", "１２３４５６７８", "abcdefgh\n"],
)
def test_no_client_can_take_an_id_of_the_house(text: str) -> None:
    """Colons mark the house's own ids; they and everything else outside the form are refused."""
    with pytest.raises(BadInput) as caught:
        command_id(text)
    assert (caught.value.code, caught.value.status) == ("BAD_COMMAND_ID", 422)
