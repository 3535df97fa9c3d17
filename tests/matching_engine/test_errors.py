"""The error tree."""

import pytest

from matching_engine.errors import Broken, LuochuiError, Malformed, require


def test_malformed_names_field_got_and_expected() -> None:
    """One line with everything a person needs."""
    wrong = Malformed("lot.id", 5, "a text")
    assert str(wrong) == "lot.id: expected a text, got 5"
    assert (wrong.field, wrong.got, wrong.expected) == ("lot.id", 5, "a text")
    assert isinstance(wrong, LuochuiError)


def test_require_stops_where_an_invariant_fell() -> None:
    """Broken says which one; a true condition says nothing."""
    require(True, "never said")
    with pytest.raises(Broken, match="invariant 4"):
        require(False, "invariant 4")
    assert issubclass(Broken, LuochuiError)
