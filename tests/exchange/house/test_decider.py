"""The decider: a batch that grows until it is closed, and that can be taken back as if nobody had decided anything."""

from collections import deque

import pytest

from exchange.demo import people
from exchange.house import batching, codec
from exchange.house.command import Command
from exchange.house.decider import Decider
from exchange.house.digest import state_digest
from exchange.house.job import Job
from exchange.house.state import new_state
from exchange.market.commands import EnrolParty
from exchange.ports import Lease
from settlement.commands import PartyFacts
from tests.exchange.house.running import BEGIN, RULEBOOK


def _party(id_: str) -> PartyFacts:
    return PartyFacts(id_, f"演示企业 {id_}", "enterprise", "zhejiang", "91330000MA27XXXX00")


def jobs(count: int, first: int = 0) -> deque[Job]:
    """So many parties to be enrolled, by the operator."""
    made: deque[Job] = deque()
    for n in range(first, first + count):
        command = Command(f"enrol-{n:04d}", people.principal("operator"), EnrolParty(_party(f"p{n}")))
        made.append(Job(command, codec.request_digest(command), BEGIN + n, []))
    return made


@pytest.fixture
def hub() -> Decider:
    """A decider before its first command."""
    return Decider(Lease("hub", 1, None), new_state(RULEBOOK))


def test_a_batch_takes_half_of_all_who_are_there_however_often_it_is_asked(hub: Decider) -> None:
    """Commands that come later join the batch up to half of all; the rest waits for the next."""
    queue = jobs(100)
    hub.take(queue)
    hub.take(queue)
    assert (len(hub.batch.jobs), len(queue)) == (50, 50)
    queue += jobs(40, 100)
    hub.take(queue)
    assert (len(hub.batch.jobs), len(queue)) == (70, 70)


def test_a_batch_is_never_larger_than_a_commit(hub: Decider) -> None:
    """Whatever comes, and in however many turns."""
    queue = jobs(3 * batching.MOST)
    hub.take(queue)
    queue += jobs(batching.MOST, 3 * batching.MOST)
    hub.take(queue)
    assert len(hub.batch.jobs) == batching.MOST


def test_rows_follow_on_what_was_decided_before(hub: Decider) -> None:
    """Two batches are one chain: the second begins where the first will end once it is written."""
    queue = jobs(20)
    hub.take(queue)
    first = hub.close()
    queue += jobs(10, 20)
    hub.take(queue)
    second = hub.close()
    assert [row.seq for row in first.rows + second.rows] == list(range(1, 31))
    assert [job.command.id for job in first.jobs + second.jobs] == [f"enrol-{n:04d}" for n in range(30)]
    assert hub.work.hash == second.rows[-1].hash


def test_what_is_taken_back_is_decided_anew_in_its_order(hub: Decider) -> None:
    """Taken back, begun again and taken: the same rows, before whatever came meanwhile."""
    queue = jobs(20)
    hub.take(queue)
    decided = hub.batch.rows
    queue += jobs(3, 20)
    hub.take_back(queue)
    assert hub.stale
    assert [job.command.id for job in queue] == [f"enrol-{n:04d}" for n in range(23)]
    hub.begin_again(new_state(RULEBOOK))
    assert state_digest(hub.work) == state_digest(new_state(RULEBOOK))
    hub.take(queue)
    assert hub.batch.rows[:20] == decided


def test_nothing_to_take_back_leaves_everything_as_it_is(hub: Decider) -> None:
    """Between two batches the working state is what is written, or will be."""
    queue = jobs(2)
    hub.take_back(queue)
    assert (len(queue), hub.stale) == (2, False)


def test_what_the_house_asked_of_itself_it_asks_anew(hub: Decider) -> None:
    """It comes first, and is not put into the queue: the state that it follows from still asks for it."""
    own = Command("r:1:0", people.principal("operator"), EnrolParty(_party("own")))
    hub.work.pending[own.id] = own
    queue = jobs(2)
    hub.take(queue)
    assert [job.own for job in hub.batch.jobs] == [True, False, False]
    hub.take_back(queue)
    assert [job.command.id for job in queue] == ["enrol-0000", "enrol-0001"]
