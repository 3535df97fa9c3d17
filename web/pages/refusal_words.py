"""A refusal in the reader's language, with the figure and the rule it stands on: never the journal's English alone."""

import re
from collections.abc import Mapping

from exchange.house.command import Refusal
from web.i18n import Speech
from web.pages.shell import refusal_sentence


def rule(s: Speech, source: str) -> str:
    """The rule that a figure comes from."""
    code = re.sub(r"\W+", "_", source, flags=re.ASCII).strip("_")
    found = s.code("rule", code)
    return source if found == code else found


def told(s: Speech, facts: Mapping[str, str | int]) -> str:
    """The sentence that the figures fill; empty where there is none."""
    say = str(facts.get("say", ""))
    sentence = s.code("detail", say) if say else ""
    if not say or sentence == say:
        return ""
    return sentence % {name: _value(s, name, value) for name, value in facts.items()}


def _value(s: Speech, name: str, value: str | int) -> str:
    if name.endswith("_fen"):
        return s.money(int(value))
    if name == "rule":
        return rule(s, str(value))
    if name == "until":
        return s.day(str(value))
    return s.code(name, value) if name in ("check",) else str(value)


def words(s: Speech, refusal: Refusal) -> str:
    """The code's sentence, then the figures; a detail without figures, which is English, for readers of English."""
    text = refusal_sentence(s, refusal.code, refusal.minimum_fen)
    more = told(s, refusal.facts) or ("" if refusal.facts or s.language != "en" else refusal.detail)
    return f"{text} {more}".strip()
