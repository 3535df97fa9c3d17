"""Empty registers on both databases, as the tests of the registers have them."""

from tests.exchange.registers.conftest import registers

__all__ = ["registers"]
