"""A validator of release packages, written from the required fields, types and codelists of OCDS 1.1."""

import re
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

TAGS = {
    *("planning", "planningUpdate", "tender", "tenderAmendment", "tenderUpdate", "tenderCancellation"),
    *("award", "awardUpdate", "awardCancellation", "contract", "contractUpdate", "contractAmendment"),
    *("implementation", "implementationUpdate", "contractTermination", "compiled"),
}
STATUSES = {
    "tender": {"planning", "planned", "active", "cancelled", "unsuccessful", "complete", "withdrawn"},
    "awards": {"pending", "active", "cancelled", "unsuccessful"},
    "contracts": {"pending", "active", "cancelled", "terminated"},
}
METHODS = {"open", "selective", "limited", "direct"}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)")
OCID = re.compile(r"ocds-[0-9a-z]{6}-\S+")


def faults(package: Json) -> list[str]:
    """Everything that is wrong with a package; nothing for a right one."""
    return list(_package(package))


def _package(package: Json) -> Iterator[str]:
    for name in ("uri", "publishedDate", "publisher", "releases", "version"):
        if name not in package:
            yield f"{name} is missing"
    if package.get("version") != "1.1":
        yield "version is not 1.1"
    if "name" not in package.get("publisher", {}):
        yield "publisher without a name"
    if not MOMENT.fullmatch(package.get("publishedDate", "")):
        yield "publishedDate is not an instant"
    seen: set[str] = set()
    for release in package.get("releases", []):
        if release.get("id") in seen:
            yield f"id {release.get('id')} twice"
        seen.add(release.get("id", ""))
        yield from (f"{release.get('id')}: {fault}" for fault in _release(release))


def _release(release: Json) -> Iterator[str]:
    for name in ("ocid", "id", "date", "tag", "initiationType"):
        if not release.get(name):
            yield f"{name} is missing"
    if not OCID.fullmatch(release.get("ocid", "")):
        yield "ocid has no prefix of six letters or digits"
    if not MOMENT.fullmatch(release.get("date", "")):
        yield "date is not an instant"
    if not set(release.get("tag", [])) <= TAGS:
        yield f"tag {release.get('tag')} is not in the codelist"
    if release.get("initiationType") != "tender":
        yield "initiationType is not in the codelist"
    parties = {party.get("id") for party in release.get("parties", [])}
    if len(parties) < len(release.get("parties", [])) or None in parties:
        yield "parties without an id of their own"
    yield from (f"{ref} is not among the parties" for ref in _references(release) if ref not in parties)
    yield from _tender(release.get("tender"))
    for part in ("awards", "contracts"):
        for one in release.get(part, []):
            yield from _concluded(part, one)
    yield from _values(release)


def _references(release: Json) -> Iterator[str]:
    for award in release.get("awards", []):
        yield from (one["id"] for one in award.get("suppliers", []))
    if entity := release.get("tender", {}).get("procuringEntity"):
        yield entity["id"]
    for contract in release.get("contracts", []):
        for transaction in contract.get("implementation", {}).get("transactions", []):
            yield transaction["payer"]["id"]
            yield transaction["payee"]["id"]


def _tender(tender: Json | None) -> Iterator[str]:
    if tender is None:
        return
    if not tender.get("id"):
        yield "tender without an id"
    if tender.get("status") not in STATUSES["tender"]:
        yield f"tender status {tender.get('status')}"
    if tender.get("procurementMethod", "open") not in METHODS:
        yield "procurementMethod is not in the codelist"
    for item in tender.get("items", []):
        if not item.get("id"):
            yield "item without an id"


def _concluded(part: str, one: Json) -> Iterator[str]:
    if not one.get("id"):
        yield f"{part} without an id"
    if one.get("status") not in STATUSES[part]:
        yield f"{part} status {one.get('status')}"
    if part == "contracts" and not one.get("awardID"):
        yield "contract without awardID"
    for transaction in one.get("implementation", {}).get("transactions", []):
        if not transaction.get("id"):
            yield "transaction without an id"


def _values(found: Any) -> Iterator[str]:
    if isinstance(found, dict):
        if "currency" in found and not isinstance(found.get("amount"), int | float):
            yield f"amount {found.get('amount')!r} is no number"
        for value in found.values():
            yield from _values(value)
    elif isinstance(found, list):
        for value in found:
            yield from _values(value)
