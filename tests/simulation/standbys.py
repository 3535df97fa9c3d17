"""A holder and those who stand by: one seat, a lease that ends, and takeovers by whoever has read everything."""

from exchange.house.standby import Standby
from tests.simulation.world import GRACE, HOUSE, LEASE, RULEBOOK, HouseProcess, World


class StandbyProcess(HouseProcess):
    """A process that takes the house only when its seat is free."""

    async def begin(self) -> None:
        """Read everything, wait for the seat, and go on from what was read."""
        standby = Standby(HOUSE, self.journal, RULEBOOK, LEASE)
        await standby.warm_up()
        warm = await standby.wait()
        await self.house.start(self.process.name, GRACE, warm)


class WorldWithStandbys(World):
    """Two processes are alive for the house: one has it, one stands by."""

    house_process = StandbyProcess
    owners = 2
