"""The streams of releases: one for each result, one for each batch, one for the scans."""

from collections.abc import Callable
from typing import Any

from exchange.market import release_events as e


def _on_release(event: Any) -> str:
    return f"release/{event.achievement}"


def _on_batch(event: Any) -> str:
    return f"batch/{event.batch}"


STREAMS: dict[type, Callable[[Any], str]] = {
    e.ReleaseScanned: lambda event: "releases",
    **dict.fromkeys(
        (
            *(e.ReleaseNotified, e.ReleaseAnswered, e.ReleaseAnswerRuled, e.ReleaseLapsed),
            *(e.ReleaseDeferralEnded, e.ReleaseFollowed, e.ReleaseClosed),
        ),
        _on_release,
    ),
    e.BatchFrozen: _on_batch,
    e.BatchPublished: _on_batch,
}
