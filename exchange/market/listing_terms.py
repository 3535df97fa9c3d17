"""What a listing states: what kind of sale, the seller's papers, the operator's checklist, and how interest ends."""

from enum import StrEnum
from typing import Literal

import msgspec

from matching_engine.terms import HOUR, MINUTE

RuleSet = Literal["AUCTION_LAW", "LISTED_BIDDING"]
Sale = Literal["competition", "agreement"]
"""Whether the price forms among bidders, or by agreement with one taker (then the longer notice applies)."""
StateAsset = Literal["none", "institution", "enterprise"]
"""Whose property it is: nobody's of the state, a public institution's, or a state-owned enterprise's."""
Relation = Literal["none", "completer", "affiliate"]
"""How a taker stands to the holder (promotion of transformation, art. 18; Zhejiang, art. 17: such takers are marked)."""


class Check(StrEnum):
    """What is looked at before a listing is admitted."""

    REGISTER = "register"
    """The achievement is admitted to the register."""
    SECRECY = "secrecy"
    """It is public, and somebody answers for that."""
    TITLE = "title"
    """The title, and the status of the intellectual property."""
    CO_OWNERS = "co_owners"
    """Consent of everybody who owns it as well (patent law, art. 14)."""
    MANDATE = "mandate"
    """Who offers it may offer it."""
    IMPEDIMENT = "impediment"
    """No pledge, seizure or dispute, or the consent to sell all the same."""
    APPRAISAL = "appraisal"
    """The appraisal that state assets need."""


OPTIONAL_CHECKS = (Check.CO_OWNERS, Check.IMPEDIMENT, Check.APPRAISAL)
"""Checks that may have nothing to look at."""


class Checked(msgspec.Struct, frozen=True):
    """One check of the list, confirmed on some evidence, or with nothing to look at."""

    check: Check
    outcome: Literal["confirmed", "not_needed"]
    evidence: str = ""
    """A number, a name or a document: what was looked at."""


class Papers(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the seller states about what it offers; the operator checks each of it."""

    register_number: str = ""
    secrecy_reviewer: str = ""
    """Who answers for its being public."""
    title_status: str = ""
    co_owners: tuple[str, ...] = ()
    consents: tuple[str, ...] = ()
    """Documents in which co-owners consent."""
    mandate: str = ""
    impediment: str = ""
    """A pledge, a seizure, a dispute; empty: none."""
    impediment_consent: str = ""
    state_asset: StateAsset = "none"
    appraisal: str = ""
    appraised_fen: int | None = None
    price_approval: str = ""
    """The document that approves a price under the appraisal, where the kind of asset asks for it."""
    holders: tuple[str, ...] = ()
    """Parties with a statutory priority: completers, the commissioning party, co-developers (Civil Code, arts. 847–860)."""


class Competition(msgspec.Struct, frozen=True, omit_defaults=True):
    """The terms under which a listing with several takers is put up, prepared before anybody is interested."""

    increment_fen: int
    deposit_fen: int
    length: int = 24 * HOUR
    """How long bids are taken, in µs (online judicial auctions, art. 20: at least 24 hours)."""
    extension: int = 5 * MINUTE
    """Trigger and length of the soft close, in µs."""
    rule_set: RuleSet = "LISTED_BIDDING"
    payment_days: int = 5
    opens_after: int | None = None
    """µs from the end of the notice to the opening, in a rehearsal; None: what deposits and priority need."""


class Offering(msgspec.Struct, frozen=True, omit_defaults=True):
    """An offer at an asking price in which parties register their interest while the notice runs."""

    asking_fen: int
    competition: Competition
    cycle_working_days: int = 5
    extensions_max: int = 2
    min_parties: int = 1
    """How many qualified parties end it without another extension."""
