"""Tax and reward arithmetic of a technology transfer, exact; the caller rounds once.

Rates, exemptions and floors are arguments: they come from the dated rule files, never from here.
Amounts are fen.
"""

from fractions import Fraction


def half_over_exempt(income_fen: Fraction, exempt_fen: int, tax_rate: Fraction) -> Fraction:
    """Income tax on a year's income from technology transfers: nothing up to the exemption, half the rate above.

    Source: 企业所得税法 art. 27(4), 实施条例 art. 90.
    """
    return max(income_fen - exempt_fen, Fraction(0)) * tax_rate / 2


def exempt_base(total_fen: Fraction, non_technical_fen: Fraction) -> Fraction:
    """The part of a contract's price that is exempt from value-added tax: the technology, not the equipment.

    Source: 财税〔2016〕36号 annex 3, art. 1(26).
    """
    return total_fen - non_technical_fen


def reward_floor(net_income_fen: Fraction, share: Fraction) -> Fraction:
    """The least that the completers of a result receive out of its net income; round it up.

    Source: 促进科技成果转化法 art. 45; regional statutes raise the share.
    """
    return net_income_fen * share


def wages_exclusion(award_fen: Fraction, share: Fraction) -> Fraction:
    """The part of a cash award that is kept out of the month's wages for personal income tax.

    Source: 财税〔2018〕58号 art. 1.
    """
    return award_fen * share
