"""One served application for each module of attacks."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.abuse.site import Site, serving
from tests.web.asking import BANK_SECRET


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """The product on a port, its keys below a directory of this module's own."""
    folder = tmp_path_factory.mktemp("abuse")
    url = f"sqlite:///{folder / 'abuse.db'}"
    async with serving(url, var_dir=folder / "var", bank_secret=BANK_SECRET) as running:
        yield running


@pytest.fixture(autouse=True)
def _rested(request: pytest.FixtureRequest) -> None:
    """No test is slowed by what another has asked."""
    if "site" in request.fixturenames:
        request.getfixturevalue("site").breathe()
