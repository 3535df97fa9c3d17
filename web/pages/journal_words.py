"""The event of a journal row as lines that a person reads: fields named, money as ¥, instants with their zone."""

from typing import Any

from web.i18n import Speech

_INSTANTS = frozenset({"until", "opens_at", "closes_at", "closed_at", "free_until", "due_by", "latest", "at"})
_LENGTHS = frozenset(
    {
        "moved",
        "trigger",
        "length",
        "every",
        "left",
        "max_total",
        "deposit_release_within",
        "opening_within",
    }
)
_EARLIEST = 1_000_000_000_000_000
"""µs in 2001: smaller numbers in a field of instants are no instants."""
LONG = 400
"""Characters of a text that are shown at once."""


def event_lines(s: Speech, event: dict[str, Any]) -> list[tuple[str, str]]:
    """Name and value of every field, those within others named behind them."""
    return [
        (" › ".join(field_name(s, name) for name in path), value)
        for path, value in _flat(s, event, ())
        if path != ("type",)
    ]


def event_word(s: Speech, kind: str) -> str:
    """The word for a kind of event wherever it stands; other pages call some kinds by the names of their own affairs."""
    own = s.code("row", kind)
    return s.code("event", kind) if own == kind else own


def event_words(s: Speech) -> dict[str, str]:
    """The words for every kind that has one."""
    return {kind: event_word(s, kind) for kind in s.known("event")}


def field_name(s: Speech, name: str) -> str:
    """The word for a field; its own name, spaced, where there is none."""
    word = s.code("field", name)
    return name.replace("_", " ") if word == name else word


def _flat(s: Speech, value: Any, path: tuple[str, ...]) -> list[tuple[tuple[str, ...], str]]:
    if isinstance(value, dict) and value:
        return [line for name, one in value.items() for line in _flat(s, one, (*path, str(name)))]
    if isinstance(value, list | tuple) and any(isinstance(one, dict | list | tuple) for one in value):
        return [line for n, one in enumerate(value, 1) for line in _flat(s, one, (*path, str(n)))]
    return [(path, shown(s, path[-1] if path else "", value))]


def shown(s: Speech, name: str, value: Any) -> str:
    """One value as a reader expects it."""
    if value is None or value in ("", [], (), {}):
        return "—"
    if isinstance(value, bool):
        return s.text("yes") if value else s.text("no")
    if isinstance(value, list | tuple):
        return ", ".join(shown(s, name, one) for one in value)
    if isinstance(value, int):
        return _number(s, name, value)
    text = str(value)
    return text if len(text) <= LONG else f"{text[:LONG]}…"


def _number(s: Speech, name: str, value: int) -> str:
    if name.endswith("_fen"):
        return s.money(value)
    if (name in _INSTANTS or name.endswith(("_at", "_until"))) and value > _EARLIEST:
        return s.time(value)
    return s.length(value) if name in _LENGTHS else s.number(value)
