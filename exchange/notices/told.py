"""What a notice is before anybody is told: whom it is for, which words say it, where it leads."""

from enum import StrEnum
from typing import Any

import msgspec


class Kind(StrEnum):
    """The kinds between which people choose; a notice's word begins with its kind."""

    OPENING = "opening"
    """Opens soon, opened, extended, closes soon, stands still."""
    PRICE = "price"
    OUTBID = "outbid"
    RESULT = "result"
    LISTING = "listing"
    """Notice periods, objections, sessions, listings that fit a search."""
    QUESTION = "question"
    MONEY = "money"
    CONTRACT = "contract"
    REGISTRATION = "registration"
    CLAIM = "claim"
    TRIAL = "trial"
    TABLE = "table"
    """Negotiations."""
    RELEASE = "release"
    """The special zone of unconverted results."""
    DEMAND = "demand"
    MATCH = "match"
    WEBHOOK = "webhook"


class To(msgspec.Struct, frozen=True):
    """Somebody: a party's people, an account, those with a role, or the followers of "kind/subject"."""

    kind: str
    id: str


class Told(msgspec.Struct, frozen=True):
    """One thing to tell. `word` is its sentence (exchange.notices.words), `facts` fill it."""

    word: str
    to: tuple[To, ...]
    path: str
    facts: dict[str, Any]

    @property
    def kind(self) -> str:
        """The kind that people choose by."""
        return kind_of(self.word)


def kind_of(word: str) -> str:
    """The kind of a word, like "money" of "money.called"."""
    return word.partition(".")[0]


def party(id_: str | None) -> tuple[To, ...]:
    """The people of a party."""
    return (To("party", id_),) if id_ else ()


def follower(kind: str, subject: str) -> To:
    """Whoever follows this."""
    return To("follow", f"{kind}/{subject}")
