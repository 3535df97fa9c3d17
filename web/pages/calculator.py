"""The public calculator: what the rules grant on facts that anybody states. Nothing is kept; no sign-in, no script."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from matching_engine.errors import Malformed
from settlement.conflicts import Conflict, conflicts
from settlement.facts import Kind
from settlement.regions import REGIONS, region_name
from settlement.rulebook import EVERYWHERE, Rulebook
from web.calculator import Worked, calculate
from web.calculator_form import CHOICES, CREDIT_ROWS, REFUND_ROWS, field_of, others, read
from web.i18n import Speech, later
from web.pages.shell import Visit, page, sentence

SAID = {
    "BAD_AMOUNT": later("An amount in yuan, like 1650000 or 1,650,000.00."),
    "AMOUNT_TOO_LARGE": later("At most ten trillion yuan."),
    "BAD_NUMBER": later("A whole number."),
    "MISSING_FIELD": later("This is needed, too."),
}
"""What is wrong with a field that was typed, by code."""
BY_FIELD = {
    "claim_year": later("A year of four digits."),
    "contract.total": later("A total price above 0.00."),
    "contract.non_technical": later("At most the total price."),
    "other.team_share": later("A share from 0 to 1, like 0.70."),
}
"""What a field wants that passed by itself and not in the whole."""


async def empty(visit: Visit) -> Response:
    """The form."""
    return _show(visit, {}, {})


async def answer(visit: Visit) -> Response:
    """The form with its answer below, or with what is wrong beside its fields."""
    form = visit.form()
    form.pop("csrf", None)
    raw, codes = read(form)
    book = visit.state.settlement.rulebook
    include = ("implement",) if form.get("include") == "implement" else ()
    if codes:
        wrong = {name: _said(visit.speech, name, code) for name, code in codes.items()}
        return _show(visit, form, wrong, 422)
    try:
        facts, worked = calculate({"jurisdiction": EVERYWHERE} | raw, book, include)
    except Malformed as error:
        field = field_of(error.field, form)
        return _show(visit, form, {field: _said(visit.speech, field, "BAD_VALUE")}, 422)
    return _show(visit, form, {}, 200, worked, conflicts(facts, book))


def _said(s: Speech, field: str, code: str) -> str:
    """What is wrong, in the reader's language."""
    if code in SAID:
        return s.text(SAID[code])
    if field in BY_FIELD:
        return s.text(BY_FIELD[field])
    return s.text("A date.") if field.endswith(".on") else sentence(s, code)


def _show(
    visit: Visit,
    form: Mapping[str, str],
    wrong: Mapping[str, str],
    status: int = 200,
    worked: list[Worked] | None = None,
    found: tuple[Conflict, ...] = (),
) -> Response:
    book = visit.state.settlement.rulebook
    s = visit.speech
    shown = [{"line": one.line, "rule": one.rule, "steps": one.steps} for one in worked or ()]
    return visit.render(
        "calculator.html",
        status,
        "/calculator",
        form=form,
        errors=wrong,
        rows={"credits": range(CREDIT_ROWS), "refunds": range(REFUND_ROWS)},
        choices=CHOICES,
        places=_places(s, book),
        regions=[(key, place(s, key)) for key in REGIONS],
        others=_others(s, book),
        asked=worked is not None,
        answers=shown,
        conflicts=[told(s, one) for one in found],
    )


def place(s: Speech, key: str) -> str:
    """A province, or another place that rules know, by its name."""
    if s.language == "zh" and region_name(key) != key:
        return region_name(key)
    known = s.code("place", key)
    return key.replace("_", " ").title() if known == key else known


def _places(s: Speech, book: Rulebook) -> list[tuple[str, str]]:
    """Where there are rules."""
    keys = dict.fromkeys(sheet.jurisdiction for sheet in book.sheets)
    return [(key, place(s, key)) for key in keys]


def _others(s: Speech, book: Rulebook) -> list[dict[str, Any]]:
    found = []
    for name, kind, cases, rules in others(book):
        flags = kind is Kind.FLAG
        options = [(case, s.code("answer", case) if flags else place(s, case)) for case in cases]
        found.append({"name": name, "kind": kind.value, "cases": options, "rules": rules})
    return found


def told(s: Speech, one: Conflict) -> str:
    """A conflict in one sentence, with the documents' numbers."""

    def named(rules: tuple[str, ...]) -> str:
        between, left, right = ("、", "（", "）") if s.language == "zh" else (", ", " (", ")")
        return between.join(f"{rule}{left}{one.documents.get(rule, '')}{right}" for rule in rules)

    applies, excluded = named((one.applies,)) if one.applies else "", named(one.excluded)
    others_ = named(tuple(rule for rule in one.documents if rule not in one.excluded))
    if one.why == "elected":
        text = s.text(
            "Of both sides only one is supported for a project and a year; the parties elected it together. "
            "%(applies)s applies and excludes %(excluded)s."
        )
    elif one.why == "not_elected":
        text = s.text(
            "Of both sides only one is supported for a project and a year, and the parties have not elected it "
            "together: neither of %(excluded)s is payable yet."
        )
    elif one.why == "decided_before":
        text = s.text(
            "For this project and year one side has been decided before: %(excluded)s pay nothing more."
        )
    elif one.why == "implements":
        text = s.text(
            "%(excluded)s puts %(others)s into effect with thresholds of its own; of the two at most one is paid. "
            "Claims are drawn up by the policy itself, the detailed rule is for comparison."
        )
    elif one.why == "succeeds":
        text = s.text(
            "%(excluded)s came after %(others)s; its first day is not known, so an official decides which holds for "
            "the year. Of the two at most one is paid, and claims are not drawn up by the later one by themselves."
        )
    else:
        text = s.text("%(excluded)s was in force from %(first)s to %(last)s only, not in the claim year.")
    first, last = str(one.valid_from or "—"), str(one.valid_to or "—")
    return text % {"applies": applies, "excluded": excluded, "others": others_, "first": first, "last": last}


ROUTES: list[Route] = [page("/calculator", empty), page("/calculator", answer, "POST")]
