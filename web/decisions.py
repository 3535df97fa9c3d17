"""The answer to a command as its owner sees it."""

from typing import Any

import msgspec

from exchange.house.command import Outcome, Recorded
from matching_engine import events as lot_events
from web.resources import Decision, RefusalResource
from web.views import event_view, iso


def decision(outcome: Outcome) -> Decision:
    """What the house decided, with the receipt of the first event."""
    first = outcome.first if outcome.recorded else None
    refusal = outcome.refusal
    return Decision(
        command=outcome.command_id,
        accepted=refusal is None,
        refusal=RefusalResource(refusal.code, refusal.detail, refusal.minimum_fen) if refusal else None,
        seq=first.seq if first else None,
        at=iso(first.at) if first else None,
        receipt=first.receipt if first else None,
        events=[] if refusal else _events(outcome),
    )


def _events(outcome: Outcome) -> list[dict[str, Any]]:
    """The answering event whole, for it is its owner's; of the others in a lot only what everybody may see."""
    shown = []
    for recorded in outcome.recorded:
        others = isinstance(recorded.event, lot_events.Event) and recorded is not outcome.first
        view = event_view(recorded, iso) if others else _whole(recorded)
        if view is not None:
            shown.append(view)
    return shown


_INSTANTS = ("until", "due_by", "hammered_at")


def _whole(recorded: Recorded) -> dict[str, Any]:
    """The event with what only its owner may see, a maximum for one."""
    facts = msgspec.to_builtins(recorded.event)
    for name in ("type", "moved"):
        facts.pop(name, None)
    for name in _INSTANTS:
        if isinstance(facts.get(name), int):
            facts[name] = iso(facts[name])
    place = {
        "kind": type(recorded.event).__name__,
        "epoch": recorded.epoch,
        "seq": recorded.stream_seq,
        "at": iso(recorded.at),
    }
    return {**facts, **(event_view(recorded, iso) or place)}
