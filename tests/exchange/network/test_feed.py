"""Pages of a feed: what is believed and what is not."""

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from exchange.network.feed import (
    GENESIS,
    WITHDRAWN,
    BadPage,
    Fact,
    Page,
    check_page,
    digest_of,
    links_of,
    read_page,
    signed_text,
    text_of,
)
from exchange.store.node_key import NodeKey

KEY = NodeKey(Ed25519PrivateKey.generate())


def fact(seq: int, **body: object) -> Fact:
    """A fact with this body."""
    return Fact(seq, 1000 + seq, "listing", f"A{seq}", digest_of(body), body)


def page(facts: list[Fact], before: str = GENESIS, key: NodeKey = KEY, node: str = "alpha") -> Page:
    """A page as the node would make it."""
    links = links_of(before, "alpha", facts)
    last = facts[-1].seq
    return Page(
        node, facts[0].seq - 1, facts, last, links[-1], key.sign(signed_text("alpha", last, links[-1])), False
    )


FACTS = [fact(1, title="甲"), fact(2, title="乙"), fact(3, title="丙")]


def refused(one: Page, seq: int = 0, link: str = GENESIS) -> str:
    """The code with which a page is refused."""
    with pytest.raises(BadPage) as refusal:
        check_page(one, "alpha", KEY.public, seq, link)
    return refusal.value.code


def test_a_signed_page_is_believed() -> None:
    """Links follow each other, and the next page continues where the first ended."""
    links = check_page(page(FACTS[:2]), "alpha", KEY.public, 0, GENESIS)
    assert links == links_of(GENESIS, "alpha", FACTS[:2])
    assert check_page(page(FACTS[2:], links[-1]), "alpha", KEY.public, 2, links[-1]) == links_of(
        links[-1], "alpha", FACTS[2:]
    )


def test_a_page_without_facts_proves_that_nothing_changed() -> None:
    """At the head the node signs what it signed before; before its first fact there is nothing to sign."""
    whole = page(FACTS)
    empty = msgspec.structs.replace(whole, after=3, facts=[])
    assert check_page(empty, "alpha", KEY.public, 3, whole.link) == []
    assert refused(empty, 3, "1" * 64) == "FEED_FORKED"
    assert check_page(Page("alpha", 0, [], 0, GENESIS, "", False), "alpha", KEY.public, 0, GENESIS) == []


def test_a_page_of_another_key_or_node_is_refused() -> None:
    """The key of the register decides, and the name that the page bears."""
    stranger = NodeKey(Ed25519PrivateKey.generate())
    assert refused(page(FACTS, key=stranger)) == "FEED_FORGED"
    assert refused(page(FACTS, node="beta")) == "FEED_WRONG_NODE"
    assert refused(msgspec.structs.replace(page(FACTS), signature="")) == "FEED_FORGED"


def test_a_body_that_was_changed_is_refused() -> None:
    """The digest covers the body, the link the digest, the signature the link."""
    changed = msgspec.structs.replace(FACTS[1], body={"title": "改"})
    whole = page(FACTS)
    assert refused(msgspec.structs.replace(whole, facts=[FACTS[0], changed, FACTS[2]])) == "FEED_ALTERED"
    consistent = msgspec.structs.replace(changed, digest=digest_of({"title": "改"}))
    assert refused(msgspec.structs.replace(whole, facts=[FACTS[0], consistent, FACTS[2]])) == "FEED_FORKED"


@pytest.mark.parametrize(("facts", "seq"), [(FACTS[1:], 0), (FACTS, 1), ([FACTS[0], FACTS[2]], 0)])
def test_a_hole_or_a_repetition_is_refused(facts: list[Fact], seq: int) -> None:
    """Facts follow each other by one, from where the reader is."""
    assert refused(page(facts), seq) == "FEED_GAP"


def test_a_node_that_lost_facts_is_refused() -> None:
    """A feed that is shorter than what was read, or tells another past, does not continue it."""
    whole = page(FACTS)
    assert refused(msgspec.structs.replace(whole, after=5), 5, whole.link) == "FEED_FORKED"
    assert refused(page(FACTS[2:], "2" * 64), 2, links_of(GENESIS, "alpha", FACTS[:2])[-1]) == "FEED_FORKED"


def test_figures_of_the_past_are_refused() -> None:
    """Figures come in the order of time, within a page and after what was read; other facts may overlap."""
    body: dict[str, object] = {"lots": 1}
    told = [Fact(n, at, "figures", "x", digest_of(body), body) for n, at in ((1, 50), (2, 40))]
    assert refused(page(told)) == "FEED_BACKDATED"
    with pytest.raises(BadPage, match="FEED_BACKDATED"):
        check_page(page(told[:1]), "alpha", KEY.public, 0, GENESIS, 51)
    assert len(check_page(page(told[:1]), "alpha", KEY.public, 0, GENESIS, 50)) == 1


def test_a_withdrawn_body_leaves_the_chain_whole() -> None:
    """The body of an earlier fact may be gone; the page is as good as before."""
    whole = page([*FACTS, Fact(4, 1004, "listing", "A1", WITHDRAWN, None)])
    gone = msgspec.structs.replace(whole.facts[0], body=None)
    assert (
        len(
            check_page(
                msgspec.structs.replace(whole, facts=[gone, *whole.facts[1:]]),
                "alpha",
                KEY.public,
                0,
                GENESIS,
            )
        )
        == 4
    )


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[]", b'{"node":"a b","after":0}', b'{"node":"a","after":-1,"facts":[],"last":0}']
)
def test_what_is_no_page_is_refused(data: bytes) -> None:
    """Anything else than the form of a page is FEED_MALFORMED."""
    with pytest.raises(BadPage) as refusal:
        read_page(data)
    assert refusal.value.code == "FEED_MALFORMED"


@given(
    st.dictionaries(st.text(max_size=5), st.integers(-(2**53), 2**53) | st.text(max_size=5) | st.booleans())
)
def test_a_digest_survives_the_wire(body: dict[str, object]) -> None:
    """Encoded, sent and read back in whatever order, a body has the same digest."""
    turned = dict(reversed(list(body.items())))
    assert digest_of(msgspec.json.decode(msgspec.json.encode(turned))) == digest_of(body)


def test_a_search_looks_into_titles_and_names() -> None:
    """The text of a fact holds its id, title, field, seller and abstract, without regard to case."""
    assert text_of("A1", {"title": "Laser 焊接", "seller": "HIT", "price_fen": 3}).split() == [
        "a1",
        "laser",
        "焊接",
        "hit",
    ]
