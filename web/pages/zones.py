"""The special zone of results released under the one-year rule: batches, digests, what became of each result."""

from urllib.parse import urlencode

from starlette.responses import Response
from starlette.routing import Route

from exchange.market.release_clock import CANDIDATE
from exchange.market.unconverted import Reason
from exchange.registers.follows import FollowKind
from exchange.releases.outcomes import pipeline
from exchange.releases.zones import zone_of
from web import releases
from web.pages.catalogue import facet_word
from web.pages.notices import followed
from web.pages.shell import Visit, page

BATCHES_SHOWN = 12


async def unconverted(visit: Visit) -> Response:
    """Everybody's page of the published batches, the newest first."""
    found = [
        one for one in await releases.batches_of(visit.exchange, None) if one.batch.published_at is not None
    ]
    state = visit.state
    scan = state.market.releases.scan
    return visit.render(
        "zone_unconverted.html",
        200,
        "/zones/unconverted",
        batches=found[:BATCHES_SHOWN],
        earlier=[one.batch.id for one in found[BATCHES_SHOWN:]],
        scan=scan,
        reasons=[
            (name, scan.counts[name])
            for name in (CANDIDATE, *(one.value for one in Reason))
            if scan and name in scan.counts
        ],
        counts=pipeline(state),
        follow=await followed(visit, (FollowKind.ZONE, "unconverted")),
        search=lambda batch: "/achievements?" + urlencode({"zone": zone_of(batch)}),
        value=lambda name, value: facet_word(visit.speech, name, value),
    )


ROUTES: list[Route] = [page("/zones/unconverted", unconverted)]
