"""Refusals are a closed list of upper-case nouns."""

import re

from matching_engine.rejections import Rejection

PUBLISHED = (
    "LOT_NOT_OPEN LOT_CLOSED LOT_SUSPENDED ENTRY_REQUIRED DEPOSIT_REQUIRED BID_BELOW_OPENING BID_BELOW_INCREMENT "
    "BID_NOT_MULTIPLE BID_ALREADY_LEADING BID_ALREADY_SEALED BID_SELF_DEALING BID_BINDING MATCH_NOT_ENTITLED "
    "MATCH_NO_LEAD WRONG_MECHANISM"
)


def test_every_published_code_is_there() -> None:
    """Programs rely on these names."""
    assert set(PUBLISHED.split()) <= {code.value for code in Rejection}


def test_codes_have_one_form_and_are_their_names() -> None:
    """UPPER_SNAKE, in one of the families."""
    for code in Rejection:
        assert code.value == code.name
        assert re.fullmatch(r"(LOT|ENTRY|DEPOSIT|BID|MATCH|ORDER|WRONG)_[A-Z_]+", code.value)
