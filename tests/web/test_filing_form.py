"""The filing form between settlement and its fields: what is shown, sent back unchanged, is the same form."""

from hypothesis import given
from hypothesis import strategies as st

from settlement.filing import COSTS, FIELDS, IP_KINDS, NATURES, PROGRAMMES, Cost, FilingForm, PartyFiling
from web.i18n import LANGUAGES, speech
from web.pages.filing_form import COST_ROWS, cost_rows, faults, read_filing, typed

FEN = st.integers(min_value=1, max_value=10**14)
TEXT = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=40)
PARTIES = st.builds(
    PartyFiling, st.sampled_from(["", *NATURES]), st.just("142"), st.sampled_from(["", "230000", "410300"])
)
FORMS = st.builds(
    FilingForm,
    project=TEXT,
    field=st.sampled_from(["", *FIELDS]),
    ip=st.sampled_from(["", *IP_KINDS]),
    programme=st.sampled_from(list(PROGRAMMES)),
    valid_from=st.dates().map(str),
    valid_to=st.none() | st.dates().map(str),
    seller=PARTIES,
    buyer=PARTIES,
    added_investment_fen=st.none() | st.just(0) | FEN,
    added_output_fen=st.none() | st.just(0) | FEN,
    costs=st.lists(st.builds(Cost, st.sampled_from(list(COSTS)), FEN, st.just("") | TEXT), max_size=9).map(
        tuple
    ),
    filler=st.just("") | TEXT,
)


@given(FORMS)
def test_what_is_shown_comes_back(form: FilingForm) -> None:
    """Fields left empty are not sent; every other one returns as it was, to the fen."""
    sent = {name: value for name, value in typed(form).items() if value}
    assert read_filing(sent) == form


@given(FORMS)
def test_there_is_always_an_empty_row(form: FilingForm) -> None:
    """For one more item of cost than stands there."""
    rows = cost_rows(typed(form))
    assert len(rows) >= max(COST_ROWS, len(form.costs) + 1)


def test_every_fault_and_gap_is_said_in_both_languages() -> None:
    """A name that no list has and a form with nothing in it: words, never a code."""
    for language in LANGUAGES:
        said = faults(speech(language), FilingForm(field="magic"), 1, True)
        assert list(said) == ["field"]
        gaps = faults(speech(language), FilingForm(), 1, True)
        assert {"project", "field", "ip", "seller_nature", "buyer_region"} <= set(gaps)
        assert all(" " in words or "。" in words for words in (*said.values(), *gaps.values()))


def test_the_closed_lists_have_words_in_both_languages() -> None:
    """Every value that a select of the form offers."""
    families = (
        ("technology_field", FIELDS),
        ("ip_kind", IP_KINDS),
        ("programme", PROGRAMMES),
        ("nature", NATURES),
        ("filing_cost", COSTS),
    )
    for family, values in families:
        for value, chinese in values.items():
            assert speech("zh").code(family, value) == chinese
            assert speech("en").has(f"{family}.{value}")
