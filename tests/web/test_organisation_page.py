"""The page of the own organisation: people and mandates, one revoked by form; nobody else's."""

from datetime import date
from pathlib import Path

from exchange.registers import Mandate, Person
from exchange.registers.words import MandateRole
from tests.exchange.house.running import BEGIN
from tests.web.served import whole_web
from tests.web.test_pages import fill, get, post


async def test_a_mandate_is_seen_and_revoked(sqlite_path: Path) -> None:
    """By its own organisation; another one gets 404, staff no page."""
    async with whole_web(f"sqlite:///{sqlite_path}") as web:
        registers = web.exchange.registers
        await registers.people.add(Person("N-1", "赵经办", "jia", "jia"), "operator", BEGIN)
        held = Mandate("M-1", "N-1", "jia", MandateRole.BIDDER, date(2026, 1, 1))
        await registers.mandates.add(held, "operator", BEGIN)
        jia = await web.signed_in("jia")
        page = await get(jia, "/organisation")
        assert "赵经办" in " ".join(page.words)
        action = "/organisation/mandates/M-1/revocation"
        yi = await web.signed_in("yi")
        token = {
            "csrf": (await get(yi, "/organisation")).forms["/sign-out"]["csrf"],
            "command": "revoke-by-yi",
        }
        await post(yi, action, token, 404)
        await fill(jia, "/organisation", action)
        row = await registers.mandates.get("M-1")
        assert row is not None
        assert row.revoked_on == date(2026, 3, 2)
        await get(await web.signed_in("operator"), "/organisation", 403)
