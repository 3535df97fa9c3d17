"""Open data: every release is one of the standard, and says nothing that is not public."""

import re
from typing import Any

import msgspec
import pytest

from exchange.demo import people
from exchange.market.listing_events import ListingRestored, ListingWithheld
from exchange.reports.ocds import Publisher, package
from matching_engine import canonical
from tests.exchange.reports.played import played
from tests.exchange.reports.standard import faults


def published() -> Publisher:
    """The releases of the one lot."""
    book = Publisher()
    for recorded in played():
        book.take(recorded)
    return book


def plain() -> dict[str, Any]:
    """A package as a reader gets it."""
    made = package(published().releases, "https://example.org/api/v1/ocds/releases", played()[-1].at, "hub")
    read: dict[str, Any] = msgspec.json.decode(canonical.encode(made))
    return read


def test_a_sale_is_told_from_planning_to_payment() -> None:
    """One contracting process: listing, tender, award, contract, transaction, in order."""
    tags = [release["tag"][0] for release in plain()["releases"]]
    assert tags == ["planning", "tender", "tenderUpdate", "award", "contract", "implementation"]
    assert len({release["ocid"] for release in plain()["releases"]}) == 1


def test_the_package_has_what_the_standard_requires() -> None:
    """No fault by the standard's required fields, codelists, types and references."""
    assert faults(plain()) == []


@pytest.mark.parametrize(
    ("touch", "expected"),
    [
        (lambda found: found.pop("publisher"), "publisher"),
        (lambda found: found["releases"][0].pop("ocid"), "ocid"),
        (lambda found: found["releases"][0].update(tag=["sold"]), "tag"),
        (lambda found: found["releases"][0].update(date="2026-03-02"), "date"),
        (lambda found: found["releases"][1]["tender"].pop("id"), "tender"),
        (lambda found: found["releases"][1].update(id=found["releases"][0]["id"]), "twice"),
        (lambda found: found["releases"][3]["awards"][0]["suppliers"][0].update(id="?"), "parties"),
        (lambda found: found["releases"][4]["contracts"][0].pop("awardID"), "awardID"),
        (lambda found: found["releases"][3]["awards"][0]["value"].update(amount="1"), "amount"),
    ],
)
def test_the_validator_finds_faults(touch: Any, expected: str) -> None:
    """What is missing or wrong in a package is named."""
    found = plain()
    touch(found)
    assert any(expected in fault for fault in faults(found)), faults(found)


def test_ids_never_change() -> None:
    """Read again, or only a part of the journal, the same releases have the same ids."""
    whole = [release.id for release in published().releases]
    book = Publisher()
    for recorded in played()[: len(played()) // 2]:
        book.take(recorded)
    part = [release.id for release in book.releases]
    assert part
    assert whole[: len(part)] == part


def test_nobody_is_named_who_is_not_public() -> None:
    """Buyers, other bidders, accounts and banks stand in no release: only codes."""
    text = canonical.encode(plain()).decode()
    for party in people.PARTIES:
        if party.id != people.UNIVERSITY.id:
            assert party.name not in text
            assert party.code not in text
    assert not re.search(r"reserve|max_fen|BANK", text)


def test_practice_is_marked() -> None:
    """A rehearsed session's releases can be left out; its planning is of a listing."""
    marks = {release.body["tag"][0]: release.rehearsal for release in published().releases}
    assert marks["planning"] is False
    assert marks["award"] is True
    assert marks["implementation"] is True


def test_what_is_withheld_is_in_no_release_until_it_is_restored() -> None:
    """A listing that may not be spoken of any more is gone from open data, and comes back unchanged."""
    book = published()
    before = book.shown()
    last = played()[-1]
    listing = before[0].listing
    book.take(msgspec.structs.replace(last, event=ListingWithheld(listing, "secret", 0, 0)))
    assert before
    assert book.shown() == []
    book.take(msgspec.structs.replace(last, event=ListingRestored(listing, "reviewed")))
    assert book.shown() == before
