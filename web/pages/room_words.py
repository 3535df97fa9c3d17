"""The texts that the scripts of the room and of a negotiation table need, in the reader's language."""

from typing import Any

from matching_engine.lifecycle import LifecycleState
from matching_engine.rejections import Rejection
from web.pages.shell import Visit
from web.rooms import PRICE_STEPS

STANDINGS = [
    "visitor",
    "staff",
    "seller",
    "not_entered",
    "not_admitted",
    "deposit_unpaid",
    "related",
    "admitted",
    "leading",
    "outbid",
    "sealed",
    "licensed",
    "won",
    "lost",
    "ended",
]
EDGE_REFUSALS = [
    "BAD_AMOUNT",
    "STEP_UP_REQUIRED",
    "SECOND_FACTOR_REQUIRED",
    "BAD_CODE",
    "TOO_MANY_ATTEMPTS",
    "AMOUNT_TOO_LARGE",
    "BID_UNCONFIRMED",
    "MAX_BELOW_BID",
    "RATE_LIMITED",
    "SIGN_IN_REQUIRED",
    "FORBIDDEN",
    "UNAVAILABLE",
    "BAD_ENVELOPE",
    "OUTCOME_UNKNOWN",
    "IDEMPOTENCY_MISMATCH",
    "BAD_COMMAND_ID",
    "SUBSCRIPTION_LIMIT",
    "BID_SELF_DEALING",
]
TABLE_REFUSALS = (
    "BAD_AMOUNT",
    "AMOUNT_TOO_LARGE",
    "BAD_VALUE",
    "STEP_UP_REQUIRED",
    "SECOND_FACTOR_REQUIRED",
    "SIGNATURE_REQUIRED",
    "BAD_CODE",
    "TOO_MANY_ATTEMPTS",
    "RATE_LIMITED",
    "SIGN_IN_REQUIRED",
    "UNAVAILABLE",
    "TABLE_UNKNOWN",
    "TABLE_STATE",
    "TABLE_TURN",
    "TABLE_LIMIT",
    "TERMS_INVALID",
    "TERMS_STALE",
    "TERMS_LAPSED",
    "TERMS_FIRM",
    "COMPETITION_DUE",
    "PRICE_BELOW_APPRAISAL",
    "OFFER_BELOW_ASKING",
    "LISTING_STATE",
)
REASONS = ["NO_BIDS", "TOO_FEW_BIDDERS", "RESERVE_NOT_MET", "SEALS_UNOPENED"]


def room_words(visit: Visit) -> dict[str, Any]:
    """Words by family, sentences by name. Places in sentences are named like %(n)s."""
    s = visit.speech
    return {
        "csrf": visit.caller.csrf if visit.caller else None,
        "lot": s.codes("lot", [str(state) for state in LifecycleState]),
        "price": s.codes("price", ["hammer", "lead", "clock", "opening", "asking", "fee", "budget"]),
        "until": s.codes("until", ["opens", "closes", "closed", "window", "ended"]),
        "standing": s.codes("standing", STANDINGS),
        "step": s.codes("step", [*(kind.__name__ for kind in PRICE_STEPS), "opened", "void"]),
        "refusal": s.codes("refusal", [str(code) for code in Rejection] + EDGE_REFUSALS),
        "reason": s.codes("reason", REASONS),
        "line": s.codes("line", ["connecting", "live", "waiting", "signed_out", "gone"]),
        "take": s.code("take", "dutch"),
        "say": {name: s.text(text) for name, text in SENTENCES.items()},
    }


SENTENCES = {
    "error": "± %(n)s ms",
    "bids": "%(n)s bids",
    "leads": "%(code)s leads",
    "extensions": "extended %(n)s times",
    "extended": "extended",
    "code": "Your code is %(code)s.",
    "maximum": "Your maximum: %(max)s.",
    "least": "At least %(minimum)s",
    "most": "At most %(minimum)s",
    "award": "%(price)s to %(code)s",
    "receipt": "Signed receipt",
    "trade": "To the trade %(trade)s",
    "sending": "Sending …",
    "accepted": "Decided and on record: seq %(seq)s, receipt %(receipt)s.",
    "minimum": "The next amount that counts: %(minimum)s.",
    "repeat": "No answer yet; the same command is sent again until there is one.",
    "day": "%(n)s d",
    "watchers": "%(n)s watching",
    "sealed": "In the box: seq %(seq)s, receipt %(receipt)s. Commitment %(commitment)s.",
    "told_leading": "You lead at %(price)s.",
    "told_outbid": "You are outbid: %(code)s leads at %(price)s. The next amount that counts: %(minimum)s.",
    "told_lead": "%(code)s leads at %(price)s.",
    "told_extended": "Extended: the lot closes at %(time)s.",
    "told_suspended": "The lot is suspended.",
    "told_resumed": "The lot goes on.",
    "told_opened": "The lot is open.",
    "told_minute": "One minute left: %(left)s.",
    "told_won": "Hammered: you have won. %(awards)s.",
    "told_ended": "%(word)s. %(awards)s",
    "no_seal": "This browser cannot seal a bid here: it takes https and a current browser.",
}


def table_words(visit: Visit) -> dict[str, Any]:
    """The same for a negotiation table."""
    s = visit.speech
    say = {
        "sending": s.text("Sending …"),
        "accepted": s.text("Decided and on record: seq %(seq)s, receipt %(receipt)s."),
        "repeat": s.text("No answer yet; the same command is sent again until there is one."),
        "day": s.text("%(n)s d"),
        "moved": s.text("The table has moved."),
        "lapsed": s.text("The time of the offer is over."),
    }
    return {
        "csrf": visit.caller.csrf if visit.caller else None,
        "line": s.codes("line", ["connecting", "live", "waiting", "signed_out", "gone"]),
        "refusal": s.codes("refusal", TABLE_REFUSALS),
        "say": say,
    }
