"""Which rules a mechanism's name stands for."""

from matching_engine.mechanisms.challenge import Challenge
from matching_engine.mechanisms.dutch import Dutch
from matching_engine.mechanisms.english import English
from matching_engine.mechanisms.listed import Listed
from matching_engine.mechanisms.multi_award import MultiAward
from matching_engine.mechanisms.open_licence import OpenLicence
from matching_engine.mechanisms.rules import Rules
from matching_engine.mechanisms.sealed import SealedFirstPrice, SealedSecondPrice
from matching_engine.mechanisms.weighted import Weighted
from matching_engine.terms import Mechanism

RULES: dict[Mechanism, Rules] = {
    Mechanism.ENGLISH: English(),
    Mechanism.DUTCH: Dutch(),
    Mechanism.SEALED_FIRST_PRICE: SealedFirstPrice(),
    Mechanism.SEALED_SECOND_PRICE: SealedSecondPrice(),
    Mechanism.WEIGHTED: Weighted(),
    Mechanism.MULTI_AWARD: MultiAward(),
    Mechanism.LISTED: Listed(),
    Mechanism.OPEN_LICENCE: OpenLicence(),
    Mechanism.CHALLENGE: Challenge(),
}
"""Each mechanism once; they hold no state."""
