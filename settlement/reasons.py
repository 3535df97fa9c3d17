"""Why a rule pays, or does not: a closed set of codes, each with one sentence."""

from enum import StrEnum


class Reason(StrEnum):
    """The reason of a claim line."""

    GRANTED = "GRANTED"
    NOT_REGISTERED = "NOT_REGISTERED"
    WRONG_REGION = "WRONG_REGION"
    WRONG_ENTITY = "WRONG_ENTITY"
    NOT_IN_FORCE = "NOT_IN_FORCE"
    BELOW_THRESHOLD = "BELOW_THRESHOLD"
    ABOVE_CEILING = "ABOVE_CEILING"
    CONDITION_FAILED = "CONDITION_FAILED"
    MANUAL_REVIEW = "MANUAL_REVIEW"
    ALREADY_CLAIMED = "ALREADY_CLAIMED"
    NO_ELECTION = "NO_ELECTION"
    OTHER_SIDE_ELECTED = "OTHER_SIDE_ELECTED"
    NO_SUBSIDY = "NO_SUBSIDY"
    OUT_OF_RANGE = "OUT_OF_RANGE"
    NOT_IN_TABLE = "NOT_IN_TABLE"
    FLOOR_MET = "FLOOR_MET"
    BELOW_FLOOR = "BELOW_FLOOR"
    EXEMPT = "EXEMPT"
    TAX_DUE = "TAX_DUE"
    UNDER_ONE_FEN = "UNDER_ONE_FEN"


EXPLAINED: dict[Reason, str] = {
    Reason.GRANTED: "every condition holds; the amount may be paid now",
    Reason.NOT_REGISTERED: "the technology contract is not registered, so it enjoys no benefit",
    Reason.WRONG_REGION: "the party that must be in the region is not",
    Reason.WRONG_ENTITY: "this kind of organisation is not among those the rule names",
    Reason.NOT_IN_FORCE: "the rule was not in force in the claim year",
    Reason.BELOW_THRESHOLD: "the base does not reach the threshold",
    Reason.ABOVE_CEILING: "the base is above what the rule covers",
    Reason.CONDITION_FAILED: "a condition of the rule does not hold",
    Reason.MANUAL_REVIEW: "not eligible by itself; a person has to look at it",
    Reason.ALREADY_CLAIMED: "a claim for the same thing has been decided before; it is paid once",
    Reason.NO_ELECTION: "the parties have not yet elected the side that claims",
    Reason.OTHER_SIDE_ELECTED: "the parties elected the other side; only one is paid",
    Reason.NO_SUBSIDY: "the subsidy that this part would come from is not payable",
    Reason.OUT_OF_RANGE: "the decided award lies outside the range",
    Reason.NOT_IN_TABLE: "the rule names no amount for this case",
    Reason.FLOOR_MET: "the share reaches the floor; no money follows from it",
    Reason.BELOW_FLOOR: "the share is below the floor; a warning, no money follows from it",
    Reason.EXEMPT: "wholly exempt; no tax is due",
    Reason.TAX_DUE: "the part above the exemption is taxed at half; the amount is the tax due",
    Reason.UNDER_ONE_FEN: "every condition holds, but the amount rounds to nothing",
}
