"""Two languages, whole: no text of a page and no code is without its words in either."""

import ast
import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st
from jinja2.ext import babel_extract

from exchange.market.refusals import MarketRefusal
from exchange.market.state import ListingState
from matching_engine.lifecycle import LifecycleState
from matching_engine.rejections import Rejection
from matching_engine.terms import Mechanism
from settlement.refusals import Refusal
from settlement.state import ClaimState, ContractState, DepositState, RegistrationState
from web.errors import TITLES
from web.i18n import LANGUAGES, Language, choose, speech
from web.pages.bidding import WORDS
from web.pages.room_words import EDGE_REFUSALS, REASONS, SENTENCES, STANDINGS
from web.pages.stages import STAGES
from web.rooms import PRICE_STEPS

WEB = Path(__file__).parents[2] / "web"
PLACE = re.compile(r"%\((\w+)\)[sd]")
FAMILIES: list[tuple[str, type[StrEnum]]] = [
    ("refusal", Rejection),
    ("refusal", Refusal),
    ("refusal", MarketRefusal),
    ("lot", LifecycleState),
    ("mechanism", Mechanism),
    ("mechanism_rule", Mechanism),
    ("deposit", DepositState),
    ("contract", ContractState),
    ("registration", RegistrationState),
    ("claim", ClaimState),
    ("listing", ListingState),
]


def catalogue(language: str) -> dict[str, Message]:
    """The messages of a .po file by id; of a plural the singular's."""
    with (WEB / "locale" / f"{language}.po").open("rb") as file:
        messages = [message for message in read_po(file, locale=language) if message.id]
    return {message.id if isinstance(message.id, str) else message.id[0]: message for message in messages}


def texts(message: Message) -> list[str]:
    """The translations of a message: one, or one for each plural form."""
    return [message.string] if isinstance(message.string, str) else list(message.string or ())


def spoken() -> Iterator[str]:
    """Every sentence that a template or a page's code says in English."""
    for path in sorted((WEB / "templates").glob("*.html")):
        with path.open("rb") as file:
            for _, _, message, _ in babel_extract(file, ["_"], [], {}):
                yield message if isinstance(message, str) else str((message or ("",))[0])
    for path in [WEB / "charts.py", WEB / "i18n.py", *sorted((WEB / "pages").glob("*.py"))]:
        yield from _said_in(ast.parse(path.read_text()))
    yield from SENTENCES.values()
    yield from WORDS.values()


def _said_in(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in (
            "text",
            "html",
            "later",
        ):
            first = node.args[0] if node.args else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value


def coded() -> Iterator[str]:
    """Every code that a page may have to say."""
    for family, codes in FAMILIES:
        yield from (f"{family}.{code}" for code in codes)
    yield from (f"refusal.{code}" for code in _codes_of_the_source())
    yield from (f"refusal.{code}" for code in EDGE_REFUSALS)
    yield from (f"reason.{code}" for code in REASONS)
    yield from (f"standing.{code}" for code in STANDINGS)
    yield from (f"step.{kind.__name__}" for kind in PRICE_STEPS)
    yield from (f"stage.{name}" for name in STAGES)
    yield from (f"event.{kind.__name__}" for kinds in STAGES.values() for kind in kinds)
    yield from (f"status.{status}" for status in TITLES)


def _codes_of_the_source() -> Iterator[str]:
    """The codes with which authority, door and parser refuse, read from their source."""
    raised = {"Denied": 0, "Conflict": 0, "BadInput": 0, "failure": 1, "csrf_failure": None}
    authorities = (WEB.parent / "exchange" / "house").glob("*authority.py")
    files = [*authorities, *WEB.glob("*.py"), *(WEB / "pages").glob("*.py")]
    for path in files:
        for node in ast.walk(ast.parse(path.read_text())):
            name = (
                getattr(node.func, "attr", getattr(node.func, "id", "")) if isinstance(node, ast.Call) else ""
            )
            place = raised.get(name)
            if place is not None and isinstance(node, ast.Call) and len(node.args) > place:
                code = node.args[place]
                if isinstance(code, ast.Constant) and isinstance(code.value, str):
                    yield code.value


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_words(language: Language) -> None:
    """Refusals of engine, settlement, market, authority and door; states, stages, events: none is shown bare."""
    known = catalogue(language)
    assert sorted({code for code in coded() if code not in known or not all(texts(known[code]))}) == []


def test_every_sentence_of_the_pages_is_in_chinese() -> None:
    """A sentence in a template or a page's code has its Chinese."""
    known = catalogue("zh")
    missing = sorted({said for said in spoken() if said not in known or not all(texts(known[said]))})
    assert missing == []


def test_no_text_is_left_over() -> None:
    """The catalogues hold nothing that no page says."""
    said = set(spoken())
    for language in LANGUAGES:
        sentences = [id_ for id_ in catalogue(language) if not re.fullmatch(r"[a-z_]+\.\w+", id_)]
        counted = {"%(n)d day", "%(n)d hour", "%(n)d minute", "%(n)d second"}
        assert sorted(set(sentences) - said - counted) == []


def test_both_languages_know_the_same_codes() -> None:
    """What is a code in one catalogue is one in the other."""
    codes = [
        {id_ for id_ in catalogue(language) if re.fullmatch(r"[a-z_]+\.\w+", id_)} for language in LANGUAGES
    ]
    assert codes[0] == codes[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_places_of_its_message(language: Language) -> None:
    """No translation loses a figure or asks for one that is not given."""
    for id_, message in catalogue(language).items():
        for text in texts(message):
            said = catalogue("en")[id_].string if id_.startswith("detail.") else id_
            places = PLACE.findall(str(said)) if not id_.startswith("take.") else ["price"]
            assert sorted(PLACE.findall(text)) == sorted(places), id_


def test_chinese_speaks_chinese() -> None:
    """Every Chinese text has a Chinese character in it, or no letter at all but those of its places."""
    for id_, message in catalogue("zh").items():
        for text in texts(message):
            bare = PLACE.sub("", text)
            assert re.search(r"[\u4e00-\u9fff]", bare) or not re.search(r"[A-Za-z]{3}", bare), id_


@pytest.mark.parametrize(
    ("query", "cookie", "accepted", "language"),
    [
        (None, None, "", "zh"),
        (None, None, "en", "en"),
        (None, None, "en-US,en;q=0.9", "en"),
        (None, None, "zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        (None, None, "fr;q=1.0, en;q=0.5, zh;q=0.4", "en"),
        (None, None, "de-DE,de", "zh"),
        (None, None, "en;q=0", "zh"),
        (None, None, "en;q=nonsense", "zh"),
        (None, "en", "zh", "en"),
        ("zh", "en", "en", "zh"),
        ("xx", None, "en", "en"),
    ],
)
def test_the_language_is_the_readers(
    query: str | None, cookie: str | None, accepted: str, language: Language
) -> None:
    """The address wins over the choice made before, that over the browser, and Chinese comes first."""
    assert choose(query, cookie, accepted) == language


@given(st.text(max_size=300))
def test_no_header_breaks_the_choice(accepted: str) -> None:
    """Whatever a client writes into Accept-Language, there is a language."""
    assert choose(None, None, accepted) in LANGUAGES


def test_figures_and_times_are_written_out() -> None:
    """Money with yuan sign and grouping, instants with their zone, lengths in whole units, dates as people write them."""
    zh, en = speech("zh"), speech("en")
    assert zh.money(165_000_000) == "¥1,650,000.00"
    assert zh.money(None) == "—"
    assert zh.time(1_772_413_200_000_000) == "2026-03-02 09:00:00 UTC+8"
    assert (zh.day("2026-03-02"), en.day("2026-03-02")) == ("2026年3月2日", "2 March 2026")
    assert (zh.length(5_400_000_000), en.length(5_400_000_000)) == ("1 小时 30 分钟", "1 hour 30 minutes")
    assert (zh.length(0), en.length(61_000_000)) == ("立即", "1 minute 1 second")
    assert en.number(1234567) == "1,234,567"


def test_what_a_page_says_in_html_is_safe() -> None:
    """A value put into markup of ours is escaped."""
    assert "<b>" not in speech("zh").html("Your code is %(code)s.", code="<b>")


def test_an_unknown_code_shows_itself() -> None:
    """A new code is shown as it is rather than as nothing."""
    assert speech("zh").code("refusal", "BRAND_NEW") == "BRAND_NEW"
