"""How fast one principal may ask is a setting."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from exchange.bootstrap import open_exchange
from exchange.settings import Settings
from web.app import create_app
from web.limits import BURST, RATE


async def test_the_limit_of_sockets_follows_the_setting(tmp_path: Path) -> None:
    """Without a setting people have the limits of people; a setting gives its rate and twice as many at once."""
    url = f"sqlite:///{tmp_path / 'r.db'}"
    common = Settings(database_url=url, var_dir=tmp_path)
    lifted = common.model_copy(update={"rate_limit": 500})
    for settings, rate, burst in ((common, RATE, BURST), (lifted, 500, 1000)):
        async with open_exchange(settings) as exchange:
            limits = create_app(exchange).state.socket_limits
        assert (limits.rate, limits.burst) == (rate, burst)


@pytest.mark.parametrize("rate", [0, -1, 1_000_001])
def test_there_is_always_a_limit(rate: int) -> None:
    """It cannot be switched off."""
    with pytest.raises(ValidationError):
        Settings(rate_limit=rate)
