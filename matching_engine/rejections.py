"""Why not: the closed list of refusals a lot can give.

A refusal is journaled like any other decision. Families: LOT_ (the lot's state), ENTRY_ and DEPOSIT_ (who),
BID_ (the bid), MATCH_ (a right of first refusal), ORDER_ (the book).
"""

from enum import StrEnum


class Rejection(StrEnum):
    """The code of a refusal; the order below is the order in which they are looked for."""

    LOT_CLOSED = "LOT_CLOSED"
    LOT_NOT_OPEN = "LOT_NOT_OPEN"
    LOT_SUSPENDED = "LOT_SUSPENDED"
    ENTRY_REQUIRED = "ENTRY_REQUIRED"
    DEPOSIT_REQUIRED = "DEPOSIT_REQUIRED"
    BID_SELF_DEALING = "BID_SELF_DEALING"
    WRONG_MECHANISM = "WRONG_MECHANISM"
    MATCH_NOT_ENTITLED = "MATCH_NOT_ENTITLED"
    MATCH_NO_LEAD = "MATCH_NO_LEAD"
    BID_ALREADY_LEADING = "BID_ALREADY_LEADING"
    BID_ALREADY_SEALED = "BID_ALREADY_SEALED"
    BID_BELOW_OPENING = "BID_BELOW_OPENING"
    BID_BELOW_INCREMENT = "BID_BELOW_INCREMENT"
    BID_NOT_MULTIPLE = "BID_NOT_MULTIPLE"
    BID_BINDING = "BID_BINDING"
    ORDER_SELF_TRADE = "ORDER_SELF_TRADE"
    LOT_UNKNOWN = "LOT_UNKNOWN"
    LOT_EXISTS = "LOT_EXISTS"
    LOT_STATE = "LOT_STATE"
