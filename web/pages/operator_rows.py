"""What the operator's desk shows: every lot that has not ended as one row, and the house in a line of figures."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from exchange.market.stop_state import Stop
from exchange.monitoring.hints import Hint
from matching_engine.lifecycle import RUNNING, LifecycleState
from matching_engine.lot import Lot
from web.gateway import gateway_of
from web.pages.lots import next_instant, shown_price, summary
from web.pages.shell import Visit
from web.pulse import Pulse, pulse_of
from web.views import SEALED

ROWS_SHOWN = 200
Figure = tuple[str, str, str]
"""Its key, its name, its value."""


def lots_on_desk(visit: Visit) -> list[Lot]:
    """What has not ended: the next to close first, then what is to open."""
    found = [lot for lot in visit.state.lots.values() if not lot.ended]
    return sorted(found, key=_by_closing)[:ROWS_SHOWN]


def _by_closing(lot: Lot) -> tuple[bool, int, str]:
    return lot.state is LifecycleState.ANNOUNCED, next_instant(lot)[1] or lot.opens_at, lot.id


def rows(visit: Visit, hints: Sequence[Hint]) -> list[dict[str, Any]]:
    """One row for each lot."""
    hinted = Counter(lot for hint in hints for lot in hint.lots)
    return [_row(visit, lot, hinted[lot.id]) for lot in lots_on_desk(visit)]


def _row(visit: Visit, lot: Lot, hinted: int) -> dict[str, Any]:
    market = visit.state.market
    session = market.sessions[market.lot_plans[lot.id].session]
    return {
        **summary(visit.exchange, lot.id, visit.now),
        **moving(visit, lot),
        "session_title": session.title,
        "hints": hinted,
        "can_suspend": lot.state in RUNNING,
        "can_resume": lot.suspended,
        "stops": [one for one in market.stops.waiting() if lot.id in one.lots],
    }


def moving(visit: Visit, lot: Lot) -> dict[str, Any]:
    """What a desk asks for again and again beside what the socket tells."""
    app = visit.request.app
    pulse, hub = pulse_of(app), gateway_of(app).hub
    hidden = lot.terms.mechanism in SEALED
    return {
        "pace": None if hidden else pulse.pace(lot.id, visit.now),
        "watchers": hub.watching(lot.id),
        "clock_fen": shown_price(lot, visit.now)[1] if lot.terms.dutch else None,
    }


def version(visit: Visit) -> str:
    """Another one when the page has other rows or other proposals than before."""
    stops = visit.state.market.stops
    ended = sum(lot.ended for lot in visit.state.lots.values())
    open_stops = "-".join(stop.id for stop in stops.waiting())
    suspended = sum(lot.suspended for lot in visit.state.lots.values())
    return f"{len(visit.state.lots)}.{ended}.{suspended}.{open_stops}"


def waiting(visit: Visit) -> list[dict[str, Any]]:
    """Proposals that wait for a second person, and whether the reader may be it."""
    return [_proposal(visit, stop) for stop in visit.state.market.stops.waiting()]


def _proposal(visit: Visit, stop: Stop) -> dict[str, Any]:
    return {
        "stop": stop,
        "own": stop.author == visit.principal.account,
        "session": visit.state.market.sessions[stop.session].title if stop.session else "",
    }


def sessions_suspended(visit: Visit) -> list[tuple[Stop, str, int]]:
    """Sessions that two persons suspended: the stop, the session's title, and how many lots it still holds."""
    state, stops = visit.state, visit.state.market.stops
    found = []
    for stop in stops.all.values():
        if stop.session and stop.in_force and stop.id not in stops.due:
            held = sum(not state.lots[lot].ended for lot in stops.held(stop))
            if held:
                found.append((stop, state.market.sessions[stop.session].title, held))
    return found


async def figures(visit: Visit) -> list[Figure]:
    """The house in one line."""
    s, app, house = visit.speech, visit.request.app, visit.exchange.house
    pulse, hub, lots = pulse_of(app), gateway_of(app).hub, visit.state.lots.values()
    reading = pulse.read()
    commits = pulse.commits()
    counted = [
        ("bids", s.text("Bids a second"), s.number(hub.bids_per_second)),
        ("p50", s.text("Commit, half within"), _within(commits.reaches(50))),
        ("p99", s.text("Commit, 99 of 100 within"), _within(commits.reaches(99))),
        ("queue", s.text("Commands waiting"), s.number(reading.queue_depth)),
        ("sockets", s.text("Connections"), s.number(len(hub.watchers))),
        ("open", s.text("Lots open"), s.number(sum(lot.state in RUNNING for lot in lots))),
        ("suspended", s.text("Lots suspended"), s.number(sum(lot.suspended for lot in lots))),
        ("seq", s.text("Journal seq"), s.number(house.view.seq)),
        (
            "epoch",
            s.text("Writer of the house, epoch"),
            f"{s.code('house_role', reading.role)} {s.number(house.epoch)}",
        ),
    ]
    if reading.shown_us.all:
        counted.append(("lag", s.text("Shown, 99 of 100 within"), _within(reading.shown_us.reaches(99))))
    return counted + await _services(visit, pulse)


def _within(us: int | None) -> str:
    """A length as its bound: "≤ 2.5 ms"."""
    if us is None:
        return "—"
    whole, rest = divmod(us, 1000)
    return f"≤ {whole}.{rest // 100} ms" if rest else f"≤ {whole} ms"


async def _services(visit: Visit, pulse: Pulse) -> list[Figure]:
    s = visit.speech
    found = await pulse.health()
    return [
        (f"up-{name}", s.code("service", name), s.code("service_state", "up" if up else "down"))
        for name, up in found.items()
    ]


async def alerts(visit: Visit) -> list[dict[str, str]]:
    """The alerts that are open, with their words; a service that does not answer is one, too."""
    s, pulse = visit.speech, pulse_of(visit.request.app)
    silent = [name for name, up in (await pulse.health()).items() if not up]
    down = s.code("service_state", "down")
    return [
        {"name": name, "severity": "page", "text": f"{s.code('service', name)}: {down}", "since": ""}
        for name in silent
    ] + [
        {
            "name": one.name,
            "severity": one.severity,
            "text": s.code("alert", one.name),
            "since": s.short_time(one.since),
        }
        for one in pulse.alerts()
    ]
