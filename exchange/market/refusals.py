"""Why not: the closed list of refusals of the market."""

from enum import StrEnum

from exchange.market.command_base import Command
from exchange.market.events import MarketEvent, MarketRefused

Events = tuple[MarketEvent, ...]


class MarketRefusal(StrEnum):
    """The code of a refusal."""

    PARTY_ENROLLED = "PARTY_ENROLLED"
    PARTY_UNKNOWN = "PARTY_UNKNOWN"
    LISTING_EXISTS = "LISTING_EXISTS"
    LISTING_ITEM_MISSING = "LISTING_ITEM_MISSING"
    LISTING_UNKNOWN = "LISTING_UNKNOWN"
    LISTING_STATE = "LISTING_STATE"
    SESSION_EXISTS = "SESSION_EXISTS"
    SESSION_EMPTY = "SESSION_EMPTY"
    LOT_EXISTS = "LOT_EXISTS"
    LOT_UNKNOWN = "LOT_UNKNOWN"
    LOT_TERMS = "LOT_TERMS"
    LOT_CLOSED = "LOT_CLOSED"
    LOT_NOT_CLOSED = "LOT_NOT_CLOSED"
    ENTRY_EXISTS = "ENTRY_EXISTS"
    BID_SELF_DEALING = "BID_SELF_DEALING"
    BID_NOT_SEALED = "BID_NOT_SEALED"
    ENTRY_BARRED = "ENTRY_BARRED"
    OPENING_TOO_LOW = "OPENING_TOO_LOW"
    OFFER_STANDS = "OFFER_STANDS"
    OFFER_NONE = "OFFER_NONE"
    OFFER_ENDED = "OFFER_ENDED"
    SEAL_KEY_EXISTS = "SEAL_KEY_EXISTS"
    SCORE_ATTRIBUTES = "SCORE_ATTRIBUTES"
    SCORE_RANGE = "SCORE_RANGE"
    TABLE_UNKNOWN = "TABLE_UNKNOWN"
    TABLE_EXISTS = "TABLE_EXISTS"
    TABLE_PARTIES = "TABLE_PARTIES"
    TABLE_STATE = "TABLE_STATE"
    TABLE_TURN = "TABLE_TURN"
    TABLE_LIMIT = "TABLE_LIMIT"
    TERMS_INVALID = "TERMS_INVALID"
    TERMS_STALE = "TERMS_STALE"
    TERMS_LAPSED = "TERMS_LAPSED"
    TERMS_FIRM = "TERMS_FIRM"
    OBJECTION_OPEN = "OBJECTION_OPEN"
    COMPETITION_DUE = "COMPETITION_DUE"


def refuse(subject: str, command: Command, code: MarketRefusal, detail: str) -> Events:
    """The one event that says why a command changed nothing: what it was about, its code, one sentence."""
    return (MarketRefused(subject, type(command).__name__, code, detail),)
