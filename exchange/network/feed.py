"""A feed as others read it: facts in one gapless order, each chained to the one before, the last of a page signed.

The link of a fact covers its digest and every fact before it. One signature over the last link so proves the page and
all that came before; a body that was withdrawn later is left out, and the chain still holds.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import msgspec

from exchange.signatures import verifies
from matching_engine.errors import LuochuiError

GENESIS = "0" * 64
"""The link before the first fact."""
WITHDRAWN = ""
"""The digest of a fact that takes its subject back."""
FIGURES = "figures"
"""The kind of the facts that hold cumulative figures."""
PAGE_MAX = 400
"""Facts of one page."""

Id = Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Za-z][0-9A-Za-z._:-]{0,63}$")]
Hash = Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{64})?$")]
Count = Annotated[int, msgspec.Meta(ge=0, le=2**53)]


class Fact(msgspec.Struct, frozen=True):
    """One fact: its place from 1, its instant (µs, UTC), what it is about, and what stands about that now.

    `body` is None where the fact takes its subject back (no digest), or where that happened later.
    """

    seq: Count
    at: Count
    kind: Id
    subject: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    digest: Hash
    body: dict[str, Any] | None = None


class Page(msgspec.Struct, frozen=True):
    """Facts of a node after `after`; `link` is that of `last`, and the signature is over both."""

    node: Id
    after: Count
    facts: Annotated[list[Fact], msgspec.Meta(max_length=PAGE_MAX)]
    last: Count
    link: Hash
    signature: str
    more: bool


class BadPage(LuochuiError):
    """A page that is not believed: `code` says why."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code


def digest_of(body: Mapping[str, object]) -> str:
    """Hex SHA-256 of a body, its names in order."""
    return hashlib.sha256(msgspec.json.encode(body, order="sorted")).hexdigest()


def link_of(before: str, node: str, fact: Fact) -> str:
    """The link of a fact, hex SHA-256 over the link before, the node and everything but the body."""
    named = [before, node, fact.seq, fact.at, fact.kind, fact.subject, fact.digest]
    return hashlib.sha256(msgspec.json.encode(named)).hexdigest()


def links_of(before: str, node: str, facts: Sequence[Fact]) -> list[str]:
    """The links of facts that follow each other."""
    links: list[str] = []
    for fact in facts:
        before = link_of(before, node, fact)
        links.append(before)
    return links


def signed_text(node: str, last: int, link: str) -> bytes:
    """What a node signs."""
    return f"luochui-feed/1\n{node}\n{last}\n{link}".encode()


def read_page(data: bytes) -> Page:
    """A page from its bytes; BadPage when it is none."""
    try:
        return msgspec.json.decode(data, type=Page)
    except msgspec.MsgspecError as error:
        raise BadPage("FEED_MALFORMED", str(error)[:200]) from error


def check_page(page: Page, node: str, key: str, seq: int, link: str, told_at: int = 0) -> list[str]:
    """The links of the page's facts, if it continues at `seq` what ended with `link` and the node signed it.

    `told_at` is the instant (µs) of the last figures that were read.

    BadPage: FEED_WRONG_NODE, FEED_GAP (not the facts that follow), FEED_ALTERED (a body is not what its digest says),
    FEED_FORKED (what we have is not what the node has), FEED_FORGED (not signed by the node),
    FEED_BACKDATED (figures of a day that is over).
    """
    if page.node != node:
        raise BadPage("FEED_WRONG_NODE", f"{page.node} answers at the address of {node}")
    if page.last < seq:
        raise BadPage("FEED_FORKED", f"{node} has {page.last} facts, and {seq} were read before")
    expected = list(range(seq + 1, seq + len(page.facts) + 1))
    if page.after != seq or [fact.seq for fact in page.facts] != expected or page.last != seq + len(expected):
        raise BadPage("FEED_GAP", f"the page does not go on at {seq + 1}")
    for fact in page.facts:
        if fact.body is not None and digest_of(fact.body) != fact.digest:
            raise BadPage("FEED_ALTERED", f"fact {fact.seq} is not what was signed")
    _refuse_backdated(page.facts, told_at)
    links = links_of(link, node, page.facts)
    if page.last == 0:
        return []
    if not verifies(key, signed_text(node, page.last, page.link), page.signature):
        raise BadPage("FEED_FORGED", f"not signed with the key of {node}")
    if page.link != (links[-1] if links else link):
        raise BadPage("FEED_FORKED", f"what {node} tells now does not continue what it told before")
    return links


def _refuse_backdated(facts: Sequence[Fact], told_at: int) -> None:
    """Figures come in the order of time: those of a day that is over never change."""
    for fact in facts:
        if fact.kind == FIGURES:
            if fact.at < told_at:
                raise BadPage("FEED_BACKDATED", f"fact {fact.seq} changes figures of the past")
            told_at = fact.at


def text_of(subject: str, body: Mapping[str, object]) -> str:
    """What a search looks into."""
    words = (
        subject,
        *(str(body.get(name, "")) for name in ("title", "field", "seller", "holder", "abstract")),
    )
    return " ".join(words).casefold().replace("\0", " ")
