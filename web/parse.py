"""Bytes → a struct, strictly; the one door for REST bodies and socket frames alike.

What JSON libraries let through quietly is an answer of its own here: a repeated key, a number beyond any
range, half a surrogate pair, text that hides itself. Forms of pages pass through the same rules.
"""

import json
import re
import unicodedata
from collections.abc import Iterable
from typing import Any, Never, TypeVar
from urllib.parse import parse_qsl

import msgspec

from matching_engine.errors import Malformed
from matching_engine.money import LIMIT_FEN, format_yuan

T = TypeVar("T")

DEPTH_MAX = 16
"""How deep arrays and objects may nest; no message of ours needs more than three levels."""
DIGITS_MAX = 4_300
"""Digits of an integer; longer ones cost quadratic time to read, and no amount has a hundredth of it."""
FORM_FIELDS_MAX = 400
FIELD_MAX = 100
"""Characters of a field's name that an error repeats."""

_SECRETS = frozenset({"password"})
"""Fields whose value an error never repeats, and in which a person may use any character but NUL."""

# C0 and C1 controls but tab and line ends; line and paragraph separators.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_YUAN = re.compile(r"(\d{1,3}(?:,\d{3})+|\d{1,20})(?:\.(\d{1,2}))?", re.ASCII)
_COMMAND_ID = re.compile(r"[0-9A-Za-z_-]{8,64}", re.ASCII)


class BadInput(Malformed):
    """Input refused at the door, with the code that names the fault; `status` is 400 or 422."""

    def __init__(self, code: str, field: str, got: object, expected: str, status: int = 422) -> None:
        super().__init__(field[:FIELD_MAX], _shown(field, got), expected)
        self.code = code
        self.status = status


def _shown(field: str, got: object) -> object:
    """What came, short enough to repeat, and nothing of a secret."""
    if field.rpartition(".")[2] in _SECRETS:
        return "…"
    if isinstance(got, int) and not isinstance(got, bool) and got.bit_length() > 128:
        return f"an integer of {got.bit_length()} bits"
    return got[:60] + "…" if isinstance(got, str) and len(got) > 60 else got


def parse(body: bytes, type_: type[T]) -> T:
    """The struct that `body` holds; BadInput names the first field that is wrong."""
    try:
        data = read_plain(body)
        if data is not None:
            return msgspec.convert(data, type_)
    except (msgspec.MsgspecError, RecursionError):
        pass  # The careful way below finds the same fault and names it.
    return _parse_with_care(body, type_)


def is_plain(text: str) -> bool:
    """Printable ASCII without the backslash: nothing can hide in it."""
    return text.isascii() and text.isprintable() and "\\" not in text


def read_plain(body: bytes) -> dict[str, Any] | None:
    """The flat object of a body in which nothing can hide: printable ASCII, no escapes, no key twice.

    Each key and each text has two quotation marks, so a key that came twice leaves some over. This is six
    times faster than the careful way; it only ever accepts, and None sends the body there.
    """
    if not is_plain(body.decode("latin-1")):
        return None
    data = msgspec.json.decode(body)
    if type(data) is not dict:
        return None
    marks = 2 * len(data)
    for value in data.values():
        if isinstance(value, str):
            marks += 2
        elif isinstance(value, dict | list):
            return None
    return data if body.count(b'"') == marks else None


def _parse_with_care(body: bytes, type_: type[T]) -> T:
    data = read_json(body)
    _check_texts(data, "", 0)
    try:
        return msgspec.convert(data, type_)
    except msgspec.ValidationError as wrong:
        _refuse(str(wrong), data)


def read_json(body: bytes) -> Any:
    """Plain data of UTF-8 JSON; MALFORMED_JSON or DUPLICATE_KEY (400) for what JSON does not allow."""
    try:
        return _DECODER.decode(body.decode("utf-8"))
    except UnicodeDecodeError as wrong:
        _malformed(f"byte {wrong.start}", wrong.reason, "UTF-8")
    except json.JSONDecodeError as wrong:
        _malformed(f"byte {wrong.pos}", wrong.msg, "JSON (RFC 8259)")
    except RecursionError:
        _malformed("body", "deeper nesting", f"at most {DEPTH_MAX} levels")


def _malformed(field: str, got: object, expected: str) -> Never:
    raise BadInput("MALFORMED_JSON", field, got, expected, 400) from None


def _integer(digits: str) -> int:
    if len(digits) > DIGITS_MAX:
        _malformed("number", f"{len(digits)} digits", f"at most {DIGITS_MAX} digits")
    return int(digits)


def _real(text: str) -> float:
    value = float(text)
    if value - value != 0:
        _malformed("number", text[:60], "a number within the range of a double")
    return value


def _constant(text: str) -> Never:
    _malformed("number", text, "JSON (RFC 8259) knows no NaN and no Infinity")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) != len(pairs):
        _duplicate(name for name, _ in pairs)
    return data


def _duplicate(names: Iterable[str]) -> Never:
    seen = set()
    for name in names:
        if name in seen:
            raise BadInput("DUPLICATE_KEY", name, "the key twice", "each key once", 400)
        seen.add(name)
    raise AssertionError("called with a duplicate only")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_real, parse_constant=_constant
)


def _check_texts(data: Any, field: str, depth: int) -> None:
    """Refuse unreadable text in any value or key, and nesting beyond DEPTH_MAX."""
    if isinstance(data, str):
        _check_text(data, field)
    elif isinstance(data, dict | list):
        if depth == DEPTH_MAX:
            _malformed(field, "deeper nesting", f"at most {DEPTH_MAX} levels")
        for name, value in data.items() if isinstance(data, dict) else enumerate(data):
            if isinstance(name, str):
                _check_text(name, "key")
            _check_texts(value, f"{field}.{name}" if field else str(name), depth + 1)


def _check_text(text: str, field: str) -> None:
    if _SURROGATE.search(text):
        _malformed(field, text, "whole characters, no lone surrogate")
    clean_text(text, field)


def clean_text(text: str, field: str) -> str:
    """`text` itself, if every character of it can be seen or is a blank; BAD_TEXT otherwise.

    NUL and the other controls break databases and logs; characters of direction and of no width make two
    names look alike that are not. A password may hold anything but NUL.
    """
    secret = field.rpartition(".")[2] in _SECRETS
    if "\0" in text or (not secret and _hides(text)):
        raise BadInput("BAD_TEXT", field, text, "text without control, direction or zero-width characters")
    return text


def _hides(text: str) -> bool:
    if _CONTROLS.search(text):
        return True
    return not text.isascii() and any(unicodedata.category(char) in ("Cf", "Cs", "Cn") for char in text)


_PATH = re.compile(r" - at `(?:\$|key in `\$)\.?(.*?)`+$")
_UNKNOWN = re.compile(r"unknown field `(.*?)`")
_MISSING = re.compile(r"missing required field `(.*?)`")
_GOT = re.compile(r", got `(\w+)`")


def _refuse(message: str, data: Any) -> Never:
    """The code of what msgspec found wrong, with the field it stands in."""
    path = _PATH.search(message)
    field = path[1] if path else ""
    expected = _PATH.sub("", message)
    for pattern, code, wanted in (
        (_UNKNOWN, "UNKNOWN_FIELD", "no such field"),
        (_MISSING, "MISSING_FIELD", "the field"),
    ):
        named = pattern.search(expected)
        if named:
            inner = f"{field}.{named[1]}" if field else named[1]
            raise BadInput(code, inner, "nothing" if code == "MISSING_FIELD" else "a field", wanted) from None
    got = _value_at(data, field)
    raise BadInput(_code(field, got, expected), field or "body", got, _wanted(expected)) from None


def _code(field: str, got: Any, message: str) -> str:
    if field.endswith("_fen"):
        if isinstance(got, str):
            return "BAD_AMOUNT"
        if isinstance(got, int) and not isinstance(got, bool):
            return "AMOUNT_TOO_LARGE" if got > LIMIT_FEN else "BAD_AMOUNT"
    if _GOT.search(message):
        return "BAD_TYPE"
    return "BAD_TEXT" if "of length" in message or "matching regex" in message else "BAD_VALUE"


def _wanted(message: str) -> str:
    """ "`int` <= 5" of "Expected `int` <= 5, got `str`"; the whole message where it has another form."""
    if message.startswith("Invalid "):  # "Invalid enum value 'x'" repeats what came
        return "one of the values that the description of the interface names"
    return _GOT.sub("", message).removeprefix("Expected ").replace("`", "")


def _value_at(data: Any, field: str) -> Any:
    """The value that a path of msgspec's like "a.b[0].c" names; None when it leads nowhere."""
    for name in re.findall(r"[^.\[\]]+", field):
        try:
            data = data[int(name)] if isinstance(data, list) else data[name]
        except (LookupError, TypeError, ValueError):
            return None
    return data


def read_form(body: bytes) -> dict[str, str]:
    """The fields of an urlencoded form, each once, blanks at the ends taken off, empty ones left out."""
    try:
        pairs = parse_qsl(
            body.decode("ascii"), encoding="utf-8", errors="strict", max_num_fields=FORM_FIELDS_MAX
        )
    except (UnicodeDecodeError, ValueError):
        raise BadInput("MALFORMED_FORM", "body", "other bytes", "an urlencoded form in UTF-8", 400) from None
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        _duplicate(names)
    texts = {clean_text(name, "key"): clean_text(value, name) for name, value in pairs}
    return {name: value if name in _SECRETS else value.strip() for name, value in texts.items()}


def yuan(text: str, field: str) -> int:
    """The fen of an amount as a person types it into a form: "1650000", "1,650,000.00"; above zero.

    BAD_AMOUNT for anything but ASCII digits with a point and correct commas, AMOUNT_TOO_LARGE above the limit.
    """
    match = _YUAN.fullmatch(text)
    fen = int(match[1].replace(",", "")) * 100 + int((match[2] or "").ljust(2, "0")) if match else 0
    if fen <= 0:
        raise BadInput("BAD_AMOUNT", field, text, "yuan above zero, like 1650000 or 1,650,000.00")
    if fen > LIMIT_FEN:
        raise BadInput("AMOUNT_TOO_LARGE", field, text, f"at most {format_yuan(LIMIT_FEN)}")
    return fen


def command_id(text: str, field: str = "id") -> str:
    """A client's command id: a UUID, a ULID or the like; the house's own ids have a colon and cannot be taken."""
    if not _COMMAND_ID.fullmatch(text):
        raise BadInput("BAD_COMMAND_ID", field, text, "8 to 64 letters, digits, - or _, like a UUID or ULID")
    return text
