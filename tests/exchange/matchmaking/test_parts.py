"""The parts of a score beside the text."""

from exchange.matchmaking.parts import (
    Note,
    evaluation_value,
    field_value,
    maturity_value,
    price_value,
    region_value,
)
from exchange.matchmaking.published import scheme
from tests.exchange.matchmaking.made import need, supply


def test_field() -> None:
    """The same, a neighbour from either side, another one, and unstated."""
    values = [
        field_value(need("d", "", field=wanted), supply("a", "", field=offered), scheme())
        for wanted, offered in (
            ("农业", "农业"),
            ("农业", "环境保护与资源综合利用"),
            ("环境保护与资源综合利用", "农业"),
            ("农业", "航空航天"),
            ("", "农业"),
        )
    ]
    assert [one.value for one in values] == [1000, 400, 400, 0, 500]
    assert values[3].note is Note.FIELD_OTHER


def test_maturity_loses_a_quarter_for_each_level_below() -> None:
    """More than asked for is as good as enough."""
    values = [
        maturity_value(need("d", "", least_trl=7), supply("a", "", trl=trl), scheme())
        for trl in (9, 6, 1, None)
    ]
    assert [one.value for one in values] == [1000, 750, 0, 500]
    assert values[1].short == 1


def test_price_falls_from_the_budget_to_twice_of_it() -> None:
    """Whole amounts in fen; what is above is named."""
    values = [
        price_value(need("d", "", budget_fen=1000), supply("a", "", price_fen=price), scheme())
        for price in (1000, 1250, 2000, 9000, None)
    ]
    assert [one.value for one in values] == [1000, 750, 0, 0, 500]
    assert values[1].note is Note.PRICE_ABOVE
    assert values[1].short == 250
    assert price_value(need("d", "", budget_fen=0), supply("a", "", price_fen=1), scheme()).value == 0


def test_region_and_evaluation() -> None:
    """The same province; an evaluation is worth half and its result the rest."""
    assert (
        region_value(need("d", "", region="henan"), supply("a", "", region="henan"), scheme()).value == 1000
    )
    assert region_value(need("d", "", region="henan"), supply("a", "", region="jilin"), scheme()).value == 0
    assert evaluation_value(need("d", ""), supply("a", "", evaluation=800), scheme()).value == 900
    assert evaluation_value(need("d", ""), supply("a", ""), scheme()).note is Note.NOT_EVALUATED
